// SPDX-License-Identifier: GPL-2.0-only
/*
 * What firmware's answers mean to the block layer: pure functions
 */
#include <linux/array_size.h>
#include <linux/errno.h>

#include "disk.h"

static const struct {
	efi_status_t status;
	blk_status_t means;
	const char *name;
} statuses[] = {
	{ EFI_SUCCESS, BLK_STS_OK, "success" },
	{ EFI_INVALID_PARAMETER, BLK_STS_IOERR, "invalid parameter" },
	{ EFI_UNSUPPORTED, BLK_STS_NOTSUPP, "unsupported" },
	{ EFI_BAD_BUFFER_SIZE, BLK_STS_IOERR, "bad buffer size" },
	{ EFI_NOT_READY, BLK_STS_IOERR, "not ready" },
	{ EFI_DEVICE_ERROR, BLK_STS_IOERR, "device error" },
	{ EFI_WRITE_PROTECTED, BLK_STS_TARGET, "write protected" },
	{ EFI_OUT_OF_RESOURCES, BLK_STS_RESOURCE, "out of resources" },
	{ EFI_VOLUME_CORRUPTED, BLK_STS_MEDIUM, "volume corrupted" },
	{ EFI_NO_MEDIA, BLK_STS_IOERR, "no medium" },
	{ EFI_MEDIA_CHANGED, BLK_STS_IOERR, "medium changed" },
	{ EFI_ACCESS_DENIED, BLK_STS_TARGET, "access denied" },
	{ EFI_TIMEOUT, BLK_STS_TIMEOUT, "time-out" },
	{ EFI_ABORTED, BLK_STS_IOERR, "aborted" },
	{ EFI_SECURITY_VIOLATION, BLK_STS_TARGET, "security violation" },
	{ EFI_CRC_ERROR, BLK_STS_PROTECTION, "CRC error" },
};

/**
 * efi_disk_status() - the block layer's word for what has become of a call
 * @o:		the outcome
 *
 * Context: any.
 * Return: a status; BLK_STS_OFFLINE if the disk is there no more.
 */
blk_status_t efi_disk_status(const struct efi_disk_outcome *o)
{
	unsigned int i;

	if (o->ret)
		return o->ret == -ENODEV ? BLK_STS_OFFLINE : BLK_STS_IOERR;
	for (i = 0; i < ARRAY_SIZE(statuses); i++)
		if (statuses[i].status == o->status)
			return statuses[i].means;
	return BLK_STS_IOERR;
}

/**
 * efi_disk_status_name() - a person's word for it
 * @o:		the outcome
 *
 * Context: any.
 * Return: the word.
 */
const char *efi_disk_status_name(const struct efi_disk_outcome *o)
{
	unsigned int i;

	switch (o->ret) {
	case 0:
		break;
	case -ENODEV:
		return "the disk is gone";
	case -ESHUTDOWN:
		return "the system ends";
	default:
		return "firmware has stopped";
	}
	for (i = 0; i < ARRAY_SIZE(statuses); i++)
		if (statuses[i].status == o->status)
			return statuses[i].name;
	return "an error that it has no name for";
}

/**
 * efi_disk_wants_less() - may it be that the transfer was too large?
 * @o:		the outcome
 *
 * Context: any.
 * Return: true if it may.
 */
bool efi_disk_wants_less(const struct efi_disk_outcome *o)
{
	return !o->ret && (o->status == EFI_BAD_BUFFER_SIZE ||
			   o->status == EFI_INVALID_PARAMETER ||
			   o->status == EFI_OUT_OF_RESOURCES);
}

/**
 * efi_disk_is_final() - will it be the same with any other block?
 * @o:		the outcome
 *
 * Context: any.
 * Return: true if no call for the same request can have another one.
 */
bool efi_disk_is_final(const struct efi_disk_outcome *o)
{
	return o->ret || o->status == EFI_NO_MEDIA ||
	       o->status == EFI_MEDIA_CHANGED ||
	       o->status == EFI_WRITE_PROTECTED || o->status == EFI_UNSUPPORTED;
}
