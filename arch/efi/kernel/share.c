// SPDX-License-Identifier: GPL-2.0-only
/*
 * Give the firmware its share of the CPU
 *
 * Two threads keep the firmware's clock and its events going while no task
 * calls the firmware:
 *
 *  - "efi" gives a slice at least once per interval. It is a deadline task: its
 *    period is the interval, and its runtime the firmware's share of it. So a
 *    real-time task cannot keep the firmware from its share, and the firmware
 *    cannot take more. If the firmware has nothing to do, it gives the slice
 *    back at once, and the thread waits for its next period. The runtime is
 *    then small, so that other deadline tasks get what they get on other
 *    kernels. If the firmware is busy, it gets its share in small pieces,
 *    because no Linux task can preempt a deadline task. While Linux is idle, the
 *    firmware has all of the CPU time (idle.c). Then the thread sleeps, and is
 *    woken when Linux has been busy for an interval.
 *  - "efi-idle" has the lowest priority. While the firmware is busy, it gets
 *    all the time that no Linux task wants.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/err.h>
#include <linux/export.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
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
#include <efi-mode/time-limits.h>

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "efi_mode."

/* The scheduler reserves 5 % of the CPU for tasks without a deadline */
#define MIN_SHARE		1
#define MAX_SHARE		90
#define DEFAULT_SHARE		50

/* Percent of the CPU that the firmware has in any case, if its share is not smaller */
#define IDLE_SHARE		5

static unsigned int share = DEFAULT_SHARE;

/* The thread "efi"; NULL after it has ended because the firmware is stopped */
static struct task_struct *firmware_task;
static bool share_is_kept_free;

/* The firmware's whole share is reserved, not only what it has in any case */
static bool share_is_whole;

/* Protects the above, and the bandwidth of @firmware_task */
static DEFINE_MUTEX(share_mutex);
static DECLARE_WAIT_QUEUE_HEAD(busy_wait);

/* @firmware_task sleeps because Linux is idle, and @share_timer will wake it */
static bool sleeping;
static struct hrtimer share_timer;

/* TSC at which Linux was last idle */
static u64 idle_until;

static unsigned int eshare_interval_ms(void)
{
	return READ_ONCE(efi_mode_poll_interval);
}

/*
 * The runtime of the thread "efi" in each interval, in nanoseconds. A slice that
 * takes longer than the runtime postpones the next one, so an idle firmware has
 * enough for a piece.
 */
static u64 eshare_runtime(unsigned int interval_ms, bool whole)
{
	u64 interval = interval_ms * (u64)NSEC_PER_MSEC;
	u64 wanted = interval / 100 * share;

	if (whole)
		return wanted;
	return min(wanted, max(interval / 100 * IDLE_SHARE,
			       EFI_MODE_SHARE_PIECE_US * (u64)NSEC_PER_USEC));
}

static int eshare_set_bandwidth(unsigned int interval_ms, bool whole)
{
	struct sched_attr attr = {
		.size		= sizeof(attr),
		.sched_policy	= SCHED_DEADLINE,
		.sched_period	= interval_ms * (u64)NSEC_PER_MSEC,
		.sched_runtime	= eshare_runtime(interval_ms, whole),
	};

	attr.sched_deadline = attr.sched_period;
	return sched_setattr_nocheck(firmware_task, &attr);
}

/*
 * Reserve the whole share of the firmware while it is busy
 *
 * If deadline tasks have reserved so much that it is not available, the firmware
 * keeps what it has in any case, and the next call tries again.
 */
static void eshare_reserve(bool whole)
{
	if (READ_ONCE(share_is_whole) == whole)
		return;
	mutex_lock(&share_mutex);
	if (share_is_kept_free && !eshare_set_bandwidth(efi_mode_poll_interval, whole))
		share_is_whole = whole;
	mutex_unlock(&share_mutex);
}

/* If the scheduler refuses the new value, keep the old one */
static int eshare_set_param(const char *val, const struct kernel_param *kp,
			    unsigned int min, unsigned int max)
{
	unsigned int *param = kp->arg, old = *param;
	int ret;

	if (efi_mode_is_stopped())
		return -EIO;
	mutex_lock(&share_mutex);
	ret = param_set_uint_minmax(val, kp, min, max);
	if (!ret && firmware_task && share_is_kept_free) {
		ret = eshare_set_bandwidth(efi_mode_poll_interval, share_is_whole);
		if (ret)
			*param = old;
	}
	mutex_unlock(&share_mutex);
	return ret;
}

static int eshare_set_interval(const char *val, const struct kernel_param *kp)
{
	return eshare_set_param(val, kp, EFI_MODE_INTERVAL_MIN_MS,
				EFI_MODE_INTERVAL_MAX_MS);
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
MODULE_PARM_DESC(share, "percent of the CPU that is guaranteed to a busy firmware, 1 to 90");

/*
 * Show what the resident half uses: it may have had to fall back to the event
 */
static int eshare_get_preempt(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%s\n",
			  efi_mode_handoff->preempt == EFI_MODE_PREEMPT_GATE ?
			  "gate" : "event");
}

/* The command line sets it, and the resident half has read that */
static int eshare_set_preempt(const char *val, const struct kernel_param *kp)
{
	return 0;
}

static const struct kernel_param_ops preempt_ops = {
	.set = eshare_set_preempt,
	.get = eshare_get_preempt,
};

module_param_cb(preempt, &preempt_ops, NULL, 0444);
MODULE_PARM_DESC(preempt, "how slices are ended by force: gate or event");

/*
 * Wake the pollers that are due, and leave the regular slice to their calls.
 *
 * A call gives the firmware its ticks as well as an empty slice does, and a
 * switch costs more than most of the calls. But a poller that was woken may not
 * get the CPU, so rely on it again only if there has been a slice since.
 */
