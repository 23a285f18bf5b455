// SPDX-License-Identifier: GPL-2.0-only
/*
 * Serve the requests of the block layer
 *
 * There is one hardware queue. The firmware calls for a request are made by the
 * task that issues it, or by a task that already holds the lock. Other tasks
 * wait meanwhile.
 *
 * If the disk uses tokens, a task only starts a read or a write. Two kinds of
 * requests are served without a token, once no token of the disk is in flight:
 * requests that cannot use a token, and requests whose token has failed. If no
 * token is in flight and there are only few requests, they are served without
 * tokens, too, because they complete before the firmware would look at the
 * tokens. To count the requests, the driver collects those that a task issues
 * together.
 *
 * If the disk does not use tokens, the driver also collects requests. A switch
 * costs more than the rest of the driver, and one switch is enough for several
 * requests of one call each. If such a call fails, its request is served once
 * more on its own.
 */
#define pr_fmt(fmt) "efi-disk: " fmt

#include <linux/math64.h>
#include <linux/ratelimit.h>

#include <asm/msr.h>
#include <asm/tsc.h>

#include <efi-mode/time-limits.h>

#include "disk.h"

/*
 * A transfer that fails is tried again in pieces, because several requests may
 * have been merged into one. Then only the bad pieces fail. A device that does
 * not answer takes seconds for each failure. In that case, the rest of the
 * request fails without further calls.
 */
#define PIECE		SZ_4K

/* Lower limits of efi_disk_pace(): bytes per call, and calls per switch */
#define LEAST_BYTES	SZ_128K
#define LEAST_TOGETHER	2

/* The cost of a switch does not matter for larger transfers */
#define MOST_BYTES_TOGETHER SZ_64K

/**
 * struct rw - a read or a write in progress
 * @d:		the disk
 * @rq:		the request
 * @write:	true to write, false to read
 * @iter:	progress of the request
 * @limits:	limits of the next call
 * @small_until: position in bytes from which the limits of the disk apply again
 * @too_large:	the firmware has refused the size as such, so the new limit is
 *		for all requests
 * @start:	position in bytes up to which the block layer has been told the
 *		result
 * @failing_ms:	total time of the calls that have failed
 * @status:	status of the first part that has failed
 */
struct rw {
	struct efi_disk *d;
	struct request *rq;
	bool write;
	struct efi_disk_iter iter;
	struct efi_disk_limits limits;
	u64 small_until;
	bool too_large;
	u64 start;
	unsigned int failing_ms;
	blk_status_t status;
};

static void equeue_complain(struct rw *rw, const struct efi_disk_xfer *xfer,
			    const struct efi_disk_result *o)
{
	dev_err_ratelimited(&rw->d->edev->dev,
			    "%s: cannot %s %u bytes at sector %llu: %s\n",
			    rw->d->gd->disk_name, rw->write ? "write" : "read",
			    xfer->wanted, rw->iter.pos >> SECTOR_SHIFT,
			    efi_disk_status_name(o));
}

/*
 * Tell the block layer that everything up to the current position has succeeded
 */
static void equeue_tell_done(struct rw *rw)
{
	u32 bytes = rw->iter.pos - rw->start;

	if (bytes)
		blk_update_request(rw->rq, BLK_STS_OK, bytes);
	rw->start = rw->iter.pos;
}

static void equeue_fail_part(struct rw *rw, u32 bytes, blk_status_t status)
{
	equeue_tell_done(rw);
	rw->status = rw->status ?: status;
	blk_update_request(rw->rq, status, bytes);
	efi_disk_advance(&rw->iter, bytes);
	rw->start = rw->iter.pos;
}

/* Return: true if the transfer is to be tried again with smaller limits */
static bool equeue_try_less(struct rw *rw, const struct efi_disk_xfer *xfer,
			    const struct efi_disk_result *o)
{
	u32 block = rw->limits.block_size, piece = max(PIECE, block);

	if (efi_disk_wants_less(o) && xfer->bytes > block) {
		rw->limits.max_bytes =
			max(round_down(xfer->bytes / 2, block), block);
		rw->small_until = U64_MAX;
		/*
		 * Only EFI_BAD_BUFFER_SIZE is about the size as such. There may
		 * be enough memory the next time, and a parameter can be
		 * invalid for another reason.
		 */
		rw->too_large = o->status == EFI_BAD_BUFFER_SIZE;
		return true;
	}
	if (xfer->bytes <= piece)
		return false;
	rw->limits.max_bytes = piece;
	rw->small_until = rw->iter.pos + xfer->wanted;
	return true;
}

static bool equeue_is_hopeless(const struct rw *rw,
			       const struct efi_disk_result *o)
{
	return efi_disk_is_final(o) || rw->failing_ms > EFI_MODE_DISK_RETRY_MS;
}

