// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware calls
 *
 * There is one request, since firmware has one stack. It belongs to the caller
 * from %EFI_MODE_REQUEST_NONE to %EFI_MODE_REQUEST_NONE:
 *
 *	   task context		  any context
 *	 efi_mode_call()	efi_mode_call_atomic()
 *   efi_mode_call_target()		  |
 *   efi_mode_call_chain()		  |
 *	       |			  |
 *	  call_mutex		  if there is none, and
 *	       |		  firmware is idle
 *	       |			  |
 *	     post <-----------------------+
 *	       |
 *	  run until done
 *
 * The mutex is what callers wait for in their order. Posting is a matter of a
 * few instructions without interrupts, since an atomic caller may come between.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/panic.h>
#include <linux/sched.h>
#include <linux/sched/rt.h>
#include <linux/time64.h>
#include <linux/workqueue.h>

#include <asm/msr.h>
#include <asm/tsc.h>

#include <asm/efi-mode.h>
#include <efi-mode/call.h>
#include <efi-mode/slice.h>
#include <efi-mode/timeouts.h>

#include "request.h"
#include "trace.h"

/* For so long a real-time task gives firmware all of its time, and then looks so often */
#define URGENT_MS		100
#define LOOK_US			1000

static DEFINE_MUTEX(call_mutex);

/* The caller sleeps, and leaves it to firmware's threads to give slices */
static bool left_to_threads;

/* The task that ends the system: nobody else calls any more */
static struct task_struct *last_caller;

/* The one that is under way, for whoever has to say what firmware was doing */
static const char *call_name;
static u64 call_start;			/* TSC */

