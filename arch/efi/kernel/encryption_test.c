// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the check for a guest with encrypted memory
 *
 * The contents of the registers are made up, because no test machine has such a
 * CPU.
 */
#include <kunit/test.h>

#include "../boot/encryption.h"

static void encryption_none(struct kunit *test)
{
	const struct efi_mode_encryption_info info = {};

	KUNIT_EXPECT_NULL(test, efi_mode_memory_encryption(&info));
}

/* A host that can run such guests, and a CPUID leaf 0x21 without TDX */
static void encryption_able(struct kunit *test)
{
	const struct efi_mode_encryption_info host = { .sev_cpuid = 0xf };
	struct efi_mode_encryption_info other = {};

	KUNIT_EXPECT_NULL(test, efi_mode_memory_encryption(&host));
	memcpy(other.tdx, "GenuineIntel", 12);
	KUNIT_EXPECT_NULL(test, efi_mode_memory_encryption(&other));
}

static void encryption_sev(struct kunit *test)
{
	struct efi_mode_encryption_info info = { .sev_cpuid = 2, .sev_msr = 1 };

	KUNIT_EXPECT_STREQ(test, efi_mode_memory_encryption(&info), "SEV");
	/* SEV-ES and SEV-SNP guests also have SEV */
	info.sev_msr = 7;
	KUNIT_EXPECT_STREQ(test, efi_mode_memory_encryption(&info), "SEV");
	/* The MSR means nothing without the feature */
	info.sev_cpuid = 1;
	KUNIT_EXPECT_NULL(test, efi_mode_memory_encryption(&info));
}

static void encryption_tdx(struct kunit *test)
{
	struct efi_mode_encryption_info info = {};

	memcpy(info.tdx, "IntelTDX    ", 12);
	KUNIT_EXPECT_STREQ(test, efi_mode_memory_encryption(&info), "TDX");
}

static struct kunit_case encryption_cases[] = {
	KUNIT_CASE(encryption_none),
	KUNIT_CASE(encryption_able),
	KUNIT_CASE(encryption_sev),
	KUNIT_CASE(encryption_tdx),
	{}
};

static struct kunit_suite encryption_suite = {
	.name = "efi-mode-encryption",
	.test_cases = encryption_cases,
};

kunit_test_suite(encryption_suite);

MODULE_DESCRIPTION("KUnit tests of the check for a guest with encrypted memory");
MODULE_LICENSE("GPL");
