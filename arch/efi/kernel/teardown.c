// SPDX-License-Identifier: GPL-2.0-only
/*
 * Let go of the machine when Linux ends
 *
 * The steps are the same whatever follows Linux: a reset, or the program that
 * started Linux. efi_mode_teardown() is the list of these steps.
 *
 * A dying kernel cannot wait for other tasks, so it leaves out the steps that
 * sleep. The resources that its drivers hold in the firmware then remain
 * allocated.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/export.h>
#include <linux/freezer.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/notifier.h>
#include <linux/preempt.h>

#include <asm/apic.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/tsc.h>

#include <asm/efi-mode.h>
#include <efi-mode/slice.h>
#include <efi-mode/teardown.h>
#include <efi-mode/time-limits.h>

static BLOCKING_NOTIFIER_HEAD(release_chain);

int efi_mode_register_release(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&release_chain, nb);
}
EXPORT_SYMBOL_GPL(efi_mode_register_release);

int efi_mode_unregister_release(struct notifier_block *nb)
{
	return blocking_notifier_chain_unregister(&release_chain, nb);
}
EXPORT_SYMBOL_GPL(efi_mode_unregister_release);

/*
 * Freeze user space. A process that waits for a firmware call stops when the
 * call has returned. If another process does not stop, it runs until interrupts
 * are off.
 */
static bool etear_freeze(void)
{
	freeze_timeout_msecs = efi_mode_pending_call() ?
		EFI_MODE_CALL_TIMEOUT_MS : EFI_MODE_STEP_TIMEOUT_MS;
	return !freeze_processes();
}

/* Try twice: a call may have begun after the first check */
static void etear_stop_user_space(void)
{
	if (etear_freeze() || (efi_mode_pending_call() && etear_freeze()))
		return;
	pr_warn("cannot freeze all processes, continuing\n");
}

/* Make the drivers give back buffers, events, notifications and modes */
static void etear_release_drivers(void)
{
	blocking_notifier_call_chain(&release_chain, 0, NULL);
}

static bool etear_finish_calls(bool orderly)
{
	return orderly ? efi_mode_close_calls(EFI_MODE_STEP_TIMEOUT_MS) :
			 efi_mode_finish_calls();
}

/*
 * Run the firmware until it has finished its interrupted work, so that only the
 * resident half is on its stack. That may take for ever, so there is a time
 * limit. If @for_good, also wait for the tokens that the firmware has, because
 * it will get the memory back that they name.
 */
static bool etear_settle(bool for_good)
{
	u64 deadline = rdtsc() + (u64)tsc_khz * EFI_MODE_STEP_TIMEOUT_MS;

	while (efi_mode_is_busy() || (for_good && efi_mode_events_in_flight())) {
		if (efi_mode_is_stopped())
			break;
		if (rdtsc() > deadline) {
			if (!efi_mode_is_busy())
				break;
			pr_emerg("the firmware did not finish its work in time, ending without it\n");
			return false;
		}
		efi_mode_bare_slice();
	}
	return !efi_mode_is_stopped();
}

/*
 * Otherwise the last ingress would program the local APIC timer for Linux's
 * next timer instead of the firmware's period
 */
static void etear_stop_timer(void)
{
	apic_write(APIC_LVTT, apic_read(APIC_LVTT) | APIC_LVT_MASKED);
	apic_write(APIC_TMICT, 0);
}

/*
 * Wait until a tick is due by the account. The ingress starts the firmware's
 * timer with a whole period, so from there on the firmware's clock ticks as if
 * Linux had never touched it.
 */
static void etear_wait_for_tick(void)
{
	const struct efi_mode_handoff *h = efi_mode_handoff;

	if (h->clock != EFI_MODE_CLOCK_APIC_PERIODIC || !h->ticks.period)
		return;
	while (!efi_mode_ticks_is_due(&h->ticks, rdtsc()))
		cpu_relax();
}

/**
 * efi_mode_teardown() - release everything that belongs to the firmware
 * @orderly:	true if the steps that sleep are possible
 * @for_good:	true if Linux will not get the CPU back. Otherwise, only the
 *		caller can call the firmware afterwards.
 *
 * If @for_good, the caller has to check efi_mode_events_in_flight() to find out
 * whether the firmware may still write to Linux's memory.
 *
 * Context: if @orderly, task context with interrupts on, and the watch in
 * exit.c limits each call; any context otherwise. If @for_good, interrupts are
 * off on successful return.
 * Return: false if the firmware cannot be called any more: it is stopped, it or
 * a task does not finish its work in time, or the boot has only begun.
 */
bool efi_mode_teardown(bool orderly, bool for_good)
{
	unsigned long flags;
	bool reached;

	/* Early in the boot, the firmware is out of reach */
	if (!efi_mode_is_reachable() ||
	    (for_good && system_state < SYSTEM_SCHEDULING))
		return false;

	if (orderly) {
		etear_stop_user_space();
		/* exit.c limits the time of each call, but not the sum */
		if (!efi_mode_wait_for_call(EFI_MODE_STEP_TIMEOUT_MS))
			return false;
		etear_release_drivers();
	}
	if (!etear_finish_calls(orderly))
		return false;

	preempt_disable();
	local_irq_save(flags);
	reached = etear_settle(for_good);
	if (reached && for_good) {
		etear_stop_timer();
		etear_wait_for_tick();
		return true;
	}
	local_irq_restore(flags);
	preempt_enable();
	return reached;
}

/**
 * efi_mode_leave() - switch to the firmware for the last time
 * @status:	EFI status that the image returns
 *
 * This is an ordinary ingress: pending interrupts of Linux are handled, the
 * performance counters stop, and the debug registers and the local APIC are
 * given to the firmware. The firmware gets its ticks, and then the resident
 * half returns from the image.
 *
 * Returns only if an exception occurs in the firmware before it has let go of
 * the kernel's memory.
 *
 * Context: after efi_mode_teardown() for good.
 */
void efi_mode_leave(u64 status)
{
	struct efi_mode_handoff *h = efi_mode_handoff;

	h->exit_status = status;
	h->leaving = 1;
	efi_mode_bare_slice();
	h->leaving = 0;
}
