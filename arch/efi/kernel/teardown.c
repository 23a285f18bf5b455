// SPDX-License-Identifier: GPL-2.0-only
/*
 * Letting go of the machine
 *
 * Whatever comes after Linux, a reset, the program that started it or another
 * kernel, the same must have happened before. It is a list, and here it is.
 *
 * A kernel that is dying cannot wait for anybody. It leaves out the steps that
 * sleep: what its drivers hold in firmware's world stays there.
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
#include <efi-mode/timeouts.h>

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
 * A process that waits for a firmware call stops when the call has returned. Any other
 * process that does not stop goes on until the interrupts are off.
 */
static bool etear_freeze(void)
{
	freeze_timeout_msecs = efi_mode_pending_call() ?
		EFI_MODE_CALL_TIMEOUT_MS : EFI_MODE_STEP_TIMEOUT_MS;
	return !freeze_processes();
}

/* The call may have begun after the first try */
static void etear_stop_user_space(void)
{
	if (etear_freeze() || (efi_mode_pending_call() && etear_freeze()))
		return;
	pr_warn("not all processes could be stopped\n");
}

/* Buffers, events, notifications, modes */
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
 * Firmware's stack is to be empty but for the resident half. What firmware was
 * interrupted in gets the time to finish; there may be no end to it. So do the tokens
 * that it has, if it is to get the memory that they name.
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
			pr_emerg("the firmware does not finish what it is doing\n");
			return false;
		}
		efi_mode_bare_slice();
	}
	return !efi_mode_is_stopped();
}

/* The timer of a slice stands for Linux's deadline, too: there is none any more */
static void etear_stop_timer(void)
{
	apic_write(APIC_LVTT, apic_read(APIC_LVTT) | APIC_LVT_MASKED);
	apic_write(APIC_TMICT, 0);
}

/*
 * An ingress begins a period of firmware's timer. When one ends by the account,
 * firmware's clock goes on as if nobody had ever touched it.
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
 * efi_mode_teardown() - take Linux's hands off what is firmware's
 * @orderly:	the steps that sleep are possible
 * @for_good:	Linux will not have the machine again. Otherwise firmware can still
 *		be called, by the caller alone.
 *
 * If @for_good, efi_mode_events_in_flight() tells afterwards whether the firmware still
 * writes to memory of Linux.
 *
 * Context: task context, interrupts on, if @orderly, while each call is watched; any
 * otherwise. If @for_good interrupts are off afterwards.
 * Return: false if firmware is out of reach: it has stopped, or does not return
 * from what it does.
 */
bool efi_mode_teardown(bool orderly, bool for_good)
{
	unsigned long flags;
	bool reached;

	/* Early on there is none, or the local APIC is not shared yet */
	if (!efi_mode_is_reachable() ||
	    (for_good && system_state < SYSTEM_SCHEDULING))
		return false;

	if (orderly) {
		etear_stop_user_space();
		/* The watch in exit.c limits each call, and nothing limits their sum */
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
 * efi_mode_leave() - the last ingress
 * @status:	EFI status that the image returns
 *
 * It is an ingress like any other: the interrupts of Linux that are pending are
 * taken, the counters stop, debug registers and local APIC become firmware's. Then
 * firmware gets its ticks, and the resident half does not come back.
 *
 * Context: after efi_mode_teardown() for good. Returns only if there was an
 * exception in firmware before it had let go of the kernel's memory.
 */
void efi_mode_leave(u64 status)
{
	struct efi_mode_handoff *h = efi_mode_handoff;

	h->exit_status = status;
	h->leaving = 1;
	efi_mode_bare_slice();
	h->leaving = 0;
}
