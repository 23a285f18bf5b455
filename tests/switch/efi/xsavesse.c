// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that enables XSAVE, but not AVX, for the firmware
 *
 * The UEFI shell loads this driver.
 */
#include "machine.h"

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	return enable_xsave(3);
}
