// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measuring for the kernel's own users
 *
 * This file is built in, because its users are. The driver may be a module.
 */
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include <efi-mode/tcg2.h>

#include "efi-tpm.h"

#define EMEAS_PCRS		24
#define EMEAS_EVENT_MAX		4096

/* The TPM that measures: there is one EFI_TCG2_PROTOCOL */
static DEFINE_MUTEX(emeas_mutex);
static struct efi_tpm_measurer *emeas_measurer;

/**
 * efi_tpm_measure_start() - let efi_tcg2_measure() use a TPM
 * @measurer:	the measurer of the TPM
 *
 * Context: task context; sleeps.
 */
void efi_tpm_measure_start(struct efi_tpm_measurer *measurer)
{
	mutex_lock(&emeas_mutex);
	if (!emeas_measurer)
		emeas_measurer = measurer;
	mutex_unlock(&emeas_mutex);
}
EXPORT_SYMBOL_GPL(efi_tpm_measure_start);

/**
 * efi_tpm_measure_stop() - the counterpart of efi_tpm_measure_start()
 * @measurer:	the measurer of the TPM
 *
 * Context: task context; sleeps until the users of @measurer have returned.
 */
void efi_tpm_measure_stop(struct efi_tpm_measurer *measurer)
{
	mutex_lock(&emeas_mutex);
	if (emeas_measurer == measurer)
		emeas_measurer = NULL;
	mutex_unlock(&emeas_mutex);
}
EXPORT_SYMBOL_GPL(efi_tpm_measure_stop);

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
	if (emeas_measurer)
		ret = emeas_measurer->extend(emeas_measurer, e, data, data_size);
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
