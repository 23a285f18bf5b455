// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APIC timer: two clocks on one counter
 *
 * It is not enough to exchange the registers of the timer in a switch, because
 * the time of each side must go on while the other side uses the timer:
 *
 *  - Linux's deadline is a time, noted when Linux sets it. At the egress, the
 *    timer is programmed for the time that is left, or to expire at once. This
 *    needs a one-shot timer: the hardware reloads TMICT after each period, so a
 *    periodic timer could only be started with a whole period at each egress,
 *    and would never expire if the next ingress always comes before the end of
 *    the period. The patch to setup_APIC_timer() keeps Linux from using the
 *    periodic mode.
 *  - The firmware's periodic ticks are counted by the account of <asm/ticks.h>,
 *    and replayed. So in a slice the timer can also stand for Linux's deadline,
 *    if that comes before the end of the period. The gate knows from the
 *    account which of the two has come. A timer that the firmware arms for each
 *    tick is armed for the time that is left, like Linux's.
 *  - If the firmware's clock is another device, or has been stopped, the timer
 *    stands for Linux's deadline alone, at a vector of our own.
 *  - If the firmware's clock is another device and the timer is counting, the
 *    firmware's delay loops may read it (edk2's SecPeiDxeTimerLibUefiCpu).
 *    Then, in a slice, it continues with the count that would be left. TMICT
 *    reads the same, so the timer would start again with that count. The slice
 *    ends before that.
 *
 * The contents of the registers in a slice are remembered. A difference
 * afterwards means that the firmware has programmed its timer, and the new
 * settings are adopted.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/math64.h>

#include <asm/msr.h>
#include <asm/tsc.h>

#include <asm/efi-mode.h>
#include <efi-mode/time-limits.h>

#include "lapic-timer.h"

struct efi_mode_timers efi_mode_timers = {
	.linux_deadline = EFI_MODE_NEVER,
};

/* Counts per TSC cycle and the reverse, before the division by TDCR */
static u64 counts_per_cycle __ro_after_init;	/* 32.32 fixed point */
static u64 cycles_per_count __ro_after_init;	/* 32.32 fixed point */

static __always_inline u64 etmr_to_cycles(u64 counts)
{
	return mul_u64_u64_shr(counts, cycles_per_count, 32);
}

/* log2 of the divider; bits 0, 1 and 3 encode it, and 7 means "divide by 1" */
static __always_inline unsigned int etmr_divider_shift(u32 tdcr)
{
	unsigned int code = (tdcr & 3) | (tdcr & 8) >> 1;

	return (code + 1) & 7;
}

/* Convert a time, which may be over or longer than the timer can count */
static u32 __kprobes etmr_count_for(const struct efi_mode_timer *t, s64 cycles)
{
	u64 counts;

	if (cycles <= 0)
		return 1;
	counts = mul_u64_u64_shr(cycles, counts_per_cycle, 32) >> t->shift;
	return min_t(u64, counts + 1, U32_MAX);
}

static void __kprobes etmr_set_divider(struct efi_mode_timer *t, u32 tdcr)
{
	t->tdcr = tdcr;
	t->shift = etmr_divider_shift(tdcr);
	t->speed = counts_per_cycle >> (2 + t->shift);
}

static __always_inline bool etmr_is_masked(u32 lvtt)
{
	return lvtt & APIC_LVT_MASKED;
}

#define TIMER_MODE	(APIC_LVT_TIMER_PERIODIC | APIC_LVT_TIMER_TSCDEADLINE)

static __always_inline bool etmr_is_periodic(u32 lvtt)
{
	return (lvtt & TIMER_MODE) == APIC_LVT_TIMER_PERIODIC;
}

/*
 * Check what the fast path in lapic-timer.h relies on. The fast path only
 * changes the count in @slice.
 */
