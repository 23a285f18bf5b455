// SPDX-License-Identifier: GPL-2.0-only
/*
 * One call of firmware, what has to be copied before or after it, and what its answer
 * means
 *
 * Nothing is allocated here: memory may be written out to this disk to become free.
 */
#define pr_fmt(fmt) "efi-disk: " fmt

#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/string.h>

#include "disk.h"

/* What the firmware's answers mean to the block layer */

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
 * @o:		the result
 *
 * Context: any.
 * Return: a status; BLK_STS_OFFLINE if the disk is there no more.
 */
blk_status_t efi_disk_status(const struct efi_disk_result *o)
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
 * @o:		the result
 *
 * Context: any.
 * Return: the word.
 */
const char *efi_disk_status_name(const struct efi_disk_result *o)
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
 * @o:		the result
 *
 * Context: any.
 * Return: true if it may.
 */
bool efi_disk_wants_less(const struct efi_disk_result *o)
{
	return !o->ret && (o->status == EFI_BAD_BUFFER_SIZE ||
			   o->status == EFI_INVALID_PARAMETER ||
			   o->status == EFI_OUT_OF_RESOURCES);
}

/**
 * efi_disk_is_final() - will it be the same with any other block?
 * @o:		the result
 *
 * Context: any.
 * Return: true if no call for the same request can have another one, or if the device may
 * still be at work on it.
 */
bool efi_disk_is_final(const struct efi_disk_result *o)
{
	return o->ret || o->status == EFI_NO_MEDIA ||
	       o->status == EFI_TIMEOUT || o->status == EFI_MEDIA_CHANGED ||
	       o->status == EFI_WRITE_PROTECTED || o->status == EFI_UNSUPPORTED;
}

/* Calls */

static struct efi_disk_result exfer_call_once(struct efi_disk *d, bool write,
					      u64 lba, u32 bytes,
					      phys_addr_t phys)
{
	struct efi_disk_result o = {};

	if (write)
		o.ret = efi_protocol_call(d->io, &o.status,
					  union efi_block_io_protocol,
					  write_blocks, d->media.id, lba, bytes,
					  (void *)phys);
	else
		o.ret = efi_protocol_call(d->io, &o.status,
					  union efi_block_io_protocol,
					  read_blocks, d->media.id, lba, bytes,
					  (void *)phys);
	return o;
}

/* Only the number is another one: firmware has started its driver anew, or the like */
static bool exfer_renew_media_id(struct efi_disk *d)
{
	struct efi_disk_media now;

	if (d->media.removable || efi_disk_read_media(d, &now) ||
	    !efi_disk_same_media(&now, &d->media))
		return false;
	d->media.id = now.id;
	return true;
}

static struct efi_disk_result exfer_call(struct efi_disk *d, bool write,
					 u64 lba, u32 bytes, phys_addr_t phys)
{
	struct efi_disk_result o = exfer_call_once(d, write, lba, bytes, phys);

	if (!o.ret && o.status == EFI_MEDIA_CHANGED && exfer_renew_media_id(d))
		o = exfer_call_once(d, write, lba, bytes, phys);
	if (!o.ret && (o.status == EFI_MEDIA_CHANGED ||
		       o.status == EFI_NO_MEDIA))
		efi_disk_lose_medium(d);
	return o;
}

static void exfer_copy(const struct efi_disk_iter *iter, void *buffer,
		       u32 bytes, bool to_buffer)
{
	const struct efi_disk_segment *seg = iter->seg;
	u32 offset = iter->offset, n;

	for (; bytes; bytes -= n, buffer += n, seg++, offset = 0) {
		void *memory = phys_to_virt(seg->phys + offset);

		n = min(seg->bytes - offset, bytes);
		memcpy(to_buffer ? buffer : memory,
		       to_buffer ? memory : buffer, n);
	}
}

/* The blocks at both ends of which only a part is written */
static struct efi_disk_result exfer_fill_ends(struct efi_disk *d,
					      const struct efi_disk_xfer *xfer)
{
	u32 block = d->limits.block_size, last = xfer->bytes - block;
	bool tail = xfer->skip + xfer->wanted < xfer->bytes;
	struct efi_disk_result o = {};

	if (xfer->skip)
		o = exfer_call(d, false, xfer->lba, block, d->bounce->phys);
	if (tail && (last || !xfer->skip) && efi_disk_succeeded(&o))
		o = exfer_call(d, false, xfer->lba + last / block, block,
			       d->bounce->phys + last);
	return o;
}

static bool exfer_may_go_on(int error, efi_status_t status)
{
	return error == -EIO || (!error && status == EFI_TIMEOUT);
}

