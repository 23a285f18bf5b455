// SPDX-License-Identifier: GPL-2.0-only
/*
 * The resident half: firmware's side of the time-sharing
 *
 * For firmware this is an application that finishes when the kernel ends. Its main
 * loop serves the kernel's requests at TPL_APPLICATION, where every service may be
 * called. When it has nothing to do it ends the slice, or, if the kernel has nothing
 * to do either, rests.
 *
 * A request that takes long is ended in the middle, by the gate: our entry at the
 * vector of firmware's clock. In firmware's world the local APIC's timer also
 * stands for the kernel's next timer, so that the gate ends the slice at whichever
 * of the two comes first, at any task priority below TPL_HIGH_LEVEL. The next
 * ingress returns into it, the handler that the interrupt was for runs, and the
 * call goes on as after any interrupt.
 *
 * Where the gate cannot be had there is a periodic timer event at TPL_NOTIFY, the
 * highest level at which an event may call anything, whose notify function is the
 * egress. Code at TPL_NOTIFY or higher is not interrupted then.
 */
#include <asm/irqflags.h>
#include <asm/msr.h>
#include <asm/special_insns.h>

#include "boot.h"

/* Nobody else writes this */
#define STACK_MARK	0x6b6361747320666f	/* "of stack" */

static struct efi_mode_handoff *handoff;
static efi_event_t tick_event;

/* A handler is under way that was run from here, and may dispatch events */
static bool delivering;

/* TSC at which the last one began */
static u64 handler_start;

/* One has run since the main loop looked */
static bool handled;

/* So many make up what a tick costs, more or less */
#define TICKS_AVERAGED	8

/* If Linux had its turn meanwhile nobody knows, but it was not short */
static void note_tick_cost(struct efi_mode_handoff *h, u64 start)
{
	bool whole = h->earliest == start + h->max_slice_cycles;
	u64 cycles = whole ? rdtsc() - start : h->max_slice_cycles;

	h->tick_cost += (s64)(cycles - h->tick_cost) / TICKS_AVERAGED;
}

/*
 * Run a handler, as if its interrupt came now to what has been interrupted. It
 * returns before the next begins. Firmware's timer handler raises and restores
 * the task priority, so that what became due is dispatched before the next tick,
 * and the handlers do not nest.
 *
 * Return: whether firmware takes another. Its handler may clear IF in its frame,
 * when it has been run in the middle of itself and leaves the rest to the outer
 * one (edk2's NestedInterruptTplLib). Then interrupts stay off.
 */
static bool run_handler(struct efi_mode_handoff *h, unsigned int vector,
			unsigned long *rflags)
{
	unsigned long handler = efi_mode_handler(vector), after;
	bool outer = delivering;
	u64 start;

	if (!handler)
		return true;
	efi_mode_lookup_outdate();
	/* A handler has this long before the slice can end in it */
	start = rdtsc();
	h->earliest = start + h->max_slice_cycles;
	handler_start = start;
	handled = true;
	delivering = true;
	after = efi_mode_run_handler(handler, *rflags);
	delivering = outer;
	if (vector == h->tick_vector)
		note_tick_cost(h, start);
	if (after & X86_EFLAGS_IF)
		return true;
	*rflags &= ~X86_EFLAGS_IF;
	return false;
}

/*
 * Interrupts that came to the kernel, once each. If one is of firmware's clock it
 * is a tick, be it due by the account or not: its device waits for the end of
 * the interrupt.
 */
static bool next_pending(struct efi_mode_handoff *h, u64 now,
			 unsigned int *vector)
{
	unsigned int word;

	for (word = 0; h->nr_pending && word < ARRAY_SIZE(h->pending); word++) {
		if (!h->pending[word])
			continue;
		*vector = word * 64 + __ffs(h->pending[word]);
		h->pending[word] &= h->pending[word] - 1;
		h->nr_pending--;
		if (*vector == h->tick_vector)
			efi_mode_ticks_delivered(&h->ticks, 1);
		return true;
	}

	/* A device may be about to deliver the next one itself */
	if (h->clock == EFI_MODE_CLOCK_DEVICE)
		now -= h->ticks.period;
	if (!efi_mode_ticks_is_due(&h->ticks, now))
		return false;
	efi_mode_ticks_bound(&h->ticks, now);
	efi_mode_ticks_delivered(&h->ticks, 1);
	*vector = h->tick_vector;
	return true;
}

/*
 * What firmware has missed. If the slice has ended in a handler that was run
 * from here, that one goes on now, and what is still owed comes after it.
 */
