// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that adds a wake-up alarm to the firmware, and prints on the console
 * what it is set to
 *
 * EFI_RT_PROPERTIES_TABLE says that the alarm is not supported after
 * ExitBootServices(). Linux must ignore that, because it does not call
 * ExitBootServices(). The UEFI shell loads this driver.
 */
#include "services.h"

static BOOLEAN enabled;
static EFI_TIME alarm = {
	.Year = 2000, .Month = 1, .Day = 1,
	.TimeZone = EFI_UNSPECIFIED_TIMEZONE,
};

static UINT8 days_of(const EFI_TIME *t)
{
	static const UINT8 days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	BOOLEAN leap = (t->Year % 4 == 0 && t->Year % 100) || t->Year % 400 == 0;

	return t->Month == 2 && leap ? 29 : days[t->Month - 1];
}

/* UEFI 2.10, section 8.3 */
static BOOLEAN is_valid(const EFI_TIME *t)
{
	return t->Year >= 1900 && t->Year <= 9999 &&
	       t->Month >= 1 && t->Month <= 12 &&
	       t->Day >= 1 && t->Day <= days_of(t) &&
	       t->Hour < 24 && t->Minute < 60 && t->Second < 60 &&
	       t->Nanosecond < 1000000000 &&
	       (t->TimeZone == EFI_UNSPECIFIED_TIMEZONE ||
		(t->TimeZone >= -1440 && t->TimeZone <= 1440)) &&
	       !(t->Daylight & ~(EFI_TIME_ADJUST_DAYLIGHT |
				 EFI_TIME_IN_DAYLIGHT));
}

static EFI_STATUS EFIAPI get(BOOLEAN *is_enabled, BOOLEAN *is_pending,
			     EFI_TIME *time)
{
	if (!is_enabled || !is_pending || !time)
		return EFI_INVALID_PARAMETER;
	*is_enabled = enabled;
	/* The tests never wait until the alarm expires */
	*is_pending = FALSE;
	*time = alarm;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set(BOOLEAN enable, EFI_TIME *time)
{
	if (!enable) {
		enabled = FALSE;
		Print(L"\nWAKEUP off\n");
		return EFI_SUCCESS;
	}
	if (!time || !is_valid(time))
		return EFI_INVALID_PARAMETER;
	enabled = TRUE;
	alarm = *time;
	Print(L"\nWAKEUP %d-%02d-%02d %02d:%02d:%02d %d\n", time->Year,
	      time->Month, time->Day, time->Hour, time->Minute, time->Second,
	      time->TimeZone);
	return EFI_SUCCESS;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	RT->GetWakeupTime = (EFI_GET_WAKEUP_TIME)get;
	RT->SetWakeupTime = (EFI_SET_WAKEUP_TIME)set;
	renew_checksum();
	return say_supported(~RT_SUPPORTED_WAKEUP);
}
