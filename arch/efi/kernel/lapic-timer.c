// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APIC's timer: two clocks on one counter
 *
 * A timer is more than its registers, because its time must go on while the
 * other side uses it:
 *
 *  - Linux's deadline is a time, known from when Linux set it. At the egress the
 *    timer is programmed for what is left, or for at once.
 *  - Firmware's periodic ticks are on the account of <efi-mode/ticks.h>, and are
 *    replayed. So in a slice the timer is free to stand for Linux's deadline, if
 *    that comes before a period is over; the gate knows from the account which
 *    of the two it was. A timer that firmware arms for each tick is armed for
 *    what is left, like Linux's.
 *  - If firmware's clock is another device, the timer stands for Linux's deadline
 *    alone, at a vector of our own.
 *
 * What is in the timer's registers in a slice is remembered, so that a firmware
 * that programs its timer is noticed, and followed.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/kernel.h>
#include <linux/math64.h>

#include <asm/msr.h>
#include <asm/tsc.h>

#include <asm/efi-mode.h>
#include "lapic.h"

struct timer {
	u32 lvtt;
	u32 tdcr;
	u32 tmict;
	u32 shift;		/* by which @tdcr divides */
};

static struct timer firmware;	/* as firmware has programmed it */
static struct timer lent;	/* what is in the registers in a slice */
static struct timer linux_timer; /* as Linux has, but for the count */

static u64 firmware_expiry;	/* TSC; of a timer that is not periodic; 0: none */
static u64 linux_deadline;	/* TSC; 0: none */
static u64 last_ingress;	/* TSC */

/* Frequency of the timer's clock, before division, over that of the TSC */
static u64 counts_per_cycle __ro_after_init;	/* 0.32 fixed point */
static u64 cycles_per_count __ro_after_init;	/* 32.32 fixed point */

static u64 to_counts(u64 cycles)
{
	return mul_u64_u64_shr(cycles, counts_per_cycle, 32);
}

static u64 to_cycles(u64 counts)
{
	return mul_u64_u64_shr(counts, cycles_per_count, 32);
}

/* log2 of the divider: bits 0, 1 and 3, with 7 for "divide by 1" */
static unsigned int divider_shift(u32 tdcr)
{
	unsigned int code = (tdcr & 3) | (tdcr & 8) >> 1;

	return (code + 1) & 7;
}

/* What to write into TMICT for a time from now; never 0, which stops it */
static u32 count_for(s64 cycles, u32 shift)
{
	if (cycles <= 0)
		return 1;
	return clamp_t(u64, to_counts(cycles) >> shift, 1, U32_MAX);
}

static bool is_masked(u32 lvtt)
{
	return lvtt & APIC_LVT_MASKED;
}

static bool is_periodic(u32 lvtt)
{
	return (lvtt & (APIC_LVT_TIMER_PERIODIC |
			APIC_LVT_TIMER_TSCDEADLINE)) == APIC_LVT_TIMER_PERIODIC;
}

/**
 * efi_mode_timer_written() - Linux has written to one of the timer's registers
 * @reg:	which one
 * @value:	what
 *
 * Context: interrupts off.
 */
void efi_mode_timer_written(u32 reg, u32 value)
{
	switch (reg) {
	case APIC_LVTT:
		linux_timer.lvtt = value;
		break;
	case APIC_TDCR:
		linux_timer.tdcr = value;
		linux_timer.shift = divider_shift(value);
		break;
	case APIC_TMICT:
		linux_timer.tmict = value;
		linux_deadline = value ? rdtsc() +
			to_cycles((u64)value << linux_timer.shift) : 0;
		break;
	}
}

/* A periodic timer is used in early boot, with a period of some milliseconds */
static u64 next_deadline(u64 now)
{
	u64 period;

	if (is_masked(linux_timer.lvtt))
		return 0;
	if (unlikely(is_periodic(linux_timer.lvtt)) && linux_deadline &&
	    linux_deadline < now) {
		period = to_cycles((u64)linux_timer.tmict << linux_timer.shift);
		linux_deadline += ((now - linux_deadline) / period + 1) *
				  period;
	}
	return linux_deadline;
}

/**
 * efi_mode_timer_stop() - no more interrupts from the timer
 *
 * Always the first step: changing the mode or the divider while it counts turns
 * what is left of the count into interrupts.
 *
 * Context: interrupts off.
 */
void efi_mode_timer_stop(void)
{
	lapic_write(APIC_TMICT, 0);
}

static inline void load(const struct timer *t, const struct timer *now,
			u32 count)
{
	if (t->tdcr != now->tdcr)
		lapic_write(APIC_TDCR, t->tdcr);
	if (t->lvtt != now->lvtt)
		lapic_write(APIC_LVTT, t->lvtt);
	if (count)
		lapic_write(APIC_TMICT, count);
}

