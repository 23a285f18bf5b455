// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slices: run the firmware, and come back
 *
 * A slice uses the CPU time of the task that gives it: a task that waits for
 * its call, or one of the firmware's two threads. It does not matter which of
 * them gives it, because the firmware always continues where it was.
 *
 * Interrupts are off from ingress to egress, so slices never nest.
 *
 * An idle Linux gives a slice that lasts until Linux has something to do.
 *
 * After a fault in the firmware, no slices are given any more.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/cpuidle.h>
#include <linux/efi.h>
#include <linux/export.h>
#include <linux/hrtimer.h>
#include <linux/irqflags.h>
#include <linux/kprobes.h>
#include <linux/log2.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/stat.h>
#include <linux/time64.h>

#include <asm/msr.h>
#include <asm/trapnr.h>

#include <asm/efi-mode.h>
#include <efi-mode/slice.h>

#include "request.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static struct efi_mode_stats stats;
static bool stopped;

bool efi_mode_is_stopped(void)
{
	return unlikely(READ_ONCE(stopped));
}
EXPORT_SYMBOL_GPL(efi_mode_is_stopped);

/**
 * efi_mode_is_busy() - check whether the firmware was interrupted in its work
 *
 * Context: any.
 * Return: true if the last slice was ended by force, so that the firmware can
 * use more slices.
 */
bool efi_mode_is_busy(void)
{
	u32 egress = READ_ONCE(efi_mode_handoff->egress);

	return egress != EFI_MODE_EGRESS_IDLE &&
	       egress != EFI_MODE_EGRESS_DONE && !efi_mode_is_stopped();
}

/**
 * efi_mode_get_stats() - get the counters of the time-sharing
 *
 * Context: any.
 * Return: a pointer to the counters, which continue to change.
 */
const struct efi_mode_stats *efi_mode_get_stats(void)
{
	return &stats;
}
EXPORT_SYMBOL_GPL(efi_mode_get_stats);

/**
 * efi_mode_forced_egresses() - count the slices that ended by force
 *
 * Context: any.
 * Return: the number since boot.
 */
u64 efi_mode_forced_egresses(void)
{
	return stats.ended[EFI_MODE_EGRESS_TICK] +
	       stats.ended[EFI_MODE_EGRESS_DEADLINE] +
	       stats.ended[EFI_MODE_EGRESS_EVENT];
}
EXPORT_SYMBOL_GPL(efi_mode_forced_egresses);

/* Bucket n of the histogram counts slices of less than 1024 << n cycles */
static __always_inline void eslice_account(struct efi_mode_handoff *h, u64 cycles,
					   bool idle)
{
	BUILD_BUG_ON(EFI_MODE_HISTOGRAM != 64 - 10 + 1);

	stats.round_trips++;
	stats.ended[h->egress]++;
	if (idle) {
		stats.nr_idle_slices++;
		stats.idle_cycles += cycles;
		return;
	}
	stats.cycles += cycles;
	stats.histogram[fls64(cycles >> 10)]++;
	if (cycles > stats.longest)
		stats.longest = cycles;
}

static const char *eslice_exception_name(u64 vector)
{
	switch (vector) {
	case X86_TRAP_DE:
		return "divide error";
	case X86_TRAP_UD:
		return "invalid opcode";
	case X86_TRAP_DF:
		return "double fault";
	case X86_TRAP_SS:
		return "stack fault";
	case X86_TRAP_GP:
		return "general protection fault";
	case X86_TRAP_PF:
		return "page fault";
	case X86_TRAP_MC:
		return "machine check";
	default:
		return "exception";
	}
}

/**
 * efi_mode_give_up() - disable the firmware
 *
 * No slices are given any more, and all later calls fail.
 *
 * Context: any.
 */
void efi_mode_give_up(void)
{
	stopped = true;
	pr_emerg("the firmware is stopped: all firmware calls fail from now on, Linux continues\n");
}

/*
 * Disable the firmware after an exception. Resources and locks that the
 * interrupted code holds are never released, so no function of the firmware can
 * be called any more. If the firmware was in a call, call.c reports the name of
 * the function.
 */
static void eslice_stop(const struct efi_mode_fault *f)
{
	bool in_call = efi_mode_request_is_pending(&efi_mode_handoff->request);

	stopped = true;
	pr_emerg("%s%s (vector %llu, error code %#llx) at %#llx, address %#llx, stack %#llx, in %s\n",
		 f->vector == X86_TRAP_MC ? HW_ERR : FW_BUG,
		 eslice_exception_name(f->vector), f->vector, f->error, f->rip,
		 f->address, f->rsp, in_call ? "a call" : "its own time");
	efi_mode_give_up();
}

static __always_inline void eslice_switch_idle(struct efi_mode_handoff *h)
{
	h->idle_poll.on = 1;
	ct_cpuidle_enter();
	efi_mode_switch_to_firmware();
	ct_cpuidle_exit();
	h->idle_poll.on = 0;
}

/*
 * Return: false if no slice was given, because a Linux task has to run first or
 * the firmware cannot run
 */
