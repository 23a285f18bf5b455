// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asynchronous transfers: BlockIo2 and DiskIo2
 *
 * The functions of these protocols return at once. The firmware signals the
 * event of a token when the transfer is complete. So many requests can be in
 * flight at the same time, each with a token in a slot of its own. No task is
 * in a firmware call meanwhile: the firmware works on the transfers in its
 * regular slices, at the ticks of its clock. The clock ticks faster while
 * tokens are in flight (efi_mode_fast_tick_get()). After the slice, an
 * interrupt handler notes which tokens are complete, and a work item completes
 * their requests.
 *
 *	FREE -> TAKEN	a request takes the slot
 *	TAKEN -> BUSY	the firmware gets the token
 *	BUSY -> DONE	the firmware has signalled the event
 *	BUSY -> LOST	the firmware has not signalled the event in time
 *	DONE -> FREE	the request has completed
 *	LOST -> FREE	the firmware has signalled the event too late
 *
 * All data goes through the buffer of the slot, because a request has to
 * complete even if its token does not. Its pages then have other users, while
 * the firmware, or a device that it has programmed, may still write to the
 * buffer. The device may also still write to the disk, perhaps over data that
 * would be written after it. So there are no transfers while a token is lost.
 * If the driver is unbound in this state, the event stays open, and the buffer
 * and the token are never freed.
 *
 * Before any other call for the disk, the driver waits until no token is in
 * flight, because some edk2 drivers (NVMe) would wait for the tokens themselves
 * in a synchronous call, without a timeout. Reset(), which is meant to abort
 * tokens, waits in the same way, so it is never called.
 */
#define pr_fmt(fmt) "efi-disk: " fmt

#include <linux/align.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>

#include <efi-mode/fast-tick.h>
#include <efi-mode/time-limits.h>

#include "disk.h"

/* Fewer tokens bring no advantage */
#define MIN_TOKENS	4

/* Each token has a cache line of its own */
#define TOKEN_STRIDE	64

/**
 * enum efi_disk_slot_state - the owner of a slot
 * @EFI_DISK_SLOT_FREE: the slot is free
 * @EFI_DISK_SLOT_TAKEN: a request owns the slot; no token is in flight
 * @EFI_DISK_SLOT_BUSY: the token is in flight
 * @EFI_DISK_SLOT_DONE: the token is complete, its request is not
 * @EFI_DISK_SLOT_LOST: the token is in flight, but no request waits for it any
 *		more
 */
enum efi_disk_slot_state {
	EFI_DISK_SLOT_FREE,
	EFI_DISK_SLOT_TAKEN,
	EFI_DISK_SLOT_BUSY,
	EFI_DISK_SLOT_DONE,
	EFI_DISK_SLOT_LOST,
};

/**
 * struct efi_disk_slot - a token and its resources
 * @t:		all tokens of the disk
 * @event:	event of the token
 * @buffer:	buffer of the transfer
 * @token:	virtual address of the token
 * @phys:	physical address of the token, for the firmware
 * @state:	owner of the slot
 * @rq:		the request, or NULL in a trial
 */
struct efi_disk_slot {
	struct efi_disk_tokens *t;
	struct efi_event *event;
	struct efi_buffer *buffer;
	struct efi_disk_token *token;
	phys_addr_t phys;
	enum efi_disk_slot_state state;
	struct request *rq;
};

/**
 * struct efi_disk_tokens - all tokens of a disk
 * @d:		the disk
 * @io:		BlockIo2 or DiskIo2
 * @mode:	%EFI_DISK_BLOCKIO2 or %EFI_DISK_DISKIO2
 * @memory:	memory of the tokens
 * @size:	size of each buffer in bytes
 * @lock:	protects the states of the slots, @in_flight and @lost; taken in
 *		hard interrupts, too
 * @wait:	woken when the state of a slot changes
 * @done:	completes the requests of slots that are %EFI_DISK_SLOT_DONE
 * @in_flight:	number of slots that are %EFI_DISK_SLOT_BUSY
 * @lost:	number of slots that are %EFI_DISK_SLOT_LOST
 * @nr:		number of @slots in use
 * @slots:	one slot per request that can be in flight
 */