/* Can the gate be reached in time for a deadline so many cycles from now? */
static void lend(struct timer *t, u32 lvtt, u64 now, u64 deadline, u64 limit)
{
	s64 left = max_t(s64, deadline - now, efi_mode_handoff->min_slice);

	if (!deadline || efi_mode_handoff->preempt != EFI_MODE_PREEMPT_GATE ||
	    left >= limit)
		return;
	/* Periodic: the gate may have to let it pass once, and gets it again */
	t->lvtt = lvtt;
	t->tmict = count_for(left, t->shift);
}

/**
 * efi_mode_timer_to_firmware() - program the timer for a slice
 *
 * Context: interrupts off, the timer stopped.
 */
void efi_mode_timer_to_firmware(void)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	u64 now = rdtsc(), deadline = next_deadline(now);

	lent = firmware;
	switch (h->clock) {
	case EFI_MODE_CLOCK_APIC_PERIODIC:
		lend(&lent, firmware.lvtt, now, deadline, h->ticks.period);
		break;
	case EFI_MODE_CLOCK_APIC_ONE_SHOT:
		lent.tmict = firmware_expiry ?
			     count_for(firmware_expiry - now, lent.shift) : 0;
		break;
	case EFI_MODE_CLOCK_DEVICE:
		/* Unless firmware uses it as a counter */
		if (h->slice_vector && !firmware.tmict)
			lend(&lent, APIC_LVT_TIMER_PERIODIC | h->slice_vector,
			     now, deadline, S64_MAX);
		break;
	}

	last_ingress = now;
	if (unlikely(lent.lvtt & APIC_LVT_TIMER_TSCDEADLINE)) {
		lent.tmict = 0;
		load(&lent, &linux_timer, 0);
		/* Writing to the LVT must not be overtaken by the deadline */
		mb();
		wrmsrl(MSR_IA32_TSC_DEADLINE, firmware_expiry);
		return;
	}
	load(&lent, &linux_timer, lent.tmict);
}

/* Firmware has programmed the timer, as LocalApicTimerDxe's SetTimerPeriod() does */
static void follow(const struct timer *now, u64 tsc)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	u64 period = 0;

	if (now->tmict != lent.tmict)
		firmware.tmict = now->tmict;
	if (now->lvtt != lent.lvtt)
		firmware.lvtt = now->lvtt;
	firmware.tdcr = now->tdcr;
	firmware.shift = divider_shift(now->tdcr);

	if (is_masked(firmware.lvtt)) {
		/* Another device may still tick; this one does not */
		if (h->clock != EFI_MODE_CLOCK_DEVICE)
			h->clock = EFI_MODE_CLOCK_NONE;
	} else if (!is_periodic(firmware.lvtt)) {
		h->clock = EFI_MODE_CLOCK_APIC_ONE_SHOT;
	} else if (firmware.tmict) {
		h->clock = EFI_MODE_CLOCK_APIC_PERIODIC;
		period = to_cycles((u64)firmware.tmict << firmware.shift);
	}
	if (h->clock != EFI_MODE_CLOCK_DEVICE) {
		if (h->clock != EFI_MODE_CLOCK_NONE)
			h->tick_vector = firmware.lvtt & APIC_VECTOR_MASK;
		efi_mode_ticks_set_period(&h->ticks, period, tsc);
	}
}

/**
 * efi_mode_timer_from_firmware() - stop the timer after a slice
 *
 * At once: a tick from here on would be Linux's to deal with.
 *
 * Context: interrupts off.
 */
void efi_mode_timer_from_firmware(void)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	bool counts = h->preempt == EFI_MODE_PREEMPT_GATE;
	u64 tsc, left, ticks;
	struct timer now;
	u32 tmcct = 0;

	now.lvtt = lapic_read(APIC_LVTT);
	now.tdcr = lapic_read(APIC_TDCR);
	now.tmict = lapic_read(APIC_TMICT);
	if (!counts || h->clock != EFI_MODE_CLOCK_APIC_PERIODIC)
		tmcct = lapic_read(APIC_TMCCT);
	efi_mode_timer_stop();
	tsc = rdtsc();

	if (unlikely(now.lvtt != lent.lvtt || now.tdcr != lent.tdcr ||
		     now.tmict != lent.tmict))
		follow(&now, tsc);
	lent.lvtt = now.lvtt;
	lent.tdcr = now.tdcr;

	if (unlikely(now.lvtt & APIC_LVT_TIMER_TSCDEADLINE)) {
		rdmsrl(MSR_IA32_TSC_DEADLINE, firmware_expiry);
	} else if (h->clock == EFI_MODE_CLOCK_APIC_ONE_SHOT) {
		firmware_expiry = tmcct ? tsc +
			to_cycles((u64)tmcct << firmware.shift) : 0;
	} else if (h->clock == EFI_MODE_CLOCK_APIC_PERIODIC && !counts) {
		left = to_cycles((u64)tmcct << firmware.shift);
		ticks = efi_mode_ticks_elapsed(h->ticks.period,
					       tsc - last_ingress, left);
		efi_mode_ticks_delivered(&h->ticks, ticks);
	}
}