static void __kprobes etmr_simplify(void)
{
	struct efi_mode_timers *t = &efi_mode_timers;
	struct efi_mode_handoff *h = efi_mode_handoff;

	t->simple = h->clock == EFI_MODE_CLOCK_APIC_PERIODIC &&
		    h->preempt == EFI_MODE_PREEMPT_GATE &&
		    efi_mode_timer_is_near(h->ticks.period) &&
		    efi_mode_timer_is_near(h->min_slice) &&
		    counts_per_cycle < 4ULL << 32 &&
		    etmr_is_periodic(t->firmware.lvtt) &&
		    !etmr_is_masked(t->firmware.lvtt) &&
		    !etmr_is_masked(t->linux_timer.lvtt);
	if (t->simple)
		t->slice = t->firmware;
}

/**
 * efi_mode_timer_written() - note that Linux has written to a timer register
 * @reg:	the register
 * @value:	the value
 *
 * Context: interrupts off.
 */
void efi_mode_timer_written(u32 reg, u32 value)
{
	struct efi_mode_timer *t = &efi_mode_timers.linux_timer;

	switch (reg) {
	case APIC_LVTT:
		/*
		 * The periodic mode cannot be shared: see the top of this file
		 */
		WARN_ON_ONCE(etmr_is_periodic(value));
		t->lvtt = value;
		etmr_simplify();
		break;
	case APIC_TDCR:
		etmr_set_divider(t, value);
		break;
	case APIC_TMICT:
		t->tmict = value;
		efi_mode_timers.linux_deadline = value ? rdtsc() +
			etmr_to_cycles((u64)value << t->shift) : EFI_MODE_NEVER;
		break;
	}
}

static u64 __kprobes etmr_linux_deadline(void)
{
	const struct efi_mode_timers *t = &efi_mode_timers;

	return etmr_is_masked(t->linux_timer.lvtt) ? EFI_MODE_NEVER :
						     t->linux_deadline;
}

/*
 * Check whether the timer is free. A firmware that ticks by another device may
 * use the timer as a counter.
 */
static __always_inline bool etmr_timer_is_free(const struct efi_mode_handoff *h)
{
	return h->slice_vector && !efi_mode_timers.firmware.tmict;
}

/*
 * Get how much earlier than Linux's deadline an idle slice may have to end, in
 * TSC cycles: 0 if the timer ends the slice, one tick if only a tick of another
 * device does, and %EFI_MODE_NEVER if nothing is sure to end it in time.
 */
static u64 etmr_slack(const struct efi_mode_handoff *h)
{
	if (h->preempt != EFI_MODE_PREEMPT_GATE)
		return EFI_MODE_NEVER;
	if (h->clock == EFI_MODE_CLOCK_DEVICE && !etmr_timer_is_free(h))
		return h->ticks.period ?: EFI_MODE_NEVER;
	if (h->clock == EFI_MODE_CLOCK_DEVICE || efi_mode_counts_ticks(h))
		return 0;
	return EFI_MODE_NEVER;
}

/**
 * efi_mode_timer_can_idle() - check whether slices can last while Linux is idle
 *
 * Context: any.
 * Return: false if such slices would make Linux's timers late.
 */
bool efi_mode_timer_can_idle(void)
{
	return etmr_slack(efi_mode_handoff) != EFI_MODE_NEVER;
}

/**
 * efi_mode_timer_idle_until() - get the time at which an idle slice must end
 * @now:	TSC
 *
 * Context: interrupts off.
 * Return: TSC at which Linux's timer expires; 0 if that is too soon for an idle
 * slice, because a timer that expires at once must not wait for the end of the
 * slice.
 */
u64 efi_mode_timer_idle_until(u64 now)
{
	const struct efi_mode_handoff *h = efi_mode_handoff;
	u64 until = etmr_linux_deadline(), early = etmr_slack(h);

	if (early == EFI_MODE_NEVER ||
	    (s64)(until - now) < (s64)(early + h->min_slice))
		return 0;
	return until;
}