static void equeue_handle_failure(struct rw *rw,
				  const struct efi_disk_xfer *xfer,
				  const struct efi_disk_result *o)
{
	blk_status_t status = efi_disk_status(o);

	if (!equeue_is_hopeless(rw, o) && equeue_try_less(rw, xfer, o))
		return;
	/* The bus reports a disk that is gone, once */
	if (o->ret != -ENODEV)
		equeue_complain(rw, xfer, o);
	if (!o->ret && o->status == EFI_WRITE_PROTECTED && rw->write)
		set_disk_ro(rw->d->gd, true);
	equeue_fail_part(rw, equeue_is_hopeless(rw, o) ? rw->iter.left :
							 xfer->wanted, status);
}

/*
 * The firmware has refused a larger transfer and accepted this one, so the
 * limit is for all requests
 */
static void equeue_learn_size(struct rw *rw)
{
	struct efi_disk *d = rw->d;

	if (!rw->too_large || rw->limits.max_bytes >= d->limits.max_bytes)
		return;
	d->max_bytes = rw->limits.max_bytes;
	d->limits.max_bytes = d->max_bytes;
	d->limits.min_direct = min(d->limits.min_direct, d->limits.max_bytes);
	dev_info(&d->edev->dev,
		 "%s: the firmware refuses larger transfers: limited to %u bytes\n",
		 d->gd->disk_name, d->limits.max_bytes);
}

static unsigned int equeue_ms_since(u64 start)
{
	return div_u64(rdtsc() - start, tsc_khz);
}

/* Called after a call of the largest size */
static void equeue_keep_pace(struct rw *rw, u64 start)
{
	struct efi_disk *d = rw->d;

	d->limits.max_bytes = efi_disk_pace(d->limits.max_bytes, LEAST_BYTES,
					    d->max_bytes,
					    equeue_ms_since(start));
	rw->limits.max_bytes = d->limits.max_bytes;
}

static blk_status_t equeue_transfer(struct rw *rw)
{
	struct efi_disk_result o;
	struct efi_disk_xfer xfer;
	u64 start;

	while (rw->iter.left) {
		if (rw->iter.pos >= rw->small_until) {
			rw->limits = rw->d->limits;
			rw->small_until = 0;
		}
		efi_disk_plan(&rw->limits, &rw->iter, &xfer);
		start = rdtsc();
		o = efi_disk_transfer(rw->d, rw->write, &rw->iter, &xfer);
		if (efi_disk_succeeded(&o)) {
			equeue_learn_size(rw);
			if (xfer.bytes == rw->d->limits.max_bytes)
				equeue_keep_pace(rw, start);
			efi_disk_advance(&rw->iter, xfer.wanted);
			continue;
		}
		rw->failing_ms += equeue_ms_since(start);
		equeue_handle_failure(rw, &xfer, &o);
	}
	if (rw->status)
		equeue_tell_done(rw);
	return rw->status;
}

static bool equeue_collect_segments(struct efi_disk *d, struct request *rq)
{
	struct req_iterator iter;
	unsigned int n = 0;
	struct bio_vec bv;

	rq_for_each_bvec(bv, rq, iter)
		if (WARN_ON_ONCE(!efi_disk_add_segment(d->segs, &n,
						       ARRAY_SIZE(d->segs),
						       &bv)))
			return false;
	return true;
}

static u64 equeue_position(struct request *rq)
{
	return (u64)blk_rq_pos(rq) << SECTOR_SHIFT;
}

static struct efi_disk_iter equeue_first_iter(const struct efi_disk *d,
					      struct request *rq)
{
	return (struct efi_disk_iter) {
		.seg	= d->segs,
		.pos	= equeue_position(rq),
		.left	= blk_rq_bytes(rq),
	};
}

static bool equeue_is_claimed(struct efi_disk *d, struct request *rq)
{
	return rq_data_dir(rq) == WRITE &&
	       !efi_fs_claim_may_write(d, blk_rq_pos(rq), blk_rq_sectors(rq));
}

/*
 * If a part fails, the block layer has been told the result of all parts.
 *
 * Return: BLK_STS_OK, or the status of the first part that has failed.
 */
static blk_status_t equeue_read_or_write(struct efi_disk *d, struct request *rq)
{
	struct rw rw = {
		.d	= d,
		.rq	= rq,
		.write	= rq_data_dir(rq) == WRITE,
		.start	= equeue_position(rq),
		.limits	= d->limits,
		.iter	= equeue_first_iter(d, rq),
	};

	if (equeue_is_claimed(d, rq)) {
		dev_err_ratelimited(&d->edev->dev,
				    "%s: write to a firmware file system refused: sector %llu\n",
				    d->gd->disk_name, blk_rq_pos(rq));
		return BLK_STS_IOERR;
	}
	if (!equeue_collect_segments(d, rq))
		return BLK_STS_IOERR;
	return equeue_transfer(&rw);
}