/**
 * efi_mode_timer_to_linux() - program the timer for Linux
 *
 * Context: interrupts off, the timer stopped.
 */
void efi_mode_timer_to_linux(void)
{
	u32 count = 0;

	if (unlikely(is_periodic(linux_timer.lvtt)))
		count = linux_timer.tmict;
	else if (linux_deadline && !is_masked(linux_timer.lvtt))
		count = count_for(linux_deadline - rdtsc(), linux_timer.shift);
	load(&linux_timer, &lent, count);
}

/**
 * efi_mode_tick_period_ns() - how often firmware's clock ticks
 *
 * Context: any.
 * Return: nanoseconds; 0 if that is not known.
 */
u64 efi_mode_tick_period_ns(void)
{
	return mul_u64_u32_div(efi_mode_handoff->ticks.period, 1000000, tsc_khz);
}

/*
 * Both counters run on their own; the two reads of the TSC around the read of
 * the timer tell how far apart a pair is.
 */
static u64 __init sample(u32 *count)
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

static void __init measure_clock(void)
{
	u32 lvtt = APIC_LVT_MASKED | LOCAL_TIMER_VECTOR;
	u64 start, end, cycles;
	u32 first = 0, last = 0;
	unsigned int shift;

	/* Slow enough not to reach 0, and with no interrupt if it does */
	efi_mode_timer_stop();
	lapic_write(APIC_LVTT, lvtt);
	lapic_write(APIC_TDCR, APIC_TDR_DIV_16);
	efi_mode_timer_written(APIC_LVTT, lvtt);
	efi_mode_timer_written(APIC_TDCR, APIC_TDR_DIV_16);
	shift = linux_timer.shift;
	lapic_write(APIC_TMICT, U32_MAX);

	start = sample(&first);
	while (rdtsc() - start < (u64)tsc_khz * 20)
		cpu_relax();
	end = sample(&last);
	efi_mode_timer_stop();

	cycles = end - start;
	counts_per_cycle = div64_u64((u64)(first - last) << (32 + shift),
				     cycles);
	cycles_per_count = div64_u64(cycles << 32,
				     (u64)(first - last) << shift);
}

/**
 * efi_mode_apic_period() - the speed of the local APIC's timer
 *
 * Context: after efi_mode_apic_take_over().
 * Return: counts in one jiffy, before division.
 */
u32 __init efi_mode_apic_period(void)
{
	return to_counts((u64)tsc_khz * 1000 / HZ);
}

static const char *__init clock_name(u8 clock)
{
	switch (clock) {
	case EFI_MODE_CLOCK_APIC_PERIODIC:
		return "local APIC timer";
	case EFI_MODE_CLOCK_APIC_ONE_SHOT:
		return "local APIC timer, armed at each tick";
	case EFI_MODE_CLOCK_DEVICE:
		return "a device";
	default:
		return "not found";
	}
}

/**
 * efi_mode_timer_take_over() - begin to share the timer
 *
 * Context: early boot, interrupts off; takes 20 ms.
 */
void __init efi_mode_timer_take_over(void)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	unsigned int shift;
	u64 period, tsc;
	u32 tmcct;

	firmware.lvtt = lapic_read(APIC_LVTT);
	firmware.tdcr = lapic_read(APIC_TDCR);
	firmware.tmict = lapic_read(APIC_TMICT);
	tmcct = lapic_read(APIC_TMCCT);
	tsc = rdtsc();
	if (firmware.lvtt & APIC_LVT_TIMER_TSCDEADLINE)
		rdmsrl(MSR_IA32_TSC_DEADLINE, firmware_expiry);
	shift = divider_shift(firmware.tdcr);
	firmware.shift = shift;
	lent = firmware;

	measure_clock();
	if (h->clock == EFI_MODE_CLOCK_APIC_PERIODIC) {
		period = to_cycles((u64)firmware.tmict << shift);
		efi_mode_ticks_set_period(&h->ticks, period, tsc);
		h->ticks.next = tsc + to_cycles((u64)tmcct << shift);
	} else if (h->clock == EFI_MODE_CLOCK_APIC_ONE_SHOT &&
		   !firmware_expiry && tmcct) {
		firmware_expiry = tsc + to_cycles((u64)tmcct << shift);
	}
	pr_info("firmware's clock: %s, vector %#x, every %llu us; slices end by the %s\n",
		clock_name(h->clock), h->tick_vector,
		div_u64(efi_mode_tick_period_ns(), 1000),
		h->preempt == EFI_MODE_PREEMPT_GATE ? "gate" : "timer event");
}
