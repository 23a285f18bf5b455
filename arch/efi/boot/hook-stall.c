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
 * gives the next slice before that is over makes firmware wait on.
 */
#include <linux/math64.h>

#include "boot.h"

/* Two switches, and two between tasks, cost too much for what is shorter */
#define WORTHWHILE_US	EFI_MODE_MIN_SLICE_US

/* By the TSC's account; nobody means more, and firmware may have its own opinion of it */
#define LONGEST_US	(600 * 1000 * 1000UL)

/* Firmware's own table: the one that this image was given is its own copy */
static efi_boot_services_t *services;
static efi_status_t (__efiapi *firmware_stall)(unsigned long us);
static u32 khz;

static efi_status_t __efiapi stall(unsigned long us)
{
	u64 until, now;

	if (us > LONGEST_US)
		return firmware_stall(us);
	until = rdtsc() + div_u64((u64)us * khz, 1000) + 1;
	while (us >= WORTHWHILE_US && efi_mode_yield(until)) {
		now = rdtsc();
		if ((s64)(until - now) <= 0)
			return EFI_SUCCESS;
		us = div_u64((until - now) * 1000, khz) + 1;
	}
	return firmware_stall(us);
}

static void set_function(efi_status_t (__efiapi *function)(unsigned long us))
{
	u32 crc;

	services->stall = function;
	services->hdr.crc32 = 0;
	if (services->calculate_crc32(services, services->hdr.headersize,
				      &crc) == EFI_SUCCESS)
		services->hdr.crc32 = crc;
}

/**
 * efi_mode_stall_hook() - be told when firmware waits
 * @h:	the handoff
 *
 * Context: firmware's world, TPL_APPLICATION.
 */
void efi_mode_stall_hook(const struct efi_mode_handoff *h)
{
	services = efi_mode_firmware_systab()->boottime;
	khz = h->tsc_khz;
	firmware_stall = services->stall;
	set_function(stall);
}

/**
 * efi_mode_stall_unhook() - undo efi_mode_stall_hook()
 *
 * Somebody else may have hooked it since: then that stays. Does nothing if the hook is
 * not there.
 */
void efi_mode_stall_unhook(void)
{
	if (services && services->stall == stall)
		set_function(firmware_stall);
	services = NULL;
}
