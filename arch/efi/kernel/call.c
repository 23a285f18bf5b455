// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware calls
 *
 * There is only one request, because the firmware has one stack. The request
 * belongs to a caller from the moment at which the caller posts it until its
 * state is %EFI_MODE_REQUEST_NONE again:
 *
 *		      efi_call_submit()
 *	       |		|		    |
 *	   no flag	  EFI_CALL_ATOMIC	EFI_CALL_PANIC
 *	       |		|		EFI_CALL_LAST
 *	  call_mutex	  if no call is		    |
 *	       |	  pending, and no	first finish the
 *	       |	  work interrupted	pending call, with a
 *	       |		|		time limit
 *	       |		|		    |
 *	     post <-------------+-------------------+
 *	       |
 *	  run until done
 *
 * Sleeping callers get the mutex in the order in which they ask for it. Posting
 * the request takes a few instructions with interrupts off, because an atomic
 * caller may interrupt a sleeping one.
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
#include <efi-mode/time-limits.h>

#include "request.h"
#include "trace.h"

/* Calls that one switch makes, while the mutex is held once */
#define EFI_CALL_CHAIN		32U

static DEFINE_MUTEX(call_mutex);

/* The caller sleeps until the firmware's threads have completed its call */
static bool left_to_threads;

/* The task that ends the system: calls of all other tasks fail */
static struct task_struct *last_caller;

/* The pending call, for messages and traces */
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
 * efi_mode_pending_call() - get the name of the pending call
 *
 * Context: any.
 * Return: the name of the function, or NULL if no call is pending.
 */
const char *efi_mode_pending_call(void)
{
	return efi_mode_request_is_pending(&efi_mode_handoff->request) ?
	       READ_ONCE(call_name) : NULL;
}
EXPORT_SYMBOL_GPL(efi_mode_pending_call);

/**
 * efi_mode_caller_gives_slices() - check whether a caller gives slices
 *
 * Context: any.
 * Return: true if a task gives slices to complete its own call, so that no
 * other task has to.
 */
bool efi_mode_caller_gives_slices(void)
{
	return efi_mode_pending_call() && !READ_ONCE(left_to_threads);
}

/**
 * efi_mode_pending_ms() - get the age of the pending call
 *
 * Context: any.
 * Return: milliseconds; 0 if no call is pending.
 */
unsigned int efi_mode_pending_ms(void)
{
	u64 start = READ_ONCE(call_start);

	return efi_mode_pending_call() ? (rdtsc() - start) / tsc_khz : 0;
}

