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

/* How long a dying kernel waits for a call that was under way */
#define PANIC_PATIENCE_MS	2000

static DEFINE_MUTEX(call_mutex);

static bool post(phys_addr_t table, size_t slot, const u64 *args,
		 unsigned int nargs)
{
	struct efi_mode_request *r = &efi_mode_handoff->request;
	unsigned long flags;
	bool posted = false;
	unsigned int i;

	local_irq_save(flags);
	if (READ_ONCE(r->state) == EFI_MODE_REQUEST_NONE) {
		r->table = table;
		r->slot = slot;
		r->nargs = nargs;
		for (i = 0; i < nargs; i++)
			r->args[i] = args[i];
		barrier();
		WRITE_ONCE(r->state, EFI_MODE_REQUEST_POSTED);
		posted = true;
	}
	local_irq_restore(flags);
	return posted;
}

static bool is_done(void)
{
	return READ_ONCE(efi_mode_handoff->request.state) ==
	       EFI_MODE_REQUEST_DONE;
}

static efi_status_t take_result(void)
{
	struct efi_mode_request *r = &efi_mode_handoff->request;
	efi_status_t status = r->status;

	barrier();
	WRITE_ONCE(r->state, EFI_MODE_REQUEST_NONE);
	return status;
}

static efi_status_t check(unsigned int nargs)
{
	if (!efi_mode_handoff)
		return EFI_NOT_READY;
	if (WARN_ON_ONCE(nargs > EFI_MODE_MAX_ARGS))
		return EFI_INVALID_PARAMETER;
	return EFI_SUCCESS;
}

efi_status_t efi_mode_call(phys_addr_t table, size_t slot, const u64 *args,
			   unsigned int nargs)
{
	efi_status_t status = check(nargs);

	might_sleep();
	if (status != EFI_SUCCESS)
		return status;

	mutex_lock(&call_mutex);
	/* Atomic callers finish what they begin, so there is nothing to wait for */
	if (post(table, slot, args, nargs)) {
		while (!is_done()) {
			efi_mode_slice();
			cond_resched();
		}
		status = take_result();
	} else {
		status = EFI_NOT_READY;
	}
	mutex_unlock(&call_mutex);
	return status;
}
EXPORT_SYMBOL_GPL(efi_mode_call);

efi_status_t efi_mode_call_atomic(phys_addr_t table, size_t slot,
				  const u64 *args, unsigned int nargs)
{
	efi_status_t status = check(nargs);
	unsigned long flags;

	if (status != EFI_SUCCESS)
		return status;

	local_irq_save(flags);
	if (post(table, slot, args, nargs)) {
		while (!is_done())
			efi_mode_quiet_slice();
		status = take_result();
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
	u32 state;

	for (;;) {
		state = READ_ONCE(efi_mode_handoff->request.state);
		if (state == EFI_MODE_REQUEST_DONE)
			take_result();
		if (state == EFI_MODE_REQUEST_NONE || gave_up)
			return;
		if (!efi_mode_bare_slice() || rdtsc() > deadline)
			gave_up = true;
	}
}

efi_status_t efi_mode_call_panic(phys_addr_t table, size_t slot,
				 const u64 *args, unsigned int nargs)
{
	efi_status_t status = check(nargs);
	unsigned long flags;

	if (status != EFI_SUCCESS)
		return status;

	preempt_disable();
	local_irq_save(flags);
	finish_pending_call();
	status = efi_mode_call_atomic(table, slot, args, nargs);
	local_irq_restore(flags);
	preempt_enable();
	return status;
}
EXPORT_SYMBOL_GPL(efi_mode_call_panic);