static void __kprobes etmr_load(const struct efi_mode_timer *t, u32 count)
{
	lapic_write(APIC_TDCR, t->tdcr);
	lapic_write(APIC_LVTT, t->lvtt);
	if (count)
		lapic_write(APIC_TMICT, count);
}

/* Let the gate end the slice at Linux's deadline, if that is before @limit */
static void __kprobes etmr_set_slice_deadline(struct efi_mode_timer *t, u32 lvtt,
					      u64 now, u64 limit)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	u64 deadline = etmr_linux_deadline();
	s64 left = max_t(s64, deadline - now, h->min_slice);

	if (deadline == EFI_MODE_NEVER || left >= limit ||
	    h->preempt != EFI_MODE_PREEMPT_GATE)
		return;
	/*
	 * Periodic, because the gate may have to ignore the first interrupt:
	 * then another one comes
	 */
	t->lvtt = lvtt;
	t->tmict = etmr_count_for(t, left);
}

/* Use the free timer, at a vector of our own */
static void __kprobes etmr_give_free_timer(struct efi_mode_timer *t, u64 now)
{
	etmr_set_slice_deadline(t, APIC_LVT_TIMER_PERIODIC |
				efi_mode_handoff->slice_vector, now, S64_MAX);
}

static __always_inline u64 etmr_to_counts(const struct efi_mode_timer *t, u64 cycles)
{
	return mul_u64_u64_shr(cycles, counts_per_cycle, 32) >> t->shift;
}

/*
 * Let the timer continue as a counter of the firmware, from the count that is
 * left.
 *
 * The firmware must not see the timer start again with that count, so the slice
 * ends at that moment. If a periodic timer has less left than the shortest
 * slice, wait first until it starts again. A delay loop can only be wrong if it
 * reads the timer between that moment and the interrupt.
 */
static void __kprobes etmr_give_counter(struct efi_mode_timer *t, u64 now)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	struct efi_mode_timers *timers = &efi_mode_timers;
	bool periodic = etmr_is_periodic(t->lvtt);
	u64 wait;
	u32 left;

	if (!t->tmict)
		return;
	left = t->tmict;
	if (!timers->is_counter_unread)
		left = efi_mode_timer_left(t->tmict, timers->counter,
					   etmr_to_counts(t, now - timers->counter_at),
					   periodic);
	wait = etmr_to_cycles((u64)left << t->shift);
	if (periodic && wait < h->min_slice) {
		while (rdtsc() - now <= wait)
			cpu_relax();
		left = t->tmict;
	}
	if (left != t->tmict && periodic && etmr_is_masked(t->lvtt) && h->slice_vector &&
	    h->preempt == EFI_MODE_PREEMPT_GATE)
		t->lvtt = APIC_LVT_TIMER_PERIODIC | h->slice_vector;
	/* TMICT must not read 0, and an expired timer just expires again */
	t->tmict = left ?: 1;
}

/*
 * Note the count after a slice.
 *
 * If no delay loop can be in progress, the timer is started with a whole count
 * at the next ingress, so that TMICT mostly reads as the firmware has written
 * it. The slice may have lasted longer than the count that was left.
 * Uncertainty makes a delay longer, not shorter: @before and @tsc are the times
 * before and after the reading of @tmcct.
 */
static void __kprobes etmr_follow_counter(u32 tmict, u32 tmcct, u64 before, u64 tsc)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	struct efi_mode_timers *t = &efi_mode_timers;
	u64 starts, passed;

	t->is_counter_unread = h->egress == EFI_MODE_EGRESS_DONE ||
			       h->egress == EFI_MODE_EGRESS_IDLE;
	t->counter_at = tsc;
	t->counter = tmcct;
	if (tmict != t->slice.tmict || !t->firmware.tmict)
		return;
	passed = etmr_to_counts(&t->firmware, before - t->counter_from);
	starts = efi_mode_ticks_elapsed(tmict, passed, tmcct);
	t->counter = efi_mode_timer_left(t->firmware.tmict, tmict,
					 (starts + 1) * tmict - tmcct,
					 etmr_is_periodic(t->firmware.lvtt));
}

