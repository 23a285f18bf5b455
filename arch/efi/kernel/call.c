// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware calls
 *
 * There is one request, since firmware has one stack. It belongs to the caller
 * from %EFI_MODE_REQUEST_NONE to %EFI_MODE_REQUEST_NONE:
 *
 *	   task context		  any context
 *	 efi_mode_call()	efi_mode_call_atomic()
 *	       |			  |
 *	  call_mutex		  if there is none
 *	       |			  |
 *	     post <-----------------------+
 *	       |
 *	  give slices until done
 *
 * The mutex is what callers wait for in their order. Posting is a matter of a
 * few instructions without interrupts, since an atomic caller may come between.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/irqflags.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include <asm/tsc.h>

#include <asm/efi-mode.h>
#include <efi-mode/firmware.h>
#include <efi-mode/request.h>

#include "trace.h"

/* How long a dying kernel waits for a call that was under way */
#define PANIC_PATIENCE_MS	2000

static DEFINE_MUTEX(call_mutex);

/* The one that is under way, for whoever has to say what firmware was doing */
static const char *call_name;
static u64 call_start;			/* ns */

static const char * const breaches[EFI_MODE_NR_BREACHES] = {
	"the direction flag set",
	"MXCSR changed",
	"the x87 control word changed",
	"interrupts off",
	"the task priority raised",
	"a register changed that it must preserve",
	"its stack overrun",
	"the handoff overwritten",
};

/**
 * efi_mode_pending_call() - what was firmware asked to do?
 *
 * Context: any.
 * Return: the name of the function that is under way, or NULL.
 */
const char *efi_mode_pending_call(void)
{
	return efi_mode_request_is_pending(&efi_mode_handoff->request) ?
	       READ_ONCE(call_name) : NULL;
}
EXPORT_SYMBOL_GPL(efi_mode_pending_call);

static bool post(const char *name, phys_addr_t table, size_t slot,
		 const u64 *args, unsigned int nargs)
{
	unsigned long flags;
	bool posted;

	local_irq_save(flags);
	posted = efi_mode_request_post(&efi_mode_handoff->request, table, slot,
				       args, nargs);
	if (posted) {
		call_name = name;
		call_start = ktime_get_mono_fast_ns();
	}
	local_irq_restore(flags);
	return posted;
}

static bool is_done(void)
{
	return efi_mode_request_is_done(&efi_mode_handoff->request);
}

/* A broken promise is firmware's, and has been mended: the call counts as made */
static void check_promises(const char *name, u32 breach)
{
	unsigned int i;

	if (efi_mode_handoff->canary != EFI_MODE_HANDOFF_CANARY) {
		efi_mode_handoff->canary = EFI_MODE_HANDOFF_CANARY;
		breach |= EFI_MODE_BREACH_HANDOFF;
	}
	for (i = 0; unlikely(breach >> i) && i < ARRAY_SIZE(breaches); i++)
		if (breach & BIT(i))
			pr_err_ratelimited(FW_BUG "%s returned with %s\n",
					   name, breaches[i]);
}

static efi_status_t take_result(void)
{
	const char *name = call_name;
	u64 start = call_start;
	efi_status_t status;
	u32 breach;

	status = efi_mode_request_take(&efi_mode_handoff->request, &breach);
	trace_call(name, status, ktime_get_mono_fast_ns() - start);
	check_promises(name, breach);
	return status;
}

/* Firmware has stopped in the middle of it */
static efi_status_t abandon(void)
{
	efi_mode_request_abandon(&efi_mode_handoff->request);
	trace_call(call_name, EFI_ABORTED,
		   ktime_get_mono_fast_ns() - call_start);
	return EFI_ABORTED;
}

static efi_status_t check(const char *name, unsigned int nargs)
{
	if (!efi_mode_handoff)
		return EFI_NOT_READY;
	if (efi_mode_is_stopped()) {
		pr_err_ratelimited("%s: not called, the firmware is stopped\n",
				   name);
		return EFI_ABORTED;
	}
	if (WARN_ON_ONCE(nargs > EFI_MODE_MAX_ARGS))
		return EFI_INVALID_PARAMETER;
	return EFI_SUCCESS;
}

efi_status_t efi_mode_call(const char *name, phys_addr_t table, size_t slot,
			   const u64 *args, unsigned int nargs)
{
	efi_status_t status;

	might_sleep();
	mutex_lock(&call_mutex);
	status = check(name, nargs);
	if (status != EFI_SUCCESS)
		goto out;

	/* Atomic callers finish what they begin, so there is nothing to wait for */
	if (!post(name, table, slot, args, nargs)) {
		status = EFI_NOT_READY;
		goto out;
	}
	while (!is_done() && !efi_mode_is_stopped()) {
		efi_mode_slice();
		cond_resched();
	}
	status = is_done() ? take_result() : abandon();
out:
	mutex_unlock(&call_mutex);
	return status;
}
EXPORT_SYMBOL_GPL(efi_mode_call);

efi_status_t efi_mode_call_atomic(const char *name, phys_addr_t table,
				  size_t slot, const u64 *args,
				  unsigned int nargs)
{
	efi_status_t status = check(name, nargs);
	unsigned long flags;

	if (status != EFI_SUCCESS)
		return status;

	local_irq_save(flags);
	if (post(name, table, slot, args, nargs)) {
		while (!is_done() && !efi_mode_is_stopped())
			efi_mode_quiet_slice();
		status = is_done() ? take_result() : abandon();
	} else {
		status = EFI_NOT_READY;
	}
	local_irq_restore(flags);
	return status;
}
EXPORT_SYMBOL_GPL(efi_mode_call_atomic);

/*
 * A call may wait for an event of firmware, so it needs slices with interrupts.
 * Patience is had once: what has not come back by then will not.
 */
static void finish_pending_call(void)
{
	static bool gave_up;
	u64 deadline = rdtsc() + (u64)tsc_khz * PANIC_PATIENCE_MS;

	for (;;) {
		if (is_done())
			take_result();
		if (!efi_mode_pending_call() || gave_up)
			return;
		if (efi_mode_is_stopped())
			abandon();
		else if (!efi_mode_bare_slice() || rdtsc() > deadline)
			gave_up = true;
	}
}

efi_status_t efi_mode_call_panic(const char *name, phys_addr_t table,
				 size_t slot, const u64 *args,
				 unsigned int nargs)
{
	efi_status_t status = check(name, nargs);
	unsigned long flags;

	if (status != EFI_SUCCESS)
		return status;

	preempt_disable();
	local_irq_save(flags);
	finish_pending_call();
	status = efi_mode_call_atomic(name, table, slot, args, nargs);
	local_irq_restore(flags);
	preempt_enable();
	return status;
}
EXPORT_SYMBOL_GPL(efi_mode_call_panic);
