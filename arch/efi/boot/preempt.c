// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preemption: how a slice ends, and how the firmware gets its interrupts
 *
 * A request that takes long is ended in the middle, at the vector of the firmware's
 * clock, where idt-hook.c has put an entry. In the firmware's world the local APIC's
 * timer also stands for the kernel's next timer, so that the entry ends the slice at
 * whichever of the two comes first, at any task priority below TPL_HIGH_LEVEL. The
 * next ingress returns into it, the handler that the interrupt was for runs, and the
 * call goes on as after any interrupt.
 *
 * If the entry cannot be installed, there is a periodic timer event at TPL_NOTIFY, the
 * highest level at which an event may call anything. Its notify function makes the
 * egress. Code at TPL_NOTIFY or higher is not interrupted then.
 */
#include <asm/irqflags.h>
#include <asm/msr.h>
#include <asm/special_insns.h>
#include <asm/trapnr.h>

#include "boot.h"

static struct efi_mode_handoff *handoff;
static efi_event_t preempt_event;

/* A handler that was run from here has not returned, and may dispatch events */
static bool delivering;

/* TSC at which the last handler began */
static u64 handler_start;

/* A handler has run since efi_mode_may_poll() was called */
static bool handled;

/* The cost of a tick is an average of about as many */
#define TICKS_AVERAGED	8

/*
 * If the slice ended in the handler, the time includes Linux's turn. The limit counts in
 * place of it then, because the handler has taken at least as long.
 */
static void preempt_note_tick_cost(struct efi_mode_handoff *h, u64 start)
{
	bool whole = h->earliest == start + h->max_slice_cycles;
	u64 cycles = whole ? rdtsc() - start : h->max_slice_cycles;

	h->tick_cost += (s64)(cycles - h->tick_cost) / TICKS_AVERAGED;
}

/*
 * Run a handler, as if its interrupt came now to the code that has been interrupted.
 * It returns before the next begins. The firmware's timer handler raises and restores
 * the task priority, so that events which became due are dispatched before the next
 * tick, and the handlers do not nest.
 *
 * Return: true if the firmware takes another interrupt. Its handler may clear IF in its
 * frame, if it has been run in the middle of itself and leaves the rest to the outer
 * one (edk2's NestedInterruptTplLib). Interrupts stay off then.
 */
static bool preempt_run_handler(struct efi_mode_handoff *h, unsigned int vector,
				unsigned long *rflags)
{
	unsigned long handler = efi_mode_firmware_handler(vector), after;
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
	after = efi_mode_invoke_handler(handler, *rflags);
	delivering = outer;
	if (vector == h->tick_vector)
		preempt_note_tick_cost(h, start);
	if (after & X86_EFLAGS_IF)
		return true;
	*rflags &= ~X86_EFLAGS_IF;
	return false;
}

/*
 * Take the next interrupt that the firmware has missed: first those that came to the
 * kernel, once each, then the ticks that are due. If the vector is that of the
 * firmware's clock, the interrupt counts as a tick even if none is due by the account,
 * because its device waits for the end of the interrupt.
 */