/*
 * Program a timer that the firmware arms for each tick. A count that differs
 * after the slice means that the firmware has armed the timer, so the count
 * must not be the firmware's own.
 */
static void __kprobes etmr_give_one_shot(struct efi_mode_timer *t, u64 now)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	struct efi_mode_timers *timers = &efi_mode_timers;
	s64 left = S64_MAX;

	timers->slice_next = h->ticks.next;
	t->tmict = 0;
	if (h->ticks.period) {
		left = h->ticks.next - now;
		/* An overdue tick is replayed; its handler arms the timer */
		if (left <= 0)
			left = h->ticks.period;
		t->tmict = etmr_count_for(t, left);
	}
	etmr_set_slice_deadline(t, t->lvtt | APIC_LVT_TIMER_PERIODIC, now, left);
	if (t->tmict == timers->firmware.tmict)
		t->tmict++;
}

/**
 * efi_mode_timer_give() - program the timer for a slice, in all cases
 * @now:	TSC
 *
 * Context: interrupts off, the timer stopped.
 */
void __kprobes efi_mode_timer_give(u64 now)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	struct efi_mode_timers *t = &efi_mode_timers;
	struct efi_mode_timer *slice = &t->slice;

	*slice = t->firmware;
	switch (h->clock) {
	case EFI_MODE_CLOCK_APIC_PERIODIC:
		etmr_set_slice_deadline(slice, t->firmware.lvtt, now,
					h->ticks.period);
		break;
	case EFI_MODE_CLOCK_APIC_ONE_SHOT:
		etmr_give_one_shot(slice, now);
		break;
	case EFI_MODE_CLOCK_DEVICE:
		if (etmr_timer_is_free(h))
			etmr_give_free_timer(slice, now);
		else
			etmr_give_counter(slice, now);
		break;
	case EFI_MODE_CLOCK_NONE:
		/*
		 * Nothing else would end a slice. The firmware then no longer
		 * reads its own count.
		 */
		if (h->slice_vector)
			etmr_give_free_timer(slice, now);
		break;
	}

	t->last_ingress = now;
	if (slice->lvtt & APIC_LVT_TIMER_TSCDEADLINE) {
		slice->tmict = 0;
		etmr_load(slice, 0);
		/* The write to the LVT must take effect before the next one */
		mb();
		wrmsrq(MSR_IA32_TSC_DEADLINE, t->firmware_deadline);
		return;
	}
	etmr_load(slice, slice->tmict);
	t->counter_from = rdtsc();
}

/*
 * Follow a timer that the firmware arms for each tick.
 *
 * Firmware of this kind assumes that the timer is armed at the moment at which
 * it expired. The account does the same, and continues from there: a late tick
 * does not delay the next one.
 */
static void __kprobes etmr_follow_one_shot(u32 tmict, u32 tmcct, u64 tsc)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	struct efi_mode_timers *t = &efi_mode_timers;
	struct efi_mode_ticks *ticks = &h->ticks;
	bool armed = tmict != t->slice.tmict;
	bool ticked = t->awaited || ticks->next != t->slice_next;
	u64 interval;

	/* With the timer event, nothing counts the ticks of the hardware */
	if (armed && h->preempt == EFI_MODE_PREEMPT_EVENT &&
	    efi_mode_ticks_is_due(ticks, tsc)) {
		efi_mode_ticks_delivered(ticks, 1);
		ticked = true;
	}

	t->awaited = false;
	if (armed) {
		t->firmware.tmict = tmict;
		interval = etmr_to_cycles((u64)tmict << t->firmware.shift);
		if (ticked)
			ticks->next += interval - ticks->period;
		else
			ticks->next = tsc +
				etmr_to_cycles((u64)tmcct << t->firmware.shift);
		ticks->period = interval;
	} else if (ticked && h->egress == EFI_MODE_EGRESS_TICK) {
		t->awaited = true;
	} else if (ticked) {
		ticks->period = 0;
	}
}

