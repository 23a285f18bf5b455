// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the conversion of the firmware's time of day
 */
#include <kunit/test.h>

#include <efi-mode/time.h>

#define DAY	(24 * 60 * 60LL)

static const efi_time_t noon = {
	.year = 2026, .month = 11, .day = 21, .hour = 12,
	.timezone = EFI_UNSPECIFIED_TIMEZONE,
};

static efi_time_t time_date(u16 year, u8 month, u8 day)
{
	efi_time_t t = {
		.year = year, .month = month, .day = day,
		.timezone = EFI_UNSPECIFIED_TIMEZONE,
	};

	return t;
}

static bool time_is_date(u16 year, u8 month, u8 day)
{
	efi_time_t t = time_date(year, month, day);

	return efi_mode_time_is_valid(&t);
}

static time64_t time_seconds(u16 year, u8 month, u8 day)
{
	efi_time_t t = time_date(year, month, day);

	return efi_mode_time_to_seconds(&t);
}

/* The expected seconds are from date(1) */
static void time_known_dates(struct kunit *test)
{
	efi_time_t t = noon;

	KUNIT_EXPECT_EQ(test, efi_mode_time_to_seconds(&t), 1795262400LL);
	KUNIT_EXPECT_EQ(test, time_seconds(1970, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, time_seconds(1969, 12, 31), -DAY);
	KUNIT_EXPECT_EQ(test, time_seconds(2000, 2, 29), 951782400LL);
	KUNIT_EXPECT_EQ(test, time_seconds(2038, 1, 20), 2147558400LL);
	KUNIT_EXPECT_EQ(test, time_seconds(2106, 2, 8), 4295030400LL);
}

static void time_edges(struct kunit *test)
{
	efi_time_t t = time_date(9999, 12, 31);

	t.hour = 23;
	t.minute = 59;
	t.second = 59;
	KUNIT_EXPECT_TRUE(test, efi_mode_time_is_valid(&t));
	KUNIT_EXPECT_EQ(test, efi_mode_time_to_seconds(&t), 253402300799LL);

	KUNIT_EXPECT_TRUE(test, time_is_date(1900, 1, 1));
	KUNIT_EXPECT_EQ(test, time_seconds(1900, 1, 1), -2208988800LL);

	KUNIT_EXPECT_FALSE(test, time_is_date(1899, 12, 31));
	KUNIT_EXPECT_FALSE(test, time_is_date(10000, 1, 1));
	KUNIT_EXPECT_FALSE(test, time_is_date(0, 0, 0));
}

static void time_leap_years(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, time_is_date(2000, 2, 29));
	KUNIT_EXPECT_TRUE(test, time_is_date(2028, 2, 29));
	KUNIT_EXPECT_FALSE(test, time_is_date(1900, 2, 29));
	KUNIT_EXPECT_FALSE(test, time_is_date(2026, 2, 29));
	KUNIT_EXPECT_FALSE(test, time_is_date(2100, 2, 29));
	KUNIT_EXPECT_FALSE(test, time_is_date(2028, 2, 30));

	KUNIT_EXPECT_EQ(test, time_seconds(2028, 3, 1) - time_seconds(2028, 2, 28),
			2 * DAY);
	KUNIT_EXPECT_EQ(test, time_seconds(2100, 3, 1) - time_seconds(2100, 2, 28), DAY);
}

static void time_months(struct kunit *test)
{
	static const u8 days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(days); i++) {
		KUNIT_EXPECT_TRUE(test, time_is_date(2026, i + 1, days[i]));
		KUNIT_EXPECT_FALSE(test, time_is_date(2026, i + 1, days[i] + 1));
		KUNIT_EXPECT_FALSE(test, time_is_date(2026, i + 1, 0));
	}
	KUNIT_EXPECT_FALSE(test, time_is_date(2026, 0, 1));
	KUNIT_EXPECT_FALSE(test, time_is_date(2026, 13, 1));
	KUNIT_EXPECT_FALSE(test, time_is_date(2026, 255, 1));
}

static void time_times_of_the_day(struct kunit *test)
{
	efi_time_t t = noon;

	t.hour = 24;
	KUNIT_EXPECT_FALSE(test, efi_mode_time_is_valid(&t));
	t = noon;
	t.minute = 60;
	KUNIT_EXPECT_FALSE(test, efi_mode_time_is_valid(&t));
	t = noon;
	t.second = 60;
	KUNIT_EXPECT_FALSE(test, efi_mode_time_is_valid(&t));
	t = noon;
	t.nanosecond = 999999999;
	KUNIT_EXPECT_TRUE(test, efi_mode_time_is_valid(&t));
	t.nanosecond = 1000000000;
	KUNIT_EXPECT_FALSE(test, efi_mode_time_is_valid(&t));
}

