// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of EFI_TCG2_PROTOCOL
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include <efi-mode/call.h>

#include "efi-tpm.h"

/**
 * efi_tpm_capability() - call GetCapability()
 * @t:		the TPM
 * @capability:	out: members that the firmware does not know are 0
 *
 * Firmware of version 1.0 has a shorter structure, and a later version may have
 * a longer one (TCG EFI Protocol Specification, section 6.4).
 *
 * Context: task context; sleeps. @t->lock is held, or @t is not in use yet.
 * Return: 0, -ENODEV if the protocol is gone, or -EIO.
 */
int efi_tpm_capability(struct efi_tpm *t, struct efi_tcg2_capability *capability)
{
	struct efi_tcg2_capability *c = t->scratch->virt;
	efi_status_t status;
	u8 size;
	int ret;

	memset(c, 0, sizeof(*c));
	c->size = sizeof(*c);
	ret = efi_protocol_call(t->tcg2, &status, struct efi_tcg2, get_capability,
				efi_phys(c));
	size = c->size;
	if (!ret && status == EFI_BUFFER_TOO_SMALL && size) {
		memset(c, 0, sizeof(*c));
		c->size = size;
		ret = efi_protocol_call(t->tcg2, &status, struct efi_tcg2,
					get_capability, efi_phys(c));
	}
	if (ret)
		return ret;
	if (status != EFI_SUCCESS)
		return -EIO;
	*capability = *c;
	return 0;
}

/**
 * efi_tpm_find_log() - call GetEventLog()
 * @t:		the TPM
 * @place:	out: where the log is
 *
 * Context: task context; sleeps. @t->lock is held.
 * Return: 0, -ENODEV if the protocol or the log is gone, or -EIO.
 */
int efi_tpm_find_log(struct efi_tpm *t, struct efi_tpm_log_place *place)
{
	struct {
		u64 start, last;
		efi_bool_t truncated;
	} *out = t->scratch->virt;
	efi_status_t status;
	int ret;

	place->format = t->capability.log_formats & EFI_TCG2_EVENT_LOG_FORMAT_TCG_2 ?
			EFI_TCG2_EVENT_LOG_FORMAT_TCG_2 :
			EFI_TCG2_EVENT_LOG_FORMAT_TCG_1_2;
	memset(out, 0, sizeof(*out));
	ret = efi_protocol_call(t->tcg2, &status, struct efi_tcg2, get_event_log,
				place->format, efi_phys(&out->start),
				efi_phys(&out->last), efi_phys(&out->truncated));
	if (ret)
		return ret;
	if (status != EFI_SUCCESS)
		return -EIO;
	place->start = out->start;
	place->last = out->last;
	place->truncated = out->truncated;
	if (!place->start)
		return -ENODEV;
	return place->last && place->last < place->start ? -EIO : 0;
}

/**
 * efi_tpm_read() - copy a part of the event log
 * @t:		the TPM
 * @from:	physical address in firmware memory
 * @to:		destination: any memory of the kernel
 * @size:	size in bytes
 *
 * Context: task context; sleeps. @t->lock is held.
 * Return: 0 or -EIO.
 */
int efi_tpm_read(struct efi_tpm *t, u64 from, void *to, size_t size)
{
	size_t part;

	for (; size; size -= part, from += part, to += part) {
		part = min(size, t->scratch->size);
		if (efi_mode_read(from, t->scratch->virt, part) != EFI_SUCCESS)
			return -EIO;
		memcpy(to, t->scratch->virt, part);
	}
	return 0;
}

/**
 * efi_tpm_tell_full() - say once that the firmware's log lacks events
 * @t:		the TPM
 *
 * Context: task context. @t->lock is held.
 */
void efi_tpm_tell_full(struct efi_tpm *t)
{
	if (t->full_told)
		return;
	t->full_told = true;
	dev_warn(&t->edev->dev,
		 "the firmware's event log is full: PCRs can no longer be replayed from it\n");
}
