/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tick account: arithmetic without side effects
 *
 * The firmware keeps time by counting ticks. While the kernel runs, no ticks
 * are delivered, so they are replayed at the next ingress. The account computes
 * how many: it stores the TSC at which the next tick is due. Both halves read
 * the TSC, and neither of them stops it. Fractions of a tick are never lost,
 * because the due time moves only by whole periods, or by the difference of two
 * periods.
 *
 * A tick is never replayed before it is due. If a device that the firmware
 * itself has programmed delivers a tick early, the account is ahead until the
 * tick is due.
 */
#ifndef _ASM_TICKS_H
#define _ASM_TICKS_H

#include <linux/types.h>

/*
 * Maximum number of ticks to replay: ten minutes at 10 ms, one minute at 1 ms.
 * If the firmware has missed more, the machine was suspended or stopped in a
 * debugger.
 */
#define EFI_MODE_TICKS_MAX	60000

/**
 * struct efi_mode_ticks - account of the ticks that the firmware is owed
 * @period:	TSC cycles between two ticks; 0 if the clock does not tick
 * @next:	TSC at which the next tick is due
 */
struct efi_mode_ticks {
	__u64 period;
	__u64 next;
};

/**
 * efi_mode_ticks_set_period() - start the account with a new period
 * @t:		the account
 * @period:	new period in TSC cycles; 0 if the clock is off
 * @now:	current TSC
 *
 * Call this when the firmware has started its clock. The first tick is due
 * after one period. Does nothing if the period has not changed.
 *
 * Context: any. The caller serializes access to the account.
 */
static inline void efi_mode_ticks_set_period(struct efi_mode_ticks *t,
					     __u64 period, __u64 now)
{
	if (period == t->period)
		return;
	t->period = period;
	t->next = now + period;
}

/**
 * efi_mode_ticks_change_period() - change the period of a running clock
 * @t:		the account; its period must not be 0
 * @period:	new period in TSC cycles; not 0
 *
 * The time since the last tick counts for the new period, so no time is lost.
 * Ticks may be due at once.
 *
 * Context: any. The caller serializes access to the account.
 */
static inline void efi_mode_ticks_change_period(struct efi_mode_ticks *t,
						__u64 period)
{
	t->next += period - t->period;
	t->period = period;
}

/**
 * efi_mode_ticks_delivered() - record that ticks have been delivered
 * @t:		the account
 * @n:		number of ticks
 *
 * Context: any. The caller serializes access to the account.
 */
static inline void efi_mode_ticks_delivered(struct efi_mode_ticks *t, __u64 n)
{
	t->next += n * t->period;
}

/**
 * efi_mode_ticks_is_due() - check whether a tick is due
 * @t:		the account
 * @now:	current TSC
 *
 * Context: any.
 * Return: 1 if at least one tick is due, otherwise 0.
 */
static inline int efi_mode_ticks_is_due(const struct efi_mode_ticks *t,
					__u64 now)
{
	return t->period && (__s64)(now - t->next) >= 0;
}

/**
 * efi_mode_ticks_owed() - compute how many ticks are due
 * @t:		the account
 * @now:	current TSC
 *
 * Does not change the account.
 *
 * Context: any.
 * Return: number of ticks.
 */
static inline __u64 efi_mode_ticks_owed(const struct efi_mode_ticks *t,
					__u64 now)
{
	return efi_mode_ticks_is_due(t, now) ?
	       (now - t->next) / t->period + 1 : 0;
}

/**
 * efi_mode_ticks_bound() - limit the number of ticks that are due
 * @t:		the account
 * @now:	current TSC
 *
 * Drops ticks so that at most %EFI_MODE_TICKS_MAX are due.
 *
 * Context: any. The caller serializes access to the account.
 */
static inline void efi_mode_ticks_bound(struct efi_mode_ticks *t, __u64 now)
{
	if (t->period && (__s64)(now - t->next) >= 0 &&
	    now - t->next >= t->period * EFI_MODE_TICKS_MAX)
		t->next = now - t->period * (EFI_MODE_TICKS_MAX - 1);
}

/**
 * efi_mode_ticks_elapsed() - compute how often a periodic timer has fired
 * @period:	period of the timer; 0 if it is off
 * @elapsed:	time since the timer was started with a whole period
 * @remaining:	time until the timer fires next, from its current count
 *
 * All times are in the same unit. The result is computed from @elapsed and
 * @remaining and rounded, because these are read one after the other and from
 * two clocks.
 *
 * Context: any.
 * Return: number of times.
 */
static inline __u64 efi_mode_ticks_elapsed(__u64 period, __u64 elapsed,
					   __u64 remaining)
{
	if (!period)
		return 0;
	if (elapsed + remaining < period / 2)
		return 0;
	return (elapsed + remaining - period / 2) / period;
}

#endif /* _ASM_TICKS_H */
