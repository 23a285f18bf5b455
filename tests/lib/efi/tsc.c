// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the time stamp counter
 *
 * The UEFI shell or the boot manager starts it. It returns an error, because the boot
 * manager goes on with the next boot option only after an error.
 */
#include <efi.h>
#include <efilib.h>

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	UINT32 low, high;

	InitializeLib(image, systab);
	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high));
	Print(L"TSC %ld\n", low | (UINT64)high << 32);
	return EFI_NOT_FOUND;
}
