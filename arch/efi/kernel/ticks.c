// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tick account: pure arithmetic
 *
 * Firmware keeps its time by counting ticks. While Linux has the machine none
 * are delivered, so they are replayed at the next ingress. What does not make a
 * whole tick is carried over, or firmware's clock would lose half a tick in
 * every slice.
 *
 * All times are counts of one clock, that of the local APIC's timer.
 */
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/module.h>

#include <asm/efi-mode.h>

/*
 * More than this is not time that firmware has missed but a machine that was
 * suspended or sat in a debugger: ten minutes at 10 ms.
 */
#define MAX_OWED	60000

/**
 * efi_mode_ticks_set_period() - firmware has set its timer
 * @t:		the account
 * @period:	the new period, in counts; 0 if the timer is off
 */
void efi_mode_ticks_set_period(struct efi_mode_ticks *t, u64 period)
{
	if (period != t->period)
		t->carry = 0;
	t->period = period;
}

/**
 * efi_mode_ticks_owed() - time has passed in which firmware got no ticks
 * @t:		the account
 * @elapsed:	the time, in counts
 *
 * Return: how many ticks are to be delivered now. They are off the account.
 */
u32 efi_mode_ticks_owed(struct efi_mode_ticks *t, u64 elapsed)
{
	u64 owed, rest;

	if (!t->period)
		return 0;

	t->carry += elapsed;
	if (t->carry < (s64)t->period)
		return 0;

	owed = div64_u64_rem(t->carry, t->period, &rest);
	t->carry = rest;
	return min_t(u64, owed, MAX_OWED);
}

/**
 * efi_mode_ticks_slice() - time has passed in which firmware's timer ran
 * @t:		the account
 * @elapsed:	the time since the timer was started with a whole period, in counts
 * @remaining:	what the timer reads, in counts
 *
 * The number of ticks is found from both, and rounded, because they are read
 * one after the other and from two clocks.
 *
 * Return: how many ticks the timer has delivered.
 */
u32 efi_mode_ticks_slice(struct efi_mode_ticks *t, u64 elapsed, u64 remaining)
{
	s64 ticks;

	if (!t->period)
		return 0;

	ticks = div64_s64((s64)(elapsed + remaining) - (s64)t->period / 2,
			  t->period);
	ticks = max_t(s64, ticks, 0);
	t->carry += elapsed - ticks * t->period;
	return ticks;
}