static void deliver_all(struct efi_mode_handoff *h, u64 now,
			unsigned long *rflags)
{
	unsigned int vector;

	while (next_pending(h, now, &vector)) {
		bool more;

		h->replayed++;
		more = run_handler(h, vector, rflags);
		/* From here on, so that ticks do not use up the whole slice */
		now = rdtsc();
		h->earliest = now + h->min_slice;
		if (!more)
			break;
	}
}

static inline void deliver(struct efi_mode_handoff *h, u64 now,
			   unsigned long *rflags)
{
	if (h->nr_pending || efi_mode_ticks_is_due(&h->ticks, now))
		if (!h->irqs_off && !delivering)
			deliver_all(h, now, rflags);
}

/*
 * Interrupts are off; they are when it comes back.
 *
 * Return: TSC at the beginning of the next slice.
 */
static u64 egress(u32 reason)
{
	struct efi_mode_handoff *h = handoff;
	unsigned int vector = h->tick_vector;
	u64 now;

	/*
	 * There is no kernel any more, but while its memory is there it can be told
	 * that firmware has not survived it.
	 */
	if (unlikely(h->leaving) && reason != EFI_MODE_EGRESS_FAULT)
		return rdtsc();

	h->egress = reason;
	/* Its data segments are those of a task: the kernel loads them itself */
	h->linux_cpu.ds = 0;
	h->linux_cpu.es = 0;
	h->linux_cpu.fs = 0;
	h->linux_cpu.gs = 0;
	if (unlikely(efi_mode_window_is_old(h)))
		efi_mode_window_follow(h);
	efi_mode_switch(&h->firmware, &h->linux_cpu);
	if (unlikely(efi_mode_gates_have_moved(h) || vector != h->tick_vector))
		efi_mode_gates_follow(h, vector != h->tick_vector);
	now = rdtsc();
	h->earliest = now + h->min_slice;
	return now;
}

/* From where no interrupt has led here: firmware's own code at a known place */
static void egress_and_deliver(u32 reason)
{
	unsigned long rflags = native_save_fl(), before = rflags;

	native_irq_disable();
	deliver(handoff, egress(reason), &rflags);
	if (before & X86_EFLAGS_IF)
		native_irq_enable();
}

/**
 * efi_mode_end_slice() - end the slice, as nothing else may do it any more
 *
 * Context: a function of firmware's, at any task priority. Comes back when the next slice
 * begins.
 */
void efi_mode_end_slice(void)
{
	if (handoff->irqs_off)
		return;
	/* At TPL_HIGH_LEVEL firmware takes no ticks */
	if (native_save_fl() & X86_EFLAGS_IF)
		egress_and_deliver(EFI_MODE_EGRESS_DEADLINE);
	else
		egress(EFI_MODE_EGRESS_DEADLINE);
}

/**
 * efi_mode_yield() - let Linux have the time in which firmware waits
 * @until:	TSC at which firmware goes on
 *
 * Where an interrupt could not end the slice nothing else does.
 *
 * Context: a function of firmware's, at any task priority. Comes back when the next slice
 * begins, which may be sooner.
 * Return: false if nobody in Linux needs the time.
 */
bool efi_mode_yield(u64 until)
{
	if (!handoff->linux_has_work || handoff->irqs_off ||
	    !(native_save_fl() & X86_EFLAGS_IF))
		return false;
	handoff->stall_until = until;
	egress_and_deliver(EFI_MODE_EGRESS_STALL);
	return true;
}

static bool may_end(struct efi_mode_handoff *h, u64 now)
{
	return !h->irqs_off && (s64)(now - h->earliest) >= 0;
}

/* Return: TSC */
static u64 end_slice(struct efi_mode_handoff *h, u32 reason, u64 now)
{
	if (!may_end(h, now))
		return now;
	return egress(reason);
}

/*
 * Is an interrupt at the vector of firmware's clock a tick, or is it the kernel's timer?
 * The account tells, but for the time in which firmware catches up: ticks are due then
 * whichever it was. Those come one after the other, and none of them in the handler of
 * the one before, unless that takes as long as there is between two.
 */
static bool is_tick(const struct efi_mode_handoff *h, u64 now)
{
	if (!efi_mode_counts_ticks(h))
		return true;
	if (delivering && now - handler_start < h->ticks.period)
		return false;
	return efi_mode_ticks_is_due(&h->ticks, now);
}

/* Nothing is under way in a rest, so nothing has to go on */
static u32 deadline_reason(bool rest)
{
	return rest ? EFI_MODE_EGRESS_IDLE : EFI_MODE_EGRESS_DEADLINE;
}

