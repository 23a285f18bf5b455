// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transfers that firmware does by itself: BlockIo2 and DiskIo2
 *
 * They return at once, and signal the event of a token when the transfer is over. So
 * many requests are with firmware at the same time, each with a token in a slot of its
 * own. Meanwhile nobody is in a call: firmware goes on in its regular slices, with the
 * tick of its clock, which is faster until they are back (efi_mode_fast_tick_get()). After the
 * slice an interrupt notes which tokens are complete, and a work ends their requests.
 *
 *	FREE -> TAKEN	a request has it
 *	TAKEN -> BUSY	firmware has it, until it signals the event
 *	BUSY -> DONE	it has
 *	BUSY -> LOST	it has not, in time
 *	DONE -> FREE	the request is at its end
 *	LOST -> FREE	it has, too late
 *
 * Data always go through the buffer of the slot. A request whose token does not come
 * back has to end all the same, and then its pages are somebody else's, while firmware,
 * or a device that it has told to, may still write. So may a device write to the disk
 * what nobody waits for any more, perhaps over what would be written after it. So as
 * long as a token is lost there are no transfers. If the driver goes meanwhile the
 * event stays open, and buffer and token are never freed.
 *
 * All other calls of the disk's wait until firmware has no token. There are drivers in
 * edk2 (NVMe) that make a synchronous call wait for that themselves, without a limit.
 * Reset(), which is to get tokens back, waits there likewise, and is not called.
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

#include "disk.h"

/* With fewer there is nothing to gain */
#define MIN_TOKENS	4

/* No two of them in the same line of a cache */
#define TOKEN_STRIDE	64

/* How long the first tokens may take */
#define TRIAL_PATIENCE	(5 * HZ)

/* How long firmware has to complete the tokens of a disk that it has removed */
#define REMOVED_PATIENCE (2 * HZ)

/**
 * enum efi_disk_slot_state - whose is a slot?
 * @EFI_DISK_SLOT_FREE:	nobody's
 * @EFI_DISK_SLOT_TAKEN: of a request
 * @EFI_DISK_SLOT_BUSY:	firmware's
 * @EFI_DISK_SLOT_DONE:	of a request that nobody has looked at yet
 * @EFI_DISK_SLOT_LOST:	firmware's, and nobody waits for it
 */
enum efi_disk_slot_state {
	EFI_DISK_SLOT_FREE,
	EFI_DISK_SLOT_TAKEN,
	EFI_DISK_SLOT_BUSY,
	EFI_DISK_SLOT_DONE,
	EFI_DISK_SLOT_LOST,
};

/**
 * struct efi_disk_slot - room for a token
 * @t:		where it is one of
 * @event:	of the token
 * @buffer:	of the transfer
 * @token:	for Linux
 * @phys:	for firmware
 * @state:	whose it is
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
 * struct efi_disk_tokens - all of a disk
 * @d:		the disk
 * @io:		BlockIo2 or DiskIo2
 * @mode:	which of them
 * @memory:	of the tokens
 * @size:	bytes of each buffer
 * @lock:	may be taken in an interrupt
 * @wait:	until there is something new
 * @done:	ends requests
 * @in_flight:	slots that are %EFI_DISK_SLOT_BUSY
 * @lost:	slots that are %EFI_DISK_SLOT_LOST
 * @nr:		of @slots
 * @slots:	as many as there can be requests
 */
