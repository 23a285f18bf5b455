/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measuring into the firmware's TPM, and its event log
 */
#ifndef _EFI_MODE_TCG2_H
#define _EFI_MODE_TCG2_H

#include <linux/errno.h>
#include <linux/types.h>

#if IS_ENABLED(CONFIG_EFI_MODE_TPM)
/**
 * efi_tcg2_measure() - extend a PCR, and log the event
 * @pcr:	index of the PCR, 0 to 23
 * @type:	type of the event (TCG PC Client Platform Firmware Profile,
 *		section 10.4.1)
 * @data:	the data that is hashed into each active PCR bank
 * @data_size:	size of @data in bytes, greater than 0
 * @event:	the data that the log records for the event, or NULL
 * @event_size:	size of @event in bytes, up to 4096
 *
 * The firmware hashes @data, extends the PCR and appends the event to its log
 * in a single call of HashLogExtendEvent() (TCG EFI Protocol Specification,
 * section 6.6).
 *
 * Context: task context; sleeps until the TPM has answered, up to some seconds.
 * Return:
 * * 0 - The PCR is extended, and the event is in the log.
 * * -ENOSPC - The PCR is extended, but the log is full and lacks the event.
 * * -ENODEV - There is no TPM, or it has disappeared.
 * * -EINVAL - An argument is out of range.
 * * -ENOMEM - There is no memory for a copy of @data.
 * * -EIO - The TPM or the firmware has failed.
 */
int efi_tcg2_measure(u32 pcr, u32 type, const void *data, size_t data_size,
		     const void *event, size_t event_size);

/**
 * efi_tcg2_measure_at() - extend a PCR by data in physically contiguous memory
 * @pcr:	as for efi_tcg2_measure()
 * @type:	as for efi_tcg2_measure()
 * @data:	physical address of the data, which may be memory of the firmware
 * @data_size:	size of the data in bytes, greater than 0
 * @event:	as for efi_tcg2_measure()
 * @event_size:	as for efi_tcg2_measure()
 *
 * Context: task context; sleeps.
 * Return: as efi_tcg2_measure().
 */
int efi_tcg2_measure_at(u32 pcr, u32 type, phys_addr_t data, size_t data_size,
			const void *event, size_t event_size);
#else
static inline int efi_tcg2_measure(u32 pcr, u32 type, const void *data,
				   size_t data_size, const void *event,
				   size_t event_size)
{
	return -ENODEV;
}

static inline int efi_tcg2_measure_at(u32 pcr, u32 type, phys_addr_t data,
				      size_t data_size, const void *event,
				      size_t event_size)
{
	return -ENODEV;
}
#endif

#endif /* _EFI_MODE_TCG2_H */