/**
 * efi_mode_tick() - an interrupt at the vector of firmware's clock
 * @rflags:	flags in its frame
 *
 * The local APIC's interrupt is ended here. Some firmware does so only when it has
 * dispatched the events that are due, and nothing could end the slice in one of them.
 * Its own end of interrupt then has none to end, as when a tick is replayed.
 *
 * Context: the gate, interrupts off. Comes back when the next slice begins, if
 * this one ends; what firmware has missed has been delivered then.
 */
void efi_mode_tick(unsigned long *rflags)
{
	struct efi_mode_handoff *h = handoff;
	bool rest = efi_mode_rest_interrupted();
	u64 now = rdtsc();

	if (efi_mode_counts_ticks(h))
		efi_mode_apic_eoi();
	if (!is_tick(h, now)) {
		deliver(h, end_slice(h, deadline_reason(rest), now), rflags);
		return;
	}
	efi_mode_ticks_delivered(&h->ticks, 1);
	if (!rest || !efi_mode_rest_goes_on(h, now))
		end_slice(h, EFI_MODE_EGRESS_TICK, now);
	/* If it is a device's the handler ends the interrupt, so it is the first */
	if (!run_handler(h, h->tick_vector, rflags))
		return;
	now = rdtsc();
	h->earliest = now + h->min_slice;
	deliver(h, now, rflags);
}

/**
 * efi_mode_slice_timer() - an interrupt at our own vector
 * @rflags:	flags in its frame
 *
 * Context: the gate, interrupts off.
 */
void efi_mode_slice_timer(unsigned long *rflags)
{
	u32 reason = deadline_reason(efi_mode_rest_interrupted());

	efi_mode_apic_eoi();
	deliver(handoff, end_slice(handoff, reason, rdtsc()), rflags);
}

static void __efiapi firmware_tick(efi_event_t event, void *context)
{
	struct efi_mode_handoff *h = context;
	u64 now = rdtsc();

	/* A tick that is replayed must not end the slice that replays it */
	if (delivering || !may_end(h, now))
		return;
	egress_and_deliver(EFI_MODE_EGRESS_EVENT);
}

/**
 * efi_mode_fault() - an exception in firmware's world
 * @frame:	what it left on the stack
 *
 * There is no going on from here, and the kernel never comes back.
 *
 * Context: any, interrupts off.
 */
void efi_mode_fault(const struct efi_mode_fault *frame)
{
	struct efi_mode_handoff *h = handoff;

	memcpy(&h->fault, frame, offsetof(struct efi_mode_fault, address));
	h->fault.address = native_read_cr2();
	for (;;)
		egress(EFI_MODE_EGRESS_FAULT);
}

/*
 * A function that has raised the task priority is to have restored it. For what was
 * looked up that is done here: events that had to wait are notified now.
 */
static void check_tpl(struct efi_mode_request *r)
{
	unsigned long tpl = r->target.handle ? r->target.tpl :
					       EFI_TPL_APPLICATION;

	if (efi_bs_call(raise_tpl, EFI_TPL_HIGH_LEVEL) != tpl)
		r->abi_violations |= EFI_MODE_ABI_TPL;
	efi_bs_call(restore_tpl, EFI_TPL_APPLICATION);
}

static void mark_stack(void)
{
	unsigned int i;

	for (i = 0; i < EFI_MODE_STACK_MARKS; i++)
		efi_mode_stack_mark[i] = STACK_MARK;
}

static void check_stack(struct efi_mode_request *r)
{
	u64 changed = 0;
	unsigned int i;

	for (i = 0; i < EFI_MODE_STACK_MARKS; i++)
		changed |= efi_mode_stack_mark[i] ^ STACK_MARK;
	if (likely(!changed))
		return;
	r->abi_violations |= EFI_MODE_ABI_STACK;
	mark_stack();
}

static void perform(struct efi_mode_request *r)
{
	u64 start = rdtsc();

	if (!r->target.handle || efi_mode_lookup(handoff, r))
		efi_mode_invoke(r);
	native_irq_enable();
	check_stack(r);
	if (!r->target.handle || r->status != EFI_SUCCESS)
		efi_mode_lookup_outdate();
	if (!handoff->irqs_off)
		check_tpl(r);
	r->cycles = rdtsc() - start;
}

/*
 * A handler of a timer that is armed at each tick has armed it for the next one, and not
 * for the kernel's timer: that is lent with the next slice.
 */
