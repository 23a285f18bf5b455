// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the entries of the ledger
 *
 * The ledger is in the resident half, which is linked into the EFI image. The
 * functions that change its entries have no side effects, so they are also built
 * into this test.
 */
#include <linux/sizes.h>

#include <kunit/test.h>

#include "../boot/ledger.h"

#define MIB(n)	((n) * (u64)SZ_1M)

static struct ledger *ledger_make(struct kunit *test)
{
	struct ledger *l = kunit_kzalloc(test, sizeof(*l), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, l);
	return l;
}

/* Use all entries that are free, for pages that no test looks at */
static void ledger_fill(struct ledger *l)
{
	u64 base = MIB(4096);

	while (ledger_new_entry(l, ENTRY_PAGES, base, MIB(1)))
		base += MIB(2);
}

static u64 ledger_sum(const struct ledger *l)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(l->entries); i++)
		if (l->entries[i].type == ENTRY_PAGES)
			sum += l->entries[i].size;
	return sum;
}

/* Remove a range as ledger_give_pages() does it */
static unsigned int ledger_take(struct kunit *test, struct ledger *l, u64 base, u64 size)
{
	unsigned int pieces = 0;
	struct ledger_entry *e;
	u64 piece;

	KUNIT_ASSERT_EQ(test, ledger_check_pages(l, base, size), EFI_SUCCESS);
	for (; size; base += piece, size -= piece) {
		e = ledger_find_entry(l, ENTRY_PAGES, base);
		KUNIT_ASSERT_NOT_NULL(test, e);
		piece = ledger_piece(e, base, size);
		KUNIT_ASSERT_TRUE(test, ledger_can_remove(l, e, base, piece));
		ledger_remove(l, e, base, piece);
		pieces++;
	}
	return pieces;
}

static void ledger_expect(struct kunit *test, struct ledger *l, u64 address, bool found)
{
	KUNIT_EXPECT_EQ_MSG(test, !!ledger_find_entry(l, ENTRY_PAGES, address), found,
			    "address %llx", address);
}

static void ledger_test_one_entry(struct kunit *test)
{
	struct ledger *l = ledger_make(test);

	ledger_new_entry(l, ENTRY_PAGES, MIB(16), MIB(16));
	KUNIT_EXPECT_EQ(test, ledger_take(test, l, MIB(16), MIB(2)), 1);
	KUNIT_EXPECT_EQ(test, ledger_take(test, l, MIB(30), MIB(2)), 1);
	KUNIT_EXPECT_EQ(test, ledger_take(test, l, MIB(20), MIB(4)), 1);
	KUNIT_EXPECT_EQ(test, ledger_sum(l), MIB(8));
	ledger_expect(test, l, MIB(18) - 1, false);
	ledger_expect(test, l, MIB(18), true);
	ledger_expect(test, l, MIB(20) - 1, true);
	ledger_expect(test, l, MIB(20), false);
	ledger_expect(test, l, MIB(24) - 1, false);
	ledger_expect(test, l, MIB(24), true);
	ledger_expect(test, l, MIB(30) - 1, true);
	ledger_expect(test, l, MIB(30), false);
	ledger_take(test, l, MIB(18), MIB(2));
	ledger_take(test, l, MIB(24), MIB(6));
	KUNIT_EXPECT_EQ(test, ledger_sum(l), 0);
}

static void ledger_test_adjacent(struct kunit *test)
{
	struct ledger *l = ledger_make(test);

	/* Not in the order of their addresses */
	ledger_new_entry(l, ENTRY_PAGES, MIB(40), MIB(8));
	ledger_new_entry(l, ENTRY_PAGES, MIB(16), MIB(16));
	ledger_new_entry(l, ENTRY_PAGES, MIB(32), MIB(8));
	KUNIT_EXPECT_EQ(test, ledger_take(test, l, MIB(30), MIB(12)), 3);
	KUNIT_EXPECT_EQ(test, ledger_sum(l), MIB(20));
	ledger_expect(test, l, MIB(30) - 1, true);
	ledger_expect(test, l, MIB(30), false);
	ledger_expect(test, l, MIB(36), false);
	ledger_expect(test, l, MIB(42) - 1, false);
	ledger_expect(test, l, MIB(42), true);
}

static void ledger_test_refused(struct kunit *test)
{
	struct ledger *l = ledger_make(test);

	ledger_new_entry(l, ENTRY_PAGES, MIB(16), MIB(8));
	ledger_new_entry(l, ENTRY_PAGES, MIB(25), MIB(7));
	ledger_new_entry(l, ENTRY_POOL, MIB(32), MIB(1));
	KUNIT_EXPECT_EQ(test, ledger_check_pages(l, MIB(16), 0), EFI_INVALID_PARAMETER);
	KUNIT_EXPECT_EQ(test, ledger_check_pages(l, MIB(15), MIB(2)), EFI_NOT_FOUND);
	KUNIT_EXPECT_EQ(test, ledger_check_pages(l, MIB(20), MIB(8)), EFI_NOT_FOUND);
	KUNIT_EXPECT_EQ(test, ledger_check_pages(l, MIB(30), MIB(3)), EFI_NOT_FOUND);
}

static void ledger_test_full(struct kunit *test)
{
	struct ledger *l = ledger_make(test);

	ledger_new_entry(l, ENTRY_PAGES, MIB(16), MIB(8));
	ledger_new_entry(l, ENTRY_PAGES, MIB(24), MIB(8));
	ledger_fill(l);

	/* Only a range in the middle of an entry needs another entry */
	KUNIT_EXPECT_EQ(test, ledger_check_pages(l, MIB(18), MIB(2)),
			EFI_OUT_OF_RESOURCES);
	KUNIT_EXPECT_EQ(test, ledger_take(test, l, MIB(20), MIB(8)), 2);
	ledger_expect(test, l, MIB(20) - 1, true);
	ledger_expect(test, l, MIB(20), false);
	ledger_expect(test, l, MIB(28), true);

	/* The entry of this range is free after that */
	ledger_take(test, l, MIB(28), MIB(4));
	ledger_take(test, l, MIB(17), MIB(1));
	ledger_expect(test, l, MIB(16), true);
	ledger_expect(test, l, MIB(17), false);
	ledger_expect(test, l, MIB(18), true);
}

static struct kunit_case ledger_cases[] = {
	KUNIT_CASE(ledger_test_one_entry),
	KUNIT_CASE(ledger_test_adjacent),
	KUNIT_CASE(ledger_test_refused),
	KUNIT_CASE(ledger_test_full),
	{}
};

static struct kunit_suite ledger_suite = {
	.name = "efi-mode-ledger",
	.test_cases = ledger_cases,
};

kunit_test_suite(ledger_suite);

MODULE_DESCRIPTION("KUnit tests of the entries of the ledger");
MODULE_LICENSE("GPL");
