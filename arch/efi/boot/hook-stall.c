// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware waits, and Linux need not
 *
 * Firmware has no interrupts of devices. Its drivers start something, call Stall(), and look
 * whether it is done; hubs and links are given tens of milliseconds to settle. If Linux has
 * something else to do meanwhile it gets that time: Stall() leads through here, and ends the
 * slice. To firmware this is nothing new, since an interrupt could have done so at any
 * instruction of the loop that Stall() is.
 *
 * Stall() "stalls for at least" the time (UEFI 2.10, section 7.5). So it does here: whoever
 * gives the next slice before that is over makes firmware wait on. Nor is the firmware's own
 * function trusted with it, since that may count by the local APIC's timer (InternalX86Delay()
 * of edk2), which jumps when a slice ends in the middle.
 */
#include <linux/math64.h>

#include "boot.h"

/* For a shorter stall, two switches of worlds and two of tasks cost too much */
#define WORTHWHILE_US	EFI_MODE_MIN_SLICE_US

/* Longer stalls are passed on unchanged, because us * khz must not overflow */
#define LONGEST_US	(600 * 1000 * 1000UL)

/* The firmware's own table, not the ledger's copy that the EFI stub uses */
static efi_boot_services_t *services;
static efi_status_t (__efiapi *firmware_stall)(unsigned long us);
static u32 khz;

static efi_status_t __efiapi hook_stall(unsigned long us)
{
	u64 until;
	s64 left;

	if (us > LONGEST_US)
		return firmware_stall(us);
	until = rdtsc() + div_u64((u64)us * khz, 1000) + 1;
	for (;;) {
		if (us < WORTHWHILE_US || !efi_mode_yield(until))
			firmware_stall(us);
		left = until - rdtsc();
		if (left <= 0)
			return EFI_SUCCESS;
		us = div_u64(left * 1000, khz) + 1;
	}
}

static void hook_stall_set(efi_status_t (__efiapi *function)(unsigned long us))
{
	u32 crc = 0, before = services->hdr.crc32;

	efi_mode_write_protected(&services->stall, &function, sizeof(function));
	/* The sum is that of the table with 0 in the place of the sum */
	efi_mode_write_protected(&services->hdr.crc32, &crc, sizeof(crc));
	if (services->calculate_crc32(services, services->hdr.headersize,
				      &crc) != EFI_SUCCESS)
		crc = before;
	efi_mode_write_protected(&services->hdr.crc32, &crc, sizeof(crc));
}

/**
 * efi_mode_hook_stall_install() - let Linux have the time of Stall()
 * @h:	the handoff
 *
 * Context: the firmware's world, TPL_APPLICATION.
 */
void efi_mode_hook_stall_install(const struct efi_mode_handoff *h)
{
	services = efi_mode_firmware_systab()->boottime;
	khz = h->tsc_khz;
	firmware_stall = services->stall;
	hook_stall_set(hook_stall);
}

/**
 * efi_mode_hook_stall_remove() - undo efi_mode_hook_stall_install()
 *
 * If other code has hooked the function since, both hooks stay. Does nothing if the
 * hook is not installed.
 */
void efi_mode_hook_stall_remove(void)
{
	if (services && services->stall == hook_stall)
		hook_stall_set(firmware_stall);
	services = NULL;
}
