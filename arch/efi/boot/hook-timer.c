// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware sets its clock in the middle of a slice
 *
 * If its clock is the local APIC's timer, that no longer stands for what the kernel has
 * lent it for. A clock that has been stopped would never end the slice. So the function by
 * which firmware's drivers set it leads through here, and ends the slice: the kernel sees
 * what has become of the timer, and lends it anew.
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
 * efi_mode_hook_timer_install() - end the slice when the firmware sets its clock
 *
 * Does nothing if the firmware does not have the protocol.
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
 * If other code has hooked the function since, both hooks stay. Does nothing if the
 * hook is not installed.
 */
void efi_mode_hook_timer_remove(void)
{
	if (timer && timer->set_timer_period == hook_timer_set_period)
		hook_timer_set(firmware_set_period);
	timer = NULL;
}