static bool eshare_leave_it_to_pollers(void)
{
	static u64 relied_at = U64_MAX;
	u64 round_trips = efi_mode_get_stats()->round_trips;

	/* Half an interval: a slice may come that much early */
	if (!efi_mode_wake_pollers(msecs_to_jiffies(eshare_interval_ms()) / 2) ||
	    efi_mode_is_busy() || round_trips == relied_at)
		return false;
	relied_at = round_trips;
	return true;
}

/*
 * A deadline task that yields gives up the rest of its runtime, and the
 * scheduler wakes it at its next period, so it needs no timer of its own.
 */
static void eshare_wait_for_next_period(void)
{
	if (current->policy == SCHED_DEADLINE)
		yield();
	else
		schedule_timeout_idle(msecs_to_jiffies(eshare_interval_ms()));
}

/* The interrupt itself ends the slice */
static enum hrtimer_restart eshare_end_of_piece(struct hrtimer *timer)
{
	return HRTIMER_NORESTART;
}

/* Give a slice, but a short one if other tasks wait for the CPU */
static void eshare_give_piece(struct hrtimer *timer)
{
	if (single_task_running()) {
		efi_mode_slice();
		return;
	}
	hrtimer_start(timer, ns_to_ktime(EFI_MODE_SHARE_PIECE_US * NSEC_PER_USEC),
		      HRTIMER_MODE_REL_PINNED_HARD);
	efi_mode_slice();
	hrtimer_cancel(timer);
}

/*
 * Pause after the firmware has had @ns, for the time that its share leaves to
 * the other tasks, or for the whole time in which it waits in Stall(). The
 * pause is at most an interval, so that the firmware gets its ticks.
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

/* Linux has been busy for an interval: the firmware needs its share again */
static enum hrtimer_restart eshare_is_due(struct hrtimer *timer)
{
	WRITE_ONCE(sleeping, false);
	wake_up_process(firmware_task);
	return HRTIMER_NORESTART;
}

/* Do not restart a running timer: many short busy times must not postpone it */
static void eshare_await(void)
{
	if (!hrtimer_is_queued(&share_timer))
		hrtimer_start(&share_timer, ms_to_ktime(eshare_interval_ms()),
			      HRTIMER_MODE_REL_PINNED_HARD);
}

/**
 * efi_mode_idle_begins() - note that Linux becomes idle
 *
 * The firmware is about to get the CPU, so the thread need not be woken, unless
 * a poller wants to be woken nevertheless.
 *
 * Context: the idle task, interrupts off.
 */
void efi_mode_idle_begins(void)
{
	if (READ_ONCE(sleeping) && efi_mode_pollers_can_idle())
		hrtimer_try_to_cancel(&share_timer);
}

/**
 * efi_mode_idle_halts() - note that the firmware does not get the idle CPU
 *
 * Context: the idle task, interrupts off, after efi_mode_idle_begins().
 */
void efi_mode_idle_halts(void)
{
	if (READ_ONCE(sleeping) && !hrtimer_is_queued(&share_timer))
		hrtimer_restart(&share_timer);
}

/**
 * efi_mode_idle_ends() - note that Linux may have something to do
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
	return rdtsc() - READ_ONCE(idle_until) <
	       (u64)tsc_khz * EFI_MODE_JUST_IDLE_MS;
}

/*
 * Check whether the thread can sleep: the firmware then gets more than its
 * share while Linux is idle
 */
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

/* The thread is about to end: nothing may wake it or change its share */
static void eshare_forget_thread(void)
{
	WRITE_ONCE(sleeping, false);
	hrtimer_cancel(&share_timer);
	mutex_lock(&share_mutex);
	firmware_task = NULL;
	mutex_unlock(&share_mutex);
}

static int eshare_thread(void *unused)
{
	struct hrtimer timer;
	u64 start;

	hrtimer_setup_on_stack(&timer, eshare_end_of_piece, CLOCK_MONOTONIC,
			       HRTIMER_MODE_REL_PINNED_HARD);
	while (!efi_mode_is_stopped()) {
		if (eshare_can_sleep())
			eshare_sleep_while_idle();
		start = ktime_get_ns();
		if (!eshare_leave_it_to_pollers())
			eshare_give_piece(&timer);
		if (!efi_mode_is_busy()) {
			eshare_reserve(false);
			eshare_wait_for_next_period();
			continue;
		}
		/* A task that waits for its call gives slices all the time */
		if (efi_mode_caller_gives_slices()) {
			eshare_wait_for_next_period();
			continue;
		}
		eshare_reserve(true);
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
		panic("efi-mode: cannot create a thread for the firmware\n");
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

	hrtimer_setup(&share_timer, eshare_is_due, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED_HARD);
	firmware_task = eshare_make_thread(eshare_thread, "efi");
	wake_up_process(firmware_task);
	return 0;
}
core_initcall(eshare_init);

/*
 * Make the thread a deadline task when the kernel has booted. Before that,
 * interrupts are sometimes off for longer than a period, and the scheduler
 * would warn of a deadline that lags. Until user space starts, few tasks
 * compete with the thread, so it can be an ordinary task.
 */
static int __init eshare_keep_share_free(void)
{
	int ret = 0;

	mutex_lock(&share_mutex);
	share_is_kept_free = true;
	/* The thread takes this lock before it ends, so it exists */
	if (firmware_task)
		ret = eshare_set_bandwidth(efi_mode_poll_interval, share_is_whole);
	mutex_unlock(&share_mutex);
	if (ret)
		pr_err("cannot guarantee the firmware's share of the CPU: error %d\n", ret);
	return 0;
}
late_initcall_sync(eshare_keep_share_free);
