// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preemption: how a slice ends, and how the firmware gets its interrupts
 *
 * A slice can end in the middle of a firmware call, because idt-hook.c has
 * installed an entry at the vector of the firmware's clock. During a slice, the
 * local APIC timer is also programmed for the kernel's next timer. The entry
 * therefore ends the slice at the next tick or at the kernel's next timer,
 * whichever comes first, at any task priority level below TPL_HIGH_LEVEL. The
 * next ingress returns into the entry. The entry runs the firmware's handler if
 * the interrupt was a tick, and the call continues as after any interrupt.
 *
 * If the entry cannot be installed, a periodic timer event at TPL_NOTIFY, the
 * highest level at which a notify function can run, ends slices instead. Its
 * notify function makes the egress. Code at TPL_NOTIFY and above is not
 * interrupted then.
 */
#include <asm/irqflags.h>
#include <asm/msr.h>
#include <asm/special_insns.h>
#include <asm/trapnr.h>

#include "boot.h"

#include <efi-mode/time-limits.h>

static struct efi_mode_handoff *handoff;
static efi_event_t preempt_event;

/* A firmware handler that this file called has not returned yet */
static bool delivering;

/* TSC at the start of the last handler */
static u64 handler_start;

/* A handler has run since efi_mode_may_poll() was called */
static bool handled;

/* Approximate number of ticks over which the cost of a tick is averaged */
#define TICKS_AVERAGED	8

/*
 * If the slice ended while the handler ran, the measured time includes the time
 * in which Linux ran. Then max_slice_cycles is used instead, because the
 * handler has taken at least that long.
 */
static void preempt_note_tick_cost(struct efi_mode_handoff *h, u64 start)
{
	bool whole = h->earliest == start + h->max_slice_cycles;
	u64 cycles = whole ? rdtsc() - start : h->max_slice_cycles;

	h->tick_cost += (s64)(cycles - h->tick_cost) / TICKS_AVERAGED;
}

/*
 * Run a handler of the firmware, as if the interrupt arrived now at the code
 * that was interrupted. A handler returns before the next one starts, so
 * handlers do not nest: the firmware's timer handler raises and restores the
 * task priority level, which dispatches the events that are due, before the
 * next tick.
 *
 * Return: true if the firmware accepts another interrupt. A handler that has
 * interrupted another instance of itself may clear IF in its frame, to leave
 * the remaining work to the outer instance (edk2's NestedInterruptTplLib).
 * Interrupts must then stay off.
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
	/* The slice cannot end in the handler before this time */
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
 * Take the next interrupt that the firmware has missed: first each interrupt
 * that arrived while the kernel ran, once, then the ticks that are due. An
 * interrupt at the vector of the firmware's clock is delivered, and counts as a
 * tick, even if the account says that no tick is due, because the device waits
 * for the end of interrupt.
 *
 * Return: false if the firmware has missed no interrupt.
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

	/* The device may be about to deliver the latest tick itself */
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
		/*
		 * The minimum length counts from here: ticks must not use it up
		 */
		now = rdtsc();
		h->earliest = now + h->min_slice;
		if (!more)
			break;
	}
}

/*
 * Deliver the interrupts that the firmware has missed. If the previous slice
 * ended in a handler that this function was running, do nothing: that handler
 * must return first, and the outer instance of the loop then delivers the rest.
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
	/*
	 * The kernel itself loads its data segments, which depend on the task
	 */
	h->linux_cpu.ds = 0;
	h->linux_cpu.es = 0;
	h->linux_cpu.fs = 0;
	h->linux_cpu.gs = 0;
	if (unlikely(efi_mode_switch_tables_are_old(h)))
		efi_mode_switch_tables_follow(h);
	efi_mode_switch(&h->firmware, &h->linux_cpu);
}

/*
 * If a machine check occurred during the switch to the firmware, its handler
 * has only counted it. Check here, on the firmware's own descriptor tables,
 * whether the firmware can continue.
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
 * Context: interrupts off, and still off at return.
 * Return: TSC at the start of the next slice.
 */
