// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hook SetTimerPeriod(), with which the firmware programs its clock
 *
 * If the clock is the local APIC timer, programming it overwrites the time at
 * which the kernel wants the slice to end. If the firmware stops the clock, the
 * slice would never end. The hook therefore ends the slice after each call. The
 * kernel then reads the new state of the timer, and programs the timer again
 * when it starts the next slice.
 */
#include "boot.h"

#include <efi-mode/timer-arch.h>

static union efi_timer_arch_protocol *timer;
static efi_status_t (__efiapi *firmware_set_period)(union efi_timer_arch_protocol *,
						    u64);

static efi_status_t __efiapi
hook_timer_set_period(union efi_timer_arch_protocol *this, u64 period)
{
	efi_status_t status = firmware_set_period(this, period);

	efi_mode_end_slice();
	return status;
}

static void hook_timer_set(efi_status_t (__efiapi *function)(union efi_timer_arch_protocol *,
							     u64))
{
	efi_mode_write_protected(&timer->set_timer_period, &function, sizeof(function));
}

/**
 * efi_mode_hook_timer_install() - end slices in which the clock is programmed
 *
 * Does nothing if the firmware does not have the timer architectural protocol.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 */
void efi_mode_hook_timer_install(void)
{
	efi_guid_t guid = EFI_TIMER_ARCH_PROTOCOL_GUID;

	if (efi_bs_call(locate_protocol, &guid, NULL, (void **)&timer) !=
	    EFI_SUCCESS) {
		timer = NULL;
		return;
	}
	firmware_set_period = timer->set_timer_period;
	hook_timer_set(hook_timer_set_period);
}

/**
 * efi_mode_hook_timer_remove() - undo efi_mode_hook_timer_install()
 *
 * If other code has hooked the function since then, both hooks stay. Does
 * nothing if the hook is not installed.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 */
void efi_mode_hook_timer_remove(void)
{
	if (timer && timer->set_timer_period == hook_timer_set_period)
		hook_timer_set(firmware_set_period);
	timer = NULL;
}
