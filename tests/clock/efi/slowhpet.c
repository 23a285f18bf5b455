// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware with a tick so slow that nobody finds by what it comes
 *
 * Loaded from the UEFI shell. Firmware takes each of these ticks for one of the usual
 * length.
 */
#include "machine.h"

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	return tick_by_hpet(1000000);
}
