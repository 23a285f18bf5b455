// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware whose Stall() returns at once if the argument is HASTY_USEC
 *
 * The UEFI shell loads this driver. A Stall() that counts by the local APIC
 * timer can return too early, too, if the timer is programmed while it waits.
 */
#include <efi.h>
#include <efilib.h>

#include "hasty.h"

static EFI_STATUS (EFIAPI *stall)(UINTN usec);

static EFI_STATUS EFIAPI hasty_stall(UINTN usec)
{
	return usec == HASTY_USEC ? EFI_SUCCESS : stall(usec);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	stall = (void *)BS->Stall;
	BS->Stall = (void *)hasty_stall;
	return EFI_SUCCESS;
}