static __always_inline bool eslice_one_slice(bool idle, bool linux_has_work)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	u64 start, cycles, replayed = 0;

	if (efi_mode_is_stopped())
		return false;

	/*
	 * Before the exchange of the local APIC: tracing may raise an interrupt
	 */
	if (trace_efi_mode_ingress_enabled())
		trace_efi_mode_ingress(h->nr_pending,
				       efi_mode_ticks_owed(&h->ticks, rdtsc()));
	if (trace_efi_mode_irq_replay_enabled())
		replayed = h->replayed;
	start = efi_mode_apic_to_firmware();
	if (!start)
		return false;
	h->linux_has_work = linux_has_work;
	if (idle)
		eslice_switch_idle(h);
	else
		efi_mode_switch_to_firmware();
	cycles = efi_mode_apic_to_linux() - start;

	eslice_account(h, cycles, idle);
	if (trace_efi_mode_irq_replay_enabled() && h->replayed != replayed)
		trace_efi_mode_irq_replay(h->replayed - replayed);
	if (trace_efi_mode_egress_enabled())
		trace_efi_mode_egress(h->egress,
				      efi_mode_cycles_in(cycles, NSEC_PER_MSEC));
	if (unlikely(h->signalled) && !efi_mode_apic_is_held())
		efi_mode_dispatch_events();
	if (unlikely(h->egress == EFI_MODE_EGRESS_FAULT))
		eslice_stop(&h->fault);
	return true;
}

/**
 * efi_mode_bare_slice() - give the firmware a slice, and do nothing else
 *
 * Context: interrupts off and preemption disabled; interrupts may be on for a
 * moment, see efi_mode_apic_to_firmware().
 * Return: false if no slice was given, because the local APIC is not shared yet
 * or the firmware is stopped.
 */
bool __kprobes efi_mode_bare_slice(void)
{
	/* A woken task cannot run now, and its interrupt is handled: retry */
	while (unlikely(!eslice_one_slice(false, false)))
		if (efi_mode_is_stopped() || !efi_mode_apic_is_shared())
			return false;
	return true;
}
EXPORT_SYMBOL_GPL(efi_mode_bare_slice);

/**
 * efi_mode_slice() - give the firmware a slice
 *
 * Returns when the firmware has completed the request, has nothing to do, or is
 * interrupted by its own clock or by a Linux timer. Pending interrupts of Linux
 * are handled before the slice, and a task that they wake runs first. If other
 * tasks want to run, the slice also ends when the firmware waits in Stall(),
 * see efi_mode_sleep_through_stall().
 *
 * Context: task context, interrupts on; sleeps.
 */
void __kprobes efi_mode_slice(void)
{
	bool again;

	do {
		preempt_disable();
		local_irq_disable();
		again = !eslice_one_slice(false, !single_task_running()) &&
			need_resched();
		local_irq_enable();
		preempt_enable();
		if (unlikely(again))
			cond_resched();
	} while (unlikely(again));
}
EXPORT_SYMBOL_GPL(efi_mode_slice);

/**
 * efi_mode_stall_left() - get the time for which the firmware waits in Stall()
 *
 * The resident half has ended the slice to leave this time to Linux.
 *
 * Context: any.
 * Return: nanoseconds; 0 if the firmware does not wait.
 */
u64 efi_mode_stall_left(void)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	s64 cycles;

	if (likely(READ_ONCE(h->egress) != EFI_MODE_EGRESS_STALL))
		return 0;
	cycles = READ_ONCE(h->stall_until) - rdtsc();
	return cycles > 0 ? efi_mode_cycles_in(cycles, NSEC_PER_MSEC) : 0;
}

/**
 * efi_mode_sleep_through_stall() - sleep while the firmware waits in Stall()
 *
 * Other tasks may give slices meanwhile. The firmware then gets its ticks, and
 * continues to wait.
 *
 * Context: task context; sleeps.
 */
void efi_mode_sleep_through_stall(void)
{
	ktime_t left = ns_to_ktime(efi_mode_stall_left());

	if (likely(!left))
		return;
	set_current_state(TASK_IDLE);
	schedule_hrtimeout(&left, HRTIMER_MODE_REL);
}

/**
 * efi_mode_slice_idle() - give the firmware the CPU until Linux needs it
 *
 * The slice ends when a Linux timer expires or a firmware event wakes a Linux
 * task, however many ticks that takes.
 *
 * Context: the idle task, interrupts off, RCU watching.
 * Return: false if no such slice is possible, so that the caller has to halt
 * the CPU.
 */
bool __kprobes efi_mode_slice_idle(void)
{
	u64 until;

	if (efi_mode_is_stopped() || !efi_mode_apic_is_shared())
		return false;
	until = efi_mode_timer_idle_until(rdtsc());
	if (!until)
		return false;
	efi_mode_handoff->idle_poll.until = until;
	eslice_one_slice(true, false);
	return true;
}

/*
 * Give a slice before the local APIC is shared. The firmware gets its ticks
 * directly, no interrupt ends the slice, and Linux gets no interrupts.
 */
static void __kprobes eslice_early(struct efi_mode_handoff *h)
{
	efi_mode_counters_stop();
	h->irqs_off = 1;
	efi_mode_switch_to_firmware();
	h->irqs_off = 0;
	efi_mode_counters_start();
	if (unlikely(h->signalled))
		efi_mode_dispatch_events();
	if (unlikely(h->egress == EFI_MODE_EGRESS_FAULT))
		eslice_stop(&h->fault);
}

/**
 * efi_mode_slice_irqoff() - give a slice with Linux's interrupts held off
 * @limit:	TSC at which the slice ends, if it has not ended before; ignored
 *		before the local APIC is shared
 *
 * The firmware gets its ticks, because its functions may wait for timer events.
 * Firmware events that are signalled are only dispatched after the next slice
 * of another kind, because the caller may hold any lock. Linux's interrupts are
 * handled when the caller enables them.
 *
 * Context: any but NMI, interrupts off.
 */
void __kprobes efi_mode_slice_irqoff(u64 limit)
{
	if (efi_mode_is_stopped())
		return;
	if (!efi_mode_apic_is_shared()) {
		eslice_early(efi_mode_handoff);
		return;
	}
	efi_mode_apic_hold(limit);
	efi_mode_bare_slice();
	efi_mode_apic_release();
}
