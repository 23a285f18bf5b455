// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware calls
 *
 * There is one request, because the firmware has one stack. It belongs to the caller
 * from %EFI_MODE_REQUEST_NONE to %EFI_MODE_REQUEST_NONE:
 *
 *		      efi_call_submit()
 *	       |		|		    |
 *	   no flag	  EFI_CALL_ATOMIC	EFI_CALL_PANIC
 *	       |		|		EFI_CALL_LAST
 *	  call_mutex	  if no call is under	    |
 *	       |	  way, and the		first finish what is
 *	       |	  firmware is idle	under way, with a
 *	       |		|		time limit
 *	       |		|		    |
 *	     post <-------------+-------------------+
 *	       |
 *	  run until done
 *
 * Callers wait for the mutex in their order. Posting takes a few instructions without
 * interrupts, because an atomic caller may come between.
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

/* The end of the system looks so often whether a call is under way */
#define LOOK_MS			100

/* So many calls are made with one switch. They share one hold of the mutex. */
#define EFI_CALL_CHAIN		32U

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

/* @c is NULL if the caller does not run any more */
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

/* The firmware is stopped, which has been reported */
static void ecall_abandon(struct efi_call *c)
{
	pr_emerg(FW_BUG "the firmware was stopped in %s\n", call_name);
	efi_mode_request_abandon(&efi_mode_handoff->request);
	ecall_trace_end(call_name, EFI_ABORTED, call_start);
	if (c)
		ecall_fail(c, EFI_ABORTED, -EIO);
}

/* Fails the call if it cannot be made now */
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

/*
 * The calls of one switch but the first, which is the request in the handoff. The caller
 * has the mutex. The firmware reads and writes them by their physical addresses: the
 * kernel image is contiguous.
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

/* Return: whether the calls were made */
static bool ecall_locked(struct efi_call *calls, unsigned int nr)
{
	lockdep_assert_held(&call_mutex);
	if (!ecall_is_possible(calls))
		return false;
	/* Atomic callers finish what they begin, so there is nothing to wait for */
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

/* The calls of one switch */
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
 * Linux takes no interrupts meanwhile, so a function that does not return would hang the
 * machine. The memory of a call that is given up belongs to its caller again, so the
 * firmware must not run any more.
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

	/* The firmware would first finish what it was interrupted in, if that has an end */
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
	unsigned int idle_ms = 0;

	next_caller = caller;
	queue_work(system_unbound_wq, &turn);
	while (!wait_for_completion_timeout(&turn_over,
					    msecs_to_jiffies(LOOK_MS))) {
		/* exit.c watches the call that is under way */
		idle_ms = efi_mode_pending_call() ? 0 : idle_ms + LOOK_MS;
		if (idle_ms >= timeout_ms) {
			pr_emerg("a task does not finish its firmware call\n");
			return false;
		}
	}
	return true;
}

/**
 * efi_mode_wait_for_call() - wait for the calls that have been asked for
 * @timeout_ms:	how long to wait while no call is under way, in milliseconds
 *
 * The caller has to limit how long the firmware may take for a call.
 *
 * Context: task context; sleeps.
 * Return: false if a task keeps the others from calling.
 */
bool efi_mode_wait_for_call(unsigned int timeout_ms)
{
	return ecall_wait_for_turn(NULL, timeout_ms);
}

/**
 * efi_mode_close_calls() - no more calls but the caller's
 * @timeout_ms:	as of efi_mode_wait_for_call()
 *
 * Those of others fail with %EFI_NOT_READY from then on, until there is a panic.
 *
 * Context: task context; sleeps.
 * Return: as efi_mode_wait_for_call().
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

/*
 * A call may wait for an event of firmware, so it needs slices with interrupts.
 * So does what interrupted firmware, as no slice in which they are held off would
 * end before that does.
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
 * Such a slice ends whatever the firmware does, so there is an end to the waiting, too. A
 * call that is given up stays under way.
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
	/* Too early for a slice that can be ended */
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