static blk_status_t equeue_simple(struct efi_disk *d, struct request *rq,
				  const char *what, struct efi_disk_result o)
{
	if (!efi_disk_succeeded(&o) && o.ret != -ENODEV)
		dev_err_ratelimited(&d->edev->dev, "%s: cannot %s: %s\n",
				    d->gd->disk_name, what,
				    efi_disk_status_name(&o));
	return efi_disk_status(&o);
}

static blk_status_t equeue_discard(struct efi_disk *d, struct request *rq)
{
	u64 pos = (u64)blk_rq_pos(rq) << SECTOR_SHIFT, lba, bytes;

	if (!efi_fs_claim_may_write(d, blk_rq_pos(rq), blk_rq_sectors(rq)))
		return BLK_STS_IOERR;
	/* The discard may have been issued for another medium */
	if (!d->media.erase_size)
		return BLK_STS_NOTSUPP;
	bytes = efi_disk_plan_erase(&d->media, pos, blk_rq_bytes(rq), &lba);
	if (!bytes)
		return BLK_STS_OK;
	return equeue_simple(d, rq, "erase", efi_disk_erase(d, lba, bytes));
}

/*
 * Refuse requests that cannot succeed: calls for them would only fill the log
 */
static blk_status_t equeue_refusal(const struct efi_disk *d)
{
	if (d->closed)
		return BLK_STS_OFFLINE;
	return d->stale || efi_mode_is_stopped() ? BLK_STS_IOERR : BLK_STS_OK;
}

static blk_status_t equeue_serve(struct efi_disk *d, struct request *rq)
{
	blk_status_t status;

	lockdep_assert_held(&d->lock);
	status = equeue_refusal(d);
	if (status)
		return status;
	if (!efi_disk_tokens_drain(d))
		return BLK_STS_TIMEOUT;
	switch (req_op(rq)) {
	case REQ_OP_READ:
	case REQ_OP_WRITE:
		return equeue_read_or_write(d, rq);
	case REQ_OP_FLUSH:
		return equeue_simple(d, rq, "flush", efi_disk_flush(d));
	case REQ_OP_DISCARD:
		return equeue_discard(d, rq);
	default:
		return BLK_STS_NOTSUPP;
	}
}

static bool equeue_is_transfer(struct request *rq)
{
	return req_op(rq) == REQ_OP_READ || req_op(rq) == REQ_OP_WRITE;
}

/* Return: true if the request completes without the caller */
static bool equeue_start_token(struct efi_disk *d, struct request *rq)
{
	if (equeue_refusal(d) || !equeue_is_transfer(rq) ||
	    equeue_is_claimed(d, rq))
		return false;
	return efi_disk_token_start(d, rq);
}

static void equeue_serve_again(struct work_struct *work)
{
	struct efi_disk_request *r = container_of(work, struct efi_disk_request,
						  again);
	struct request *rq = blk_mq_rq_from_pdu(r);
	struct efi_disk *d = rq->q->queuedata;
	blk_status_t status;
	unsigned int noio;

	noio = efi_disk_lock(d);
	efi_disk_token_failed(rq);
	status = equeue_serve(d, rq);
	efi_disk_unlock(d, noio);
	blk_mq_end_request(rq, status);
}

/* From here on, the request can time out */
static void equeue_take_issued(struct efi_disk *d, struct request *rq)
{
	list_del_init(&rq->queuelist);
	atomic_dec(&d->waiting);
	blk_mq_start_request(rq);
}

static void equeue_complete(struct request *rq, blk_status_t status,
			    struct list_head *over)
{
	struct efi_disk_request *r = blk_mq_rq_to_pdu(rq);

	r->status = status;
	list_add_tail(&rq->queuelist, over);
}

/*
 * Return: true if the request needs one call only, which is short and does not
 * use the bounce buffer. It is then in @c.
 */
static bool equeue_is_one_call(struct efi_disk *d, struct request *rq,
			       struct efi_call *c)
{
	struct efi_disk_iter iter = equeue_first_iter(d, rq);
	struct efi_disk_xfer xfer;

	if (!equeue_is_transfer(rq) || equeue_is_claimed(d, rq) ||
	    !equeue_collect_segments(d, rq))
		return false;
	efi_disk_plan(&d->limits, &iter, &xfer);
	if (!xfer.direct || xfer.wanted != iter.left ||
	    xfer.bytes > MOST_BYTES_TOGETHER)
		return false;
	efi_disk_describe(d, rq_data_dir(rq) == WRITE, &iter, &xfer, c);
	return true;
}

