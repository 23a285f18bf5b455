// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make the firmware's clock tick faster for a while
 *
 * The firmware does its own work, such as disk transfers for which it has
 * tokens, at the ticks of its clock, which are mostly 10 ms apart. While Linux
 * waits for such work, it calls SetTimerPeriod() of the timer architectural
 * protocol to make the clock tick more often. The firmware adds the new period
 * to its time at each tick, so its time stays right. The tick account keeps the
 * part of a tick that had passed.
 *
 * When Linux has not waited for a moment, the clock gets its normal period
 * back. When Linux ends, the resident half restores the period, together with
 * the firmware's other settings.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/atomic.h>
#include <linux/efi.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/time64.h>
#include <linux/workqueue.h>

#include <asm/efi-mode.h>
#include <efi-mode/call.h>
#include <efi-mode/fast-tick.h>
#include <efi-mode/slice.h>
#include <efi-mode/time-limits.h>
#include <efi-mode/timer-arch.h>

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "efi_mode."

/*
 * A period is at least this many times the cost of a tick, so that the firmware
 * makes progress between the ticks
 */
#define TICK_COSTS	4

/* The firmware may round the period: accept a difference of 1/16 */
#define ROUNDING	16

/*
 * lapic-timer.c notices a new period by a TMICT that differs from that of the
 * slice. They may happen to be equal, but not twice in a row.
 */
#define TRIES		2

static unsigned int fast_tick = EFI_MODE_FAST_TICK_DEFAULT_US;

static int etick_set_param(const char *val, const struct kernel_param *kp)
{
	unsigned int usec;
	int ret = kstrtouint(val, 0, &usec);

	if (ret || !usec)
		return ret ?: param_set_uint(val, kp);
	return param_set_uint_minmax(val, kp, EFI_MODE_FAST_TICK_MIN_US,
				     EFI_MODE_FAST_TICK_MAX_US);
}

static const struct kernel_param_ops fast_tick_ops = {
	.set = etick_set_param,
	.get = param_get_uint,
};

module_param_cb(fast_tick, &fast_tick_ops, &fast_tick, 0644);
MODULE_PARM_DESC(fast_tick, "tick period of the firmware's clock in microseconds while the firmware has work of its own, 1000 to 100000; 0: unchanged");

/*
 * Physical address of the firmware's timer protocol, or NULL; and the normal
 * period of the firmware's clock, in units of 100 ns
 */
static union efi_timer_arch_protocol *timer;
static u64 normal;
static bool looked_for;

/* Protects the variables above, @fast and the period of the clock */
static DEFINE_MUTEX(tick_mutex);
static bool fast;
static atomic_t users = ATOMIC_INIT(0);

static void etick_slow_down(struct work_struct *work);
static DECLARE_DELAYED_WORK(slow_work, etick_slow_down);

static void etick_slow_down_later(void)
{
	mod_delayed_work(system_percpu_wq, &slow_work,
			 msecs_to_jiffies(EFI_MODE_FAST_TICK_LINGER_MS));
}

/*
 * Check whether the tick account can follow a change of the period. It follows
 * the local APIC timer only, not other devices. Without the gate, it would not
 * notice the ticks of the slice in which the period changes.
 */
static bool etick_is_possible(void)
{
	return efi_mode_handoff->clock == EFI_MODE_CLOCK_APIC_PERIODIC &&
	       efi_mode_handoff->preempt == EFI_MODE_PREEMPT_GATE &&
	       !efi_mode_is_stopped();
}

/* Convert cycles of the TSC to units of 100 ns */
static u64 etick_to_units(u64 cycles)
{
	return efi_mode_cycles_in(cycles,
				  USEC_PER_MSEC * EFI_TIMER_UNITS_PER_USEC);
}

#define etick_call(t, func, ...)					\
	efi_table_call(0, "timer", t, func, t, ##__VA_ARGS__)

/*
 * Look for the firmware's timer, and note its normal period. GFP_NOIO, because
 * the caller may be about to write pages to a disk.
 */
static bool etick_find_timer(void)
{
	struct {
		efi_guid_t guid;
		union efi_timer_arch_protocol *timer;
		u64 period;
	} *s;

	if (looked_for)
		return timer;
	s = kzalloc(sizeof(*s), GFP_NOIO);
	if (!s)
		return false;
	looked_for = true;
	s->guid = EFI_TIMER_ARCH_PROTOCOL_GUID;
	if (efi_bs_call(locate_protocol, efi_phys(&s->guid), NULL,
			efi_phys((void **)&s->timer)) == EFI_SUCCESS &&
	    etick_call(s->timer, get_timer_period, efi_phys(&s->period)) ==
	    EFI_SUCCESS) {
		timer = s->timer;
		normal = s->period;
	}
	kfree(s);
	return timer;
}

static bool etick_set_period(u64 units)
{
	return etick_call(timer, set_timer_period, units) == EFI_SUCCESS;
}

/* Check whether the tick account has noticed the new period */
static bool etick_is_followed(u64 units)
{
	u64 now = etick_to_units(READ_ONCE(efi_mode_handoff->ticks.period));

	return abs_diff(now, units) <= units / ROUNDING;
}

/* If the firmware refuses or the account misses the change, do not try again */
static void etick_make_fast(u64 units)
{
	unsigned int i;

	for (i = 0; i < TRIES && !fast && etick_set_period(units); i++)
		WRITE_ONCE(fast, etick_is_followed(units));
	if (fast)
		return;
	if (i)
		etick_set_period(normal);
	timer = NULL;
	pr_info("cannot make the firmware's clock tick faster, not trying again\n");
}

static void etick_speed_up(void)
{
	u64 cost = etick_to_units(READ_ONCE(efi_mode_handoff->tick_cost));
	u64 units = (u64)READ_ONCE(fast_tick) * EFI_TIMER_UNITS_PER_USEC;

	mutex_lock(&tick_mutex);
	if (!fast && units && etick_is_possible() && etick_find_timer()) {
		units = max(units, cost * TICK_COSTS);
		if (units < normal)
			etick_make_fast(units);
	}
	mutex_unlock(&tick_mutex);
}

static void etick_slow_down(struct work_struct *work)
{
	mutex_lock(&tick_mutex);
	if (fast) {
		/*
		 * A user that comes from here on waits for the mutex, and makes
		 * the clock fast again
		 */
		WRITE_ONCE(fast, false);
		/* Pairs with the barrier in efi_mode_fast_tick_get() */
		smp_mb();
		if (atomic_read(&users)) {
			WRITE_ONCE(fast, true);
		} else if (!etick_set_period(normal)) {
			WRITE_ONCE(fast, true);
			if (!efi_mode_is_stopped())
				etick_slow_down_later();
		}
	}
	mutex_unlock(&tick_mutex);
}

void efi_mode_fast_tick_get(void)
{
	atomic_inc(&users);
	/*
	 * Either this task sees that the clock is not fast, or
	 * etick_slow_down() sees this user
	 */
	smp_mb__after_atomic();
	if (!READ_ONCE(fast))
		etick_speed_up();
}
EXPORT_SYMBOL_GPL(efi_mode_fast_tick_get);

void efi_mode_fast_tick_put(void)
{
	if (atomic_dec_and_test(&users))
		etick_slow_down_later();
}
EXPORT_SYMBOL_GPL(efi_mode_fast_tick_put);
