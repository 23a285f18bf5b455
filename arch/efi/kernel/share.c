// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware's share of the machine
 *
 * Two threads see to it that firmware's clock and its events go on when nobody
 * calls:
 *
 *  - "efi" gives a slice at least every interval. It is a deadline task, so that
 *    neither a real-time task can keep firmware from its share nor firmware take
 *    more: its runtime is the share of each interval, its period the interval. A
 *    firmware with nothing to do gives the slice back at once, and the thread
 *    waits for its next period. One that is busy gets the share in small pieces,
 *    as nothing in Linux comes before a deadline task.
 *    An idle Linux gives firmware all of its time (idle.c). Then the thread sleeps,
 *    and is woken when Linux has been busy for an interval.
 *  - "efi-idle" has the lowest priority there is. While firmware has something to
 *    do it gets all the time that nobody in Linux wants.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/err.h>
#include <linux/export.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/sched/stat.h>
#include <linux/sched/types.h>
#include <linux/sysfs.h>
#include <linux/wait.h>
#include <uapi/linux/sched/types.h>

#include <asm/msr.h>
#include <asm/tsc.h>

#include <asm/efi-mode.h>
#include <efi-mode/slice.h>

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "efi_mode."

#define MIN_INTERVAL_MS		1
#define MAX_INTERVAL_MS		1000

/* The scheduler leaves 5 % to tasks without a deadline */
#define MIN_SHARE		1
#define MAX_SHARE		90
#define DEFAULT_SHARE		50

/* The longest slice of a busy firmware that keeps other tasks waiting */
#define PIECE_NS		(200 * NSEC_PER_USEC)

static unsigned int share = DEFAULT_SHARE;

/* As long as it runs: no longer when firmware has stopped */
static struct task_struct *firmware_task;
static bool share_is_kept_free;
static DECLARE_WAIT_QUEUE_HEAD(busy_wait);

/* The former sleeps, and this is to wake it */
static bool sleeping;
static struct hrtimer share_timer;

/* TSC at which Linux was idle for the last time */
static u64 idle_until;

/* For so long it has been doing nothing worth mentioning since */
#define JUST_NOW_MS	1

static unsigned int eshare_interval_ms(void)
{
	return READ_ONCE(efi_mode_poll_interval);
}

static int eshare_set_bandwidth(struct task_struct *task, unsigned int period_ms,
				unsigned int percent)
{
	struct sched_attr attr = {
		.size		= sizeof(attr),
		.sched_policy	= SCHED_DEADLINE,
		.sched_period	= period_ms * (u64)NSEC_PER_MSEC,
	};

	attr.sched_deadline = attr.sched_period;
	attr.sched_runtime = attr.sched_period / 100 * percent;
	return sched_setattr_nocheck(task, &attr);
}

/* What the scheduler does not grant is not taken either */
static int eshare_set_param(const char *val, const struct kernel_param *kp,
			    unsigned int min, unsigned int max)
{
	unsigned int *param = kp->arg, old = *param;
	int ret;

	if (efi_mode_is_stopped())
		return -EIO;
	ret = param_set_uint_minmax(val, kp, min, max);
	/* kernel_param_lock() is held: one at a time, and the thread does not end */
	if (ret || !firmware_task || !share_is_kept_free)
		return ret;
	ret = eshare_set_bandwidth(firmware_task, efi_mode_poll_interval, share);
	if (ret)
		*param = old;
	return ret;
}

static int eshare_set_interval(const char *val, const struct kernel_param *kp)
{
	return eshare_set_param(val, kp, MIN_INTERVAL_MS, MAX_INTERVAL_MS);
}

static const struct kernel_param_ops interval_ops = {
	.set = eshare_set_interval,
	.get = param_get_uint,
};

module_param_cb(interval, &interval_ops, &efi_mode_poll_interval, 0644);
MODULE_PARM_DESC(interval, "milliseconds between two slices of an idle firmware, 1 to 1000");

static int eshare_set_share(const char *val, const struct kernel_param *kp)
{
	return eshare_set_param(val, kp, MIN_SHARE, MAX_SHARE);
}

static const struct kernel_param_ops share_ops = {
	.set = eshare_set_share,
	.get = param_get_uint,
};

module_param_cb(share, &share_ops, &share, 0644);
MODULE_PARM_DESC(share, "percent of the CPU that a busy firmware has for certain, 1 to 90");

