// SPDX-License-Identifier: GPL-2.0-only
/*
 * The medium in a drive, and the limits that follow from it
 *
 * The firmware numbers the media. Each call names the medium that it is for,
 * and the firmware refuses the call if the drive contains another medium by
 * then. So Linux keeps using the number of the medium that it has examined, and
 * data for one medium is never written to another. edisk_open() examines the
 * new medium when no task has the disk open any more.
 *
 * A disk with a fixed medium is the same disk if only the number has changed.
 * If the size has changed, it is another disk, and the bus creates another
 * device for it.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/overflow.h>

#include <efi-mode/time-limits.h>

#include "disk.h"
#include "../bus/bus.h"

/* Number of the medium of the disk that iPXE pretends to have: "iPXE" */
#define IPXE_MEDIA_ID	0x69505845

/* A larger value is not plausible, so it is ignored */
#define MAX_PHYSICAL	SZ_1M

/* Largest discard, whatever the block size */
#define MAX_DISCARD	SZ_1G

#define MIN_DIRECT	SZ_64K

/*
 * The firmware does nothing else while it looks for a medium, so polls get at
 * most this fraction (1/n) of its time, except if the pause is the longest one
 */
#define POLL_SHARE	20

static u32 emedia_size(u32 block_size, u32 n)
{
	u32 size;

	if (check_mul_overflow(block_size, n, &size) || size > MAX_PHYSICAL)
		return 0;
	return size;
}

/**
 * efi_disk_parse_media() - convert the firmware's description of a medium
 * @raw:	EFI_BLOCK_IO_MEDIA
 * @revision:	revision of the protocol, which says how many members @raw has
 * @media:	filled in
 *
 * UEFI 2.10, section 13.9.
 *
 * Context: any.
 */
void efi_disk_parse_media(const struct efi_block_io_media *raw, u64 revision,
			  struct efi_disk_media *media)
{
	*media = (struct efi_disk_media) {
		.id		= raw->media_id,
		.present	= raw->media_present,
		.removable	= raw->removable_media,
		.read_only	= raw->read_only,
		.partition	= raw->logical_partition,
		.block_size	= raw->block_size,
		.io_align	= 1,
	};
	if (!media->present && !media->block_size)
		media->block_size = EFI_DISK_MIN_BLOCK;
	if (raw->io_align > 1 && raw->io_align <= SZ_1G)
		media->io_align = roundup_pow_of_two(raw->io_align);
	/*
	 * A count of 2^64 blocks becomes 0, which efi_disk_check_media()
	 * refuses
	 */
	if (media->present)
		media->blocks = raw->last_block + 1;

	media->physical_size = media->block_size;
	if (revision >= EFI_BLOCK_IO_REVISION2 &&
	    is_power_of_2(raw->logical_blocks_per_physical_block)) {
		media->physical_size =
			emedia_size(media->block_size,
				    raw->logical_blocks_per_physical_block) ?:
			media->block_size;
		media->aligned_block = raw->lowest_aligned_lba;
	}
	if (revision >= EFI_BLOCK_IO_REVISION3)
		media->optimal_size =
			emedia_size(media->block_size,
				    raw->optimal_transfer_length_granularity);
}

/**
 * efi_disk_check_media() - check whether a medium can be a Linux disk
 * @media:	the medium
 * @why:	set to the reason, for the log, if it cannot
 *
 * Context: any.
 * Return: 0; -ENODEV if the handle is not meant to be a disk, which is not an
 * error; or -EINVAL if the firmware's description of the medium is not usable.
 */
int efi_disk_check_media(const struct efi_disk_media *media, const char **why)
{
	u64 bytes;

	if (media->partition) {
		*why = "a partition, which Linux finds itself";
		return -ENODEV;
	}
	if (media->id == IPXE_MEDIA_ID || media->block_size == 1) {
		*why = "a disk of iPXE, which has no blocks";
		return -ENODEV;
	}
	if (!is_power_of_2(media->block_size) ||
	    media->block_size < EFI_DISK_MIN_BLOCK ||
	    media->block_size > EFI_DISK_MAX_BLOCK) {
		*why = "the block size is not a power of two from 512 bytes to 64 KiB";
		return -EINVAL;
	}
	if (media->present &&
	    (!media->blocks ||
	     check_mul_overflow(media->blocks, media->block_size, &bytes) ||
	     bytes > S64_MAX)) {
		*why = "the number of blocks is out of range";
		return -EINVAL;
	}
	return 0;
}

/**
 * efi_disk_capacity() - get the capacity of a medium
 * @media:	the medium
 *
 * Context: any.
 * Return: the number of sectors of 512 bytes.
 */
sector_t efi_disk_capacity(const struct efi_disk_media *media)
{
	return media->blocks * (media->block_size >> SECTOR_SHIFT);
}