static bool ecall_post(const struct efi_call *c, phys_addr_t next)
{
	unsigned long flags;
	bool posted;

	local_irq_save(flags);
	posted = efi_mode_request_post(&efi_mode_handoff->request, c, next);
	if (posted) {
		call_name = c->name;
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

/*
 * Report violations of the calling convention. The resident half has corrected
 * each of them, so the call does not fail.
 */
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

/* @c is NULL if the caller will not run again */
static void ecall_take_result(struct efi_call *c)
{
	struct efi_mode_request *r = &efi_mode_handoff->request;
	efi_status_t status = r->status;
	const char *name = call_name;
	u64 start = call_start;
	u32 violations;

	violations = efi_mode_request_take(r, c);
	ecall_trace_end(name, status, start);
	ecall_check_abi(name, violations);
}

static void ecall_fail(struct efi_call *c, efi_status_t status, int error)
{
	c->status = status;
	c->error = error;
	c->cycles = 0;
}

/*
 * Fail the pending call, because the firmware is stopped. That has been logged
 * already. @c is NULL if the caller will not run again.
 */
static void ecall_abandon(struct efi_call *c)
{
	pr_emerg(FW_BUG "the firmware was stopped during %s\n", call_name);
	efi_mode_request_abandon(&efi_mode_handoff->request);
	ecall_trace_end(call_name, EFI_ABORTED, call_start);
	if (c)
		ecall_fail(c, EFI_ABORTED, -EIO);
}

/* Check whether a call can be made now, and fail it otherwise */
static bool ecall_is_possible(struct efi_call *c)
{
	if (!efi_mode_is_reachable()) {
		ecall_fail(c, EFI_NOT_READY, -ESHUTDOWN);
	} else if (efi_mode_is_stopped()) {
		pr_err_ratelimited("%s: not called, the firmware is stopped\n",
				   c->name);
		ecall_fail(c, EFI_ABORTED, -EIO);
	} else if (unlikely(last_caller) && last_caller != current &&
		   !panic_in_progress()) {
		ecall_fail(c, EFI_NOT_READY, -ESHUTDOWN);
	} else {
		return true;
	}
	return false;
}

/*
 * Give slices until the call has completed. While a real-time task does so, no
 * ordinary task runs. A slow call, or one that never returns, must not block
 * them, so a real-time task sleeps after EFI_MODE_RT_CALL_MS. From then on, the
 * firmware's threads give slices: the firmware gets its share, and the time
 * that no Linux task wants.
 */
static void ecall_run_until_done(void)
{
	u64 urgent_until = call_start + (u64)tsc_khz * EFI_MODE_RT_CALL_MS;

	while (!ecall_is_done() && !efi_mode_is_stopped()) {
		if (rt_or_dl_task(current) && rdtsc() > urgent_until) {
			WRITE_ONCE(left_to_threads, true);
			usleep_range(EFI_MODE_RT_CALL_POLL_US,
				     2 * EFI_MODE_RT_CALL_POLL_US);
			continue;
		}
		efi_mode_slice();
		efi_mode_sleep_through_stall();
		cond_resched();
	}
	WRITE_ONCE(left_to_threads, false);
}

/*
 * The calls of one switch, except the first, which uses the request in the
 * handoff. Protected by call_mutex. The firmware accesses them by physical
 * addresses, which works because the kernel image is physically contiguous.
 */
static struct efi_mode_request chained[EFI_CALL_CHAIN - 1];

static phys_addr_t ecall_chain(const struct efi_call *calls, unsigned int nr)
{
	phys_addr_t next = 0;

	while (--nr) {
		efi_mode_request_fill(&chained[nr - 1], &calls[nr], next);
		next = virt_to_phys(&chained[nr - 1]);
	}
	return next;
}

/* Return: true if the calls were made */
static bool ecall_locked(struct efi_call *calls, unsigned int nr)
{
	lockdep_assert_held(&call_mutex);
	if (!ecall_is_possible(calls))
		return false;
	/*
	 * An atomic caller leaves no pending request, so this can only be a
	 * call that a dying kernel has given up
	 */
	if (!ecall_post(calls, ecall_chain(calls, nr))) {
		ecall_fail(calls, EFI_NOT_READY, -ESHUTDOWN);
		return false;
	}
	ecall_run_until_done();
	if (!ecall_is_done()) {
		ecall_abandon(calls);
		return false;
	}
	ecall_take_result(calls);
	return true;
}

/* Make all calls with one switch */
static void ecall_sleeping(struct efi_call *calls, unsigned int nr)
{
	unsigned int i;
	bool made;

	mutex_lock(&call_mutex);
	made = ecall_locked(calls, nr);
	for (i = 1; i < nr; i++) {
		if (made) {
			efi_mode_request_result(&chained[i - 1], &calls[i]);
			ecall_check_abi(calls[i].name,
					chained[i - 1].abi_violations);
		} else {
			ecall_fail(&calls[i], calls->status, calls->error);
		}
	}
	mutex_unlock(&call_mutex);
}

static u64 ecall_deadline_in(unsigned int ms)
{
	return rdtsc() + (u64)tsc_khz * ms;
}

/*
 * Give slices with Linux's interrupts held off. There is a time limit, because
 * a function that never returns would hang the machine. When it has passed, the
 * firmware must not run any more: the call fails, and the caller may use its
 * memory for something else.
 */
static void ecall_run_atomic(const struct efi_call *c)
{
	u64 limit = ecall_deadline_in(EFI_MODE_ATOMIC_CALL_TIMEOUT_MS);

	while (!ecall_is_done() && !efi_mode_is_stopped()) {
		if ((s64)(rdtsc() - limit) >= 0) {
			pr_emerg(FW_BUG "%s does not return, with interrupts off\n",
				 c->name);
			efi_mode_give_up();
			break;
		}
		efi_mode_slice_irqoff(limit);
	}
}

static void ecall_atomic(struct efi_call *c)
{
	unsigned long flags;

	if (!ecall_is_possible(c))
		return;

	/* The firmware would first finish its own work, which may never end */
	if (efi_mode_is_busy()) {
		ecall_fail(c, EFI_NOT_READY, -EBUSY);
		return;
	}
	local_irq_save(flags);
	if (!ecall_post(c, 0)) {
		ecall_fail(c, EFI_NOT_READY, -EBUSY);
	} else {
		ecall_run_atomic(c);
		if (ecall_is_done())
			ecall_take_result(c);
		else
			ecall_abandon(c);
	}
	local_irq_restore(flags);
}

/* The task that becomes last_caller at its turn, or NULL */
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
 * Wait for the mutex with a time limit, which mutex_lock() does not have. So a
 * worker calls mutex_lock(), and this function waits for the worker. The worker
 * stands in the queue of the mutex, so that tasks that call again and again do
 * not always come first.
 */
static bool ecall_wait_for_turn(struct task_struct *caller, unsigned int timeout_ms)
{
	unsigned int idle_ms = 0;

	next_caller = caller;
	queue_work(system_dfl_wq, &turn);
	while (!wait_for_completion_timeout(&turn_over,
					    msecs_to_jiffies(EFI_MODE_CALL_POLL_MS))) {
		/* exit.c limits the time of a pending call */
		idle_ms = efi_mode_pending_call() ? 0 :
			  idle_ms + EFI_MODE_CALL_POLL_MS;
		if (idle_ms >= timeout_ms) {
			pr_emerg("a task did not finish its firmware call in time, ending without the firmware\n");
			return false;
		}
	}
	return true;
}

/**
 * efi_mode_wait_for_call() - wait for the calls that tasks have asked for
 * @timeout_ms:	how long to wait while no call is pending, in milliseconds
 *
 * The caller must limit the time of each call itself.
 *
 * Context: task context; sleeps.
 * Return: false after the timeout: a task holds the mutex but does not call.
 */
bool efi_mode_wait_for_call(unsigned int timeout_ms)
{
	return ecall_wait_for_turn(NULL, timeout_ms);
}

/**
 * efi_mode_close_calls() - allow calls of the current task only
 * @timeout_ms:	see efi_mode_wait_for_call()
 *
 * Calls of other tasks fail with %EFI_NOT_READY from then on, until there is a
 * panic.
 *
 * Context: task context; sleeps.
 * Return: see efi_mode_wait_for_call().
 */
bool efi_mode_close_calls(unsigned int timeout_ms)
{
	return ecall_wait_for_turn(current, timeout_ms);
}

/*
 * A firmware that was late once will hardly finish at all, so do not wait again
 * after a timeout. Cleared if the firmware has finished nevertheless.
 */
static bool timed_out;

static bool ecall_is_late(u64 deadline)
{
	if (rdtsc() > deadline)
		timed_out = true;
	return timed_out;
}

/*
 * Let the firmware complete the pending call and finish its interrupted work.
 * The firmware needs its ticks for that, because a call may wait for a timer
 * event. Linux's interrupts are discarded from here on.
 */
static bool ecall_finish(void)
{
	u64 deadline = ecall_deadline_in(EFI_MODE_PANIC_WAIT_TIMEOUT_MS);

	efi_mode_apic_mask_linux();
	for (;;) {
		if (ecall_is_done())
			ecall_take_result(NULL);
		if (efi_mode_is_stopped() && efi_mode_pending_call())
			ecall_abandon(NULL);
		if (!efi_mode_pending_call() && !efi_mode_is_busy()) {
			timed_out = false;
			return true;
		}
		if (ecall_is_late(deadline) || !efi_mode_bare_slice())
			return false;
	}
}

/**
 * efi_mode_finish_calls() - let the firmware finish what it does
 *
 * Context: any but NMI, in a dying kernel.
 * Return: false if the firmware does not finish in time.
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
 * Make a call with a time limit. A slice ends even if the function never
 * returns, unless it hangs at TPL_HIGH_LEVEL, so the limit takes effect. A call
 * that is given up remains pending.
 */
static void ecall_timed(struct efi_call *c, unsigned int ms)
{
	u64 deadline = ecall_deadline_in(ms);

	if (!ecall_post(c, 0)) {
		ecall_fail(c, EFI_NOT_READY, -EBUSY);
		return;
	}
	while (!ecall_is_done()) {
		if (efi_mode_is_stopped()) {
			ecall_abandon(c);
			return;
		}
		if (ecall_is_late(deadline)) {
			ecall_fail(c, EFI_TIMEOUT, -ETIMEDOUT);
			return;
		}
		efi_mode_bare_slice();
	}
	ecall_take_result(c);
}

static void ecall_dying(struct efi_call *c, unsigned int ms)
{
	unsigned long flags;

	if (!ecall_is_possible(c))
		return;
	/* Early in the boot, nothing can end a slice by force */
	if (!efi_mode_apic_is_shared()) {
		ecall_atomic(c);
		return;
	}
	preempt_disable();
	local_irq_save(flags);
	if (ecall_finish())
		ecall_timed(c, ms);
	else
		ecall_fail(c, EFI_NOT_READY, -ETIMEDOUT);
	local_irq_restore(flags);
	preempt_enable();
}

static bool ecall_are_valid(const struct efi_call *calls, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (calls[i].nargs > EFI_MODE_MAX_ARGS ||
		    (calls[i].flags && nr != 1))
			return false;
	return nr;
}

static int ecall_first_error(const struct efi_call *calls, unsigned int nr)
{
	for (; nr; nr--, calls++)
		if (calls->error)
			return calls->error;
	return 0;
}

int efi_call_submit(struct efi_call *calls, unsigned int nr)
{
	unsigned int i, n;

	if (WARN_ON_ONCE(!ecall_are_valid(calls, nr))) {
		for (i = 0; i < nr; i++)
			ecall_fail(&calls[i], EFI_INVALID_PARAMETER, -EINVAL);
		return -EINVAL;
	}
	if (calls->flags & EFI_CALL_LAST) {
		ecall_dying(calls, EFI_MODE_LAST_CALL_TIMEOUT_MS);
	} else if (calls->flags & EFI_CALL_PANIC) {
		ecall_dying(calls, EFI_MODE_PANIC_CALL_TIMEOUT_MS);
	} else if (calls->flags & EFI_CALL_ATOMIC) {
		ecall_atomic(calls);
	} else {
		might_sleep();
		for (i = 0; i < nr; i += n) {
			n = min(nr - i, EFI_CALL_CHAIN);
			ecall_sleeping(&calls[i], n);
		}
	}
	return ecall_first_error(calls, nr);
}
EXPORT_SYMBOL_GPL(efi_call_submit);

efi_status_t efi_mode_read(phys_addr_t from, void *to, size_t size)
{
	return efi_table_call(0, "resident half", efi_mode_resident(), read,
			      (void *)from, efi_phys(to), size, 1, 0, 0, 0, 0,
			      0);
}
EXPORT_SYMBOL_GPL(efi_mode_read);