/*
 * The firmware has programmed the timer, as SetTimerPeriod() of edk2's
 * LocalApicTimerDxe does: adopt its settings
 */
static void __kprobes etmr_follow(u32 lvtt, u32 tdcr, u32 tmict, u64 tsc)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	struct efi_mode_timers *t = &efi_mode_timers;
	struct efi_mode_timer *firmware = &t->firmware;
	bool was_masked = etmr_is_masked(firmware->lvtt);
	u64 period = 0;

	if (tmict != t->slice.tmict)
		firmware->tmict = tmict;
	/* If LVTT is as in the slice, the firmware has not changed its own */
	if (lvtt == t->slice.lvtt)
		lvtt = firmware->lvtt;
	/*
	 * The firmware may have changed only the mask. If the mode or the
	 * vector is as in the slice, the firmware has not changed its own.
	 */
	if (!((lvtt ^ t->slice.lvtt) & TIMER_MODE))
		lvtt ^= (lvtt ^ firmware->lvtt) & TIMER_MODE;
	if (!((lvtt ^ t->slice.lvtt) & APIC_VECTOR_MASK))
		lvtt ^= (lvtt ^ firmware->lvtt) & APIC_VECTOR_MASK;
	firmware->lvtt = lvtt;
	etmr_set_divider(firmware, tdcr);

	if (etmr_is_masked(lvtt) || (etmr_is_periodic(lvtt) && !firmware->tmict)) {
		/* Another device may still tick, but this one does not */
		if (h->clock != EFI_MODE_CLOCK_DEVICE)
			h->clock = EFI_MODE_CLOCK_NONE;
	} else if (h->clock == EFI_MODE_CLOCK_DEVICE && !was_masked) {
		/* The resident half has found that it is not the clock */
		return;
	} else if (firmware->lvtt & APIC_LVT_TIMER_TSCDEADLINE) {
		h->clock = EFI_MODE_CLOCK_TSC_DEADLINE;
	} else if (!etmr_is_periodic(firmware->lvtt)) {
		/* etmr_follow_one_shot() takes care of its ticks */
		h->clock = EFI_MODE_CLOCK_APIC_ONE_SHOT;
		h->tick_vector = firmware->lvtt & APIC_VECTOR_MASK;
		return;
	} else {
		h->clock = EFI_MODE_CLOCK_APIC_PERIODIC;
		period = etmr_to_cycles((u64)firmware->tmict << firmware->shift);
	}
	if (h->clock != EFI_MODE_CLOCK_DEVICE) {
		if (h->clock != EFI_MODE_CLOCK_NONE)
			h->tick_vector = firmware->lvtt & APIC_VECTOR_MASK;
		if (period && h->ticks.period)
			efi_mode_ticks_change_period(&h->ticks, period);
		else
			efi_mode_ticks_set_period(&h->ticks, period, tsc);
	}
}

/**
 * efi_mode_timer_reclaim() - adopt the firmware's changes, and stop the timer
 *
 * Context: interrupts off, after a slice.
 */