/*
 * Return: the number of requests at the head of the list that need one call
 * each
 */
static unsigned int equeue_count_calls(struct efi_disk *d)
{
	struct efi_disk_chain *chain = &d->chain;
	struct request *rq;
	unsigned int n = 0;

	if (d->tokens || list_is_singular(&d->issued) || equeue_refusal(d))
		return 0;
	list_for_each_entry(rq, &d->issued, queuelist) {
		if (n == chain->max ||
		    !equeue_is_one_call(d, rq, &chain->calls[n]))
			break;
		n++;
	}
	return n;
}

/* Serve the first @n issued requests with one switch */
static void equeue_serve_together(struct efi_disk *d, unsigned int n,
				  struct list_head *over)
{
	struct efi_disk_chain *chain = &d->chain;
	const struct efi_call *c = chain->calls;
	struct request *rq, *next;
	LIST_HEAD(together);
	unsigned int i;
	u64 start;

	for (i = 0; i < n; i++) {
		rq = list_first_entry(&d->issued, struct request, queuelist);
		equeue_take_issued(d, rq);
		list_add_tail(&rq->queuelist, &together);
	}
	start = rdtsc();
	efi_protocol_submit(chain->calls, n);
	if (n == chain->max)
		chain->max = efi_disk_pace(n, LEAST_TOGETHER, EFI_DISK_CHAIN,
					   equeue_ms_since(start));
	list_for_each_entry_safe(rq, next, &together, queuelist) {
		bool succeeded = efi_disk_conclude(c);
		bool timeout = c->status == EFI_TIMEOUT;
		blk_status_t status = BLK_STS_OK;

		c++;
		list_del_init(&rq->queuelist);
		if (timeout) {
			/* The device may still be working on it */
			d->limits.bounced = true;
			status = BLK_STS_TIMEOUT;
		} else if (!succeeded) {
			status = equeue_serve(d, rq);
		}
		equeue_complete(rq, status, over);
	}
}

/*
 * Called with d->lock held. Moves completed requests to @over; the caller ends
 * them unlocked.
 */
static void equeue_serve_next(struct efi_disk *d, struct list_head *over)
{
	struct request *rq, *next;
	unsigned int n;

	n = equeue_count_calls(d);
	if (n > 1) {
		equeue_serve_together(d, n, over);
		return;
	}
	list_for_each_entry_safe(rq, next, &d->issued, queuelist) {
		bool tokens = efi_disk_tokens_pay(d, atomic_read(&d->waiting));

		equeue_take_issued(d, rq);
		if (tokens && equeue_start_token(d, rq))
			continue;
		equeue_complete(rq, equeue_serve(d, rq), over);
		return;
	}
}

static void equeue_end_all(struct list_head *over)
{
	struct efi_disk_request *r;
	struct request *rq, *next;

	list_for_each_entry_safe(rq, next, over, queuelist) {
		r = blk_mq_rq_to_pdu(rq);
		list_del_init(&rq->queuelist);
		blk_mq_end_request(rq, r->status);
	}
}

/* Serve all issued requests, and @rq unless it is NULL */
static void equeue_serve_all(struct efi_disk *d, struct request *rq)
{
	unsigned int noio;
	LIST_HEAD(over);
	bool more;

	do {
		noio = efi_disk_lock(d);
		if (rq)
			list_add_tail(&rq->queuelist, &d->issued);
		rq = NULL;
		equeue_serve_next(d, &over);
		more = !list_empty(&d->issued);
		efi_disk_unlock(d, noio);
		equeue_end_all(&over);
	} while (more);
}

blk_status_t efi_disk_queue_rq(struct blk_mq_hw_ctx *hctx,
			      const struct blk_mq_queue_data *bd)
{
	struct efi_disk *d = hctx->queue->queuedata;
	unsigned int noio;

	/*
	 * Before the lock is taken, so that the task that holds the lock counts
	 * the request, too
	 */
	atomic_inc(&d->waiting);
	if (bd->last) {
		equeue_serve_all(d, bd->rq);
		return BLK_STS_OK;
	}
	noio = efi_disk_lock(d);
	list_add_tail(&bd->rq->queuelist, &d->issued);
	efi_disk_unlock(d, noio);
	return BLK_STS_OK;
}

/* Called if blk-mq does not issue a request that it has announced (bd->last) */
void efi_disk_commit_rqs(struct blk_mq_hw_ctx *hctx)
{
	equeue_serve_all(hctx->queue->queuedata, NULL);
}

/* Once for each request, when the disk is registered */
void efi_disk_init_request(struct request *rq)
{
	struct efi_disk_request *r = blk_mq_rq_to_pdu(rq);

	r->slot = NULL;
	INIT_WORK(&r->again, equeue_serve_again);
}