struct efi_disk_tokens {
	struct efi_disk *d;
	struct efi_protocol *io;
	enum efi_disk_mode mode;
	struct efi_buffer *memory;
	u32 size;
	spinlock_t lock; /* states and counters */
	wait_queue_head_t wait;
	struct work_struct done;
	unsigned int in_flight;
	unsigned int lost;
	unsigned int nr;
	struct efi_disk_slot slots[];
};

/* Slots */

/**
 * efi_disk_take_slot() - take a slot for a request
 * @t:		the tokens of the disk
 *
 * Context: task context.
 * Return: the slot, or NULL if none is free.
 */
static struct efi_disk_slot *efi_disk_take_slot(struct efi_disk_tokens *t)
{
	struct efi_disk_slot *found = NULL;
	unsigned int i;

	spin_lock_irq(&t->lock);
	for (i = 0; i < t->nr && !found; i++)
		if (t->slots[i].state == EFI_DISK_SLOT_FREE)
			found = &t->slots[i];
	if (found)
		found->state = EFI_DISK_SLOT_TAKEN;
	spin_unlock_irq(&t->lock);
	return found;
}

/**
 * efi_disk_put_slot() - free a slot
 * @s:		the slot, whose token is not in flight
 *
 * Context: task context.
 */
static void efi_disk_put_slot(struct efi_disk_slot *s)
{
	spin_lock_irq(&s->t->lock);
	s->rq = NULL;
	s->state = EFI_DISK_SLOT_FREE;
	spin_unlock_irq(&s->t->lock);
}

/*
 * The token has completed, or was refused. If its status is EFI_TIMEOUT, the
 * firmware has given up waiting, and the device may still use the buffer. If
 * there is no memory for another buffer, the slot is not used any more.
 */
static void etoken_give_back(struct efi_disk_slot *s,
			     const struct efi_disk_result *o)
{
	struct efi_disk *d = s->t->d;

	if (!o->ret && o->status == EFI_TIMEOUT) {
		d->limits.bounced = true;
		s->buffer = efi_buffer_replace(d->edev, s->buffer);
		if (!s->buffer)
			return;
	}
	efi_disk_put_slot(s);
}

/* Called with t->lock held, when a token is not waited for any more */
static void etoken_come_back(struct efi_disk_tokens *t)
{
	t->in_flight--;
	efi_mode_fast_tick_put();
}

/**
 * efi_disk_lose_slot() - stop waiting for a token
 * @s:		the slot
 * @rq:		the request that may own the slot, or NULL in a trial
 *
 * Context: task context.
 * Return: true if the token of @rq is in flight. The caller then has to
 * complete the request.
 */
static bool efi_disk_lose_slot(struct efi_disk_slot *s,
			       const struct request *rq)
{
	struct efi_disk_tokens *t = s->t;
	bool busy;

	spin_lock_irq(&t->lock);
	busy = s->state == EFI_DISK_SLOT_BUSY && s->rq == rq;
	if (busy) {
		s->state = EFI_DISK_SLOT_LOST;
		s->rq = NULL;
		etoken_come_back(t);
		t->lost++;
	}
	spin_unlock_irq(&t->lock);
	wake_up(&t->wait);
	return busy;
}

/* Called in hard interrupt context */
static void etoken_signalled(struct efi_event *event, void *data)
{
	struct efi_disk_slot *s = data;
	struct efi_disk_tokens *t = s->t;
	unsigned long flags;

	spin_lock_irqsave(&t->lock, flags);
	if (s->state == EFI_DISK_SLOT_BUSY) {
		s->state = EFI_DISK_SLOT_DONE;
		etoken_come_back(t);
		if (s->rq)
			kblockd_schedule_work(&t->done);
	} else if (s->state == EFI_DISK_SLOT_LOST) {
		s->state = EFI_DISK_SLOT_FREE;
		t->lost--;
	}
	spin_unlock_irqrestore(&t->lock, flags);
	wake_up(&t->wait);
}

