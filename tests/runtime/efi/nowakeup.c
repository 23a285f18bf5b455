// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware without a wake-up alarm: both services say so, as the specification
 * has them do it, and a table says that they are there
 *
 * Loaded from the UEFI shell.
 */
#include "services.h"

static EFI_STATUS EFIAPI get(BOOLEAN *is_enabled, BOOLEAN *is_pending,
			     EFI_TIME *time)
{
	(void)is_enabled;
	(void)is_pending;
	(void)time;
	return EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI set(BOOLEAN enable, EFI_TIME *time)
{
	(void)enable;
	(void)time;
	return EFI_UNSUPPORTED;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	RT->GetWakeupTime = (EFI_GET_WAKEUP_TIME)get;
	RT->SetWakeupTime = (EFI_SET_WAKEUP_TIME)set;
	renew_checksum();
	return say_supported(RT_SUPPORTED_ALL);
}