static bool may_rest(const struct efi_mode_handoff *h)
{
	bool disarmed = handled && h->clock == EFI_MODE_CLOCK_APIC_ONE_SHOT;

	handled = false;
	return !disarmed;
}

/**
 * efi_mode_serve() - be an application to firmware and a server to the kernel
 *
 * The first egress starts the kernel. Called at TPL_APPLICATION; does not
 * return while the kernel lives.
 *
 * Return: the EFI status with which the kernel has ended.
 */
efi_status_t efi_mode_serve(void)
{
	struct efi_mode_request *r = &handoff->request, *next;

	if (handoff->preempt == EFI_MODE_PREEMPT_GATE)
		efi_mode_timer_hook();
	efi_mode_stall_hook(handoff);
	native_irq_disable();
	efi_mode_note_clock(handoff);
	egress_and_deliver(EFI_MODE_EGRESS_IDLE);
	native_irq_enable();
	for (;;) {
		if (READ_ONCE(r->state) != EFI_MODE_REQUEST_POSTED) {
			if (READ_ONCE(handoff->idle_poll.on) && may_rest(handoff) &&
			    efi_mode_rest(handoff))
				continue;
			egress_and_deliver(EFI_MODE_EGRESS_IDLE);
			if (unlikely(READ_ONCE(handoff->leaving)))
				return handoff->exit_status;
			continue;
		}
		r->state = EFI_MODE_REQUEST_RUNNING;
		for (next = r; next; next = (void *)(unsigned long)next->next)
			perform(next);
		barrier();
		r->state = EFI_MODE_REQUEST_DONE;
		egress_and_deliver(EFI_MODE_EGRESS_DONE);
	}
}

static efi_status_t create_event(struct efi_mode_handoff *h)
{
	efi_status_t status;

	status = efi_bs_call(create_event,
			     EFI_EVT_TIMER | EFI_EVT_NOTIFY_SIGNAL,
			     EFI_TPL_NOTIFY, firmware_tick, h, &tick_event);
	if (status != EFI_SUCCESS)
		return status;

	/* A period of 0 is one tick of firmware's clock, as it is now */
	return efi_bs_call(set_timer, tick_event, EfiTimerPeriodic, 0);
}

/**
 * efi_mode_resident_init() - make ready to serve
 * @h:	the handoff; @preempt says what is wanted
 *
 * Plants the gates, or arms the event that ends slices. @preempt says afterwards
 * which of them it is.
 *
 * Return: an EFI status.
 */
efi_status_t efi_mode_resident_init(struct efi_mode_handoff *h)
{
	unsigned long flags;

	handoff = h;
	h->switch_fn = (unsigned long)efi_mode_switch;
	h->switch_base = (unsigned long)efi_mode_switch_start;
	h->switch_size = efi_mode_switch_end - efi_mode_switch_start;
	efi_mode_lookup_init(h);
	efi_mode_keys_init(h);
	mark_stack();
	h->min_slice = (u64)h->tsc_khz * EFI_MODE_MIN_SLICE_US / 1000;
	h->max_slice_cycles = (u64)h->tsc_khz * EFI_MODE_MAX_SLICE_US / 1000;
	/* Not before there is a kernel */
	h->earliest = rdtsc() + S64_MAX / 2;

	efi_mode_find_clock(h);
	if (h->clock == EFI_MODE_CLOCK_NONE)
		h->preempt = EFI_MODE_PREEMPT_EVENT;

	flags = native_save_fl();
	native_irq_disable();
	efi_mode_window_init(h);
	if (!efi_mode_gates_plant(h))
		h->preempt = EFI_MODE_PREEMPT_EVENT;
	if (flags & X86_EFLAGS_IF)
		native_irq_enable();

	if (h->preempt == EFI_MODE_PREEMPT_GATE)
		return EFI_SUCCESS;

	h->slice_vector = 0;
	/* Without the gate nobody counts what a device delivers in slices */
	if (h->clock == EFI_MODE_CLOCK_DEVICE)
		h->ticks.period = 0;
	return create_event(h);
}

/**
 * efi_mode_resident_exit() - undo efi_mode_resident_init()
 */
void efi_mode_resident_exit(void)
{
	unsigned long flags = native_save_fl();

	efi_mode_stall_unhook();
	efi_mode_timer_unhook();
	native_irq_disable();
	efi_mode_gates_remove();
	if (flags & X86_EFLAGS_IF)
		native_irq_enable();

	if (tick_event)
		efi_bs_call(close_event, tick_event);
	tick_event = NULL;
	efi_mode_keys_exit();
	efi_mode_lookup_exit(handoff);
}