/* Calls */

static struct efi_disk_result etoken_call(struct efi_disk_slot *s, bool write,
					  u64 lba, u32 bytes)
{
	struct efi_disk_tokens *t = s->t;
	const struct efi_disk_media *m = &t->d->media;
	const u64 start = t->mode == EFI_DISK_DISKIO2 ? lba * m->block_size :
							lba;
	struct efi_disk_token *token = (void *)s->phys;
	void *buffer = (void *)s->buffer->phys;
	struct efi_disk_result o;

	if (t->mode == EFI_DISK_DISKIO2 && write)
		o.ret = efi_protocol_call(t->io, &o.status,
					  union efi_disk_io2_protocol,
					  write_disk_ex, m->id, start, token,
					  bytes, buffer);
	else if (t->mode == EFI_DISK_DISKIO2)
		o.ret = efi_protocol_call(t->io, &o.status,
					  union efi_disk_io2_protocol,
					  read_disk_ex, m->id, start, token,
					  bytes, buffer);
	else if (write)
		o.ret = efi_protocol_call(t->io, &o.status,
					  union efi_block_io2_protocol,
					  write_blocks_ex, m->id, start, token,
					  bytes, buffer);
	else
		o.ret = efi_protocol_call(t->io, &o.status,
					  union efi_block_io2_protocol,
					  read_blocks_ex, m->id, start, token,
					  bytes, buffer);
	return o;
}

/*
 * The firmware has refused a token. If it has stopped in the call, it may have
 * programmed the device already, so the token counts as lost.
 *
 * Return: true if the slot belongs to the caller again. False if the event was
 * signalled nevertheless, or if the token took so long that it was lost; in
 * both cases the request is completed elsewhere.
 */
static bool etoken_refused(struct efi_disk_slot *s,
			   const struct efi_disk_result *o)
{
	struct efi_disk_tokens *t = s->t;
	bool ours;

	if (o->ret == -EIO)
		return efi_disk_lose_slot(s, s->rq);
	spin_lock_irq(&t->lock);
	ours = s->state == EFI_DISK_SLOT_BUSY;
	if (ours) {
		s->state = EFI_DISK_SLOT_TAKEN;
		etoken_come_back(t);
	} else if (s->state == EFI_DISK_SLOT_LOST) {
		s->state = EFI_DISK_SLOT_FREE;
		t->lost--;
	}
	spin_unlock_irq(&t->lock);
	efi_event_cancel(s->event);
	return ours;
}

/**
 * efi_disk_slot_start() - pass a token to the firmware
 * @s:		the slot, which the caller has taken
 * @write:	true to write, false to read
 * @lba:	first block
 * @bytes:	length in bytes, whole blocks, at most the size of the buffer
 * @o:		set to the result of the call
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: true if the firmware has accepted the token; the slot may have
 * another owner already. False if it has refused the token; the caller still
 * owns the slot, unless the firmware has stopped: then the slot is lost.
 */
static bool efi_disk_slot_start(struct efi_disk_slot *s, bool write, u64 lba,
				u32 bytes, struct efi_disk_result *o)
{
	struct efi_disk_tokens *t = s->t;

	s->token->event = (efi_event_t)efi_event_value(s->event);
	s->token->transaction_status = EFI_NOT_READY;
	efi_event_submit(s->event);
	efi_mode_fast_tick_get();
	spin_lock_irq(&t->lock);
	s->state = EFI_DISK_SLOT_BUSY;
	t->in_flight++;
	spin_unlock_irq(&t->lock);
	*o = etoken_call(s, write, lba, bytes);
	return efi_disk_succeeded(o) || !etoken_refused(s, o);
}

