// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the choice of the arena
 *
 * The arena is chosen in the firmware's world, by a file that is linked into
 * the EFI image. The file has no side effects, so it is also built into this
 * test.
 */
#include <kunit/test.h>

#include "../boot/arena.c"

#define MIB(n)	((n) * (u64)SZ_1M)

struct region {
	u32 type;
	u64 base, size, attribute;
};

static struct efi_boot_memmap *arena_make_map(struct kunit *test,
					      const struct region *regions,
					      unsigned int n)
{
	/* Firmware descriptors are often larger than the structure */
	const size_t desc_size = sizeof(efi_memory_desc_t) + 8;
	struct efi_boot_memmap *map;
	efi_memory_desc_t *d;
	unsigned int i;

	map = kunit_kzalloc(test, sizeof(*map) + n * desc_size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, map);
	map->map_size = n * desc_size;
	map->desc_size = desc_size;
	for (i = 0; i < n; i++) {
		d = (void *)map->map + i * desc_size;
		d->type = regions[i].type;
		d->phys_addr = regions[i].base;
		d->num_pages = regions[i].size >> EFI_PAGE_SHIFT;
		d->attribute = regions[i].attribute ?: EFI_MEMORY_WB;
	}
	return map;
}

static const struct region small[] = {
	{ EFI_CONVENTIONAL_MEMORY, 0, MIB(1) },
	{ EFI_CONVENTIONAL_MEMORY, MIB(1), MIB(7) },
	{ EFI_BOOT_SERVICES_DATA, MIB(8), MIB(24) },
	{ EFI_CONVENTIONAL_MEMORY, MIB(32), MIB(900) },
	{ EFI_RUNTIME_SERVICES_DATA, MIB(932), MIB(8) },
	{ EFI_RESERVED_TYPE, MIB(940), MIB(84) },
};

static u64 arena_sum(const struct efi_mode_range *ranges, int n)
{
	u64 total = 0;

	while (n--)
		total += ranges[n].size;
	return total;
}

static void arena_the_reserve_stays(struct kunit *test)
{
	struct efi_boot_memmap *map = arena_make_map(test, small, ARRAY_SIZE(small));
	struct efi_mode_arena_policy policy = {
		.reserve = MIB(128), .minimum = MIB(48),
	};
	struct efi_mode_range r[8];
	int n;

	KUNIT_EXPECT_EQ(test, efi_mode_total_memory(map), MIB(940));
	n = efi_mode_choose_arena(map, 0, &policy, r, ARRAY_SIZE(r));
	KUNIT_ASSERT_GE(test, n, 1);
	KUNIT_EXPECT_LE(test, arena_sum(r, n), MIB(940 - 128));
	KUNIT_EXPECT_GE(test, arena_sum(r, n), MIB(940 - 128 - 2));
	/* The largest region comes first, and is used from its start */
	KUNIT_EXPECT_EQ(test, r[0].base, MIB(32));
	/* The arena contains nothing of the first MiB */
	for (; n; n--)
		KUNIT_EXPECT_GE(test, r[n - 1].base, MIB(1));
}

static void arena_a_size_is_kept_to(struct kunit *test)
{
	struct efi_boot_memmap *map = arena_make_map(test, small, ARRAY_SIZE(small));
	struct efi_mode_arena_policy policy = {
		.reserve = MIB(128), .minimum = MIB(48), .size = MIB(100),
	};
	struct efi_mode_range r[8];
	int n;

	n = efi_mode_choose_arena(map, 0, &policy, r, ARRAY_SIZE(r));
	KUNIT_EXPECT_EQ(test, arena_sum(r, n), MIB(100));
	policy.size = MIB(900);
	KUNIT_EXPECT_EQ(test, efi_mode_choose_arena(map, 0, &policy, r, 8), 0);
}

static void arena_a_limit_is_no_size(struct kunit *test)
{
	struct efi_boot_memmap *map = arena_make_map(test, small, ARRAY_SIZE(small));
	struct efi_mode_arena_policy policy = {
		.reserve = MIB(128), .minimum = MIB(48), .limit = MIB(100),
	};
	struct efi_mode_range r[8];
	u64 all;
	int n;

	n = efi_mode_choose_arena(map, 0, &policy, r, ARRAY_SIZE(r));
	KUNIT_EXPECT_EQ(test, arena_sum(r, n), MIB(100));
	/* A limit above the size of the memory has no effect */
	policy.limit = 0;
	n = efi_mode_choose_arena(map, 0, &policy, r, ARRAY_SIZE(r));
	all = arena_sum(r, n);
	policy.limit = MIB(9000);
	n = efi_mode_choose_arena(map, 0, &policy, r, ARRAY_SIZE(r));
	KUNIT_EXPECT_EQ(test, arena_sum(r, n), all);
	/* A size must not exceed the limit */
	policy.limit = MIB(100);
	policy.size = MIB(101);
	KUNIT_EXPECT_EQ(test, efi_mode_choose_arena(map, 0, &policy, r, 8), 0);
	policy.size = 0;
	policy.limit = MIB(47);
	KUNIT_EXPECT_EQ(test, efi_mode_choose_arena(map, 0, &policy, r, 8), 0);
}

