// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that removes the wake-up alarm from the firmware
 *
 * Both services return EFI_UNSUPPORTED, as the specification requires, although
 * EFI_RT_PROPERTIES_TABLE claims that they are supported. The UEFI shell loads
 * this driver.
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
