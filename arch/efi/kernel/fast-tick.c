// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware's clock, faster for a while
 *
 * What firmware does by itself, such as the transfers of disks that it has tokens for, it
 * looks after at the ticks of its clock, mostly 10 ms apart. While somebody waits for that
 * the clock is told to tick more often, by the function that firmware's own drivers have
 * for it. Firmware counts time in what it has told its clock, so its time goes on as
 * before, and the account keeps what of a tick had passed.
 *
 * It ticks as before when nobody has waited for a moment. When Linux ends it is the
 * resident half that sees to it, with firmware's other settings.
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
#include <efi-mode/timer-arch.h>

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "efi_mode."

#define MIN_USEC	1000
#define MAX_USEC	100000
#define DEFAULT_USEC	1000

/* Firmware has to get on between the ticks: to be busy with one is so much shorter */
#define TICK_COSTS	4

/* What firmware's timer is programmed to may be rounded */
#define ROUNDING	16

/* Unseen is what it happens to be lent with: not twice in a row */
#define TRIES		2

/* Between two bursts it is not worth while to change it */
#define LINGER		(HZ / 10)

static unsigned int fast_tick = DEFAULT_USEC;

static int etick_set_param(const char *val, const struct kernel_param *kp)
{
	unsigned int usec;
	int ret = kstrtouint(val, 0, &usec);

	if (ret || !usec)
		return ret ?: param_set_uint(val, kp);
	return param_set_uint_minmax(val, kp, MIN_USEC, MAX_USEC);
}

static const struct kernel_param_ops fast_tick_ops = {
	.set = etick_set_param,
	.get = param_get_uint,
};

module_param_cb(fast_tick, &fast_tick_ops, &fast_tick, 0644);
MODULE_PARM_DESC(fast_tick, "microseconds between two ticks of firmware's clock while it has something to look after, 1000 to 100000; 0: as ever");

/*
 * The firmware's protocol, by its physical address, or NULL; and the normal period of the
 * firmware's clock in units of 100 ns
 */
static union efi_timer_arch_protocol *timer;
static u64 normal;
static bool looked_for;

/* Holds for what is above and for the clock */
static DEFINE_MUTEX(tick_mutex);
static bool fast;
static atomic_t users = ATOMIC_INIT(0);

static void etick_slow_down(struct work_struct *work);
static DECLARE_DELAYED_WORK(slow_work, etick_slow_down);

/*
 * The account follows what is done to the local APIC's timer. Of another device's it
 * would not know, and without the gate not of what ticks in the slice in which that is
 * done.
 */
static bool etick_is_possible(void)
{
	return efi_mode_handoff->clock == EFI_MODE_CLOCK_APIC_PERIODIC &&
	       efi_mode_handoff->preempt == EFI_MODE_PREEMPT_GATE &&
	       !efi_mode_is_stopped();
}

/* In 100 ns */
static u64 etick_to_units(u64 cycles)
{
	return efi_mode_cycles_in(cycles,
				  USEC_PER_MSEC * EFI_TIMER_UNITS_PER_USEC);
}

#define etick_call(t, func, ...)					\
	efi_table_call(0, "timer", t, func, t, ##__VA_ARGS__)

/*
 * As the period is now it is to be again. Whoever calls may be about to write pages to a
 * disk, and must not wait for that.
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

/* Does the account know? It is the local APIC's timer, and the change was seen. */
static bool etick_is_followed(u64 units)
{
	u64 now = etick_to_units(READ_ONCE(efi_mode_handoff->ticks.period));

	return abs_diff(now, units) <= units / ROUNDING;
}

/* Firmware that does not want to, or has another clock, is not asked again */
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
	pr_info("firmware's clock cannot be made to tick faster\n");
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
		/* Whoever comes from here on waits for the mutex, and makes it fast again */
		WRITE_ONCE(fast, false);
		/* Pairs with the one in efi_mode_fast_tick_get() */
		smp_mb();
		if (atomic_read(&users) || !etick_set_period(normal))
			WRITE_ONCE(fast, true);
	}
	mutex_unlock(&tick_mutex);
}

void efi_mode_fast_tick_get(void)
{
	atomic_inc(&users);
	/* Either this sees that it is not fast, or etick_slow_down() sees this user */
	smp_mb__after_atomic();
	if (!READ_ONCE(fast))
		etick_speed_up();
}
EXPORT_SYMBOL_GPL(efi_mode_fast_tick_get);

void efi_mode_fast_tick_put(void)
{
	if (atomic_dec_and_test(&users))
		mod_delayed_work(system_wq, &slow_work, LINGER);
}
EXPORT_SYMBOL_GPL(efi_mode_fast_tick_put);
