// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of kexec beside the firmware: adjacent blocks of memory
 */
#include <kunit/test.h>

#include "efi-kexec.h"

/* Insert blocks in this order; return the index that the last one gives */
static int insert(unsigned long *list, const unsigned long *blocks, unsigned int nr,
		  unsigned int wanted)
{
	unsigned int i;
	int found = -1;

	for (i = 0; i < nr; i++)
		found = efi_kexec_insert_block(list, i, blocks[i], wanted);
	return found;
}

static void adjacent_blocks(struct kunit *test)
{
	static const unsigned long up[] = { 7, 8, 9 }, down[] = { 9, 8, 7 };
	static const unsigned long gap[] = { 1, 20, 3, 2 };
	unsigned long list[4];

	KUNIT_EXPECT_EQ(test, insert(list, up, 1, 1), 0);
	KUNIT_EXPECT_EQ(test, insert(list, up, 3, 3), 0);
	KUNIT_EXPECT_EQ(test, insert(list, down, 3, 3), 0);
	KUNIT_EXPECT_EQ(test, insert(list, gap, 4, 3), 0);
	KUNIT_EXPECT_EQ(test, list[2], 3);
	KUNIT_EXPECT_EQ(test, list[3], 20);
}

static void other_blocks(struct kunit *test)
{
	static const unsigned long blocks[] = { 5, 1, 3, 6 };
	unsigned long list[4];

	KUNIT_EXPECT_EQ(test, insert(list, blocks, 3, 2), -1);
	KUNIT_EXPECT_EQ(test, insert(list, blocks, 4, 3), -1);
	/* 1, 3, 5, 6 */
	KUNIT_EXPECT_EQ(test, insert(list, blocks, 4, 2), 2);
}

static struct kunit_case give_cases[] = {
	KUNIT_CASE(adjacent_blocks),
	KUNIT_CASE(other_blocks),
	{}
};

static struct kunit_suite give_suite = {
	.name = "efi-mode-give",
	.test_cases = give_cases,
};
kunit_test_suite(give_suite);

MODULE_DESCRIPTION("KUnit tests of adjacent blocks of memory for kexec");
MODULE_LICENSE("GPL");