static const char * const abi_violations[EFI_MODE_NR_ABI_VIOLATIONS] = {
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

/**
 * efi_mode_caller_gives_slices() - does somebody who waits for a call give slices?
 *
 * Context: any.
 * Return: true if so: then it need not be done for him.
 */
bool efi_mode_caller_gives_slices(void)
{
	return efi_mode_pending_call() && !READ_ONCE(left_to_threads);
}

/**
 * efi_mode_pending_ms() - for how long has it been under way?
 *
 * Context: any.
 * Return: milliseconds; 0 if there is no such call.
 */
unsigned int efi_mode_pending_ms(void)
{
	u64 start = READ_ONCE(call_start);

	return efi_mode_pending_call() ? (rdtsc() - start) / tsc_khz : 0;
}

static bool ecall_post(const struct efi_mode_target *target, const char *name,
		       phys_addr_t table, size_t slot, const u64 *args,
		       unsigned int nargs, phys_addr_t next)
{
	unsigned long flags;
	bool posted;

	local_irq_save(flags);
	posted = efi_mode_request_post(&efi_mode_handoff->request, target,
				       table, slot, args, nargs);
	if (posted) {
		efi_mode_handoff->request.next = next;
		call_name = name;
		call_start = rdtsc();
	}
	local_irq_restore(flags);
	return posted;
}

static bool ecall_is_done(void)
{
	return efi_mode_request_is_done(&efi_mode_handoff->request);
}

static void ecall_trace_end(const char *name, efi_status_t status, u64 start)
{
	if (trace_efi_mode_call_enabled())
		trace_efi_mode_call(name, status,
				    efi_mode_cycles_in(rdtsc() - start,
						       NSEC_PER_MSEC));
}

/* The resident half has corrected each violation, so the call counts as made */
static void ecall_check_abi(const char *name, u32 violations)
{
	unsigned int i;

	if (efi_mode_handoff->canary != EFI_MODE_HANDOFF_CANARY) {
		efi_mode_handoff->canary = EFI_MODE_HANDOFF_CANARY;
		violations |= EFI_MODE_ABI_HANDOFF;
	}
	for (i = 0; unlikely(violations >> i) && i < ARRAY_SIZE(abi_violations); i++)
		if (violations & BIT(i))
			pr_err_ratelimited(FW_BUG "%s returned with %s\n",
					   name, abi_violations[i]);
}

static efi_status_t ecall_take_result(u32 *refused)
{
	const char *name = call_name;
	u64 start = call_start;
	efi_status_t status;
	u32 violations;

	status = efi_mode_request_take(&efi_mode_handoff->request, &violations,
				       refused);
	ecall_trace_end(name, status, start);
	ecall_check_abi(name, violations);
	return status;
}

/* An exception has stopped the firmware; slice.c has reported where */
static efi_status_t ecall_abandon(void)
{
	pr_emerg(FW_BUG "the firmware was stopped in %s\n", call_name);
	efi_mode_request_abandon(&efi_mode_handoff->request);
	ecall_trace_end(call_name, EFI_ABORTED, call_start);
	return EFI_ABORTED;
}

static efi_status_t ecall_check(const char *name, unsigned int nargs)
{
	if (!efi_mode_is_reachable())
		return EFI_NOT_READY;
	if (efi_mode_is_stopped()) {
		pr_err_ratelimited("%s: not called, the firmware is stopped\n",
				   name);
		return EFI_ABORTED;
	}
	if (WARN_ON_ONCE(nargs > EFI_MODE_MAX_ARGS))
		return EFI_INVALID_PARAMETER;
	if (unlikely(last_caller) && last_caller != current &&
	    !panic_in_progress())
		return EFI_NOT_READY;
	return EFI_SUCCESS;
}

/*
 * No ordinary task runs while a real-time task gives slices. A call that takes long, or
 * does not return at all, is no reason for that: from then on firmware has its share, as
 * with anything else that it does, and what nobody else wants.
 */
static void ecall_run_until_done(void)
{
	u64 urgent_until = call_start + (u64)tsc_khz * URGENT_MS;

	while (!ecall_is_done() && !efi_mode_is_stopped()) {
		if (rt_or_dl_task(current) && rdtsc() > urgent_until) {
			WRITE_ONCE(left_to_threads, true);
			usleep_range(LOOK_US, 2 * LOOK_US);
			continue;
		}
		efi_mode_slice();
		efi_mode_sleep_through_stall();
		cond_resched();
	}
	WRITE_ONCE(left_to_threads, false);
}

static efi_status_t ecall_locked(const struct efi_mode_target *target, u32 *refused,
				 const char *name, phys_addr_t table, size_t slot,
				 const u64 *args, unsigned int nargs, phys_addr_t next)
{
	efi_status_t status;

	lockdep_assert_held(&call_mutex);
	status = ecall_check(name, nargs);
	*refused = status == EFI_ABORTED ? EFI_MODE_REFUSED_STOPPED :
					   EFI_MODE_REFUSED_CLOSED;
	if (status != EFI_SUCCESS)
		return status;

	/* Atomic callers finish what they begin, so there is nothing to wait for */
	if (!ecall_post(target, name, table, slot, args, nargs, next))
		return EFI_NOT_READY;
	ecall_run_until_done();
	*refused = EFI_MODE_REFUSED_STOPPED;
	return ecall_is_done() ? ecall_take_result(refused) : ecall_abandon();
}

efi_status_t efi_mode_call_target(const struct efi_mode_target *target,
				  u32 *refused, const char *name,
				  phys_addr_t table, size_t slot,
				  const u64 *args, unsigned int nargs)
{
	efi_status_t status;

	might_sleep();
	mutex_lock(&call_mutex);
	status = ecall_locked(target, refused, name, table, slot, args, nargs, 0);
	mutex_unlock(&call_mutex);
	return status;
}
EXPORT_SYMBOL_GPL(efi_mode_call_target);

/* The first goes the way of all calls, the others hang on it */
void efi_mode_call_chain(const char *name, struct efi_mode_request *requests,
			 unsigned int nr)
{
	struct efi_mode_request *first = requests;
	phys_addr_t next = nr > 1 ? virt_to_phys(&requests[1]) : 0;
	unsigned int i;
	u32 refused;

	might_sleep();
	for (i = 1; i < nr; i++)
		requests[i].next = i + 1 < nr ? virt_to_phys(&requests[i + 1]) :
						0;
	mutex_lock(&call_mutex);
	first->status = ecall_locked(&first->target, &refused, name, first->table,
				     first->slot, first->args, first->nargs, next);
	first->refused = refused;
	first->cycles = efi_mode_handoff->request.cycles;
	mutex_unlock(&call_mutex);
	for (i = 1; i < nr; i++) {
		if (refused >= EFI_MODE_REFUSED_STOPPED) {
			requests[i].status = first->status;
			requests[i].refused = refused;
		} else {
			ecall_check_abi(name, requests[i].abi_violations);
		}
	}
}
EXPORT_SYMBOL_GPL(efi_mode_call_chain);

efi_status_t efi_mode_call(const char *name, phys_addr_t table, size_t slot,
			   const u64 *args, unsigned int nargs)
{
	u32 refused;

	return efi_mode_call_target(NULL, &refused, name, table, slot, args,
				    nargs);
}
EXPORT_SYMBOL_GPL(efi_mode_call);

static efi_status_t ecall_atomic(const struct efi_mode_target *target,
				 const char *name, phys_addr_t table,
				 size_t slot, const u64 *args,
				 unsigned int nargs)
{
	efi_status_t status = ecall_check(name, nargs);
	unsigned long flags;
	u32 refused;

	if (status != EFI_SUCCESS)
		return status;

	/* What firmware was interrupted in would go on first, and may have no end */
	if (efi_mode_is_busy())
		return EFI_NOT_READY;

	local_irq_save(flags);
	if (ecall_post(target, name, table, slot, args, nargs, 0)) {
		while (!ecall_is_done() && !efi_mode_is_stopped())
			efi_mode_slice_irqoff();
		status = ecall_is_done() ? ecall_take_result(&refused) : ecall_abandon();
	} else {
		status = EFI_NOT_READY;
	}
	local_irq_restore(flags);
	return status;
}

efi_status_t efi_mode_call_atomic(const char *name, phys_addr_t table,
				  size_t slot, const u64 *args,
				  unsigned int nargs)
{
	return ecall_atomic(NULL, name, table, slot, args, nargs);
}
EXPORT_SYMBOL_GPL(efi_mode_call_atomic);

/* The task that is to be the last caller, if there is one already */
static struct task_struct *next_caller;
static DECLARE_COMPLETION(turn_over);

static void ecall_take_turn(struct work_struct *work)
{
	mutex_lock(&call_mutex);
	if (next_caller)
		last_caller = next_caller;
	mutex_unlock(&call_mutex);
	complete(&turn_over);
}

static DECLARE_WORK(turn, ecall_take_turn);

/*
 * Somebody else waits for the mutex, since there is no time limit to that: in its
 * queue, so that those who call again and again do not always come first.
 */
static bool ecall_wait_for_turn(struct task_struct *caller, unsigned int timeout_ms)
{
	next_caller = caller;
	queue_work(system_unbound_wq, &turn);
	if (wait_for_completion_timeout(&turn_over,
					msecs_to_jiffies(timeout_ms)))
		return true;
	pr_emerg("the firmware does not return from %s\n",
		 efi_mode_pending_call() ?: "a call");
	return false;
}

/**
 * efi_mode_wait_for_call() - wait for the call that is under way
 * @timeout_ms:	how long to wait, in milliseconds
 *
 * Context: task context; sleeps.
 * Return: false if firmware does not return from it.
 */
bool efi_mode_wait_for_call(unsigned int timeout_ms)
{
	return ecall_wait_for_turn(NULL, timeout_ms);
}

/**
 * efi_mode_close_calls() - no more calls but the caller's
 * @timeout_ms:	how long to wait for the call in progress, in milliseconds
 *
 * Those of others fail with %EFI_NOT_READY from then on, until there is a panic.
 *
 * Context: task context; sleeps.
 * Return: false if firmware does not return from a call.
 */
bool efi_mode_close_calls(unsigned int timeout_ms)
{
	return ecall_wait_for_turn(current, timeout_ms);
}

/* A call that has not returned in time does not return later: nothing else is waited for */
static bool timed_out;

static bool ecall_is_late(u64 deadline)
{
	if (rdtsc() > deadline)
		timed_out = true;
	return timed_out;
}

static u64 ecall_deadline_in(unsigned int ms)
{
	return rdtsc() + (u64)tsc_khz * ms;
}

/*
 * A call may wait for an event of firmware, so it needs slices with interrupts.
 * So does what interrupted firmware, as no slice in which they are held off would
 * end before that does.
 */
static bool ecall_finish(void)
{
	u64 deadline = ecall_deadline_in(EFI_MODE_PANIC_WAIT_TIMEOUT_MS);
	u32 refused;

	efi_mode_apic_mask_linux();
	for (;;) {
		if (ecall_is_done())
			ecall_take_result(&refused);
		if (efi_mode_is_stopped() && efi_mode_pending_call())
			ecall_abandon();
		if (!efi_mode_pending_call() && !efi_mode_is_busy()) {
			timed_out = false;
			return true;
		}
		if (ecall_is_late(deadline) || !efi_mode_bare_slice())
			return false;
	}
}

/**
 * efi_mode_finish_calls() - bring what is under way to its end
 *
 * Context: any but NMI, in a kernel that is dying.
 * Return: false if firmware does not finish it.
 */
bool efi_mode_finish_calls(void)
{
	unsigned long flags;
	bool finished;

	preempt_disable();
	local_irq_save(flags);
	finished = ecall_finish();
	local_irq_restore(flags);
	preempt_enable();
	return finished;
}

/*
 * Such a slice ends whatever firmware does, so there is an end to the waiting, too. A
 * call that is given up stays what is under way.
 */
static efi_status_t ecall_timed(unsigned int ms,
				const struct efi_mode_target *target,
				const char *name, phys_addr_t table, size_t slot,
				const u64 *args, unsigned int nargs)
{
	u64 deadline = ecall_deadline_in(ms);
	u32 refused;

	if (!ecall_post(target, name, table, slot, args, nargs, 0))
		return EFI_NOT_READY;
	while (!ecall_is_done()) {
		if (efi_mode_is_stopped())
			return ecall_abandon();
		if (ecall_is_late(deadline))
			return EFI_TIMEOUT;
		efi_mode_bare_slice();
	}
	return ecall_take_result(&refused);
}

static efi_status_t ecall_dying(unsigned int ms,
				const struct efi_mode_target *target,
				const char *name, phys_addr_t table, size_t slot,
				const u64 *args, unsigned int nargs)
{
	efi_status_t status = ecall_check(name, nargs);
	unsigned long flags;

	if (status != EFI_SUCCESS)
		return status;
	/* Too early for a slice that can be ended */
	if (!efi_mode_apic_is_shared())
		return ecall_atomic(target, name, table, slot, args, nargs);

	preempt_disable();
	local_irq_save(flags);
	status = EFI_NOT_READY;
	if (ecall_finish())
		status = ecall_timed(ms, target, name, table, slot, args, nargs);
	local_irq_restore(flags);
	preempt_enable();
	return status;
}

efi_status_t efi_mode_call_panic_target(const struct efi_mode_target *target,
					const char *name, phys_addr_t table,
					size_t slot, const u64 *args,
					unsigned int nargs)
{
	return ecall_dying(EFI_MODE_PANIC_CALL_TIMEOUT_MS, target, name, table,
			   slot, args, nargs);
}
EXPORT_SYMBOL_GPL(efi_mode_call_panic_target);

efi_status_t efi_mode_call_panic(const char *name, phys_addr_t table,
				 size_t slot, const u64 *args,
				 unsigned int nargs)
{
	return ecall_dying(EFI_MODE_PANIC_CALL_TIMEOUT_MS, NULL, name, table,
			   slot, args, nargs);
}
EXPORT_SYMBOL_GPL(efi_mode_call_panic);

/**
 * efi_mode_call_last() - call a function from which no return is expected
 * @name:	of the function, for logs and traces; stays valid
 * @table:	physical address of the table or protocol interface
 * @slot:	offset of the function pointer in @table, in bytes
 * @args:	arguments
 * @nargs:	number of @args, at most %EFI_MODE_MAX_ARGS
 *
 * Context: as efi_mode_call_panic().
 * Return: as efi_mode_call_panic(), but after half a minute.
 */
efi_status_t efi_mode_call_last(const char *name, phys_addr_t table,
				size_t slot, const u64 *args,
				unsigned int nargs)
{
	return ecall_dying(EFI_MODE_LAST_CALL_TIMEOUT_MS, NULL, name, table,
			   slot, args, nargs);
}

efi_status_t efi_mode_read(phys_addr_t from, void *to, size_t size)
{
	return efi_mode_call_args(efi_mode_call, "read firmware's memory",
				  efi_mode_resident(),
				  offsetof(struct efi_mode_resident, read),
				  from, virt_to_phys(to), size, 1, 0);
}
EXPORT_SYMBOL_GPL(efi_mode_read);