/**
 * efi_disk_slot_result() - read the result from a token
 * @s:		the slot, whose token is not in flight any more
 *
 * Context: any.
 * Return: the result of the transfer.
 */
static struct efi_disk_result
efi_disk_slot_result(const struct efi_disk_slot *s)
{
	return (struct efi_disk_result) {
		.status = READ_ONCE(s->token->transaction_status),
	};
}

/**
 * efi_disk_tokens_drain() - wait until no token of the disk is in flight
 * @d:		the disk
 *
 * Context: task context; sleeps. @d->lock is held, so that no token is started
 * meanwhile.
 * Return: false if a token is lost. The caller must then make no call for the
 * disk.
 */
bool efi_disk_tokens_drain(struct efi_disk *d)
{
	struct efi_disk_tokens *t = d->tokens;

	lockdep_assert_held(&d->lock);
	if (!t)
		return true;
	wait_event(t->wait, !READ_ONCE(t->in_flight));
	return !READ_ONCE(t->lost);
}

/*
 * Requests of the block layer. Each uses one token and the buffer of its slot.
 */

static void etoken_copy(struct request *rq, void *buffer, bool to_buffer)
{
	struct req_iterator iter;
	struct bio_vec bv;

	rq_for_each_bvec(bv, rq, iter) {
		void *memory = page_address(bv.bv_page) + bv.bv_offset;

		memcpy(to_buffer ? buffer : memory, to_buffer ? memory : buffer,
		       bv.bv_len);
		buffer += bv.bv_len;
	}
}

/*
 * The error in a token may not be reliable, so the request is served again
 * without a token (see queue.c)
 */
static void etoken_finish(struct efi_disk_slot *s)
{
	struct request *rq = s->rq;
	struct efi_disk_request *r = blk_mq_rq_to_pdu(rq);
	struct efi_disk_result o = efi_disk_slot_result(s);

	if (!efi_disk_succeeded(&o)) {
		kblockd_schedule_work(&r->again);
		return;
	}
	if (rq_data_dir(rq) == READ)
		etoken_copy(rq, s->buffer->virt, false);
	r->slot = NULL;
	efi_disk_put_slot(s);
	blk_mq_end_request(rq, BLK_STS_OK);
}

/**
 * efi_disk_end_requests() - complete the requests of all complete tokens
 * @work:	@done of struct efi_disk_tokens
 *
 * Context: task context.
 */
static void efi_disk_end_requests(struct work_struct *work)
{
	struct efi_disk_tokens *t =
		container_of(work, struct efi_disk_tokens, done);
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
			etoken_finish(s);
	}
}

/**
 * efi_disk_token_fits() - check whether a request can use a token
 * @limits:	limits of calls
 * @size:	size of the buffer of a token, in bytes
 * @pos:	position on the disk, in bytes
 * @bytes:	length of the request, in bytes
 *
 * Context: any.
 * Return: true if the request consists of whole blocks and is not too large.
 */
bool efi_disk_token_fits(const struct efi_disk_limits *limits, u32 size,
			 u64 pos, u32 bytes)
{
	return IS_ALIGNED(pos | bytes, limits->block_size) &&
	       bytes <= min(size, limits->max_bytes);
}

/**
 * efi_disk_token_start() - start a request with a token
 * @d:		the disk
 * @rq:		a read, or a write that is allowed
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: true if the token was started; the request then completes without the
 * caller. False if the request has to be served without a token.
 */
