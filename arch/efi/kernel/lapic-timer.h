/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fast path of lapic-timer.c, as inline functions for apic.c
 *
 * The two files are one unit. The inline functions program the timer in the
 * usual case, and call lapic-timer.c in all other cases. This header also has
 * the register accessors that both files use.
 */
#ifndef _EFI_MODE_LAPIC_TIMER_H
#define _EFI_MODE_LAPIC_TIMER_H

#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include <asm/apic.h>

#include <asm/efi-mode.h>

/*
 * Access the registers directly, because apic_write() would remember the value
 * as Linux's. In the code of a switch, the mode is a constant, so there is one
 * function for each mode.
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

/* A deadline that never comes */
#define EFI_MODE_NEVER		(U64_MAX / 2)

/**
 * struct efi_mode_timer - contents of the timer's registers
 * @lvtt:	vector, mask and mode
 * @tdcr:	divider, as in the register
 * @tmict:	initial count
 * @shift:	log2 of the number that @tdcr divides by
 * @speed:	counts per cycle of the TSC; 2.30 fixed point
 */
struct efi_mode_timer {
	u32 lvtt;
	u32 tdcr;
	u32 tmict;
	u32 shift;
	u32 speed;
};

/**
 * struct efi_mode_timers - state of the timer and of its two owners
 * @firmware:	the timer as the firmware has programmed it
 * @slice:	contents of the registers in a slice
 * @linux_timer: the timer as Linux has programmed it
 * @held_timer:	copy of @linux_timer while efi_mode_timer_hold() has replaced it
 * @firmware_deadline: deadline of the firmware's timer in TSC, if that is in
 *		TSC-deadline mode
 * @slice_next:	TSC of the next tick in the account at the ingress; for a
 *		one-shot timer
 * @awaited:	a one-shot timer has ticked, but its handler has not run yet to
 *		arm it again
 * @linux_deadline: TSC at which Linux's timer expires, or %EFI_MODE_NEVER
 * @held_deadline: copy of @linux_deadline while @held_timer is valid
 * @last_ingress: TSC
 * @counter:	the count at @counter_at, if the timer had continued as the
 *		firmware has programmed it
 * @counter_at:	TSC
 * @counter_from: TSC at which the timer was started in the slice
 * @is_counter_unread: no firmware code that may have read the count is in
 *		progress
 * @simple:	the fast path is possible: the firmware's timer is periodic and
 *		ends slices by the gate, and Linux's timer is not masked
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
 * In all functions below: the timer must be stopped before its mode or its
 * divider is changed. Otherwise the rest of the count can cause interrupts.
 */

/*
 * Check whether a time can be multiplied by a speed in 64 bits. Nearly all
 * times can; the slow path handles the others.
 */
static __always_inline bool efi_mode_timer_is_near(u64 cycles)
{
	return cycles <= U32_MAX;
}

/*
 * Convert a time to a value for TMICT. It is never 0, which would stop the
 * timer. It is rounded up, because an interrupt that comes too early would be
 * useless.
 */
static __always_inline u32 efi_mode_timer_count(const struct efi_mode_timer *t,
						u64 cycles)
{
	return (cycles * t->speed >> 30) + 1;
}

/**
 * efi_mode_timer_left() - calculate the present count of a running timer
 * @tmict:	initial count, not 0
 * @tmcct:	an earlier count, at most @tmict
 * @passed:	number of counts since then
 * @periodic:	true if the timer starts again at 0
 *
 * Context: any.
 * Return: 1 to @tmict; 0 if the timer is not periodic and has expired.
 */
static inline u32 efi_mode_timer_left(u32 tmict, u32 tmcct, u64 passed, bool periodic)
{
	if (passed < tmcct)
		return lower_32_bits(tmcct - passed);
	return periodic ? tmict - (passed - tmcct) % tmict : 0;
}

/**
 * efi_mode_timer_to_firmware() - program the timer for a slice
 * @x2apic:	true if the local APIC is in x2APIC mode
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
	/*
	 * Periodic, because the gate may have to ignore the first interrupt:
	 * then another one comes
	 */
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
 * @x2apic:	true if the local APIC is in x2APIC mode
 *
 * This is the first step after a slice, because Linux would have to handle any
 * later tick.
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
 * @x2apic:	true if the local APIC is in x2APIC mode
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