/**
 * efi_disk_queue_limits() - set the limits of the queue for a medium
 * @media:	the medium
 * @max_bytes:	size of the largest request
 * @lim:	filled in
 *
 * The block layer does not support logical blocks that are larger than a page.
 * Larger blocks of the device become its physical blocks: writing a part of
 * such a block is possible, but slow.
 *
 * A disk that can be written may have a write cache, whatever is known of it
 * (see flush.c). If the firmware makes a disk with a fixed medium read-only,
 * the cache may still contain data that was written before. If another medium
 * that is read-only is in the drive, it cannot.
 *
 * Context: any.
 */
void efi_disk_queue_limits(const struct efi_disk_media *media, u32 max_bytes,
			   struct queue_limits *lim)
{
	lim->logical_block_size = min_t(u32, media->block_size, PAGE_SIZE);
	lim->physical_block_size = media->physical_size;
	lim->io_min = media->physical_size;
	lim->io_opt = media->optimal_size;
	/*
	 * A larger offset would be equivalent, and may not fit into the field
	 */
	lim->alignment_offset = (media->aligned_block * media->block_size) &
				(media->physical_size - 1);
	lim->max_hw_sectors = max_bytes >> SECTOR_SHIFT;
	/* Otherwise the block layer limits requests to 1280 KiB */
	lim->max_user_sectors = lim->max_hw_sectors;
	lim->max_segments = EFI_DISK_MAX_SEGMENTS;
	lim->max_segment_size = UINT_MAX;
	lim->discard_granularity = media->erase_size;
	lim->max_hw_discard_sectors =
		media->erase_size ? MAX_DISCARD >> SECTOR_SHIFT : 0;
	if (!media->read_only)
		lim->features |= BLK_FEAT_WRITE_CACHE;
	else if (media->removable)
		lim->features &= ~BLK_FEAT_WRITE_CACHE;
}

/**
 * efi_disk_init_limits() - set the limits of firmware calls for a medium
 * @media:	the medium
 * @max_bytes:	size of the largest call, a multiple of %EFI_DISK_MAX_BLOCK
 * @max_bounced: size of the bounce buffer, a multiple of %EFI_DISK_MAX_BLOCK
 * @end:	first address behind the memory that the firmware can be given
 * @limits:	filled in
 *
 * Memory must be aligned to the block size, too, up to a page, because some
 * firmware expects this without saying so.
 *
 * Context: any.
 */
void efi_disk_init_limits(const struct efi_disk_media *media, u32 max_bytes,
			  u32 max_bounced, phys_addr_t end,
			  struct efi_disk_limits *limits)
{
	limits->block_size = media->block_size;
	limits->align = max_t(u32, media->io_align,
			      min_t(u32, media->block_size, PAGE_SIZE));
	limits->max_bytes = max_bytes;
	limits->max_bounced = max_bounced;
	limits->min_direct = max_t(u32, MIN_DIRECT, media->block_size);
	limits->end = end;
}

/**
 * efi_disk_same_media() - compare two media, except for the firmware's number
 * @a:		the first medium
 * @b:		the second medium
 *
 * Context: any.
 * Return: true if both look the same.
 */
bool efi_disk_same_media(const struct efi_disk_media *a,
			 const struct efi_disk_media *b)
{
	return a->present == b->present && a->block_size == b->block_size &&
	       a->blocks == b->blocks;
}

static u32 emedia_read_erase_size(struct efi_disk *d,
				  const struct efi_disk_media *media)
{
	u32 granularity, size;

	if (!d->erase || media->read_only ||
	    efi_protocol_read(d->erase, &granularity, sizeof(granularity),
			      offsetof(union efi_erase_block_protocol,
				       erase_length_granularity)) ||
	    check_mul_overflow(granularity, media->block_size, &size) ||
	    size > MAX_DISCARD)
		return 0;
	return size;
}

/**
 * efi_disk_read_media() - read the firmware's description of the medium
 * @d:		the disk
 * @media:	filled in
 *
 * Context: task context; sleeps.
 * Return: 0, or an error as of efi_protocol_read().
 */
int efi_disk_read_media(struct efi_disk *d, struct efi_disk_media *media)
{
	struct efi_block_io_media raw = {};
	size_t size = offsetof(typeof(raw), lowest_aligned_lba);
	u64 revision;
	int ret;

	ret = efi_protocol_read(d->io, &revision, sizeof(revision),
				offsetof(union efi_block_io_protocol,
					 revision));
	if (ret)
		return ret;
	if (revision >= EFI_BLOCK_IO_REVISION3)
		size = sizeof(raw);
	else if (revision >= EFI_BLOCK_IO_REVISION2)
		size = offsetof(typeof(raw),
				optimal_transfer_length_granularity);
	ret = efi_protocol_read(d->io, &raw, size,
				offsetof(union efi_block_io_protocol, media),
				0);
	if (ret)
		return ret;
	efi_disk_parse_media(&raw, revision, media);
	media->erase_size = emedia_read_erase_size(d, media);
	return 0;
}

/**
 * efi_disk_lose_medium() - note that the drive contains another medium
 * @d:		the disk
 *
 * No calls are made until a program opens the disk again. If the medium is
 * fixed, the disk is removed.
 *
 * Context: task context; @d->lock is held.
 */
