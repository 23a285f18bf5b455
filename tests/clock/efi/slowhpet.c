// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware with a tick that is too slow for Linux to find its source
 *
 * The UEFI shell loads this driver. The firmware counts each of these ticks as
 * one of the usual length.
 */
#include "machine.h"

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	return tick_by_hpet(1000000);
}