/* The resident half has read it, and may have had to choose the other */
static int eshare_get_preempt(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%s\n",
			  efi_mode_handoff->preempt == EFI_MODE_PREEMPT_GATE ?
			  "gate" : "event");
}

/* From the command line: nothing is left to be done */
static int eshare_set_preempt(const char *val, const struct kernel_param *kp)
{
	return 0;
}

static const struct kernel_param_ops preempt_ops = {
	.set = eshare_set_preempt,
	.get = eshare_get_preempt,
};

module_param_cb(preempt, &preempt_ops, NULL, 0444);
MODULE_PARM_DESC(preempt, "what ends slices: gate or event");

/*
 * A call gives firmware what it is owed as well as a slice for nothing does, and
 * a switch costs more than what most of them are for. Whoever was woken may get no
 * time, so it is relied upon again only if it has called since.
 */
static bool eshare_leave_it_to_pollers(void)
{
	static u64 relied_at = U64_MAX;
	u64 round_trips = efi_mode_get_stats()->round_trips;

	/* Half an interval: the slice that is meant may be early */
	if (!efi_mode_wake_pollers(msecs_to_jiffies(eshare_interval_ms()) / 2) ||
	    efi_mode_is_busy() || round_trips == relied_at)
		return false;
	relied_at = round_trips;
	return true;
}

/*
 * A deadline task that yields has given away the rest of its runtime: it goes on
 * with its next period, by the one timer that it has for that.
 */
static void eshare_wait_for_next_period(void)
{
	if (current->policy == SCHED_DEADLINE)
		yield();
	else
		schedule_timeout_idle(msecs_to_jiffies(eshare_interval_ms()));
}

/* That it comes ends the slice */
static enum hrtimer_restart eshare_end_of_piece(struct hrtimer *timer)
{
	return HRTIMER_NORESTART;
}

/* A slice, but a short one if there is anybody whom it keeps waiting */
static void eshare_give_piece(struct hrtimer *timer)
{
	if (single_task_running()) {
		efi_mode_slice();
		return;
	}
	hrtimer_start(timer, ns_to_ktime(PIECE_NS), HRTIMER_MODE_REL_PINNED_HARD);
	efi_mode_slice();
	hrtimer_cancel(timer);
}

/*
 * What is left to the others while firmware has this much, by its share, and all of the
 * time in which it does nothing. It has its ticks in between.
 */
static void eshare_pause_for(u64 ns)
{
	unsigned int percent = READ_ONCE(share);
	u64 others = max(ns / percent * (100 - percent), efi_mode_stall_left());
	ktime_t pause = min(ns_to_ktime(others),
			    ms_to_ktime(eshare_interval_ms()));

	set_current_state(TASK_IDLE);
	schedule_hrtimeout(&pause, HRTIMER_MODE_REL);
}

/* Sleeping while Linux is idle */

/* Linux has been busy for so long that firmware is to have its share again */
static enum hrtimer_restart eshare_is_due(struct hrtimer *timer)
{
	WRITE_ONCE(sleeping, false);
	wake_up_process(firmware_task);
	return HRTIMER_NORESTART;
}

/* From the first time on: many short times do not put it off */
static void eshare_await(void)
{
	if (!hrtimer_is_queued(&share_timer))
		hrtimer_start(&share_timer, ms_to_ktime(eshare_interval_ms()),
			      HRTIMER_MODE_REL_PINNED_HARD);
}

/**
 * efi_mode_idle_begins() - Linux has nothing to do
 *
 * The thread need not be woken, as long as firmware has the machine anyway. If there
 * are pollers that want to be woken nevertheless, so is the thread.
 *
 * Context: the idle task, interrupts off.
 */
void efi_mode_idle_begins(void)
{
	if (READ_ONCE(sleeping) && efi_mode_pollers_can_idle())
		hrtimer_try_to_cancel(&share_timer);
}

/**
 * efi_mode_idle_halts() - but firmware does not get the machine
 *
 * Context: the idle task, interrupts off, after efi_mode_idle_begins().
 */
void efi_mode_idle_halts(void)
{
	if (READ_ONCE(sleeping) && !hrtimer_is_queued(&share_timer))
		hrtimer_restart(&share_timer);
}

/**
 * efi_mode_idle_ends() - Linux may have something to do
 *
 * Context: the idle task, interrupts off.
 */