void __kprobes efi_mode_timer_reclaim(void)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	struct efi_mode_timers *t = &efi_mode_timers;
	bool counts = h->preempt == EFI_MODE_PREEMPT_GATE;
	u32 lvtt = lapic_read(APIC_LVTT);
	u32 tdcr = lapic_read(APIC_TDCR);
	u32 tmict = lapic_read(APIC_TMICT);
	u64 before = rdtsc();
	u32 tmcct = lapic_read(APIC_TMCCT);
	u64 tsc, left, ticks;

	lapic_write(APIC_TMICT, 0);
	tsc = rdtsc();

	if (lvtt != t->slice.lvtt || tdcr != t->slice.tdcr ||
	    tmict != t->slice.tmict)
		etmr_follow(lvtt, tdcr, tmict, tsc);

	if (h->clock == EFI_MODE_CLOCK_TSC_DEADLINE) {
		rdmsrq(MSR_IA32_TSC_DEADLINE, t->firmware_deadline);
	} else if (h->clock == EFI_MODE_CLOCK_APIC_ONE_SHOT) {
		etmr_follow_one_shot(tmict, tmcct, tsc);
	} else if (h->clock == EFI_MODE_CLOCK_DEVICE) {
		etmr_follow_counter(tmict, tmcct, before, tsc);
	} else if (h->clock == EFI_MODE_CLOCK_APIC_PERIODIC && !counts) {
		left = etmr_to_cycles((u64)tmcct << t->firmware.shift);
		ticks = efi_mode_ticks_elapsed(h->ticks.period,
					       tsc - t->last_ingress, left);
		efi_mode_ticks_delivered(&h->ticks, ticks);
	}
	etmr_simplify();
}

/**
 * efi_mode_timer_restore() - program the timer for Linux, in all cases
 * @now:	TSC
 *
 * Context: interrupts off, the timer stopped.
 */
void __kprobes efi_mode_timer_restore(u64 now)
{
	struct efi_mode_timers *t = &efi_mode_timers;
	u64 deadline = etmr_linux_deadline();
	u32 count = 0;

	if (deadline != EFI_MODE_NEVER)
		count = etmr_count_for(&t->linux_timer, deadline - now);
	etmr_load(&t->linux_timer, count);
}

/**
 * efi_mode_timer_hold() - replace Linux's deadline by a limit for the slice
 * @limit:	TSC
 *
 * Context: interrupts off.
 */
void __kprobes efi_mode_timer_hold(u64 limit)
{
	struct efi_mode_timers *t = &efi_mode_timers;

	t->held_timer = t->linux_timer;
	t->held_deadline = t->linux_deadline;
	/* If it expires after the slice, apic.c drops the interrupt */
	t->linux_timer.lvtt = LOCAL_TIMER_VECTOR;
	t->linux_deadline = limit;
	etmr_simplify();
}

/**
 * efi_mode_timer_release() - undo efi_mode_timer_hold()
 *
 * If the deadline has passed meanwhile, its interrupt comes at once.
 *
 * Context: interrupts off.
 */
void __kprobes efi_mode_timer_release(void)
{
	struct efi_mode_timers *t = &efi_mode_timers;

	lapic_write(APIC_TMICT, 0);
	t->linux_timer = t->held_timer;
	t->linux_deadline = t->held_deadline;
	etmr_simplify();
	efi_mode_timer_restore(rdtsc());
}

/**
 * efi_mode_tick_period_ns() - get the tick period of the firmware's clock
 *
 * Context: any.
 * Return: nanoseconds; 0 if the period is not known.
 */
u64 efi_mode_tick_period_ns(void)
{
	return efi_mode_cycles_in(efi_mode_handoff->ticks.period, NSEC_PER_MSEC);
}

/*
 * Read the TSC and the timer together. The two counters are independent. The
 * TSC is read before and after the timer, and the pair with the shortest time
 * between is the most exact.
 */
static u64 __init etmr_sample(u32 *count)
{
	u64 before, after, best = U64_MAX, at = 0;
	u32 value;
	int i;

	for (i = 0; i < 16; i++) {
		before = rdtsc_ordered();
		value = lapic_read(APIC_TMCCT);
		after = rdtsc_ordered();
		if (after - before < best) {
			best = after - before;
			at = before + best / 2;
			*count = value;
		}
	}
	return at;
}

