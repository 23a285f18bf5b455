/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The firmware's time of day: pure arithmetic
 *
 * UEFI 2.10, section 8.3: EFI_TIME is local time. TimeZone is the number of
 * minutes that must be added to it to get UTC, and already includes daylight
 * saving. The Daylight flags only say whether daylight saving applies, and
 * whether the time has been adjusted for it. If the time zone is not specified,
 * Linux assumes UTC, as for any other clock.
 */
#ifndef _EFI_MODE_TIME_H
#define _EFI_MODE_TIME_H

#include <linux/efi.h>
#include <linux/rtc.h>
#include <linux/time64.h>
#include <linux/types.h>

#define EFI_MODE_TIME_FIRST_YEAR	1900
#define EFI_MODE_TIME_LAST_YEAR		9999
#define EFI_MODE_TIME_MAX_ZONE		1440	/* minutes, east or west */

/**
 * efi_mode_time_is_valid() - check a time of day from GetTime()
 * @t:	the time of day
 *
 * Context: any.
 * Return: true if each member is in its range, and the month has this day.
 */
static inline bool efi_mode_time_is_valid(const efi_time_t *t)
{
	if (t->year < EFI_MODE_TIME_FIRST_YEAR ||
	    t->year > EFI_MODE_TIME_LAST_YEAR)
		return false;
	if (t->month < 1 || t->month > 12)
		return false;
	if (t->day < 1 || t->day > rtc_month_days(t->month - 1, t->year))
		return false;
	if (t->hour > 23 || t->minute > 59 || t->second > 59 ||
	    t->nanosecond >= NSEC_PER_SEC)
		return false;
	return t->timezone == EFI_UNSPECIFIED_TIMEZONE ||
	       (t->timezone >= -EFI_MODE_TIME_MAX_ZONE &&
		t->timezone <= EFI_MODE_TIME_MAX_ZONE);
}

/**
 * efi_mode_time_zone() - get the offset of a time of day from UTC
 * @t:	a valid time of day
 *
 * Context: any.
 * Return: the number of seconds that must be added to @t to get UTC.
 */
static inline time64_t efi_mode_time_zone(const efi_time_t *t)
{
	if (t->timezone == EFI_UNSPECIFIED_TIMEZONE)
		return 0;
	return t->timezone * (time64_t)60;
}

/**
 * efi_mode_time_to_seconds() - convert a time of day to the kernel's format
 * @t:	a valid time of day
 *
 * Context: any.
 * Return: seconds since 1970-01-01 00:00:00 UTC; negative for an earlier time.
 */
static inline time64_t efi_mode_time_to_seconds(const efi_time_t *t)
{
	return mktime64(t->year, t->month, t->day, t->hour, t->minute,
			t->second) + efi_mode_time_zone(t);
}

#endif /* _EFI_MODE_TIME_H */
