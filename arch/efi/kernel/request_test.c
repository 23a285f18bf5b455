// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the request
 */
#include <kunit/test.h>

#include "request.h"

static const u64 args[] = { 11, 22, 33 };

static void request_one_at_a_time(struct kunit *test)
{
	struct efi_mode_request r = {};

	KUNIT_EXPECT_FALSE(test, efi_mode_request_is_pending(&r));
	KUNIT_ASSERT_TRUE(test, efi_mode_request_post(&r, NULL, 0x1000, 8, args, 3));
	KUNIT_EXPECT_EQ(test, r.state, EFI_MODE_REQUEST_POSTED);
	KUNIT_EXPECT_TRUE(test, efi_mode_request_is_pending(&r));
	KUNIT_EXPECT_FALSE(test, efi_mode_request_is_done(&r));

	KUNIT_EXPECT_FALSE(test, efi_mode_request_post(&r, NULL, 0x2000, 16, args, 1));
	KUNIT_EXPECT_EQ(test, r.table, 0x1000);
	KUNIT_EXPECT_EQ(test, r.slot, 8);
	KUNIT_EXPECT_EQ(test, r.nargs, 3);
	KUNIT_EXPECT_EQ(test, r.args[2], 33);

	r.state = EFI_MODE_REQUEST_RUNNING;
	KUNIT_EXPECT_FALSE(test, efi_mode_request_post(&r, NULL, 0x2000, 16, args, 1));
	KUNIT_EXPECT_FALSE(test, efi_mode_request_is_done(&r));
}

static void request_the_result_is_taken_once(struct kunit *test)
{
	struct efi_mode_request r = {};
	u32 violations = 0, refused = 0;

	KUNIT_ASSERT_TRUE(test, efi_mode_request_post(&r, NULL, 0x1000, 8, args, 3));
	r.status = 0x8000000000000015;
	r.abi_violations = EFI_MODE_ABI_DF;
	r.refused = EFI_MODE_REFUSED_GONE;
	r.state = EFI_MODE_REQUEST_DONE;

	KUNIT_EXPECT_TRUE(test, efi_mode_request_is_done(&r));
	KUNIT_EXPECT_FALSE(test, efi_mode_request_post(&r, NULL, 0x2000, 16, args, 1));
	KUNIT_EXPECT_EQ(test, efi_mode_request_take(&r, &violations, &refused),
			0x8000000000000015);
	KUNIT_EXPECT_EQ(test, violations, EFI_MODE_ABI_DF);
	KUNIT_EXPECT_EQ(test, refused, EFI_MODE_REFUSED_GONE);
	KUNIT_EXPECT_FALSE(test, efi_mode_request_is_done(&r));
	KUNIT_EXPECT_FALSE(test, efi_mode_request_is_pending(&r));

	/* The next one starts clean */
	KUNIT_ASSERT_TRUE(test, efi_mode_request_post(&r, NULL, 0x2000, 16, args, 1));
	KUNIT_EXPECT_EQ(test, r.abi_violations, 0);
	KUNIT_EXPECT_EQ(test, r.refused, EFI_MODE_REFUSED_NONE);
}

static void request_aimed(struct kunit *test)
{
	const struct efi_mode_target target = { .handle = 0x3000, .tpl = 8 };
	struct efi_mode_request r = {};
	u32 violations, refused;

	KUNIT_ASSERT_TRUE(test, efi_mode_request_post(&r, &target, 0, 8, args,
						      3));
	KUNIT_EXPECT_EQ(test, r.target.handle, 0x3000);
	KUNIT_EXPECT_EQ(test, r.target.tpl, 8);
	r.state = EFI_MODE_REQUEST_DONE;
	efi_mode_request_take(&r, &violations, &refused);

	/* The target is not that of the next one */
	KUNIT_ASSERT_TRUE(test, efi_mode_request_post(&r, NULL, 0x1000, 8, args,
						      3));
	KUNIT_EXPECT_EQ(test, r.target.handle, 0);
}

static void request_abandoned(struct kunit *test)
{
	struct efi_mode_request r = {};

	KUNIT_ASSERT_TRUE(test, efi_mode_request_post(&r, NULL, 0x1000, 8, args, 3));
	efi_mode_request_abandon(&r);
	KUNIT_EXPECT_FALSE(test, efi_mode_request_is_pending(&r));
}

static struct kunit_case request_cases[] = {
	KUNIT_CASE(request_one_at_a_time),
	KUNIT_CASE(request_the_result_is_taken_once),
	KUNIT_CASE(request_aimed),
	KUNIT_CASE(request_abandoned),
	{}
};

static struct kunit_suite request_suite = {
	.name = "efi-mode-request",
	.test_cases = request_cases,
};

kunit_test_suite(request_suite);

MODULE_DESCRIPTION("KUnit tests of the request");
MODULE_LICENSE("GPL");
