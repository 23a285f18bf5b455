/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Firmware's time of day: pure arithmetic
 *
 * UEFI 2.10, section 8.3: EFI_TIME is local time, and TimeZone, in minutes, is
 * what has to be added to it to get UTC. It has daylight saving in it already;
 * the Daylight flags only say that, and when it was last changed. A clock whose
 * time zone is not specified is taken for UTC, like any clock that Linux has.
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
 * efi_mode_time_is_valid() - can this be a time of day?
 * @t:	what GetTime() returned
 *
 * Context: any.
 * Return: true if each field is in its range and the month has that day.
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
 * efi_mode_time_zone() - how far is this clock from UTC?
 * @t:	a valid time of day
 *
 * Context: any.
 * Return: seconds to be added to get UTC.
 */
static inline time64_t efi_mode_time_zone(const efi_time_t *t)
{
	if (t->timezone == EFI_UNSPECIFIED_TIMEZONE)
		return 0;
	return t->timezone * (time64_t)60;
}

/**
 * efi_mode_time_to_seconds() - from firmware's time of day to the kernel's
 * @t:	a valid time of day
 *
 * Context: any.
 * Return: seconds since 1970, UTC; negative before that.
 */
static inline time64_t efi_mode_time_to_seconds(const efi_time_t *t)
{
	return mktime64(t->year, t->month, t->day, t->hour, t->minute,
			t->second) + efi_mode_time_zone(t);
}

#endif /* _EFI_MODE_TIME_H */
