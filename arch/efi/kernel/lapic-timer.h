/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fast path of lapic-timer.c, as inline functions for apic.c
 *
 * The two files are one unit: the inline functions program the timer in the usual case
 * and call lapic-timer.c for all others. The header also has the register accessors
 * that both files use.
 */
#ifndef _EFI_MODE_LAPIC_TIMER_H
#define _EFI_MODE_LAPIC_TIMER_H

#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include <asm/apic.h>

#include <asm/efi-mode.h>

/*
 * Not by way of apic_read() and apic_write(), which speak for Linux. On the way
 * through a switch the mode is a constant: there is one way for each.
 */
static __always_inline u32 lapic_read_as(bool x2apic, u32 reg)
{
	return x2apic ? native_apic_msr_read(reg) : native_apic_mem_read(reg);
}

static __always_inline void lapic_write_as(bool x2apic, u32 reg, u32 value)
{
	if (x2apic)
		native_apic_msr_write(reg, value);
	else
		native_apic_mem_write(reg, value);
}

static inline u32 lapic_read(u32 reg)
{
	return lapic_read_as(x2apic_mode, reg);
}

static inline void lapic_write(u32 reg, u32 value)
{
	lapic_write_as(x2apic_mode, reg, value);
}

/* A time that does not come */
#define EFI_MODE_NEVER		(U64_MAX / 2)

/**
 * struct efi_mode_timer - contents of the timer's registers
 * @lvtt:	vector, mask and mode
 * @tdcr:	divider
 * @tmict:	initial count
 * @shift:	what @tdcr divides by, log2
 * @speed:	counts for a cycle of the TSC; 2.30 fixed point
 */
struct efi_mode_timer {
	u32 lvtt;
	u32 tdcr;
	u32 tmict;
	u32 shift;
	u32 speed;
};

/**
 * struct efi_mode_timers - the timer's two owners
 * @firmware:	the timer as firmware has programmed it
 * @slice:	what is in the registers in a slice
 * @linux_timer: the timer as Linux has programmed it
 * @held_timer:	the same, while another deadline is in its place
 * @firmware_deadline: TSC, of firmware's timer if that is in TSC-deadline mode
 * @slice_next:	when the tick of a one-shot timer was due at the ingress
 * @awaited:	a one-shot timer has ticked and its handler not yet come to arm it
 * @linux_deadline: TSC, or %EFI_MODE_NEVER
 * @held_deadline: the same, while @held_timer is valid
 * @last_ingress: TSC
 * @counter:	what the timer would read at @counter_at if it had run on as firmware has
 *		programmed it
 * @counter_at:	TSC
 * @counter_from: TSC at which the timer has begun to run in the slice
 * @is_counter_unread: no code of firmware is under way that may have read it
 * @simple:	firmware's timer is periodic and its gate ends slices, Linux's is not
 *		masked: all is as it mostly is, and only counts change
 */
struct efi_mode_timers {
	struct efi_mode_timer firmware, slice, linux_timer, held_timer;
	u64 firmware_deadline;
	u64 slice_next;
	u64 linux_deadline;
	u64 held_deadline;
	u64 last_ingress;
	u64 counter_at;
	u64 counter_from;
	u32 counter;
	bool awaited;
	bool is_counter_unread;
	bool simple;
};

extern struct efi_mode_timers efi_mode_timers;

/* ignore.S */
void efi_mode_ignore(void);

void efi_mode_timer_written(u32 reg, u32 value);
void efi_mode_timer_take_over(void);
void efi_mode_timer_report(void);
void efi_mode_timer_hold(u64 limit);
void efi_mode_timer_release(void);
void efi_mode_timer_give(u64 now);
void efi_mode_timer_reclaim(void);
void efi_mode_timer_restore(u64 now);

/*
 * Stopping the timer is always the first step: changing its mode or its divider
 * while it counts turns what is left of the count into interrupts.
 */

