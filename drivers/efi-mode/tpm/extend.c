// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extend a PCR through the firmware, which logs the event
 */
#include <linux/container_of.h>
#include <linux/efi.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include <efi-mode/call.h>

#include "efi-tpm.h"

/*
 * edk2 also returns EFI_VOLUME_FULL if the event is in the log, but not in the
 * smaller table of events after the first GetEventLog()
 */
static int eextend_volume_full(struct efi_tpm *t)
{
	struct efi_tpm_log_place place;

	if (!efi_tpm_find_log(t, &place) && !place.truncated)
		return 0;
	efi_tpm_tell_full(t);
	return -ENOSPC;
}

/* The status of HashLogExtendEvent() (section 6.6) */
static int eextend_result(struct efi_tpm *t, efi_status_t status)
{
	switch (status) {
	case EFI_SUCCESS:
		return 0;
	case EFI_VOLUME_FULL:
		return eextend_volume_full(t);
	case EFI_INVALID_PARAMETER:
	case EFI_UNSUPPORTED:
		return -EINVAL;
	default:
		return -EIO;
	}
}

/**
 * efi_tpm_extend() - call HashLogExtendEvent()
 * @measurer:	the measurer of a TPM
 * @event:	the event, with the index of the PCR
 * @data:	physical address of the data that is hashed
 * @size:	size of the data in bytes
 *
 * Context: task context; sleeps until the TPM has answered.
 * Return: as efi_tcg2_measure().
 */
int efi_tpm_extend(struct efi_tpm_measurer *measurer,
		   const struct efi_tcg2_new_event *event, phys_addr_t data,
		   size_t size)
{
	struct efi_tpm *t = container_of(measurer, struct efi_tpm, measurer);
	struct efi_tcg2_new_event *copy = t->scratch->virt;
	efi_status_t status;
	int ret;

	mutex_lock(&t->lock);
	memcpy(copy, event, event->size);
	ret = efi_protocol_call(t->tcg2, &status, struct efi_tcg2,
				hash_log_extend_event, 0, data, size,
				efi_phys(copy));
	if (!ret)
		ret = eextend_result(t, status);
	mutex_unlock(&t->lock);
	return ret;
}
