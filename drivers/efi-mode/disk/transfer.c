// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make one firmware call, copy its data, and interpret its status
 *
 * A transfer that succeeds allocates nothing, because it may be a write-back
 * that is needed to free memory. After some errors, memory is allocated, but
 * without I/O (see efi_disk_lock()).
 */
#define pr_fmt(fmt) "efi-disk: " fmt

#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/string.h>

#include "disk.h"

/* Meaning of the firmware's status codes */

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
	{ EFI_TIMEOUT, BLK_STS_TIMEOUT, "timeout" },
	{ EFI_ABORTED, BLK_STS_IOERR, "aborted" },
	{ EFI_SECURITY_VIOLATION, BLK_STS_TARGET, "security violation" },
	{ EFI_CRC_ERROR, BLK_STS_PROTECTION, "CRC error" },
};

/**
 * efi_disk_status() - convert the result of a call for the block layer
 * @o:		the result
 *
 * Context: any.
 * Return: the status; BLK_STS_OFFLINE if the disk is gone; BLK_STS_IOERR for an
 * unknown EFI status or if the firmware could not be called.
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
 * efi_disk_status_name() - get the name of the result of a call, for messages
 * @o:		the result
 *
 * Context: any.
 * Return: the name.
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
		return "the system is shutting down";
	default:
		return "the firmware has stopped";
	}
	for (i = 0; i < ARRAY_SIZE(statuses); i++)
		if (statuses[i].status == o->status)
			return statuses[i].name;
	return "unknown EFI status";
}

/**
 * efi_disk_wants_less() - check whether a smaller transfer may succeed
 * @o:		the result
 *
 * Context: any.
 * Return: true if the firmware may have refused the size of the transfer.
 */
bool efi_disk_wants_less(const struct efi_disk_result *o)
{
	return !o->ret && (o->status == EFI_BAD_BUFFER_SIZE ||
			   o->status == EFI_INVALID_PARAMETER ||
			   o->status == EFI_OUT_OF_RESOURCES);
}

/**
 * efi_disk_is_final() - check whether all calls for a request would fail alike
 * @o:		the result
 *
 * Context: any.
 * Return: true if no other call for the same request can succeed, or if the
 * device may still be working on the transfer.
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

/*
 * If only the number of the medium has changed, as when the firmware has
 * restarted its driver, use the new number
 */
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

/* Read the blocks at both ends of which the request writes only a part */
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
 * If the firmware has stopped, or has given up waiting, the device may go on
 * with the transfer. The pages are never used again, and all later transfers
 * use the bounce buffer.
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
 * efi_disk_transfer() - make one call of a read or a write
 * @d:		the disk
 * @write:	true to write, false to read
 * @iter:	progress of the request
 * @xfer:	the transfer, as of efi_disk_plan()
 *
 * A transfer through the bounce buffer may need further calls, to read blocks
 * that are written in part.
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: the result.
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
 * efi_disk_describe() - prepare the call that efi_disk_transfer() would make
 * @d:		the disk
 * @write:	true to write, false to read
 * @iter:	progress of the request
 * @xfer:	a transfer that does not use the bounce buffer
 * @c:		filled in
 *
 * Context: task context; @d->lock is held.
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
 * efi_disk_conclude() - evaluate a call of efi_disk_describe()
 * @c:		the call, after it was submitted
 *
 * If the device may go on with the transfer, the memory is abandoned.
 *
 * Context: any.
 * Return: true if the call has succeeded.
 */
bool efi_disk_conclude(const struct efi_call *c)
{
	/* As in exfer_direct() */
	if (exfer_may_go_on(c->error, c->status))
		efi_memory_abandon(c->args[4], c->args[3]);
	return !c->error && c->status == EFI_SUCCESS;
}

/**
 * efi_disk_erase() - erase blocks
 * @d:		the disk, which has EraseBlock
 * @lba:	first block
 * @bytes:	length in bytes, whole blocks
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: the result.
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