static u64 preempt_egress(u32 reason)
{
	struct efi_mode_handoff *h = handoff;
	unsigned int vector = h->tick_vector;
	u64 now;

	/*
	 * The kernel has ended and gets no more slices. But its memory still
	 * exists, so it can still handle a fault of the firmware.
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
 * efi_mode_egress() - end the slice, and deliver interrupts at the next one
 * @reason:	EFI_MODE_EGRESS_*
 *
 * Returns when the next slice starts.
 *
 * Context: code that the firmware has called, not an interrupt handler; any
 * task priority level.
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
 * efi_mode_end_slice() - end the slice because its timer may not fire any more
 *
 * Returns when the next slice starts.
 *
 * Context: a hooked function of the firmware, at any task priority level.
 */
void efi_mode_end_slice(void)
{
	if (handoff->irqs_off)
		return;
	/* At TPL_HIGH_LEVEL, the firmware accepts no ticks */
	if (native_save_fl() & X86_EFLAGS_IF)
		efi_mode_egress(EFI_MODE_EGRESS_DEADLINE);
	else
		preempt_egress(EFI_MODE_EGRESS_DEADLINE);
}

/**
 * efi_mode_yield() - let Linux run while the firmware waits
 * @until:	TSC at which the wait ends
 *
 * Ends the slice if a task in Linux can run, unless interrupts are off, because
 * then an interrupt could not end the slice at this place, either. Returns when
 * the next slice starts, which may be before @until.
 *
 * Context: a hooked function of the firmware, at any task priority level.
 * Return: false if the slice has not ended.
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

/* Return: TSC at the start of the next slice, or @now if this one cannot end */
static u64 preempt_end_slice(struct efi_mode_handoff *h, u32 reason, u64 now)
{
	if (!preempt_may_end(h, now))
		return now;
	return preempt_egress(reason);
}

/*
 * Check whether an interrupt at the vector of the firmware's clock is a tick or
 * the kernel's timer. It is a tick if the account says that one is due.
 * While missed ticks are replayed, ticks are always due. An interrupt that
 * arrives in the handler of a replayed tick then counts as the kernel's timer,
 * unless the handler has run for a whole period.
 */
static bool preempt_is_tick(const struct efi_mode_handoff *h, u64 now)
{
	if (!efi_mode_counts_ticks(h))
		return true;
	if (delivering && now - handler_start < h->ticks.period)
		return false;
	return efi_mode_ticks_is_due(&h->ticks, now);
}

/*
 * If the CPU was halted in the idle poll, no work of the firmware is unfinished
 */
static u32 preempt_deadline_reason(bool polling)
{
	return polling ? EFI_MODE_EGRESS_IDLE : EFI_MODE_EGRESS_DEADLINE;
}

/**
 * efi_mode_tick() - handle an interrupt at the vector of the firmware's clock
 * @rflags:	flags in the interrupt frame; may be changed
 *
 * If the clock is the local APIC timer, this function sends the EOI. Some
 * firmware sends it only after it has dispatched the events that are due, and
 * until then, no interrupt could end the slice in one of these events. The
 * firmware's own EOI then has no effect, as when a tick is replayed.
 *
 * If the slice ends, this function returns after the next slice has started and
 * all missed interrupts have been delivered.
 *
 * Context: the entry in the firmware's IDT, interrupts off.
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
	/*
	 * If the clock is another device, this handler sends the EOI, so run it
	 * before those of missed interrupts
	 */
	if (!preempt_run_handler(h, h->tick_vector, rflags))
		return;
	now = rdtsc();
	h->earliest = now + h->min_slice;
	preempt_deliver(h, now, rflags);
}

/**
 * efi_mode_slice_timer() - handle an interrupt at the vector of efi-mode
 * @rflags:	flags in the interrupt frame; may be changed
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
 * efi_mode_stray_interrupt() - drop an interrupt that has no owner
 * @rflags:	flags in the interrupt frame
 *
 * Context: an entry in the IDT of own-idt.c, interrupts off.
 */
void efi_mode_stray_interrupt(unsigned long *rflags)
{
	efi_mode_apic_eoi();
}

/**
 * efi_mode_fault() - report a fatal exception in the firmware to the kernel
 * @frame:	exception frame on the stack; all members before @address are
 *		valid
 *
 * Does not return, because the kernel gives the firmware no more slices.
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
 * efi_mode_may_poll() - check whether an idle slice can continue
 * @h:	the handoff
 *
 * If the clock is a one-shot timer and its handler has run in this slice, the
 * handler has programmed the timer for the next tick. The timer does not fire
 * at the kernel's next timer any more. The kernel programs it again when it
 * starts the next slice.
 *
 * Context: the main loop of the resident half.
 * Return: false if the slice must end first, so that the kernel can program the
 * timer.
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

	/* A replayed tick must not end the slice in which it is replayed */
	if (delivering || !preempt_may_end(h, now))
		return;
	efi_mode_egress(EFI_MODE_EGRESS_EVENT);
}

/**
 * efi_mode_preempt_init() - prepare for the first egress
 * @h:	the handoff; @tsc_khz must be set
 *
 * Context: the firmware's world.
 */
void efi_mode_preempt_init(struct efi_mode_handoff *h)
{
	handoff = h;
	h->min_slice = (u64)h->tsc_khz * EFI_MODE_MIN_SLICE_US / 1000;
	h->max_slice_cycles = (u64)h->tsc_khz * EFI_MODE_MAX_SLICE_US / 1000;
	/* No slice can end before the kernel exists */
	h->earliest = rdtsc() + S64_MAX / 2;
}

/**
 * efi_mode_preempt_by_event() - end slices with a timer event
 * @h:	the handoff
 *
 * For a firmware whose clock was not found, or whose IDT has no entry for the
 * vector.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 * Return: an EFI status.
 */
efi_status_t efi_mode_preempt_by_event(struct efi_mode_handoff *h)
{
	efi_status_t status;

	h->slice_vector = 0;
	/*
	 * Do not count ticks: without an IDT entry, those of a device are
	 * missed
	 */
	if (h->clock == EFI_MODE_CLOCK_DEVICE)
		h->ticks.period = 0;

	status = efi_bs_call(create_event,
			     EFI_EVT_TIMER | EFI_EVT_NOTIFY_SIGNAL,
			     EFI_TPL_NOTIFY, preempt_notify, h, &preempt_event);
	if (status != EFI_SUCCESS)
		return status;

	/* A period of 0 means every tick of the firmware's clock */
	return efi_bs_call(set_timer, preempt_event, EfiTimerPeriodic, 0);
}

/**
 * efi_mode_preempt_exit() - undo efi_mode_preempt_by_event()
 *
 * Does nothing if there is no event.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 */
void efi_mode_preempt_exit(void)
{
	if (preempt_event)
		efi_bs_call(close_event, preempt_event);
	preempt_event = NULL;
}
