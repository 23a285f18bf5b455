/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tick account: pure arithmetic
 *
 * Firmware keeps its time by counting ticks. While the kernel has the machine
 * none are delivered, so they are replayed at the next ingress. The account says
 * how many: it knows when the next tick is due, in cycles of the TSC, which both
 * halves read and neither stops. What does not make a whole tick is never lost,
 * because the due time only moves by whole periods, or by how much they differ.
 *
 * A tick is never delivered before it is due, except by a device that firmware
 * itself has programmed; then the account runs ahead until time has caught up.
 */
#ifndef _ASM_TICKS_H
#define _ASM_TICKS_H

#include <linux/types.h>

/*
 * More than this is not time that firmware has missed but a machine that was
 * suspended or sat in a debugger: ten minutes at 10 ms, one at 1 ms.
 */
#define EFI_MODE_TICKS_MAX	60000

/**
 * struct efi_mode_ticks - what firmware's clock is owed
 * @period:	cycles between two ticks; 0 if the clock does not tick
 * @next:	TSC at which the next tick is due
 */
struct efi_mode_ticks {
	__u64 period;
	__u64 next;
};

/**
 * efi_mode_ticks_set_period() - firmware has set its timer
 * @t:		the account
 * @period:	the new period, in cycles; 0 if the timer is off
 * @now:	TSC
 *
 * Nothing happens if the period is the same.
 *
 * Context: any, with the account to oneself.
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
 * efi_mode_ticks_change_period() - firmware's timer goes on with another period
 * @t:		the account, of a clock that ticks
 * @period:	the new period, in cycles; not 0
 *
 * What has passed since the last tick counts, so no time is lost. There may be some to
 * deliver at once.
 *
 * Context: any, with the account to oneself.
 */
static inline void efi_mode_ticks_change_period(struct efi_mode_ticks *t,
						__u64 period)
{
	t->next += period - t->period;
	t->period = period;
}

/**
 * efi_mode_ticks_delivered() - firmware has had ticks that nobody asked us for
 * @t:		the account
 * @n:		how many
 *
 * Context: any, with the account to oneself.
 */
static inline void efi_mode_ticks_delivered(struct efi_mode_ticks *t, __u64 n)
{
	t->next += n * t->period;
}

/**
 * efi_mode_ticks_is_due() - is a tick due?
 * @t:		the account
 * @now:	TSC
 *
 * Context: any.
 * Return: 1 if one is, or several are.
 */
static inline int efi_mode_ticks_is_due(const struct efi_mode_ticks *t,
					__u64 now)
{
	return t->period && (__s64)(now - t->next) >= 0;
}

/**
 * efi_mode_ticks_owed() - how many ticks are due?
 * @t:		the account
 * @now:	TSC
 *
 * Context: any.
 * Return: how many; they stay on the account.
 */
static inline __u64 efi_mode_ticks_owed(const struct efi_mode_ticks *t,
					__u64 now)
{
	return efi_mode_ticks_is_due(t, now) ?
	       (now - t->next) / t->period + 1 : 0;
}

/**
 * efi_mode_ticks_bound() - forgive what nobody would catch up with
 * @t:		the account
 * @now:	TSC
 *
 * Context: any, with the account to oneself. Afterwards at most
 * %EFI_MODE_TICKS_MAX are due.
 */
static inline void efi_mode_ticks_bound(struct efi_mode_ticks *t, __u64 now)
{
	if (t->period && (__s64)(now - t->next) >= 0 &&
	    now - t->next >= t->period * EFI_MODE_TICKS_MAX)
		t->next = now - t->period * (EFI_MODE_TICKS_MAX - 1);
}

/**
 * efi_mode_ticks_elapsed() - how often a periodic timer has fired
 * @period:	of the timer
 * @elapsed:	time since it was started with a whole period
 * @remaining:	what it reads
 *
 * All in the same unit. The number is found from both, and rounded, because they
 * are read one after the other and from two clocks.
 *
 * Context: any.
 * Return: how often.
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
