// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the arguments of ResetSystem(), and then call the firmware's function
 *
 * The UEFI shell loads this driver.
 */
#include <efi.h>
#include <efilib.h>

static EFI_RESET_SYSTEM reset_system;

static EFI_STATUS EFIAPI say(EFI_RESET_TYPE type, EFI_STATUS status, UINTN size,
		       CHAR16 *data)
{
	EFI_GUID *guid = size < sizeof(CHAR16) + sizeof(EFI_GUID) || data[0] ?
			 NULL : (EFI_GUID *)(data + 1);

	if (guid)
		Print(L"\nRESET %d %lx %g\n", type, status, guid);
	else
		Print(L"\nRESET %d %lx %d bytes\n", type, status, size);
	return uefi_call_wrapper(reset_system, 4, type, status, size, data);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	reset_system = RT->ResetSystem;
	RT->ResetSystem = (EFI_RESET_SYSTEM)say;
	return EFI_SUCCESS;
}
