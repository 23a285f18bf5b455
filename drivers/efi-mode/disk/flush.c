// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a flush means
 *
 * A flush of the block layer is over when all that has been written is on the medium. The
 * firmware has FlushBlocks() for that, which says EFI_SUCCESS whatever it does. The
 * drivers of edk2, from which nearly all firmware is made, send a command for virtio and
 * NVMe, and do nothing for SATA, SCSI, USB, SD and eMMC. What the drivers of a vendor do
 * is not known.
 *
 * So a command is sent to the device itself where the firmware passes commands through,
 * and what the device answers is believed (pass.c); an eMMC device of which the cache is off
 * needs none. For virtio there is FlushBlocks() of
 * edk2, of which VirtioDevice is a protocol of its own. Where there is neither, sysfs and
 * the log say that nothing is known. In all cases the disk is one with a write cache for
 * the block layer: then it asks, and if the firmware does more than is known of it, that
 * happens.
 */
#define pr_fmt(fmt) "efi-disk: " fmt

#include <efi-mode/bus.h>

#include "disk.h"

/**
 * efi_disk_flush_init() - find out what a flush means
 * @d:		the disk, with a medium that nobody has written to yet
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
 * efi_disk_flush_supported() - say whether a flush brings the data to the medium
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
		 "%s: firmware %s flush its cache: what has been written may be lost with the power\n",
		 d->gd->disk_name,
		 d->flush == EFI_DISK_FLUSH_NO ? "does not" : "may not");
}

/*
 * For the block layer a flush that is not supported is none that is missing: fsync() of a
 * disk would say success, and nobody would know. So it is the same as where FlushBlocks()
 * does nothing, with a word in sysfs and the log. A device that has flushed before has no
 * such excuse.
 */
static efi_status_t eflush_judge_unsupported(struct efi_disk *d)
{
	if (d->pass.protocol)
		return EFI_DEVICE_ERROR;
	d->flush = EFI_DISK_FLUSH_NO;
	return EFI_SUCCESS;
}

/**
 * efi_disk_flush() - bring all that has been written to the medium
 * @d:		the disk
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: what has become of it.
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
 * efi_disk_settle() - leave nothing in the device's cache when Linux lets go of the disk
 * @d:		the disk, which is there and gets no requests any more
 *
 * A disk that Linux has not written to is left alone.
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
			"%s: the last flush has failed: %s\n",
			d->gd->disk_name, efi_disk_status_name(&o));
}