void efi_disk_lose_medium(struct efi_disk *d)
{
	lockdep_assert_held(&d->lock);
	if (d->stale)
		return;
	d->stale = true;
	d->events |= DISK_EVENT_MEDIA_CHANGE;
	schedule_work(&d->media_work);
}

static void emedia_close(struct efi_disk *d)
{
	dev_err(&d->edev->dev,
		"no memory to replace a buffer that the device may still use: no more requests\n");
	d->closed = true;
}

/**
 * efi_disk_replace_bounce() - replace the bounce buffer after a timeout
 * @d:		the disk, which may go on with the transfer
 *
 * The old buffer is never used again. The new buffer may be smaller. If there
 * is no memory for it, the disk takes no more requests.
 *
 * Context: task context; sleeps. @d->lock is held.
 */
void efi_disk_replace_bounce(struct efi_disk *d)
{
	size_t size = d->bounce->size, align = d->bounce->align;
	struct efi_buffer *fresh;

	lockdep_assert_held(&d->lock);
	d->limits.bounced = true;
	do {
		fresh = efi_buffer_alloc(d->edev, size, align, 0);
		size /= 2;
	} while (IS_ERR(fresh) && size >= EFI_DISK_MAX_BLOCK);
	if (IS_ERR(fresh)) {
		emedia_close(d);
		return;
	}
	efi_buffer_abandon(d->edev, d->bounce);
	d->bounce = fresh;
	d->limits.max_bounced = fresh->size;
}

/**
 * efi_disk_replace_shared() - replace the buffer for commands after a timeout
 * @d:		the disk, which may go on with the command
 *
 * If there is no memory for a new buffer, the disk takes no more requests.
 *
 * Context: task context; sleeps. @d->lock is held.
 */
void efi_disk_replace_shared(struct efi_disk *d)
{
	struct efi_buffer *fresh;

	lockdep_assert_held(&d->lock);
	fresh = efi_buffer_alloc(d->edev, d->shared->size, 0, 0);
	if (IS_ERR(fresh)) {
		emedia_close(d);
		return;
	}
	efi_buffer_abandon(d->edev, d->shared);
	d->shared = fresh;
}

/**
 * efi_disk_read_block() - read one block into the bounce buffer
 * @d:		the disk, which has no tokens in flight
 * @lba:	the block
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: the result of the call.
 */
struct efi_disk_result efi_disk_read_block(struct efi_disk *d, u64 lba)
{
	struct efi_disk_result o = {};

	lockdep_assert_held(&d->lock);
	o.ret = efi_protocol_call(d->io, &o.status, union efi_block_io_protocol,
				  read_blocks, d->media.id, lba,
				  d->media.block_size,
				  efi_phys(d->bounce->virt));
	if (!o.ret && o.status == EFI_TIMEOUT)
		efi_disk_replace_bounce(d);
	return o;
}

/**
 * efi_disk_poll_pause() - choose how long a drive is not polled
 * @last:	the previous pause, in ms
 * @failed:	the medium could not be read
 * @ms:		time that the firmware has taken to look at the medium, in ms
 *
 * A medium that cannot be read takes the firmware many seconds each time, or
 * needs a reset of the bus. The next poll would very probably fail, too.
 *
 * Context: any.
 * Return: the pause in ms, 0 to %EFI_MODE_MEDIA_PAUSE_MAX_MS.
 */
u32 efi_disk_poll_pause(u32 last, bool failed, u64 ms)
{
	u32 pause = 0;

	if (failed)
		pause = max_t(u32, min_t(u32, last, EFI_MODE_MEDIA_PAUSE_MAX_MS) * 2,
			      EFI_MODE_MEDIA_PAUSE_MS);
	return min_t(u64, max_t(u64, pause, ms * POLL_SHARE),
		     EFI_MODE_MEDIA_PAUSE_MAX_MS);
}

/*
 * Polls are made to find a missing or a changed medium, so these are not
 * failures
 */
static bool emedia_is_unreadable(const struct efi_disk_result *o)
{
	return o->ret || (o->status != EFI_SUCCESS &&
			  o->status != EFI_NO_MEDIA &&
			  o->status != EFI_MEDIA_CHANGED);
}

/**
 * efi_disk_detect() - let the firmware look at the medium
 * @d:		the disk
 * @media:	filled in
 *
 * The firmware's drivers look at the medium only when they are asked to read.
 * Sets @d->next_poll to the time of the next poll.
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: 0, or an error as of efi_protocol_read().
 */
int efi_disk_detect(struct efi_disk *d, struct efi_disk_media *media)
{
	u64 start = ktime_get_ns();
	struct efi_disk_result o;

	lockdep_assert_held(&d->lock);
	o = efi_disk_read_block(d, 0);
	d->poll_pause = efi_disk_poll_pause(d->poll_pause,
					    emedia_is_unreadable(&o),
					    (ktime_get_ns() - start) /
					    NSEC_PER_MSEC);
	d->next_poll = jiffies + msecs_to_jiffies(d->poll_pause);
	return efi_disk_read_media(d, media);
}