bool efi_disk_token_start(struct efi_disk *d, struct request *rq)
{
	struct efi_disk_request *r = blk_mq_rq_to_pdu(rq);
	u64 pos = (u64)blk_rq_pos(rq) << SECTOR_SHIFT;
	bool write = rq_data_dir(rq) == WRITE;
	struct efi_disk_tokens *t = d->tokens;
	struct efi_disk_result o;
	struct efi_disk_slot *s;

	lockdep_assert_held(&d->lock);
	if (!t || READ_ONCE(t->lost) ||
	    !efi_disk_token_fits(&d->limits, t->size, pos, blk_rq_bytes(rq)))
		return false;
	s = efi_disk_take_slot(t);
	if (!s)
		return false;
	if (write)
		etoken_copy(rq, s->buffer->virt, true);
	s->rq = rq;
	r->slot = s;
	if (efi_disk_slot_start(s, write, pos / d->limits.block_size,
				blk_rq_bytes(rq), &o))
		return true;
	r->slot = NULL;
	if (o.ret != -EIO)
		etoken_give_back(s, &o);
	return false;
}

/**
 * efi_disk_token_failed() - release the token of a request that has failed
 * @rq:		the request, which the caller serves without a token afterwards
 *
 * Context: task context; sleeps. @d->lock is held.
 */
void efi_disk_token_failed(struct request *rq)
{
	struct efi_disk_request *r = blk_mq_rq_to_pdu(rq);
	struct efi_disk_slot *s = r->slot;
	struct efi_disk *d = s->t->d;
	struct efi_disk_result o = efi_disk_slot_result(s);

	dev_warn_ratelimited(&d->edev->dev,
			     "%s: %u-byte token at sector %llu fails (%s): retrying with BlockIo\n",
			     d->gd->disk_name, blk_rq_bytes(rq),
			     (u64)blk_rq_pos(rq), efi_disk_status_name(&o));
	r->slot = NULL;
	etoken_give_back(s, &o);
}

/**
 * efi_disk_token_timeout() - handle the timeout of a request
 * @rq:		the request
 *
 * Context: task context, as timeout() of struct blk_mq_ops.
 * Return: %BLK_EH_RESET_TIMER if the request has no token in flight;
 * %BLK_EH_DONE after it was completed with BLK_STS_TIMEOUT.
 */
enum blk_eh_timer_return efi_disk_token_timeout(struct request *rq)
{
	struct efi_disk_request *r = blk_mq_rq_to_pdu(rq);
	struct efi_disk_slot *s = READ_ONCE(r->slot);
	struct efi_disk *d = rq->q->queuedata;

	if (!s || !efi_disk_lose_slot(s, rq))
		return BLK_EH_RESET_TIMER;
	dev_err(&d->edev->dev,
		"%s: the firmware has not completed a token at sector %llu: I/O fails until then\n",
		d->gd->disk_name, (u64)blk_rq_pos(rq));
	r->slot = NULL;
	blk_mq_end_request(rq, BLK_STS_TIMEOUT);
	return BLK_EH_DONE;
}

/**
 * efi_disk_tokens_give_up() - give up the tokens of a disk that is gone
 * @d:		the disk, which takes no requests any more
 *
 * Waits for a limited time, because the tokens may not complete.
 *
 * Context: task context; sleeps.
 */
void efi_disk_tokens_give_up(struct efi_disk *d)
{
	struct efi_disk_tokens *t = d->tokens;
	struct request *rq;
	unsigned int i;

	if (!t || wait_event_timeout(t->wait, !READ_ONCE(t->in_flight),
				     msecs_to_jiffies(EFI_MODE_DISK_REMOVED_TIMEOUT_MS)))
		return;
	for (i = 0; i < t->nr; i++) {
		rq = READ_ONCE(t->slots[i].rq);
		if (rq && efi_disk_lose_slot(&t->slots[i], rq))
			blk_mq_end_request(rq, BLK_STS_OFFLINE);
	}
}

/* The trial */

static void etoken_start_reads(struct efi_disk_tokens *t, u64 lba, u64 stride,
			       u32 bytes, struct efi_disk_trial *trial,
			       struct efi_disk_result *o)
{
	struct efi_disk_slot *s;
	unsigned int i;

