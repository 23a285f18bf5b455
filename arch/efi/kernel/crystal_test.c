// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the search for the frequency of the TSC's crystal
 *
 * The search is done in the firmware's world, by a file that is linked into the
 * EFI image. The file only does arithmetic, so it is also built into this test.
 */
#include <kunit/test.h>

#include "../boot/crystal.c"

/* Contents of CPUID leaves 0x16 and 0x15, and the crystal of that CPU */
static const struct {
	u32 base_mhz, numerator, denominator, khz;
} crystal_cpus[] = {
	{ 3400, 284, 2, 24000 },	/* Core i7-6700: TSC at 3408 MHz */
	{ 2400, 200, 2, 24000 },
	{ 900, 76, 2, 24000 },		/* 912 MHz */
	{ 2100, 168, 2, 25000 },	/* Xeon Scalable */
	{ 1100, 171, 3, 19200 },	/* Goldmont: 1094.4 MHz */
	{ 1500, 234, 3, 19200 },
	{ 1900, 99, 2, 38400 },
};

static void crystal_of_known_cpus(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(crystal_cpus); i++)
		KUNIT_EXPECT_EQ(test, crystal_cpus[i].khz,
				efi_mode_crystal_khz(crystal_cpus[i].base_mhz,
						     crystal_cpus[i].numerator,
						     crystal_cpus[i].denominator));
}

/* No result, because measuring the TSC is better than guessing */
static void crystal_of_none(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, efi_mode_crystal_khz(0, 284, 2), 0);
	/* The calculated frequency is between 24 and 25 MHz */
	KUNIT_EXPECT_EQ(test, efi_mode_crystal_khz(2450, 200, 2), 0);
	KUNIT_EXPECT_EQ(test, efi_mode_crystal_khz(3000, 200, 2), 0);
	KUNIT_EXPECT_EQ(test, efi_mode_crystal_khz(U32_MAX, U32_MAX, 1), 0);
	KUNIT_EXPECT_EQ(test, efi_mode_crystal_khz(65535, 1, U32_MAX), 0);
}

static struct kunit_case crystal_cases[] = {
	KUNIT_CASE(crystal_of_known_cpus),
	KUNIT_CASE(crystal_of_none),
	{}
};

static struct kunit_suite crystal_suite = {
	.name = "efi-mode-crystal",
	.test_cases = crystal_cases,
};

kunit_test_suite(crystal_suite);

MODULE_DESCRIPTION("KUnit tests of the search for the TSC's crystal");
MODULE_LICENSE("GPL");
