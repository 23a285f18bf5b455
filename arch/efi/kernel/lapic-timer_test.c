// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the arithmetic of the local APIC's timer
 */
#include <kunit/test.h>

#include "lapic-timer.h"

#define TMICT	1000

static void timer_counts_down(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(TMICT, 700, 0, true), 700);
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(TMICT, 700, 1, true), 699);
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(TMICT, 700, 699, true), 1);
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(TMICT, 700, 699, false), 1);
}

static void timer_starts_anew(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(TMICT, 700, 700, true), TMICT);
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(TMICT, 700, 701, true), TMICT - 1);
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(TMICT, 700, 1699, true), 1);
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(TMICT, 700, 1700, true), TMICT);
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(TMICT, 0, 0, true), TMICT);
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(1, 1, 5, true), 1);
}

static void timer_runs_out(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(TMICT, 700, 700, false), 0);
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(TMICT, 700, 1U << 31, false), 0);
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(TMICT, 0, 0, false), 0);
}

static void timer_has_32_bits(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(U32_MAX, U32_MAX, 5, true),
			U32_MAX - 5);
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(U32_MAX, 7, 10, true), U32_MAX - 3);
	/* An hour at 1 GHz */
	KUNIT_EXPECT_EQ(test, efi_mode_timer_left(U32_MAX, 1, 3600000000000ULL, true),
			U32_MAX - (3600000000000ULL - 1) % U32_MAX);
}

/* The total time does not depend on the lengths of the slices */
static void timer_loses_no_time(struct kunit *test)
{
	u64 passed, all = 0;
	u32 left = TMICT;
	unsigned int i;

	for (i = 0; i < 10000; i++) {
		passed = i * 7919 % 3001;
		all += passed;
		left = efi_mode_timer_left(TMICT, left, passed, true);
		KUNIT_ASSERT_EQ(test, left, TMICT - all % TMICT);
	}
}

static struct kunit_case timer_cases[] = {
	KUNIT_CASE(timer_counts_down),
	KUNIT_CASE(timer_starts_anew),
	KUNIT_CASE(timer_runs_out),
	KUNIT_CASE(timer_has_32_bits),
	KUNIT_CASE(timer_loses_no_time),
	{}
};

static struct kunit_suite timer_suite = {
	.name = "efi-mode-lapic-timer",
	.test_cases = timer_cases,
};

kunit_test_suite(timer_suite);

MODULE_DESCRIPTION("KUnit tests of the arithmetic of the local APIC's timer");
MODULE_LICENSE("GPL");