	for (i = 0; i < trial->tokens && efi_disk_succeeded(o); i++) {
		s = &t->slots[i];
		s->state = EFI_DISK_SLOT_TAKEN;
		if (efi_disk_slot_start(s, false, lba + i * stride, bytes, o) &&
		    READ_ONCE(s->state) == EFI_DISK_SLOT_DONE)
			trial->at_once++;
	}
}

static void etoken_end_reads(struct efi_disk_tokens *t,
			     struct efi_disk_result *o)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++) {
		struct efi_disk_slot *s = &t->slots[i];
		struct efi_disk_result its = *o;

		if (efi_disk_lose_slot(s, NULL))
			o->status = EFI_TIMEOUT;
		if (s->state == EFI_DISK_SLOT_DONE)
			its = efi_disk_slot_result(s);
		if (s->state == EFI_DISK_SLOT_DONE && efi_disk_succeeded(o))
			*o = its;
		if (s->state == EFI_DISK_SLOT_DONE ||
		    s->state == EFI_DISK_SLOT_TAKEN)
			etoken_give_back(s, &its);
	}
}

/**
 * efi_disk_tokens_try() - read several blocks with tokens at the same time
 * @d:		the disk, which has no other user yet
 * @first:	first block to read
 * @stride:	distance between the blocks
 * @bytes:	bytes to read of each, whole blocks
 * @trial:	@tokens is the number of reads; the other members except
 *		@block_ns are filled in
 *
 * Context: task context; sleeps.
 * Return: success if all reads have succeeded, or the result of a read that has
 * failed.
 */
struct efi_disk_result efi_disk_tokens_try(struct efi_disk *d, u64 first,
					   u64 stride, u32 bytes,
					   struct efi_disk_trial *trial)
{
	struct efi_disk_tokens *t = d->tokens;
	struct efi_disk_result o = {};
	u64 start = ktime_get_ns();

	trial->at_once = 0;
	etoken_start_reads(t, first, stride, bytes, trial, &o);
	wait_event_timeout(t->wait, !READ_ONCE(t->in_flight),
			   msecs_to_jiffies(EFI_MODE_DISK_TRIAL_TIMEOUT_MS));
	trial->tokens_ns = ktime_get_ns() - start;
	etoken_end_reads(t, &o);
	return o;
}

/* All tokens of a disk */

/**
 * efi_disk_tokens_count() - get the number of requests that can be in flight
 * @d:		the disk
 *
 * Context: any.
 * Return: the number; 0 if the disk does not use tokens.
 */
unsigned int efi_disk_tokens_count(const struct efi_disk *d)
{
	return d->tokens ? d->tokens->nr : 0;
}

/**
 * efi_disk_tokens_bytes() - get the size of the largest request with a token
 * @d:		the disk, which uses tokens
 *
 * Context: any.
 * Return: the size in bytes.
 */
u32 efi_disk_tokens_bytes(const struct efi_disk *d)
{
	return d->tokens->size;
}

/**
 * efi_disk_tokens_pay() - check whether tokens are faster now
 * @d:		the disk
 * @requests:	number of requests to serve
 *
 * If a token is in flight, they are, because any other call has to wait for it.
 *
 * Context: task context; @d->lock is held.
 * Return: true if requests should use tokens if they can.
 */
bool efi_disk_tokens_pay(const struct efi_disk *d, unsigned int requests)
{
	return d->tokens && (requests >= d->tokens_from ||
			     READ_ONCE(d->tokens->in_flight));
}

static int etoken_make_slot(struct efi_disk_tokens *t, struct efi_disk_slot *s)
{
	struct efi_disk *d = t->d;
	size_t offset = t->nr * TOKEN_STRIDE;

	s->t = t;
	s->token = t->memory->virt + offset;
	s->phys = t->memory->phys + offset;
	s->buffer = efi_buffer_alloc(d->edev, t->size, d->media.io_align, 0);
	if (IS_ERR(s->buffer))
		return PTR_ERR(s->buffer);
	s->event = efi_event_create(d->edev, 0, etoken_signalled, s);
	if (IS_ERR(s->event)) {
		efi_buffer_free(d->edev, s->buffer);
		return PTR_ERR(s->event);
	}
	return 0;
}