void efi_mode_idle_ends(void)
{
	idle_until = rdtsc();
	if (READ_ONCE(sleeping))
		eshare_await();
}

static bool eshare_was_just_idle(void)
{
	return rdtsc() - READ_ONCE(idle_until) < (u64)tsc_khz * JUST_NOW_MS;
}

/* If that is when Linux is idle firmware goes on having more than its share */
static bool eshare_can_sleep(void)
{
	return eshare_was_just_idle() && efi_mode_timer_can_idle() &&
	       efi_mode_pollers_can_idle() && !efi_mode_is_busy();
}

static void eshare_sleep_while_idle(void)
{
	set_current_state(TASK_IDLE);
	WRITE_ONCE(sleeping, true);
	eshare_await();
	schedule();
}

/* The thread */

/* Nobody is to find it from here on, be it to change its share or to wake it */
static void eshare_forget_thread(void)
{
	WRITE_ONCE(sleeping, false);
	hrtimer_cancel(&share_timer);
	kernel_param_lock(THIS_MODULE);
	firmware_task = NULL;
	kernel_param_unlock(THIS_MODULE);
}

static int eshare_thread(void *unused)
{
	struct hrtimer timer;
	u64 start;

	hrtimer_init_on_stack(&timer, CLOCK_MONOTONIC,
			      HRTIMER_MODE_REL_PINNED_HARD);
	timer.function = eshare_end_of_piece;
	while (!efi_mode_is_stopped()) {
		if (eshare_can_sleep())
			eshare_sleep_while_idle();
		start = ktime_get_ns();
		if (!eshare_leave_it_to_pollers())
			eshare_give_piece(&timer);
		if (!efi_mode_is_busy()) {
			eshare_wait_for_next_period();
			continue;
		}
		/* So does whoever waits for a call, all the time */
		if (efi_mode_caller_gives_slices()) {
			eshare_wait_for_next_period();
			continue;
		}
		wake_up(&busy_wait);
		eshare_pause_for(ktime_get_ns() - start);
	}
	destroy_hrtimer_on_stack(&timer);
	eshare_forget_thread();
	return 0;
}

static int eshare_idle_thread(void *unused)
{
	while (!efi_mode_is_stopped()) {
		wait_event_idle(busy_wait, efi_mode_is_busy() &&
					   !efi_mode_caller_gives_slices());
		efi_mode_slice();
		efi_mode_sleep_through_stall();
		cond_resched();
	}
	return 0;
}

static struct task_struct *__init eshare_make_thread(int (*fn)(void *),
						     const char *name)
{
	struct task_struct *thread = kthread_create(fn, NULL, "%s", name);

	if (IS_ERR(thread))
		panic("efi-mode: no thread for the firmware\n");
	kthread_bind(thread, 0);
	return thread;
}

static int __init eshare_init(void)
{
	const struct sched_attr idle = {
		.size		= sizeof(idle),
		.sched_policy	= SCHED_IDLE,
	};
	struct task_struct *thread;

	thread = eshare_make_thread(eshare_idle_thread, "efi-idle");
	sched_setattr_nocheck(thread, &idle);
	wake_up_process(thread);

	hrtimer_init(&share_timer, CLOCK_MONOTONIC,
		     HRTIMER_MODE_REL_PINNED_HARD);
	share_timer.function = eshare_is_due;
	firmware_task = eshare_make_thread(eshare_thread, "efi");
	wake_up_process(firmware_task);
	return 0;
}
core_initcall(eshare_init);

/*
 * While the kernel initialises, the CPU has interrupts off for longer than a period now
 * and then, and the scheduler would warn of a deadline that lags. Until user space
 * starts, few tasks compete with the thread, so it is an ordinary task.
 */
static int __init eshare_keep_share_free(void)
{
	int ret = 0;

	kernel_param_lock(THIS_MODULE);
	share_is_kept_free = true;
	/* If the firmware stops, the thread takes this lock before it ends */
	if (firmware_task)
		ret = eshare_set_bandwidth(firmware_task, efi_mode_poll_interval,
					   share);
	kernel_param_unlock(THIS_MODULE);
	if (ret)
		pr_err("the firmware's share cannot be kept free: error %d\n", ret);
	return 0;
}
late_initcall_sync(eshare_keep_share_free);
