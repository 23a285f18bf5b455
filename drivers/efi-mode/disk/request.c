// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of the block layer that firmware does by itself
 *
 * Each has one token, and one buffer of that: data are copied before the call, or after
 * the token is complete. See tokens.c.
 */
#define pr_fmt(fmt) "efi-disk: " fmt

#include <linux/align.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/ratelimit.h>
#include <linux/string.h>

#include "tokens.h"

/* How long firmware has to complete the tokens of a disk that it has removed */
#define REMOVED_PATIENCE (2 * HZ)

static void copy(struct request *rq, void *buffer, bool to_buffer)
{
	struct req_iterator iter;
	struct bio_vec bv;

	rq_for_each_bvec(bv, rq, iter) {
		void *memory = page_address(bv.bv_page) + bv.bv_offset;

		memcpy(to_buffer ? buffer : memory,
		       to_buffer ? memory : buffer, bv.bv_len);
		buffer += bv.bv_len;
	}
}

/* What firmware says of an error in a token may be true, or not: see queue.c */
static void finish(struct efi_disk_slot *s)
{
	struct request *rq = s->rq;
	struct efi_disk_request *r = blk_mq_rq_to_pdu(rq);
	struct efi_disk_outcome o = efi_disk_slot_result(s);

	if (!efi_disk_succeeded(&o)) {
		kblockd_schedule_work(&r->again);
		return;
	}
	if (rq_data_dir(rq) == READ)
		copy(rq, s->buffer->virt, false);
	r->slot = NULL;
	efi_disk_put_slot(s);
	blk_mq_end_request(rq, BLK_STS_OK);
}

/**
 * efi_disk_end_requests() - there are complete tokens
 * @work:	of struct efi_disk_tokens
 *
 * Context: task context.
 */
void efi_disk_end_requests(struct work_struct *work)
{
	struct efi_disk_tokens *t = container_of(work, struct efi_disk_tokens,
						 done);
	unsigned int i;
	bool done;

	for (i = 0; i < t->nr; i++) {
		struct efi_disk_slot *s = &t->slots[i];

		spin_lock_irq(&t->lock);
		done = s->state == EFI_DISK_SLOT_DONE && s->rq;
		if (done)
			s->state = EFI_DISK_SLOT_TAKEN;
		spin_unlock_irq(&t->lock);
		if (done)
			finish(s);
	}
}

/**
 * efi_disk_token_fits() - can it be done with a token?
 * @shape:	of calls
 * @size:	of the buffer of a token
 * @pos:	in bytes
 * @bytes:	of the request
 *
 * Context: any.
 * Return: true if it is of whole blocks, and not too large.
 */
bool efi_disk_token_fits(const struct efi_disk_shape *shape, u32 size, u64 pos,
			 u32 bytes)
{
	return IS_ALIGNED(pos | bytes, shape->block_size) &&
	       bytes <= min(size, shape->max_bytes);
}

/**
 * efi_disk_token_start() - let firmware do a request by itself
 * @d:		the disk
 * @rq:		a read or a write, which is allowed
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: true if the request is or was with firmware, and ends without the caller; false
 * if it has to be done without a token.
 */
bool efi_disk_token_start(struct efi_disk *d, struct request *rq)
{
	struct efi_disk_request *r = blk_mq_rq_to_pdu(rq);
	u64 pos = (u64)blk_rq_pos(rq) << SECTOR_SHIFT;
	bool write = rq_data_dir(rq) == WRITE;
	struct efi_disk_tokens *t = d->tokens;
	struct efi_disk_outcome o;
	struct efi_disk_slot *s;

	lockdep_assert_held(&d->lock);
	if (!t || READ_ONCE(t->lost) ||
	    !efi_disk_token_fits(&d->shape, t->size, pos, blk_rq_bytes(rq)))
		return false;
	s = efi_disk_take_slot(t);
	if (!s)
		return false;
	if (write)
		copy(rq, s->buffer->virt, true);
	s->rq = rq;
	r->slot = s;
	if (efi_disk_slot_start(s, write, pos / d->shape.block_size,
				blk_rq_bytes(rq), &o))
		return true;
	r->slot = NULL;
	if (o.ret != -EIO)
		efi_disk_put_slot(s);
	return false;
}

/**
 * efi_disk_token_failed() - there was an error in the token of a request
 * @rq:		the request, which is to be done without one now
 *
 * Context: task context.
 */
void efi_disk_token_failed(struct request *rq)
{
	struct efi_disk_request *r = blk_mq_rq_to_pdu(rq);
	struct efi_disk_slot *s = r->slot;
	struct efi_disk *d = s->t->d;
	struct efi_disk_outcome o = efi_disk_slot_result(s);

	dev_warn_ratelimited(&d->edev->dev,
			     "%s: a token for %u bytes at sector %llu: %s: once more with BlockIo\n",
			     d->gd->disk_name, blk_rq_bytes(rq),
			     (u64)blk_rq_pos(rq), efi_disk_status_name(&o));
	r->slot = NULL;
	efi_disk_put_slot(s);
}

/**
 * efi_disk_token_timeout() - a request takes too long
 * @rq:		the request
 *
 * Context: task context; as timeout() of struct blk_mq_ops.
 * Return: %BLK_EH_RESET_TIMER if no token of it is with firmware.
 */
enum blk_eh_timer_return efi_disk_token_timeout(struct request *rq)
{
	struct efi_disk_request *r = blk_mq_rq_to_pdu(rq);
	struct efi_disk_slot *s = READ_ONCE(r->slot);
	struct efi_disk *d = rq->q->queuedata;

	if (!s || !efi_disk_lose_slot(s, rq))
		return BLK_EH_RESET_TIMER;
	dev_err(&d->edev->dev,
		"%s: firmware does not complete a token at sector %llu: no transfers until it does\n",
		d->gd->disk_name, (u64)blk_rq_pos(rq));
	r->slot = NULL;
	blk_mq_end_request(rq, BLK_STS_TIMEOUT);
	return BLK_EH_DONE;
}

/**
 * efi_disk_tokens_give_up() - the disk has gone, and its tokens may not come back
 * @d:		the disk, which takes no requests any more
 *
 * Context: task context; sleeps.
 */
void efi_disk_tokens_give_up(struct efi_disk *d)
{
	struct efi_disk_tokens *t = d->tokens;
	struct request *rq;
	unsigned int i;

	if (!t || wait_event_timeout(t->wait, !READ_ONCE(t->in_flight),
				     REMOVED_PATIENCE))
		return;
	for (i = 0; i < t->nr; i++) {
		rq = READ_ONCE(t->slots[i].rq);
		if (rq && efi_disk_lose_slot(&t->slots[i], rq))
			blk_mq_end_request(rq, BLK_STS_OFFLINE);
	}
}