struct efi_disk_tokens {
	struct efi_disk *d;
	struct efi_protocol *io;
	enum efi_disk_mode mode;
	struct efi_buffer *memory;
	u32 size;
	spinlock_t lock; /* for the states and what is below */
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
 * @t:		of the disk
 *
 * Context: task context.
 * Return: the slot, or NULL if there is none.
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
 * efi_disk_put_slot() - the request is at its end
 * @s:		the slot, which firmware does not have
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
 * The token has come back, or was refused. If it says that the firmware has given up
 * waiting, the device may still have the buffer. Without another one the slot is not used
 * any more.
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

/* With the lock: a token is not waited for any more */
static void etoken_come_back(struct efi_disk_tokens *t)
{
	t->in_flight--;
	efi_mode_fast_tick_put();
}

/**
 * efi_disk_lose_slot() - do not wait for firmware any longer
 * @s:		the slot
 * @rq:		the request that it may be of, or NULL in a trial
 *
 * Context: task context.
 * Return: true if firmware has it, and the request is the caller's to end.
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

/* In an interrupt */
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
 * Firmware has refused a token. If it has stopped in the call nobody knows what it has
 * told the device to do.
 *
 * Return: whether the slot is ours again; else it was signalled all the same, or took so
 * long that it is lost, and somebody has seen to the request.
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
 * efi_disk_slot_start() - give a token to firmware
 * @s:		the slot, of the caller
 * @write:	to the disk
 * @lba:	first block
 * @bytes:	of whole blocks, no more than the buffer has
 * @o:		what the call has returned
 *
 * Context: task context; sleeps. @d->lock is held.
 * Return: true if it is or was with firmware; the slot may be anybody's then. If not it is
 * still the caller's, unless firmware has stopped: then it is lost.
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
 * efi_disk_slot_result() - what firmware has written into the token
 * @s:		the slot, which it does not have any more
 *
 * Context: any.
 * Return: what has become of the transfer.
 */
static struct efi_disk_result
efi_disk_slot_result(const struct efi_disk_slot *s)
{
	return (struct efi_disk_result) {
		.status = READ_ONCE(s->token->transaction_status),
	};
}

/**
 * efi_disk_tokens_drain() - wait until firmware has no token of the disk's
 * @d:		the disk
 *
 * Context: task context; sleeps. @d->lock is held, so that there are no new ones.
 * Return: false if there is one that has not come back in time: then no other call is to
 * be made.
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

/* Requests of the block layer: one token each, and the buffer of that */

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

/* What firmware says of an error in a token may be true, or not: see queue.c */
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
 * efi_disk_end_requests() - there are complete tokens
 * @work:	of struct efi_disk_tokens
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
 * efi_disk_token_fits() - can it be done with a token?
 * @limits:	of calls
 * @size:	of the buffer of a token
 * @pos:	in bytes
 * @bytes:	of the request
 *
 * Context: any.
 * Return: true if it is of whole blocks, and not too large.
 */
bool efi_disk_token_fits(const struct efi_disk_limits *limits, u32 size,
			 u64 pos, u32 bytes)
{
	return IS_ALIGNED(pos | bytes, limits->block_size) &&
	       bytes <= min(size, limits->max_bytes);
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
 * efi_disk_token_failed() - there was an error in the token of a request
 * @rq:		the request, which is to be done without one now
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
			     "%s: a token for %u bytes at sector %llu: %s: once more with BlockIo\n",
			     d->gd->disk_name, blk_rq_bytes(rq),
			     (u64)blk_rq_pos(rq), efi_disk_status_name(&o));
	r->slot = NULL;
	etoken_give_back(s, &o);
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
 * efi_disk_tokens_try() - read some blocks with tokens, all at the same time
 * @d:		the disk, which nobody else uses yet
 * @first:	the first of them
 * @stride:	from one to the next
 * @bytes:	of each
 * @trial:	@tokens is how many of them; the rest but for @block_ns is filled in
 *
 * Context: task context; sleeps.
 * Return: success if all have been read, else why one has not.
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
	wait_event_timeout(t->wait, !READ_ONCE(t->in_flight), TRIAL_PATIENCE);
	trial->tokens_ns = ktime_get_ns() - start;
	etoken_end_reads(t, &o);
	return o;
}

/* All of them */

/**
 * efi_disk_tokens_count() - how many requests can be with firmware at once?
 * @d:		the disk
 *
 * Context: any.
 * Return: their number; 0 if there are no tokens.
 */
unsigned int efi_disk_tokens_count(const struct efi_disk *d)
{
	return d->tokens ? d->tokens->nr : 0;
}

/**
 * efi_disk_tokens_bytes() - how large can a request be that is done with a token?
 * @d:		the disk, which has tokens
 *
 * Context: any.
 * Return: bytes.
 */
u32 efi_disk_tokens_bytes(const struct efi_disk *d)
{
	return d->tokens->size;
}

/**
 * efi_disk_tokens_pay() - are tokens the sooner way?
 * @d:		the disk
 * @requests:	how many there are to be done
 *
 * As long as firmware has some they are: anything else would have to wait for them.
 *
 * Context: any; @d->lock is held.
 * Return: true if those that can are to be done with tokens.
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
 * efi_disk_tokens_create() - begin to use tokens
 * @d:		the disk, which nobody else uses yet
 * @mode:	%EFI_DISK_BLOCKIO2 or %EFI_DISK_DISKIO2
 * @size:	bytes of the largest request that is done with a token, a multiple of the blocks
 *
 * There may be fewer of them than %EFI_DISK_TOKENS.
 *
 * Context: task context; sleeps.
 * Return: 0 or an error, such as -ENODEV if the handle does not have the protocol.
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
 * efi_disk_tokens_destroy() - do not use tokens any more
 * @d:		the disk, of which there is no request
 *
 * What firmware still has it keeps for ever.
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
