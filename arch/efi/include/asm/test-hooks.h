/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access to the internals of efi-mode for the test driver
 * (drivers/efi-mode/test)
 *
 * The test driver is the only module that needs more than include/efi-mode.
 * With these functions, it does not depend on the layout of the handoff.
 */
#ifndef _ASM_TEST_HOOKS_H
#define _ASM_TEST_HOOKS_H

#include <linux/io.h>
#include <linux/types.h>

#include <asm/efi-mode.h>

/**
 * struct efi_mode_test_counters - counters since boot
 * @preemptions: number of slices that were ended by force
 * @replayed:	number of interrupts that were replayed in the firmware's world
 * @recorded:	number of the firmware's interrupts that arrived while Linux ran
 * @round_trips: number of slices
 */
struct efi_mode_test_counters {
	u64 preemptions;
	u64 replayed;
	u64 recorded;
	u64 round_trips;
};

/**
 * efi_mode_test_read_counters() - read the counters
 * @c:		set to the counters
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
 * efi_mode_test_canary() - get the address of the canary in the handoff
 *
 * Context: any.
 * Return: physical address of the canary.
 */
static inline phys_addr_t efi_mode_test_canary(void)
{
	return virt_to_phys(&efi_mode_handoff->canary);
}

/**
 * efi_mode_test_leaving() - get the address of the flag for the last ingress
 *
 * Context: any.
 * Return: physical address of the flag.
 */
static inline phys_addr_t efi_mode_test_leaving(void)
{
	return virt_to_phys(&efi_mode_handoff->leaving);
}

#endif /* _ASM_TEST_HOOKS_H */
