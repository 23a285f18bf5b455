// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the tick account
 */
#include <kunit/test.h>

#include <asm/ticks.h>

#define PERIOD	1000

/* Deliver ticks one by one, as the resident half does */
static u64 ticks_take(struct efi_mode_ticks *t, u64 now)
{
	u64 n = 0;

	while (efi_mode_ticks_is_due(t, now)) {
		efi_mode_ticks_delivered(t, 1);
		n++;
	}
	return n;
}

static void ticks_no_clock(struct kunit *test)
{
	struct efi_mode_ticks t = {};

	KUNIT_EXPECT_FALSE(test, efi_mode_ticks_is_due(&t, 0));
	KUNIT_EXPECT_EQ(test, ticks_take(&t, U64_MAX), 0);
}

static void ticks_never_early(struct kunit *test)
{
	struct efi_mode_ticks t = {};

	efi_mode_ticks_set_period(&t, PERIOD, 5000);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 5999), 0);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 6000), 1);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 6000), 0);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 6999), 0);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 7000), 1);
}

/* Fractions of a tick are never lost, whatever the length of the slices */
static void ticks_nothing_is_lost(struct kunit *test)
{
	struct efi_mode_ticks t = {};
	u64 now = 0, ticks = 0;
	unsigned int i;

	efi_mode_ticks_set_period(&t, PERIOD, 0);
	for (i = 0; i < 10000; i++) {
		now += 1 + i * 7919 % 3001;
		KUNIT_EXPECT_EQ(test, efi_mode_ticks_owed(&t, now),
				now / PERIOD - ticks);
		ticks += ticks_take(&t, now);
		KUNIT_ASSERT_EQ(test, ticks, now / PERIOD);
	}
}

static void ticks_a_device_runs_ahead(struct kunit *test)
{
	struct efi_mode_ticks t = {};

	efi_mode_ticks_set_period(&t, PERIOD, 0);
	/* The device has delivered a tick a little early */
	efi_mode_ticks_delivered(&t, 1);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 1001), 0);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 1999), 0);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 2000), 1);
}

static void ticks_the_same_period_is_no_change(struct kunit *test)
{
	struct efi_mode_ticks t = {};

	efi_mode_ticks_set_period(&t, PERIOD, 0);
	efi_mode_ticks_set_period(&t, PERIOD, 900);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 1000), 1);
	efi_mode_ticks_set_period(&t, 2 * PERIOD, 1500);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 3499), 0);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 3500), 1);
	efi_mode_ticks_set_period(&t, 0, 4000);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 100000), 0);
}

static void ticks_what_has_passed_counts(struct kunit *test)
{
	struct efi_mode_ticks t = {};

	efi_mode_ticks_set_period(&t, PERIOD, 0);
	/* 7/10 of the old period counts as 7 ticks of the new one */
	efi_mode_ticks_change_period(&t, PERIOD / 10);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 700), 7);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 1000), 3);
	/* Back to the old period, in the middle of a tick */
	efi_mode_ticks_change_period(&t, PERIOD);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 1999), 0);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 2000), 1);
	/* Ticks that are due remain due */
	efi_mode_ticks_change_period(&t, PERIOD / 10);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, 5000), 30);
}

static void ticks_a_long_sleep_is_bounded(struct kunit *test)
{
	struct efi_mode_ticks t = {};
	u64 now = PERIOD * 10ULL * EFI_MODE_TICKS_MAX;

	efi_mode_ticks_set_period(&t, PERIOD, 0);
	efi_mode_ticks_bound(&t, now);
	KUNIT_EXPECT_EQ(test, efi_mode_ticks_owed(&t, now), EFI_MODE_TICKS_MAX);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, now), EFI_MODE_TICKS_MAX);
	efi_mode_ticks_bound(&t, now + PERIOD);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, now + PERIOD), 1);
	KUNIT_EXPECT_EQ(test, ticks_take(&t, now), 0);
}

static void ticks_elapsed_is_rounded(struct kunit *test)
{
	/* The sum of both times is about a multiple of the period */
	KUNIT_EXPECT_EQ(test, efi_mode_ticks_elapsed(PERIOD, 400, 600), 0);
	KUNIT_EXPECT_EQ(test, efi_mode_ticks_elapsed(PERIOD, 400, 610), 0);
	KUNIT_EXPECT_EQ(test, efi_mode_ticks_elapsed(PERIOD, 1001, 998), 1);
	KUNIT_EXPECT_EQ(test, efi_mode_ticks_elapsed(PERIOD, 999, 1000), 1);
	KUNIT_EXPECT_EQ(test, efi_mode_ticks_elapsed(PERIOD, 999, 3), 0);
	KUNIT_EXPECT_EQ(test, efi_mode_ticks_elapsed(PERIOD, 5500, 499), 5);
}

static struct kunit_case ticks_cases[] = {
	KUNIT_CASE(ticks_no_clock),
	KUNIT_CASE(ticks_never_early),
	KUNIT_CASE(ticks_nothing_is_lost),
	KUNIT_CASE(ticks_a_device_runs_ahead),
	KUNIT_CASE(ticks_the_same_period_is_no_change),
	KUNIT_CASE(ticks_what_has_passed_counts),
	KUNIT_CASE(ticks_a_long_sleep_is_bounded),
	KUNIT_CASE(ticks_elapsed_is_rounded),
	{}
};

static struct kunit_suite ticks_suite = {
	.name = "efi-mode-ticks",
	.test_cases = ticks_cases,
};

kunit_test_suite(ticks_suite);

MODULE_DESCRIPTION("KUnit tests of the tick account");
MODULE_LICENSE("GPL");