/* So many can be multiplied by a speed, and more are rare */
static __always_inline bool efi_mode_timer_is_near(u64 cycles)
{
	return cycles <= U32_MAX;
}

/*
 * What to write into TMICT for so many cycles: never 0, which stops it, and no
 * count too few, since an interrupt before its time is one for nothing
 */
static __always_inline u32 efi_mode_timer_count(const struct efi_mode_timer *t,
						u64 cycles)
{
	return (cycles * t->speed >> 30) + 1;
}

/**
 * efi_mode_timer_left() - what a counter reads that goes on
 * @tmict:	count from which it starts anew; not 0
 * @tmcct:	what it read, at most @tmict
 * @passed:	counts since then
 * @periodic:	whether it starts anew
 *
 * Context: any.
 * Return: 1 to @tmict; 0 if it does not start anew and has run out.
 */
static inline u32 efi_mode_timer_left(u32 tmict, u32 tmcct, u64 passed, bool periodic)
{
	if (passed < tmcct)
		return lower_32_bits(tmcct - passed);
	return periodic ? tmict - (passed - tmcct) % tmict : 0;
}

/**
 * efi_mode_timer_to_firmware() - program the timer for a slice
 * @x2apic:	mode of the local APIC
 * @now:	TSC
 *
 * Context: interrupts off, the timer stopped.
 */
static __always_inline void efi_mode_timer_to_firmware(bool x2apic, u64 now)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	struct efi_mode_timers *t = &efi_mode_timers;
	s64 left = t->linux_deadline - now;

	if (unlikely(!t->simple)) {
		efi_mode_timer_give(now);
		return;
	}
	/* The gate may have to let it pass once, and gets it again: periodic */
	t->slice.tmict = t->firmware.tmict;
	if (left < (s64)h->ticks.period) {
		left = max_t(s64, left, h->min_slice);
		t->slice.tmict = efi_mode_timer_count(&t->firmware, left);
	}
	lapic_write_as(x2apic, APIC_TDCR, t->slice.tdcr);
	lapic_write_as(x2apic, APIC_LVTT, t->slice.lvtt);
	lapic_write_as(x2apic, APIC_TMICT, t->slice.tmict);
}

/**
 * efi_mode_timer_from_firmware() - stop the timer after a slice
 * @x2apic:	mode of the local APIC
 *
 * At once: a tick from here on would be Linux's to deal with.
 *
 * Context: interrupts off.
 */
static __always_inline void efi_mode_timer_from_firmware(bool x2apic)
{
	const struct efi_mode_timer *slice = &efi_mode_timers.slice;
	u32 changed;

	if (likely(efi_mode_timers.simple)) {
		changed = lapic_read_as(x2apic, APIC_LVTT) ^ slice->lvtt;
		changed |= lapic_read_as(x2apic, APIC_TDCR) ^ slice->tdcr;
		changed |= lapic_read_as(x2apic, APIC_TMICT) ^ slice->tmict;
		if (likely(!changed)) {
			lapic_write_as(x2apic, APIC_TMICT, 0);
			return;
		}
	}
	efi_mode_timer_reclaim();
}

/**
 * efi_mode_timer_to_linux() - program the timer for Linux
 * @x2apic:	mode of the local APIC
 * @now:	TSC
 *
 * Context: interrupts off, the timer stopped.
 */
static __always_inline void efi_mode_timer_to_linux(bool x2apic, u64 now)
{
	const struct efi_mode_timer *t = &efi_mode_timers.linux_timer;
	u64 left = efi_mode_timers.linux_deadline - now;

	if (unlikely(!efi_mode_timer_is_near(left) || !efi_mode_timers.simple)) {
		efi_mode_timer_restore(now);
		return;
	}
	lapic_write_as(x2apic, APIC_TDCR, t->tdcr);
	lapic_write_as(x2apic, APIC_LVTT, t->lvtt);
	lapic_write_as(x2apic, APIC_TMICT, efi_mode_timer_count(t, left));
}

#endif /* _EFI_MODE_LAPIC_TIMER_H */