static void arena_too_little_is_refused(struct kunit *test)
{
	struct efi_boot_memmap *map = arena_make_map(test, small, ARRAY_SIZE(small));
	struct efi_mode_arena_policy policy = {
		.reserve = MIB(900), .minimum = MIB(48),
	};
	struct efi_mode_range r[8];

	KUNIT_EXPECT_EQ(test, efi_mode_choose_arena(map, 0, &policy, r, 8), 0);
	policy.reserve = MIB(2000);
	KUNIT_EXPECT_EQ(test, efi_mode_choose_arena(map, 0, &policy, r, 8), 0);
	/* Memory that the kernel already has counts as used */
	policy.reserve = MIB(128);
	KUNIT_EXPECT_EQ(test, efi_mode_choose_arena(map, MIB(800), &policy, r, 8), 0);
}

static void arena_memory_with_a_purpose_is_left(struct kunit *test)
{
	static const struct region regions[] = {
		{ EFI_CONVENTIONAL_MEMORY, MIB(16), MIB(512) },
		{ EFI_CONVENTIONAL_MEMORY, MIB(4096), MIB(4096),
		  EFI_MEMORY_WB | EFI_MEMORY_SP },
		{ EFI_CONVENTIONAL_MEMORY, MIB(16384), MIB(1024),
		  EFI_MEMORY_UC },
		{ EFI_PERSISTENT_MEMORY, MIB(32768), MIB(1024) },
	};
	struct efi_boot_memmap *map = arena_make_map(test, regions, 4);
	struct efi_mode_arena_policy policy = {
		.reserve = MIB(128), .minimum = MIB(48),
	};
	struct efi_mode_range r[8];
	int n = efi_mode_choose_arena(map, 0, &policy, r, ARRAY_SIZE(r));

	KUNIT_EXPECT_EQ(test, n, 1);
	KUNIT_EXPECT_EQ(test, r[0].base, MIB(16));
}

/* Devices with 32-bit addresses need some of the memory below 4 GiB */
static void arena_low_memory_stays(struct kunit *test)
{
	static const struct region regions[] = {
		{ EFI_CONVENTIONAL_MEMORY, MIB(16), MIB(256) },
		{ EFI_CONVENTIONAL_MEMORY, MIB(4096), MIB(8192) },
	};
	struct efi_boot_memmap *map = arena_make_map(test, regions, 2);
	struct efi_mode_arena_policy policy = {
		.reserve = MIB(512), .minimum = MIB(48),
	};
	struct efi_mode_range r[8];
	u64 low = 0;
	int n, i;

	n = efi_mode_choose_arena(map, 0, &policy, r, ARRAY_SIZE(r));
	KUNIT_ASSERT_GE(test, n, 1);
	KUNIT_EXPECT_EQ(test, r[0].base, MIB(4096));
	for (i = 0; i < n; i++)
		if (r[i].base < MIB(4096))
			low += r[i].size;
	KUNIT_EXPECT_LE(test, low, MIB(256 - 512 / 4));
}

static void arena_no_more_ranges_than_asked_for(struct kunit *test)
{
	struct region regions[6];
	struct efi_mode_arena_policy policy = { .minimum = MIB(2) };
	struct efi_mode_range r[3] = {};
	struct efi_boot_memmap *map;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regions); i++)
		regions[i] = (struct region){ EFI_CONVENTIONAL_MEMORY,
					      MIB(16 + 32 * i), MIB(2 + i) };
	map = arena_make_map(test, regions, ARRAY_SIZE(regions));
	KUNIT_EXPECT_EQ(test, efi_mode_choose_arena(map, 0, &policy, r, 2), 2);
	KUNIT_EXPECT_EQ(test, r[0].size, MIB(7));
	KUNIT_EXPECT_EQ(test, r[1].size, MIB(6));
	KUNIT_EXPECT_EQ(test, r[2].size, 0);
}

static struct kunit_case arena_cases[] = {
	KUNIT_CASE(arena_the_reserve_stays),
	KUNIT_CASE(arena_a_size_is_kept_to),
	KUNIT_CASE(arena_a_limit_is_no_size),
	KUNIT_CASE(arena_too_little_is_refused),
	KUNIT_CASE(arena_memory_with_a_purpose_is_left),
	KUNIT_CASE(arena_low_memory_stays),
	KUNIT_CASE(arena_no_more_ranges_than_asked_for),
	{}
};

static struct kunit_suite arena_suite = {
	.name = "efi-mode-arena",
	.test_cases = arena_cases,
};

kunit_test_suite(arena_suite);

MODULE_DESCRIPTION("KUnit tests of the choice of the arena");
MODULE_LICENSE("GPL");