static int etoken_fill(struct efi_disk_tokens *t)
{
	const efi_guid_t blockio2 = EFI_BLOCK_IO2_PROTOCOL_GUID;
	const efi_guid_t diskio2 = EFI_DISK_IO2_PROTOCOL_GUID;
	struct efi_disk *d = t->d;
	int ret = 0;

	BUILD_BUG_ON(EFI_DISK_TOKENS * TOKEN_STRIDE > PAGE_SIZE);

	t->io = efi_protocol_open(d->edev, t->mode == EFI_DISK_DISKIO2 ?
				  &diskio2 : &blockio2, EFI_TPL_CALLBACK);
	if (IS_ERR(t->io))
		return PTR_ERR(t->io);
	t->memory = efi_buffer_alloc(d->edev, PAGE_SIZE, 0, 0);
	if (IS_ERR(t->memory))
		return PTR_ERR(t->memory);
	while (t->nr < EFI_DISK_TOKENS && !ret) {
		ret = etoken_make_slot(t, &t->slots[t->nr]);
		t->nr += !ret;
	}
	return t->nr < MIN_TOKENS ? ret : 0;
}

/**
 * efi_disk_tokens_create() - allocate the tokens of a disk
 * @d:		the disk, which has no other user yet
 * @mode:	%EFI_DISK_BLOCKIO2 or %EFI_DISK_DISKIO2
 * @size:	size of the largest request with a token in bytes, a multiple of
 *		the block size
 *
 * If memory is short, there are fewer tokens than %EFI_DISK_TOKENS, but at
 * least %MIN_TOKENS.
 *
 * Context: task context; sleeps.
 * Return: 0 or an error: -ENODEV if the handle does not have the protocol,
 * -ENOMEM, -ENOSPC or -EIO.
 */
int efi_disk_tokens_create(struct efi_disk *d, enum efi_disk_mode mode,
			   u32 size)
{
	struct efi_disk_tokens *t;
	int ret;

	t = kzalloc(struct_size(t, slots, EFI_DISK_TOKENS), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	t->d = d;
	t->mode = mode;
	t->size = size;
	spin_lock_init(&t->lock);
	init_waitqueue_head(&t->wait);
	INIT_WORK(&t->done, efi_disk_end_requests);
	d->tokens = t;
	ret = etoken_fill(t);
	if (ret)
		efi_disk_tokens_destroy(d);
	return ret;
}

/**
 * efi_disk_tokens_destroy() - free the tokens of a disk
 * @d:		the disk, which has no requests
 *
 * Tokens and buffers that the firmware still uses are never freed.
 *
 * Context: task context; sleeps.
 */
void efi_disk_tokens_destroy(struct efi_disk *d)
{
	struct efi_disk_tokens *t = d->tokens;
	bool any_lost = false, lost;
	unsigned int i;

	if (!t)
		return;
	d->tokens = NULL;
	for (i = 0; i < t->nr; i++) {
		struct efi_disk_slot *s = &t->slots[i];

		efi_event_destroy(d->edev, s->event);
		lost = s->state == EFI_DISK_SLOT_BUSY ||
		       s->state == EFI_DISK_SLOT_LOST;
		if (lost)
			efi_buffer_abandon(d->edev, s->buffer);
		else if (s->buffer)
			efi_buffer_free(d->edev, s->buffer);
		any_lost |= lost;
	}
	cancel_work_sync(&t->done);
	if (any_lost)
		efi_buffer_abandon(d->edev, t->memory);
	else if (!IS_ERR_OR_NULL(t->memory))
		efi_buffer_free(d->edev, t->memory);
	if (!IS_ERR_OR_NULL(t->io))
		efi_protocol_close(t->io);
	kfree(t);
}
