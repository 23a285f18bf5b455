// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measuring for the kernel's own users
 */
#include <linux/efi.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include <efi-mode/call.h>
#include <efi-mode/tcg2.h>

#include "efi-tpm.h"

#define EMEAS_PCRS		24
#define EMEAS_EVENT_MAX		4096

/* The TPM that measures: there is one EFI_TCG2_PROTOCOL */
static DEFINE_MUTEX(emeas_mutex);
static struct efi_tpm *emeas_tpm;

/**
 * efi_tpm_measure_start() - let efi_tcg2_measure() use a TPM
 * @t:		the TPM
 *
 * Context: task context; sleeps.
 */
void efi_tpm_measure_start(struct efi_tpm *t)
{
	mutex_lock(&emeas_mutex);
	if (!emeas_tpm)
		emeas_tpm = t;
	mutex_unlock(&emeas_mutex);
}

/**
 * efi_tpm_measure_stop() - the counterpart of efi_tpm_measure_start()
 * @t:		the TPM
 *
 * Context: task context; sleeps until the users of @t have returned.
 */
void efi_tpm_measure_stop(struct efi_tpm *t)
{
	mutex_lock(&emeas_mutex);
	if (emeas_tpm == t)
		emeas_tpm = NULL;
	mutex_unlock(&emeas_mutex);
}

/*
 * edk2 also returns EFI_VOLUME_FULL if the event is in the log, but not in the
 * smaller table of events after the first GetEventLog()
 */
static int emeas_volume_full(struct efi_tpm *t)
{
	struct efi_tpm_log_place place;

	if (!efi_tpm_find_log(t, &place) && !place.truncated)
		return 0;
	efi_tpm_tell_full(t);
	return -ENOSPC;
}

/* The status of HashLogExtendEvent() (section 6.6) */
static int emeas_result(struct efi_tpm *t, efi_status_t status)
{
	switch (status) {
	case EFI_SUCCESS:
		return 0;
	case EFI_VOLUME_FULL:
		return emeas_volume_full(t);
	case EFI_INVALID_PARAMETER:
	case EFI_UNSUPPORTED:
		return -EINVAL;
	default:
		return -EIO;
	}
}

static int emeas_call(struct efi_tpm *t, const struct efi_tcg2_new_event *e,
		      phys_addr_t data, size_t size)
{
	struct efi_tcg2_new_event *event = t->scratch->virt;
	efi_status_t status;
	int ret;

	mutex_lock(&t->lock);
	memcpy(event, e, e->size);
	ret = efi_protocol_call(t->tcg2, &status, struct efi_tcg2,
				hash_log_extend_event, 0, data, size,
				efi_phys(event));
	if (!ret)
		ret = emeas_result(t, status);
	mutex_unlock(&t->lock);
	return ret;
}

int efi_tcg2_measure_at(u32 pcr, u32 type, phys_addr_t data, size_t data_size,
			const void *event, size_t event_size)
{
	struct efi_tcg2_new_event *e;
	int ret = -ENODEV;

	if (pcr >= EMEAS_PCRS || !data_size || event_size > EMEAS_EVENT_MAX)
		return -EINVAL;
	e = kzalloc(struct_size(e, data, event_size), GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	e->size = struct_size(e, data, event_size);
	e->header_size = sizeof(*e) - offsetof(typeof(*e), header_size);
	e->header_version = EFI_TCG2_NEW_EVENT_VERSION;
	e->pcr = pcr;
	e->type = type;
	if (event_size)
		memcpy(e->data, event, event_size);

	mutex_lock(&emeas_mutex);
	if (emeas_tpm)
		ret = emeas_call(emeas_tpm, e, data, data_size);
	mutex_unlock(&emeas_mutex);
	kfree(e);
	return ret;
}
EXPORT_SYMBOL_GPL(efi_tcg2_measure_at);

int efi_tcg2_measure(u32 pcr, u32 type, const void *data, size_t data_size,
		     const void *event, size_t event_size)
{
	void *copy;
	int ret;

	if (!data_size || data_size > KMALLOC_MAX_SIZE)
		return -EINVAL;
	/* Memory that is physically contiguous */
	copy = kmemdup(data, data_size, GFP_KERNEL | __GFP_NOWARN);
	if (!copy)
		return -ENOMEM;
	ret = efi_tcg2_measure_at(pcr, type, __pa(copy), data_size, event, event_size);
	kfree_sensitive(copy);
	return ret;
}
EXPORT_SYMBOL_GPL(efi_tcg2_measure);
