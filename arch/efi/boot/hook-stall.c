// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hook Stall(), so that Linux can run while the firmware waits
 *
 * The firmware uses no device interrupts. A firmware driver starts an
 * operation, calls Stall(), and checks whether the operation is complete. It
 * also waits tens of milliseconds for hubs and links to settle. If Linux has
 * work to do, the hook ends the slice for this time. This is safe for the
 * firmware, because an interrupt could end the slice at any instruction of the
 * loop in Stall().
 *
 * Stall() stalls "for at least" the requested time (UEFI 2.10, section 7.5),
 * and so does the hook: if the next slice starts earlier, the firmware
 * continues to wait. The hook measures the time itself. The firmware's own
 * function may count with the local APIC timer (InternalX86Delay() of edk2),
 * whose count jumps when a slice ends in the middle.
 */
#include <linux/math64.h>

#include "boot.h"

#include <efi-mode/time-limits.h>

/* The firmware's own table, not the ledger's copy that the EFI stub uses */
static efi_boot_services_t *services;
static efi_status_t (__efiapi *firmware_stall)(unsigned long us);
static u32 khz;

static efi_status_t __efiapi hook_stall(unsigned long us)
{
	u64 until;
	s64 left;

	if (us > EFI_MODE_STALL_YIELD_MAX_US)
		return firmware_stall(us);
	until = rdtsc() + div_u64((u64)us * khz, 1000) + 1;
	for (;;) {
		if (us < EFI_MODE_STALL_YIELD_US || !efi_mode_yield(until))
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
	/* The checksum is computed over the table with crc32 set to 0 */
	efi_mode_write_protected(&services->hdr.crc32, &crc, sizeof(crc));
	if (services->calculate_crc32(services, services->hdr.headersize,
				      &crc) != EFI_SUCCESS)
		crc = before;
	efi_mode_write_protected(&services->hdr.crc32, &crc, sizeof(crc));
}

/**
 * efi_mode_hook_stall_install() - let Linux run during Stall()
 * @h:	the handoff; @tsc_khz must be set
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
 * If other code has hooked the function since then, both hooks stay. Does
 * nothing if the hook is not installed.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 */
void efi_mode_hook_stall_remove(void)
{
	if (services && services->stall == hook_stall)
		hook_stall_set(firmware_stall);
	services = NULL;
}
