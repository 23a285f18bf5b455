// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that makes ResetSystem() hang: it neither resets nor returns
 *
 * The UEFI shell loads this driver.
 */
#include "services.h"

static volatile BOOLEAN endless = TRUE;

static EFI_STATUS EFIAPI never(EFI_RESET_TYPE type, EFI_STATUS status,
			       UINTN size, CHAR16 *data)
{
	(void)type;
	(void)status;
	(void)size;
	(void)data;
	while (endless)
		asm volatile("pause");
	return EFI_DEVICE_ERROR;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	RT->ResetSystem = (EFI_RESET_SYSTEM)never;
	renew_checksum();
	return EFI_SUCCESS;
}