static void __init etmr_measure_clock(void)
{
	u32 lvtt = APIC_LVT_MASKED | LOCAL_TIMER_VECTOR;
	u64 start, end, cycles;
	u32 first = 0, last = 0;
	unsigned int shift = etmr_divider_shift(APIC_TDR_DIV_16);

	/* Slow enough not to reach 0, and masked in case it does */
	lapic_write(APIC_TMICT, 0);
	lapic_write(APIC_LVTT, lvtt);
	lapic_write(APIC_TDCR, APIC_TDR_DIV_16);
	lapic_write(APIC_TMICT, U32_MAX);

	start = etmr_sample(&first);
	while (rdtsc() - start < (u64)tsc_khz * EFI_MODE_APIC_MEASURE_MS)
		cpu_relax();
	end = etmr_sample(&last);
	lapic_write(APIC_TMICT, 0);

	cycles = end - start;
	counts_per_cycle = div64_u64((u64)(first - last) << (32 + shift),
				     cycles);
	cycles_per_count = div64_u64(cycles << 32,
				     (u64)(first - last) << shift);
	efi_mode_timer_written(APIC_TDCR, APIC_TDR_DIV_16);
	efi_mode_timer_written(APIC_LVTT, lvtt);
}

/**
 * efi_mode_apic_period() - get the speed of the local APIC timer
 *
 * Context: after efi_mode_apic_take_over().
 * Return: counts per jiffy, before the division by TDCR.
 */
u32 __init efi_mode_apic_period(void)
{
	return mul_u64_u64_shr((u64)tsc_khz * 1000 / HZ, counts_per_cycle, 32);
}

static const char *__init etmr_clock_name(u8 clock)
{
	switch (clock) {
	case EFI_MODE_CLOCK_APIC_PERIODIC:
		return "local APIC timer";
	case EFI_MODE_CLOCK_APIC_ONE_SHOT:
		return "local APIC timer, armed at each tick";
	case EFI_MODE_CLOCK_TSC_DEADLINE:
		return "local APIC timer, by TSC deadline";
	case EFI_MODE_CLOCK_DEVICE:
		return "a device";
	default:
		return "not found";
	}
}

/**
 * efi_mode_timer_take_over() - begin to share the timer
 *
 * Takes 20 ms, because it measures the speed of the timer.
 *
 * Context: early boot, interrupts off.
 */
void __init efi_mode_timer_take_over(void)
{
	struct efi_mode_timer *firmware = &efi_mode_timers.firmware;
	struct efi_mode_handoff *h = efi_mode_handoff;
	u64 period, tsc;
	u32 tdcr;

	firmware->lvtt = lapic_read(APIC_LVTT);
	tdcr = lapic_read(APIC_TDCR);
	firmware->tmict = lapic_read(APIC_TMICT);
	efi_mode_timers.is_counter_unread = true;
	tsc = rdtsc();
	if (h->clock == EFI_MODE_CLOCK_TSC_DEADLINE)
		rdmsrq(MSR_IA32_TSC_DEADLINE,
		       efi_mode_timers.firmware_deadline);

	etmr_measure_clock();
	etmr_set_divider(firmware, tdcr);
	if (efi_mode_counts_ticks(h)) {
		period = etmr_to_cycles((u64)firmware->tmict << firmware->shift);
		efi_mode_ticks_set_period(&h->ticks, period, tsc);
		h->ticks.next = h->noted_at +
			etmr_to_cycles(h->noted_left << firmware->shift);
	}
}

/**
 * efi_mode_timer_report() - log the use of the timer
 *
 * Context: after efi_mode_apic_take_over().
 */
void __init efi_mode_timer_report(void)
{
	const struct efi_mode_handoff *h = efi_mode_handoff;

	pr_info("the firmware's clock: %s, vector %#x, every %llu us; slices end by the %s\n",
		etmr_clock_name(h->clock), h->tick_vector,
		div_u64(efi_mode_tick_period_ns(), 1000),
		h->preempt == EFI_MODE_PREEMPT_GATE ? "gate" : "timer event");
}