/*
 * If the firmware has stopped, or has given up waiting, the pages are not used again, and
 * neither are others of theirs from then on.
 */
static struct efi_disk_result exfer_direct(struct efi_disk *d, bool write,
					   const struct efi_disk_iter *iter,
					   const struct efi_disk_xfer *xfer)
{
	phys_addr_t phys = iter->seg->phys + iter->offset;
	struct efi_disk_result o;

	o = exfer_call(d, write, xfer->lba, xfer->bytes, phys);
	if (exfer_may_go_on(o.ret, o.status)) {
		d->limits.bounced = true;
		efi_memory_abandon(phys, xfer->bytes);
	}
	return o;
}

static struct efi_disk_result exfer_bounced(struct efi_disk *d, bool write,
					    const struct efi_disk_iter *iter,
					    const struct efi_disk_xfer *xfer)
{
	void *data = d->bounce->virt + xfer->skip;
	struct efi_disk_result o = {};

	if (write) {
		o = exfer_fill_ends(d, xfer);
		if (efi_disk_succeeded(&o))
			exfer_copy(iter, data, xfer->wanted, true);
	}
	if (efi_disk_succeeded(&o))
		o = exfer_call(d, write, xfer->lba, xfer->bytes,
			       d->bounce->phys);
	if (!write && efi_disk_succeeded(&o))
		exfer_copy(iter, data, xfer->wanted, false);
	if (!o.ret && o.status == EFI_TIMEOUT)
		efi_disk_replace_bounce(d);
	return o;
}

/**
 * efi_disk_transfer() - transfer what one call can
 * @d:		the disk
 * @write:	to it
 * @iter:	how far the request has come
 * @xfer:	as efi_disk_plan() says
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: what has become of it.
 */
struct efi_disk_result efi_disk_transfer(struct efi_disk *d, bool write,
					 const struct efi_disk_iter *iter,
					 const struct efi_disk_xfer *xfer)
{
	lockdep_assert_held(&d->lock);
	if (d->closed)
		return (struct efi_disk_result) { .ret = -ENODEV };
	if (xfer->direct)
		return exfer_direct(d, write, iter, xfer);
	return exfer_bounced(d, write, iter, xfer);
}

/**
 * efi_disk_describe() - what efi_disk_transfer() would call
 * @d:		the disk
 * @write:	to it
 * @iter:	how far the request has come
 * @xfer:	one that needs no buffer
 * @c:		is filled in
 *
 * Context: any. @d->lock is held.
 */
void efi_disk_describe(const struct efi_disk *d, bool write,
		       const struct efi_disk_iter *iter,
		       const struct efi_disk_xfer *xfer, struct efi_call *c)
{
	void *buffer = (void *)(iter->seg->phys + iter->offset);

	if (write)
		*c = (struct efi_call)
			EFI_PROTOCOL_CALL(d->io, union efi_block_io_protocol,
					  write_blocks, d->media.id, xfer->lba,
					  xfer->bytes, buffer);
	else
		*c = (struct efi_call)
			EFI_PROTOCOL_CALL(d->io, union efi_block_io_protocol,
					  read_blocks, d->media.id, xfer->lba,
					  xfer->bytes, buffer);
}

/**
 * efi_disk_conclude() - what has become of a call that was described
 * @c:		as of efi_disk_describe(), and made
 *
 * Context: any.
 * Return: true if it has succeeded.
 */
bool efi_disk_conclude(const struct efi_call *c)
{
	/* As in exfer_direct() */
	if (exfer_may_go_on(c->error, c->status))
		efi_memory_abandon(c->args[4], c->args[3]);
	return !c->error && c->status == EFI_SUCCESS;
}

/**
 * efi_disk_erase() - let the device forget blocks
 * @d:		the disk, which has EraseBlock
 * @lba:	the first
 * @bytes:	of whole blocks
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: what has become of it.
 */
struct efi_disk_result efi_disk_erase(struct efi_disk *d, u64 lba, u64 bytes)
{
	struct efi_erase_block_token *token = d->shared->virt;
	struct efi_disk_result o = {};

	lockdep_assert_held(&d->lock);
	memset(token, 0, sizeof(*token));
	o.ret = efi_protocol_call(d->erase, &o.status,
				  union efi_erase_block_protocol, erase_blocks,
				  d->media.id, lba, efi_phys(token), bytes);
	if (efi_disk_succeeded(&o))
		o.status = token->transaction_status;
	if (!o.ret && o.status == EFI_TIMEOUT)
		efi_disk_replace_shared(d);
	return o;
}
