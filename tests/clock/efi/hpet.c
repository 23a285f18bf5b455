// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware that ticks by the HPET through the IO-APIC
 *
 * The UEFI shell loads this driver.
 */
#include "machine.h"

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	return tick_by_hpet(10000);
}
