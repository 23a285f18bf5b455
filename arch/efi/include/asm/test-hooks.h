/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the test driver (drivers/efi-mode/test) may see and do below the calls
 *
 * It is the only module that needs more than include/efi-mode. The structure of the
 * handoff stays here.
 */
#ifndef _ASM_TEST_HOOKS_H
#define _ASM_TEST_HOOKS_H

#include <linux/io.h>
#include <linux/types.h>

#include <asm/efi-mode.h>

/**
 * struct efi_mode_test_counters - how often something has happened since boot
 * @preemptions: slices that were ended by force
 * @replayed:	interrupts replayed in the firmware's world
 * @recorded:	interrupts of the firmware that came in Linux's time
 * @round_trips: slices
 */
struct efi_mode_test_counters {
	u64 preemptions;
	u64 replayed;
	u64 recorded;
	u64 round_trips;
};

/**
 * efi_mode_test_read_counters() - read the counters
 * @c:		where they go
 *
 * Context: any.
 */
static inline void efi_mode_test_read_counters(struct efi_mode_test_counters *c)
{
	c->preemptions = efi_mode_forced_egresses();
	c->replayed = efi_mode_handoff->replayed;
	c->recorded = efi_mode_recorded();
	c->round_trips = efi_mode_get_stats()->round_trips;
}

/**
 * efi_mode_test_canary() - where the canary at the end of the handoff is
 *
 * Context: any.
 * Return: its physical address.
 */
static inline phys_addr_t efi_mode_test_canary(void)
{
	return virt_to_phys(&efi_mode_handoff->canary);
}

/**
 * efi_mode_test_leaving() - where the flag is that is set for the last ingress
 *
 * Context: any.
 * Return: its physical address.
 */
static inline phys_addr_t efi_mode_test_leaving(void)
{
	return virt_to_phys(&efi_mode_handoff->leaving);
}

#endif /* _ASM_TEST_HOOKS_H */
