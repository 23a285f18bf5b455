// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware that has enabled AVX
 *
 * Loaded from the UEFI shell.
 */
#include "machine.h"

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	return enable_xsave(7);
}
