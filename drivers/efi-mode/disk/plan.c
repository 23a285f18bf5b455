// SPDX-License-Identifier: GPL-2.0-only
/*
 * Split a request into firmware calls: pure functions
 *
 * The firmware transfers whole blocks, to or from contiguous memory. The memory
 * of a request consists of many segments. A segment that is long enough is
 * transferred directly. The other segments go through the bounce buffer: those
 * that are short, that have an address that the firmware does not accept, that
 * lie behind the memory that the firmware can be given, or whose pages could
 * not be abandoned if the device might still access them after the call. A run
 * of such segments is gathered in the buffer for one call, because a call costs
 * more than a copy.
 *
 * Blocks may be larger than those of the block layer. A request can then begin
 * and end in the middle of a block. Such blocks go through the bounce buffer,
 * too.
 */
#include <linux/align.h>
#include <linux/bvec.h>
#include <linux/io.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/page-flags.h>

#include <efi-mode/time-limits.h>

#include "disk.h"

/**
 * efi_disk_add_segment() - add memory of a request to its segments
 * @segs:	the segments
 * @nr:		number of @segs, incremented for a new segment
 * @max:	size of @segs
 * @bv:		the memory to add
 *
 * Memory that follows the last segment is merged into it. The block layer never
 * counts fewer segments than this function, so @segs is large enough if @max is
 * the limit of the queue.
 *
 * Memory from kmalloc(), which file systems use, shares its page with other
 * objects. It cannot be abandoned, because the allocator reuses it after it is
 * freed, whatever references the page has.
 *
 * Context: any.
 * Return: false if there are more than @max segments.
 */
bool efi_disk_add_segment(struct efi_disk_segment *segs, unsigned int *nr,
			  unsigned int max, const struct bio_vec *bv)
{
	phys_addr_t phys = page_to_phys(bv->bv_page) + bv->bv_offset;
	struct efi_disk_segment *last = *nr ? &segs[*nr - 1] : NULL;
	bool shared = PageSlab(bv->bv_page);

	if (last && last->phys + last->bytes == phys && last->shared == shared) {
		last->bytes += bv->bv_len;
		return true;
	}
	if (*nr == max)
		return false;
	segs[(*nr)++] = (struct efi_disk_segment) {
		.phys	= phys,
		.bytes	= bv->bv_len,
		.shared	= shared,
	};
	return true;
}

/* Return: the number of bytes from here on that can be transferred directly */
static u32 eplan_direct_bytes(const struct efi_disk_limits *s,
			      const struct efi_disk_segment *seg, u32 offset,
			      u64 pos, u32 left)
{
	u32 bytes = min3(seg->bytes - offset, left, s->max_bytes);

	if (s->bounced || seg->shared || seg->phys + seg->bytes > s->end ||
	    !IS_ALIGNED(pos, s->block_size) ||
	    !IS_ALIGNED(seg->phys + offset, s->align))
		return 0;
	return round_down(bytes, s->block_size);
}

/*
 * Gather until the buffer is full, the request ends, or a long segment begins
 */
static u32 eplan_gather(const struct efi_disk_limits *s,
			const struct efi_disk_iter *c, u32 limit)
{
	const struct efi_disk_segment *seg = c->seg;
	u32 offset = c->offset, bytes = 0, here, gap;

	while (bytes < limit) {
		u64 pos = c->pos + bytes;

		here = min(seg->bytes - offset, limit - bytes);
		gap = round_up(pos, s->block_size) - pos;
		if (gap < here &&
		    eplan_direct_bytes(s, seg, offset + gap, pos + gap,
				       c->left - bytes - gap) >= s->min_direct)
			return bytes + gap;
		bytes += here;
		seg++;
		offset = 0;
	}
	return bytes;
}

/**
 * efi_disk_plan() - plan the next call
 * @s:		limits of calls
 * @c:		progress of the request; @c->left is not 0
 * @xfer:	filled in
 *
 * Context: any.
 */
void efi_disk_plan(const struct efi_disk_limits *s,
		   const struct efi_disk_iter *c, struct efi_disk_xfer *xfer)
{
	u32 direct = eplan_direct_bytes(s, c->seg, c->offset, c->pos, c->left);
	u32 skip = c->pos & (s->block_size - 1);

	xfer->lba = c->pos / s->block_size;
	xfer->skip = skip;
	/*
	 * A short transfer that completes the request is direct, too: it saves
	 * the copy, and needs no additional call
	 */
	xfer->direct = direct && (direct >= s->min_direct || direct == c->left);
	if (xfer->direct)
		xfer->wanted = direct;
	else
		xfer->wanted = eplan_gather(s, c, min(c->left,
						      min(s->max_bytes,
							  s->max_bounced) -
						      skip));
	xfer->bytes = round_up(skip + xfer->wanted, s->block_size);
}

/**
 * efi_disk_advance() - advance the progress of a request
 * @c:		progress of the request
 * @bytes:	bytes that have been transferred, at most @c->left
 *
 * Context: any.
 */
void efi_disk_advance(struct efi_disk_iter *c, u32 bytes)
{
	c->pos += bytes;
	c->left -= bytes;
	bytes += c->offset;
	/*
	 * At the end of the request, @bytes is 0, so there is no access behind
	 * the last segment
	 */
	while (bytes && bytes >= c->seg->bytes) {
		bytes -= c->seg->bytes;
		c->seg++;
	}
	c->offset = bytes;
}

/**
 * efi_disk_plan_erase() - find the part of a discard that can be erased
 * @media:	the medium; @media->erase_size is not 0
 * @pos:	position of the discard on the disk, in bytes
 * @bytes:	length of the discard, in bytes
 * @lba:	set to the first block to erase
 *
 * A discard may begin and end anywhere. Only erase units that lie completely in
 * it are erased, because the rest of a unit contains other data. The block
 * layer allows that discarded data remain.
 *
 * Context: any.
 * Return: the length in bytes, a multiple of @media->erase_size; 0 if there is
 * nothing to erase.
 */
u64 efi_disk_plan_erase(const struct efi_disk_media *media, u64 pos, u64 bytes,
			u64 *lba)
{
	u64 start = DIV_ROUND_UP_ULL(pos, media->erase_size);
	u64 end = div_u64(pos + bytes, media->erase_size);

	if (end <= start)
		return 0;
	*lba = start * (media->erase_size / media->block_size);
	return (end - start) * media->erase_size;
}

/**
 * efi_disk_pace() - adapt the amount of work per switch
 * @now:	the amount that the last switch was used for
 * @least:	lower limit, a power of two
 * @most:	upper limit
 * @ms:		time that the last switch took, in ms
 *
 * A fast device gets large transfers, because each call costs a switch and some
 * work of the firmware. A slow device gets small transfers.
 *
 * Context: any.
 * Return: the amount per switch from now on, at most @most.
 */
u32 efi_disk_pace(u32 now, u32 least, u32 most, unsigned int ms)
{
	if (ms >= EFI_MODE_DISK_CALL_LONG_MS && now / 2 >= least)
		return now / 2;
	if (ms < EFI_MODE_DISK_CALL_SHORT_MS && now < most)
		return min(2 * now, most);
	return now;
}