static bool preempt_next_pending(struct efi_mode_handoff *h, u64 now,
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

static void preempt_deliver_all(struct efi_mode_handoff *h, u64 now,
				unsigned long *rflags)
{
	unsigned int vector;

	while (preempt_next_pending(h, now, &vector)) {
		bool more;

		h->replayed++;
		more = preempt_run_handler(h, vector, rflags);
		/* From here on, so that ticks do not use up the whole slice */
		now = rdtsc();
		h->earliest = now + h->min_slice;
		if (!more)
			break;
	}
}

/*
 * Deliver what the firmware has missed. If the slice has ended in a handler that was
 * run from here, that handler goes on first, and the outer loop delivers the rest.
 */
static inline void preempt_deliver(struct efi_mode_handoff *h, u64 now,
				   unsigned long *rflags)
{
	if (h->nr_pending || efi_mode_ticks_is_due(&h->ticks, now))
		if (!h->irqs_off && !delivering)
			preempt_deliver_all(h, now, rflags);
}

static inline void preempt_switch(struct efi_mode_handoff *h, u32 reason)
{
	h->egress = reason;
	/* Its data segments are those of a task: the kernel loads them itself */
	h->linux_cpu.ds = 0;
	h->linux_cpu.es = 0;
	h->linux_cpu.fs = 0;
	h->linux_cpu.gs = 0;
	if (unlikely(efi_mode_switch_tables_are_old(h)))
		efi_mode_switch_tables_follow(h);
	efi_mode_switch(&h->firmware, &h->linux_cpu);
}

/*
 * A machine check in the middle of the switch to the firmware has been counted there. Only
 * here, on the firmware's own tables, can it be looked at.
 */
static noinline void preempt_check_machine(struct efi_mode_handoff *h)
{
	if (!h->firmware.exceptions.machine_checks || !efi_mode_mc_is_fatal())
		return;
	memset(&h->fault, 0, sizeof(h->fault));
	h->fault.vector = X86_TRAP_MC;
	for (;;)
		preempt_switch(h, EFI_MODE_EGRESS_FAULT);
}

/*
 * Interrupts are off, before and after.
 *
 * Return: TSC at the beginning of the next slice.
 */
static u64 preempt_egress(u32 reason)
{
	struct efi_mode_handoff *h = handoff;
	unsigned int vector = h->tick_vector;
	u64 now;

	/*
	 * The kernel has ended. As long as its memory is there, it can still be told that
	 * the firmware has not survived it.
	 */
	if (unlikely(h->leaving) && reason != EFI_MODE_EGRESS_FAULT)
		return rdtsc();

	preempt_switch(h, reason);
	if (unlikely(h->firmware.exceptions.any))
		preempt_check_machine(h);
	if (unlikely(efi_mode_idt_has_moved(h) || vector != h->tick_vector))
		efi_mode_idt_hook_follow(h, vector != h->tick_vector);
	now = rdtsc();
	h->earliest = now + h->min_slice;
	return now;
}

/**
 * efi_mode_egress() - end the slice, and deliver interrupts when the next one begins
 * @reason:	EFI_MODE_EGRESS_*
 *
 * Context: the firmware's code at a known place, not an interrupt; any task priority.
 * Comes back when the next slice begins.
 */
void efi_mode_egress(u32 reason)
{
	unsigned long rflags = native_save_fl(), before = rflags;

	native_irq_disable();
	preempt_deliver(handoff, preempt_egress(reason), &rflags);
	if (before & X86_EFLAGS_IF)
		native_irq_enable();
}

/**
 * efi_mode_end_slice() - end the slice, as nothing else may do it any more
 *
 * Context: a function of the firmware, at any task priority. Comes back when the next
 * slice begins.
 */
void efi_mode_end_slice(void)
{
	if (handoff->irqs_off)
		return;
	/* At TPL_HIGH_LEVEL firmware takes no ticks */
	if (native_save_fl() & X86_EFLAGS_IF)
		efi_mode_egress(EFI_MODE_EGRESS_DEADLINE);
	else
		preempt_egress(EFI_MODE_EGRESS_DEADLINE);
}

/**
 * efi_mode_yield() - let Linux have the time in which the firmware waits
 * @until:	TSC at which the firmware goes on
 *
 * Does nothing where an interrupt could not end the slice.
 *
 * Context: a function of the firmware, at any task priority. Comes back when the next
 * slice begins, which may be before @until.
 * Return: false if no task in Linux needs the time.
 */
bool efi_mode_yield(u64 until)
{
	if (!handoff->linux_has_work || handoff->irqs_off ||
	    !(native_save_fl() & X86_EFLAGS_IF))
		return false;
	handoff->stall_until = until;
	efi_mode_egress(EFI_MODE_EGRESS_STALL);
	return true;
}

static bool preempt_may_end(struct efi_mode_handoff *h, u64 now)
{
	return !h->irqs_off && (s64)(now - h->earliest) >= 0;
}

/* Return: TSC */
static u64 preempt_end_slice(struct efi_mode_handoff *h, u32 reason, u64 now)
{
	if (!preempt_may_end(h, now))
		return now;
	return preempt_egress(reason);
}

/*
 * Is an interrupt at the vector of the firmware's clock a tick, or is it the kernel's
 * timer? The account tells, except while the firmware catches up, when ticks are due in
 * either case. Then the ticks come one after the other, and none of them in the handler
 * of the one before, unless that handler takes as long as a whole period.
 */
static bool preempt_is_tick(const struct efi_mode_handoff *h, u64 now)
{
	if (!efi_mode_counts_ticks(h))
		return true;
	if (delivering && now - handler_start < h->ticks.period)
		return false;
	return efi_mode_ticks_is_due(&h->ticks, now);
}

/* An interrupted poll leaves nothing of the firmware's unfinished */
static u32 preempt_deadline_reason(bool polling)
{
	return polling ? EFI_MODE_EGRESS_IDLE : EFI_MODE_EGRESS_DEADLINE;
}

/**
 * efi_mode_tick() - handle an interrupt at the vector of the firmware's clock
 * @rflags:	flags in its frame
 *
 * The local APIC's interrupt is ended here. Some firmware does so only when it has
 * dispatched the events that are due, and nothing could end the slice in one of them.
 * Its own end of interrupt then has none to end, as when a tick is replayed.
 *
 * Context: the entry in the firmware's IDT, interrupts off. If the slice ends, comes
 * back when the next one begins and all that the firmware has missed is delivered.
 */
void efi_mode_tick(unsigned long *rflags)
{
	struct efi_mode_handoff *h = handoff;
	bool polling = efi_mode_idle_poll_interrupted();
	u64 now = rdtsc();

	if (efi_mode_counts_ticks(h))
		efi_mode_apic_eoi();
	if (!preempt_is_tick(h, now)) {
		u32 reason = preempt_deadline_reason(polling);

		preempt_deliver(h, preempt_end_slice(h, reason, now), rflags);
		return;
	}
	efi_mode_ticks_delivered(&h->ticks, 1);
	if (!polling || !efi_mode_idle_poll_goes_on(h, now))
		preempt_end_slice(h, EFI_MODE_EGRESS_TICK, now);
	/* If it is a device's the handler ends the interrupt, so it is the first */
	if (!preempt_run_handler(h, h->tick_vector, rflags))
		return;
	now = rdtsc();
	h->earliest = now + h->min_slice;
	preempt_deliver(h, now, rflags);
}

/**
 * efi_mode_slice_timer() - handle an interrupt at our own vector
 * @rflags:	flags in its frame
 *
 * Context: the entry in the firmware's IDT, interrupts off.
 */
void efi_mode_slice_timer(unsigned long *rflags)
{
	u32 reason = preempt_deadline_reason(efi_mode_idle_poll_interrupted());

	efi_mode_apic_eoi();
	preempt_deliver(handoff, preempt_end_slice(handoff, reason, rdtsc()),
			rflags);
}

/**
 * efi_mode_stray_interrupt() - end an interrupt without an owner
 * @rflags:	flags in its frame
 *
 * Context: an entry in our own IDT, interrupts off.
 */
void efi_mode_stray_interrupt(unsigned long *rflags)
{
	efi_mode_apic_eoi();
}

/**
 * efi_mode_fault() - tell the kernel of an exception in the firmware's world
 * @frame:	what the exception left on the stack
 *
 * Does not return: the kernel never gives the firmware another slice.
 *
 * Context: any, interrupts off.
 */
void efi_mode_fault(const struct efi_mode_fault *frame)
{
	struct efi_mode_handoff *h = handoff;

	memcpy(&h->fault, frame, offsetof(struct efi_mode_fault, address));
	h->fault.address = native_read_cr2();
	for (;;)
		preempt_egress(EFI_MODE_EGRESS_FAULT);
}

/**
 * efi_mode_may_poll() - may the slice last as long as the kernel is idle?
 * @h:	the handoff
 *
 * The handler of a timer that is armed at each tick has armed it for the next one, and
 * not for the kernel's timer: that is lent with the next slice.
 *
 * Context: the resident half's main loop.
 * Return: false if the slice has to end first, for the kernel's timer.
 */
bool efi_mode_may_poll(const struct efi_mode_handoff *h)
{
	bool disarmed = handled && h->clock == EFI_MODE_CLOCK_APIC_ONE_SHOT;

	handled = false;
	return !disarmed;
}

static void __efiapi preempt_notify(efi_event_t event, void *context)
{
	struct efi_mode_handoff *h = context;
	u64 now = rdtsc();

	/* A tick that is replayed must not end the slice that replays it */
	if (delivering || !preempt_may_end(h, now))
		return;
	efi_mode_egress(EFI_MODE_EGRESS_EVENT);
}

/**
 * efi_mode_preempt_init() - make ready for the first egress
 * @h:	the handoff; @tsc_khz must be set
 */
void efi_mode_preempt_init(struct efi_mode_handoff *h)
{
	handoff = h;
	h->min_slice = (u64)h->tsc_khz * EFI_MODE_MIN_SLICE_US / 1000;
	h->max_slice_cycles = (u64)h->tsc_khz * EFI_MODE_MAX_SLICE_US / 1000;
	/* Not before there is a kernel */
	h->earliest = rdtsc() + S64_MAX / 2;
}

/**
 * efi_mode_preempt_by_event() - end slices by a timer event
 * @h:	the handoff
 *
 * For firmware whose clock has not been found, or has no place in its IDT.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 * Return: an EFI status.
 */
efi_status_t efi_mode_preempt_by_event(struct efi_mode_handoff *h)
{
	efi_status_t status;

	h->slice_vector = 0;
	/* Ticks that a device delivers in a slice are not seen here, so none are counted */
	if (h->clock == EFI_MODE_CLOCK_DEVICE)
		h->ticks.period = 0;

	status = efi_bs_call(create_event,
			     EFI_EVT_TIMER | EFI_EVT_NOTIFY_SIGNAL,
			     EFI_TPL_NOTIFY, preempt_notify, h, &preempt_event);
	if (status != EFI_SUCCESS)
		return status;

	/* A period of 0 is one tick of firmware's clock, as it is now */
	return efi_bs_call(set_timer, preempt_event, EfiTimerPeriodic, 0);
}

/**
 * efi_mode_preempt_exit() - undo efi_mode_preempt_by_event()
 *
 * Does nothing if there is no event.
 */
void efi_mode_preempt_exit(void)
{
	if (preempt_event)
		efi_bs_call(close_event, preempt_event);
	preempt_event = NULL;
}
