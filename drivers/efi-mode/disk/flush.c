// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a flush means
 *
 * A flush of the block layer is over when all that has been written is on the medium.
 * Firmware has FlushBlocks() for that, which says EFI_SUCCESS whatever it does. The
 * drivers of edk2, from which nearly all firmware is made, send a command for virtio
 * and NVMe, and do nothing for SATA, SCSI, USB, SD and eMMC.
 *
 * So the kind of device decides what is believed. Where FlushBlocks() does nothing, but
 * firmware passes SCSI commands through, SYNCHRONIZE CACHE is sent to the device. Where
 * that is not possible either, sysfs and the log say so. In all cases the disk is one
 * with a write cache for the block layer: then it asks, and if firmware does more than
 * is known of it, that happens.
 */
#define pr_fmt(fmt) "efi-disk: " fmt

#include <scsi/scsi_proto.h>
#include <scsi/scsi_common.h>

#include <efi-mode/bus.h>
#include <efi-mode/pass-thru.h>

#include "disk.h"
#include "../bus/bus.h"

/* A disk may have much to write, and may have to start to turn */
#define TIMEOUT_S	60

#define CDB_SIZE	10
#define SENSE_SIZE	64

/* UEFI 2.10, section 15.4 */
union scsi_io_protocol {
	struct {
		void *get_device_type;
		void *get_device_location;
		void *reset_bus;
		void *reset_device;
		efi_status_t (__efiapi *execute_scsi_command)(
				union scsi_io_protocol *self,
				struct efi_scsi_packet *packet, efi_event_t event);
		u32 io_align;
	};
};

struct scsi_shared {
	struct efi_scsi_packet packet;
	u8 cdb[CDB_SIZE] __aligned(512);
	u8 sense[SENSE_SIZE] __aligned(512);
};

/* Return: the status; EFI_UNSUPPORTED if the device does not know the command */
static efi_status_t eflush_judge_scsi(const struct scsi_shared *s)
{
	struct scsi_sense_hdr sense;

	if (s->packet.host_status)
		return EFI_DEVICE_ERROR;
	if (s->packet.target_status == SAM_STAT_GOOD)
		return EFI_SUCCESS;
	if (s->packet.target_status == SAM_STAT_CHECK_CONDITION &&
	    scsi_normalize_sense(s->sense, SENSE_SIZE, &sense) &&
	    sense.sense_key == ILLEGAL_REQUEST)
		return EFI_UNSUPPORTED;
	return EFI_DEVICE_ERROR;
}

static struct efi_disk_result eflush_synchronize_cache(struct efi_disk *d)
{
	struct scsi_shared *s = d->shared->virt;
	phys_addr_t phys = d->shared->phys;
	struct efi_disk_result o = {};

	memset(s, 0, sizeof(*s));
	s->cdb[0] = SYNCHRONIZE_CACHE;
	s->packet.timeout = TIMEOUT_S * USEC_PER_SEC *
			    (u64)EFI_100NSEC_PER_USEC;
	s->packet.cdb = phys + offsetof(struct scsi_shared, cdb);
	s->packet.cdb_length = CDB_SIZE;
	s->packet.sense = phys + offsetof(struct scsi_shared, sense);
	s->packet.sense_length = SENSE_SIZE;
	s->packet.direction = EFI_SCSI_DIRECTION_WRITE;
	o.ret = efi_protocol_call(d->scsi, &o.status, union scsi_io_protocol,
				  execute_scsi_command,
				  efi_phys(&s->packet), NULL);
	if (!o.ret && (o.status == EFI_SUCCESS || o.status == EFI_DEVICE_ERROR))
		o.status = eflush_judge_scsi(s);
	return o;
}

static enum efi_disk_flush_support eflush_support_of(struct efi_device *edev)
{
	const efi_guid_t virtio = EFI_VIRTIO_DEVICE_PROTOCOL_GUID;
	const struct efi_generic_dev_path *node;

	if (efi_device_has_protocol(edev, &virtio))
		return EFI_DISK_FLUSH_YES;
	node = efi_path_last(edev->path, edev->path_size);
	if (!node)
		return EFI_DISK_FLUSH_UNKNOWN;
	switch (EFI_NODE(node->type, node->sub_type)) {
	case EFI_NODE(EFI_NODE_MESSAGING, 23):	/* NVMe */
		return EFI_DISK_FLUSH_YES;
	case EFI_NODE(EFI_NODE_MESSAGING, 1):	/* ATA */
	case EFI_NODE(EFI_NODE_MESSAGING, 2):	/* SCSI */
	case EFI_NODE(EFI_NODE_MESSAGING, 5):	/* USB */
	case EFI_NODE(EFI_NODE_MESSAGING, 17):	/* a unit of one of them */
	case EFI_NODE(EFI_NODE_MESSAGING, 18):	/* SATA */
	case EFI_NODE(EFI_NODE_MESSAGING, 25):	/* UFS */
	case EFI_NODE(EFI_NODE_MESSAGING, 26):	/* SD */
	case EFI_NODE(EFI_NODE_MESSAGING, 29):	/* eMMC */
		return EFI_DISK_FLUSH_NO;
	default:
		return EFI_DISK_FLUSH_UNKNOWN;
	}
}

/*
 * A device that answers with an error knows the command: it may only have to say that it
 * was reset, or it cannot flush now, and then who wants a flush is to be told.
 *
 * Return: whether it is to be flushed so.
 */
static bool eflush_try_scsi(struct efi_disk *d)
{
	const efi_guid_t guid = EFI_SCSI_IO_PROTOCOL_GUID;
	const struct scsi_shared *s = d->shared->virt;
	struct efi_disk_result o;

	if (!efi_device_has_protocol(d->edev, &guid))
		return false;
	d->scsi = efi_protocol_open(d->edev, &guid, EFI_TPL_CALLBACK);
	if (IS_ERR(d->scsi)) {
		d->scsi = NULL;
		return false;
	}
	o = eflush_synchronize_cache(d);
	return efi_disk_succeeded(&o) ||
	       (!o.ret && o.status == EFI_DEVICE_ERROR &&
		s->packet.target_status == SAM_STAT_CHECK_CONDITION);
}

static void eflush_leave_scsi(struct efi_disk *d)
{
	if (d->scsi)
		efi_protocol_close(d->scsi);
	d->scsi = NULL;
}

/**
 * efi_disk_flush_init() - find out what a flush means
 * @d:		the disk, with a medium that nobody has written to yet
 *
 * Context: task context; sleeps. @d->lock is held.
 */
void efi_disk_flush_init(struct efi_disk *d)
{
	lockdep_assert_held(&d->lock);
	eflush_leave_scsi(d);
	d->flush = eflush_support_of(d->edev);
	if (d->flush == EFI_DISK_FLUSH_YES || d->media.read_only ||
	    !d->media.present)
		return;
	if (eflush_try_scsi(d))
		d->flush = EFI_DISK_FLUSH_YES;
	else
		eflush_leave_scsi(d);
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
	if (d->scsi)
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
	if (d->scsi)
		o = eflush_synchronize_cache(d);
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
