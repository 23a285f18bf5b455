// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware whose Stall() is 0.2 % too long
 *
 * The UEFI shell loads this driver. The UEFI specification allows this: Stall()
 * waits "at least" as long as its argument says.
 */
#include <efi.h>
#include <efilib.h>

#define PART	500

static EFI_STATUS (EFIAPI *stall)(UINTN usec);

static EFI_STATUS EFIAPI long_stall(UINTN usec)
{
	return stall(usec + usec / PART);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	stall = (void *)BS->Stall;
	BS->Stall = (void *)long_stall;
	return EFI_SUCCESS;
}
