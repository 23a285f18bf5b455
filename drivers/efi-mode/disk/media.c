// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is in a drive, and what that means for the block layer
 *
 * Firmware numbers media. Each call says for which one it is meant, and is refused if
 * there is another one by now. So Linux goes on saying the number of the medium that it
 * has looked at, and data of one are never written to another. Only when nobody has
 * the disk open is the new one looked at (edisk_open()).
 *
 * A disk that cannot be removed is the same whatever its number, but not whatever its
 * size: with another one it is another disk, for which the bus makes another device.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/overflow.h>

#include "disk.h"
#include "../bus/bus.h"

/* What iPXE calls the disk that it does not have: "iPXE" */
#define IPXE_MEDIA_ID	0x69505845

/* A device that says more is not believed */
#define MAX_PHYSICAL	SZ_1M

/* What is given back at once, in blocks of whatever size */
#define MAX_DISCARD	SZ_1G

#define MIN_DIRECT	SZ_64K

/*
 * The firmware does nothing else while it looks for a medium, so that gets one part in so
 * many of its time
 */
#define POLL_SHARE	20

/* The first pause after a failure, and the longest one, in ms */
#define FIRST_PAUSE	(4 * MSEC_PER_SEC)
#define LONGEST_PAUSE	(60 * MSEC_PER_SEC)

static u32 emedia_size(u32 block_size, u32 n)
{
	u32 size;

	if (check_mul_overflow(block_size, n, &size) || size > MAX_PHYSICAL)
		return 0;
	return size;
}

/**
 * efi_disk_parse_media() - read what firmware says of a medium
 * @raw:	EFI_BLOCK_IO_MEDIA
 * @revision:	of the protocol, which says how much of that there is
 * @media:	is filled in
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
	/* Of 2^64 blocks there are none */
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
 * efi_disk_check_media() - check that a medium can be a disk of Linux
 * @media:	what is in the drive
 * @why:	set to the reason, for the log, if it cannot
 *
 * Context: any.
 * Return: 0, -ENODEV if the handle is not meant to be a disk, as many are not, or
 * -EINVAL if what the firmware says of the medium cannot be used.
 */
int efi_disk_check_media(const struct efi_disk_media *media, const char **why)
{
	u64 bytes;

	if (media->partition) {
		*why = "a partition: Linux finds those itself";
		return -ENODEV;
	}
	if (media->id == IPXE_MEDIA_ID || media->block_size == 1) {
		*why = "iPXE's, which has no blocks";
		return -ENODEV;
	}
	if (!is_power_of_2(media->block_size) ||
	    media->block_size < EFI_DISK_MIN_BLOCK ||
	    media->block_size > EFI_DISK_MAX_BLOCK) {
		*why = "blocks of a size that Linux cannot have";
		return -EINVAL;
	}
	if (media->present &&
	    (!media->blocks ||
	     check_mul_overflow(media->blocks, media->block_size, &bytes) ||
	     bytes > S64_MAX)) {
		*why = "more blocks than there can be";
		return -EINVAL;
	}
	return 0;
}

/**
 * efi_disk_capacity() - how large is it?
 * @media:	what is in the drive
 *
 * Context: any.
 * Return: sectors of 512 bytes.
 */
sector_t efi_disk_capacity(const struct efi_disk_media *media)
{
	return media->blocks * (media->block_size >> SECTOR_SHIFT);
}

/**
 * efi_disk_queue_limits() - what the block layer has to know
 * @media:	what is in the drive
 * @max_bytes:	of a request
 * @lim:	is filled in
 *
 * The block layer has no logical blocks larger than a page. Where the device has, they
 * are its physical blocks: writing less than one is possible, but slow.
 *
 * What can be written may have a cache, whatever is known of it (see flush.c). A disk
 * that has become read-only may still have in it what was written before; another medium
 * has not.
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
	/* The rest of it is of no interest, and it may not fit */
	lim->alignment_offset = (media->aligned_block * media->block_size) &
				(media->physical_size - 1);
	lim->max_hw_sectors = max_bytes >> SECTOR_SHIFT;
	/* Else the block layer stops at 1280 KiB */
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
 * efi_disk_init_limits() - set the limits of calls
 * @media:	what is in the drive
 * @max_bytes:	of a call, a multiple of %EFI_DISK_MAX_BLOCK
 * @max_bounced: of the bounce buffer, likewise
 * @end:	of the memory that firmware can be given
 * @limits:	is filled in
 *
 * There is firmware that expects memory to be aligned like a block without saying so.
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
 * efi_disk_same_media() - are two media the same, but for firmware's number?
 * @a:		one
 * @b:		another
 *
 * Context: any.
 * Return: true if they look the same.
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
 * efi_disk_read_media() - ask what is in the drive
 * @d:		the disk
 * @media:	is filled in
 *
 * Context: task context; sleeps.
 * Return: 0, or as efi_protocol_read().
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
 * efi_disk_lose_medium() - what is in the drive is not what Linux has looked at
 * @d:		the disk
 *
 * There are no calls any more until a program opens the disk anew. If the medium cannot be
 * removed, the disk goes.
 *
 * Context: @d->lock is held.
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
		"no memory in the place of what the device may still have: closed\n");
	d->closed = true;
}

/**
 * efi_disk_replace_bounce() - use another buffer after a time-out
 * @d:		the disk, which may go on with the transfer
 *
 * The buffer is never used again. The other one may have to be smaller. If there is none,
 * the disk takes no requests any more.
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
 * efi_disk_replace_shared() - use another buffer for commands after a time-out
 * @d:		the disk, which may go on with the command
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
 * @d:		the disk, of which no tokens are in flight
 * @lba:	the block
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: what the firmware has answered.
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
 * @last:	the pause before this look at the medium, in ms
 * @failed:	the medium could not be read
 * @ms:		how long the firmware has taken
 *
 * A medium that cannot be read takes the firmware many seconds each time, or the bus a
 * reset, and is most probably the same the next time.
 *
 * Context: any.
 * Return: ms.
 */
u32 efi_disk_poll_pause(u32 last, bool failed, u64 ms)
{
	u32 pause = 0;

	if (failed)
		pause = max_t(u32, min_t(u32, last, LONGEST_PAUSE) * 2,
			      FIRST_PAUSE);
	return min_t(u64, max_t(u64, pause, ms * POLL_SHARE), LONGEST_PAUSE);
}

/* No medium, or another one, is what a poll is for */
static bool emedia_is_unreadable(const struct efi_disk_result *o)
{
	return o->ret || (o->status != EFI_SUCCESS &&
			  o->status != EFI_NO_MEDIA &&
			  o->status != EFI_MEDIA_CHANGED);
}

/**
 * efi_disk_detect() - let firmware look what is in the drive
 * @d:		the disk
 * @media:	is filled in
 *
 * Its drivers do that only when they are asked to read. @d->next_poll is when they are to
 * be asked for the next time.
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: 0, or as efi_protocol_read().
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