/*
 * Local time = UTC - TimeZone (UEFI 2.10, section 8.3): noon in a zone with a
 * positive TimeZone is later than noon in UTC
 */
static void time_zones(struct kunit *test)
{
	time64_t utc = efi_mode_time_to_seconds(&noon);
	efi_time_t t = noon;

	t.timezone = 0;
	KUNIT_EXPECT_EQ(test, efi_mode_time_to_seconds(&t), utc);
	/* Los Angeles in winter, as in the specification */
	t.timezone = 480;
	KUNIT_EXPECT_EQ(test, efi_mode_time_to_seconds(&t), utc + 8 * 3600);
	/* Berlin in winter, India */
	t.timezone = -60;
	KUNIT_EXPECT_EQ(test, efi_mode_time_to_seconds(&t), utc - 3600);
	t.timezone = -330;
	KUNIT_EXPECT_EQ(test, efi_mode_time_to_seconds(&t), utc - 19800);

	t.timezone = 1440;
	KUNIT_EXPECT_TRUE(test, efi_mode_time_is_valid(&t));
	KUNIT_EXPECT_EQ(test, efi_mode_time_to_seconds(&t), utc + DAY);
	t.timezone = -1440;
	KUNIT_EXPECT_TRUE(test, efi_mode_time_is_valid(&t));
	KUNIT_EXPECT_EQ(test, efi_mode_time_to_seconds(&t), utc - DAY);
	t.timezone = 1441;
	KUNIT_EXPECT_FALSE(test, efi_mode_time_is_valid(&t));
	t.timezone = -1441;
	KUNIT_EXPECT_FALSE(test, efi_mode_time_is_valid(&t));
	t.timezone = -EFI_UNSPECIFIED_TIMEZONE;
	KUNIT_EXPECT_FALSE(test, efi_mode_time_is_valid(&t));
}

/* A time zone can move a valid time out of the range of valid years */
static void time_zones_at_the_edges(struct kunit *test)
{
	efi_time_t t = time_date(1900, 1, 1);

	t.timezone = -1440;
	KUNIT_EXPECT_EQ(test, efi_mode_time_to_seconds(&t),
			-2208988800LL - DAY);

	t = time_date(9999, 12, 31);
	t.timezone = 1440;
	KUNIT_EXPECT_EQ(test, efi_mode_time_to_seconds(&t), 253402300800LL);
}

/* TimeZone includes daylight saving time: the flags must not matter */
static void time_daylight(struct kunit *test)
{
	time64_t utc = efi_mode_time_to_seconds(&noon);
	efi_time_t t = noon;
	int flags;

	for (flags = 0; flags <= (EFI_TIME_ADJUST_DAYLIGHT |
				  EFI_TIME_IN_DAYLIGHT); flags++) {
		t.daylight = flags;
		t.timezone = EFI_UNSPECIFIED_TIMEZONE;
		KUNIT_EXPECT_TRUE(test, efi_mode_time_is_valid(&t));
		KUNIT_EXPECT_EQ(test, efi_mode_time_to_seconds(&t), utc);
		/* Los Angeles in summer */
		t.timezone = 420;
		KUNIT_EXPECT_TRUE(test, efi_mode_time_is_valid(&t));
		KUNIT_EXPECT_EQ(test, efi_mode_time_to_seconds(&t),
				utc + 7 * 3600);
	}
}

static struct kunit_case time_cases[] = {
	KUNIT_CASE(time_known_dates),
	KUNIT_CASE(time_edges),
	KUNIT_CASE(time_leap_years),
	KUNIT_CASE(time_months),
	KUNIT_CASE(time_times_of_the_day),
	KUNIT_CASE(time_zones),
	KUNIT_CASE(time_zones_at_the_edges),
	KUNIT_CASE(time_daylight),
	{}
};

static struct kunit_suite time_suite = {
	.name = "efi-mode-time",
	.test_cases = time_cases,
};

kunit_test_suite(time_suite);

MODULE_DESCRIPTION("KUnit tests of the firmware's time of day");
MODULE_LICENSE("GPL");
