// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a request is cut into calls of firmware: pure functions
 *
 * Firmware transfers whole blocks, to or from memory in one piece. The memory of a
 * request is in many. What is long enough goes from or to where it is; what is short,
 * or at an address that firmware does not take, or in pages that cannot be left to
 * firmware if it faults, is gathered in the bounce buffer, as much of it as is in a row,
 * since a call costs more than copying. So is what lies behind the memory that firmware
 * can be given.
 *
 * Blocks may be larger than what the block layer knows. Then a request can begin and
 * end in the middle of one: such blocks go through the bounce buffer, too.
 */
#include <linux/align.h>
#include <linux/bvec.h>
#include <linux/io.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/page-flags.h>

#include "disk.h"

/*
 * Firmware does one thing at a time: a keyboard or another disk waits for the end of a
 * call. These are about as long as a frame on a screen at the most.
 */
#define LONG_MS		20
#define SHORT_MS	5

/**
 * efi_disk_add_segment() - memory of a request
 * @segs:	there are @nr of them
 * @nr:		is counted up if it is another one
 * @max:	as many as @segs has room for
 * @bv:		the memory that is next
 *
 * What follows the segment before it is a part of that: the block layer counts those as two,
 * too, at the most. What a file system has from kmalloc() is used again when it has freed
 * it, whoever else has the page.
 *
 * Context: any.
 * Return: false if there are too many.
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

/* How many bytes from here on can go without the bounce buffer? */
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

/* Until the buffer is full, the request at its end, or there is a long segment */
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
 * efi_disk_plan() - what to transfer with the next call
 * @s:		what calls are like
 * @c:		how far the request has come; @c->left is not 0
 * @xfer:	is filled in
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
	/* What is all there is saves the copy, and costs no other call */
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
 * efi_disk_advance() - so much has been transferred
 * @c:		how far the request has come
 * @bytes:	no more than @c->left
 *
 * Context: any.
 */
void efi_disk_advance(struct efi_disk_iter *c, u32 bytes)
{
	c->pos += bytes;
	c->left -= bytes;
	bytes += c->offset;
	/* What is behind the last segment is not looked at */
	while (bytes && bytes >= c->seg->bytes) {
		bytes -= c->seg->bytes;
		c->seg++;
	}
	c->offset = bytes;
}

/**
 * efi_disk_plan_erase() - what of a discard can be erased
 * @media:	what is in the drive; @erase_size is not 0
 * @pos:	on the disk, in bytes
 * @bytes:	how many
 * @lba:	first block
 *
 * A discard may begin and end anywhere. What is beside it belongs to somebody, so only
 * what is wholly in it is erased. It may remain: nobody has been promised that it goes.
 *
 * Context: any.
 * Return: bytes from @lba on, a multiple of @erase_size; 0 if there is nothing to erase.
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
 * efi_disk_pace() - how much is to be done with one switch, after a full one
 * @now:	how much that was
 * @least:	power of two
 * @most:	more than which is never done
 * @ms:		how long it has taken
 *
 * What is fast is done in large pieces, since each costs a switch and what firmware does
 * around it; what is slow in small ones.
 *
 * Context: any.
 * Return: how much from now on, at most @most.
 */
u32 efi_disk_pace(u32 now, u32 least, u32 most, unsigned int ms)
{
	if (ms >= LONG_MS && now / 2 >= least)
		return now / 2;
	if (ms < SHORT_MS && now < most)
		return min(2 * now, most);
	return now;
}
