// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the request
 */
#include <kunit/test.h>

#include "request.h"

static const struct efi_call first = {
	.table = 0x1000, .slot = 8, .nargs = 3, .args = { 11, 22, 33 },
};

static const struct efi_call second = {
	.table = 0x2000, .slot = 16, .nargs = 1, .args = { 44 },
};

static void request_one_at_a_time(struct kunit *test)
{
	struct efi_mode_request r = {};

	KUNIT_EXPECT_FALSE(test, efi_mode_request_is_pending(&r));
	KUNIT_ASSERT_TRUE(test, efi_mode_request_post(&r, &first, 0x5000));
	KUNIT_EXPECT_EQ(test, r.state, EFI_MODE_REQUEST_POSTED);
	KUNIT_EXPECT_TRUE(test, efi_mode_request_is_pending(&r));
	KUNIT_EXPECT_FALSE(test, efi_mode_request_is_done(&r));

	KUNIT_EXPECT_FALSE(test, efi_mode_request_post(&r, &second, 0));
	KUNIT_EXPECT_EQ(test, r.table, 0x1000);
	KUNIT_EXPECT_EQ(test, r.slot, 8);
	KUNIT_EXPECT_EQ(test, r.nargs, 3);
	KUNIT_EXPECT_EQ(test, r.args[2], 33);
	KUNIT_EXPECT_EQ(test, r.next, 0x5000);

	r.state = EFI_MODE_REQUEST_RUNNING;
	KUNIT_EXPECT_FALSE(test, efi_mode_request_post(&r, &second, 0));
	KUNIT_EXPECT_FALSE(test, efi_mode_request_is_done(&r));
}

static void request_the_result_is_taken_once(struct kunit *test)
{
	struct efi_mode_request r = {};
	struct efi_call c = first;

	KUNIT_ASSERT_TRUE(test, efi_mode_request_post(&r, &c, 0));
	r.status = 0x8000000000000015;
	r.abi_violations = EFI_MODE_ABI_DF;
	r.refused = EFI_MODE_REFUSED_GONE;
	r.cycles = 1234;
	r.state = EFI_MODE_REQUEST_DONE;

	KUNIT_EXPECT_TRUE(test, efi_mode_request_is_done(&r));
	KUNIT_EXPECT_FALSE(test, efi_mode_request_post(&r, &second, 0));
	KUNIT_EXPECT_EQ(test, efi_mode_request_take(&r, &c), EFI_MODE_ABI_DF);
	KUNIT_EXPECT_EQ(test, c.status, 0x8000000000000015);
	KUNIT_EXPECT_EQ(test, c.error, -ENODEV);
	KUNIT_EXPECT_EQ(test, c.cycles, 1234);
	KUNIT_EXPECT_FALSE(test, efi_mode_request_is_done(&r));
	KUNIT_EXPECT_FALSE(test, efi_mode_request_is_pending(&r));

	/* The next request has no traces of the previous one */
	KUNIT_ASSERT_TRUE(test, efi_mode_request_post(&r, &second, 0));
	KUNIT_EXPECT_EQ(test, r.abi_violations, 0);
	KUNIT_EXPECT_EQ(test, r.refused, EFI_MODE_REFUSED_NONE);
}

static void request_refused(struct kunit *test)
{
	static const struct {
		u32 refused;
		int error;
	} cases[] = {
		{ EFI_MODE_REFUSED_NONE, 0 },
		{ EFI_MODE_REFUSED_GONE, -ENODEV },
		{ EFI_MODE_REFUSED_NEWS, -EAGAIN },
		{ 1000, -EIO },
	};
	struct efi_mode_request r = {};
	struct efi_call c = first;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		r.refused = cases[i].refused;
		efi_mode_request_result(&r, &c);
		KUNIT_EXPECT_EQ(test, c.error, cases[i].error);
	}
}

static void request_aimed(struct kunit *test)
{
	struct efi_mode_request r = {};
	struct efi_call c = first;

	c.target.handle = 0x3000;
	c.target.tpl = 8;
	KUNIT_ASSERT_TRUE(test, efi_mode_request_post(&r, &c, 0));
	KUNIT_EXPECT_EQ(test, r.target.handle, 0x3000);
	KUNIT_EXPECT_EQ(test, r.target.tpl, 8);
	r.state = EFI_MODE_REQUEST_DONE;
	efi_mode_request_take(&r, NULL);

	/* The next request does not inherit the target */
	KUNIT_ASSERT_TRUE(test, efi_mode_request_post(&r, &second, 0));
	KUNIT_EXPECT_EQ(test, r.target.handle, 0);
}

static void request_abandoned(struct kunit *test)
{
	struct efi_mode_request r = {};

	KUNIT_ASSERT_TRUE(test, efi_mode_request_post(&r, &first, 0));
	efi_mode_request_abandon(&r);
	KUNIT_EXPECT_FALSE(test, efi_mode_request_is_pending(&r));
}

static struct kunit_case request_cases[] = {
	KUNIT_CASE(request_one_at_a_time),
	KUNIT_CASE(request_the_result_is_taken_once),
	KUNIT_CASE(request_refused),
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
