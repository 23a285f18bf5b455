// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flush the cache of a disk
 *
 * A flush of the block layer must not complete before all data that was written
 * is on the medium. The firmware has FlushBlocks() for this purpose, which
 * returns EFI_SUCCESS whatever it does. The drivers of edk2, on which nearly
 * all firmware is based, send a command to virtio and NVMe devices, and do
 * nothing for SATA, SCSI, USB, SD and eMMC. It is not known whether the drivers
 * of a vendor send a command.
 *
 * So there are three cases:
 *
 *  - If the firmware passes commands through to the device, the driver sends
 *    the flush command itself and relies on the answer of the device (pass.c).
 *    An eMMC device whose cache is off needs no command.
 *  - For virtio, the driver relies on FlushBlocks() of edk2. VirtioDevice is a
 *    protocol of edk2, so its presence tells that the driver is edk2's.
 *  - Otherwise nothing is known, and sysfs and the log say so.
 *
 * The block layer always sees a disk with a write cache, so that it issues
 * flushes. If FlushBlocks() does more than is known, the data is safe.
 */
#define pr_fmt(fmt) "efi-disk: " fmt

#include <efi-mode/bus.h>

#include "disk.h"

/**
 * efi_disk_flush_init() - find out how the disk can be flushed
 * @d:		the disk, with a medium that has not been written to yet
 *
 * Context: task context; sleeps. @d->lock is held.
 */
void efi_disk_flush_init(struct efi_disk *d)
{
	const efi_guid_t virtio = EFI_VIRTIO_DEVICE_PROTOCOL_GUID;

	lockdep_assert_held(&d->lock);
	efi_disk_pass_close(d);
	d->flush = EFI_DISK_FLUSH_UNKNOWN;
	if (efi_device_has_protocol(d->edev, &virtio))
		d->flush = EFI_DISK_FLUSH_YES;
	else if (d->media.present && !d->media.read_only &&
		 efi_disk_pass_open(d))
		d->flush = EFI_DISK_FLUSH_YES;
}

/**
 * efi_disk_flush_supported() - tell whether a flush reaches the medium
 * @d:		the disk
 *
 * Context: any.
 * Return: the value of the attribute flush_supported.
 */
const char *efi_disk_flush_supported(const struct efi_disk *d)
{
	static const char * const words[] = {
		[EFI_DISK_FLUSH_YES]		= "yes",
		[EFI_DISK_FLUSH_UNKNOWN]	= "unknown",
		[EFI_DISK_FLUSH_NO]		= "no",
	};

	return words[d->flush];
}

static void eflush_warn_once(struct efi_disk *d)
{
	if (d->warned)
		return;
	d->warned = true;
	dev_warn(&d->edev->dev,
		 "%s: the firmware %s flush the disk's cache: a power cut may lose data\n",
		 d->gd->disk_name,
		 d->flush == EFI_DISK_FLUSH_NO ? "does not" : "may not");
}

/*
 * fsync() of a disk ignores -EOPNOTSUPP, so the user would not notice that the
 * flush is missing. Report success here, as FlushBlocks() does where it does
 * nothing, and tell the user in sysfs and in the log. If commands are passed to
 * the device, it has flushed before, so a refusal is an error.
 */
static efi_status_t eflush_judge_unsupported(struct efi_disk *d)
{
	if (d->pass.protocol)
		return EFI_DEVICE_ERROR;
	d->flush = EFI_DISK_FLUSH_NO;
	return EFI_SUCCESS;
}

/**
 * efi_disk_flush() - flush the cache of the disk
 * @d:		the disk
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: the result.
 */
struct efi_disk_result efi_disk_flush(struct efi_disk *d)
{
	struct efi_disk_result o = {};

	lockdep_assert_held(&d->lock);
	if (d->pass.protocol)
		o = efi_disk_pass_flush(d);
	else
		o.ret = efi_protocol_call(d->io, &o.status,
					  union efi_block_io_protocol,
					  flush_blocks);
	if (!o.ret && o.status == EFI_UNSUPPORTED)
		o.status = eflush_judge_unsupported(d);
	if (d->flush != EFI_DISK_FLUSH_YES)
		eflush_warn_once(d);
	return o;
}

/**
 * efi_disk_settle() - flush the disk for the last time, when Linux releases it
 * @d:		the disk, which is present and gets no requests any more
 *
 * A disk that Linux has not written to is not flushed.
 *
 * Context: task context; sleeps. @d->lock is held.
 */
void efi_disk_settle(struct efi_disk *d)
{
	struct efi_disk_result o;

	lockdep_assert_held(&d->lock);
	if (!d->written || d->stale)
		return;
	o = efi_disk_flush(d);
	if (!efi_disk_succeeded(&o) && o.ret != -ENODEV)
		dev_err(&d->edev->dev,
			"%s: the last flush has failed (%s): a power cut may lose data\n",
			d->gd->disk_name, efi_disk_status_name(&o));
}
