// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the disk driver: splitting of requests, media, and EFI status
 * codes
 */
#include <kunit/test.h>

#include <linux/bvec.h>
#include <linux/slab.h>

#include "disk.h"

static const struct efi_disk_limits usual = {
	.block_size	= 512,
	.align		= 512,
	.max_bytes	= SZ_64K,
	.max_bounced	= SZ_64K,
	.min_direct	= SZ_16K,
	.end		= PHYS_ADDR_MAX,
};

static const struct efi_disk_limits large = {
	.block_size	= SZ_16K,
	.align		= SZ_4K,
	.max_bytes	= SZ_64K,
	.max_bounced	= SZ_64K,
	.min_direct	= SZ_16K,
	.end		= PHYS_ADDR_MAX,
};

/* The expected transfer of one call */
struct expected {
	u64 lba;
	u32 bytes, skip, wanted;
	bool direct;
};

static void check_plan(struct kunit *test, const struct efi_disk_limits *limits,
		       const struct efi_disk_segment *segs, u64 pos, u32 left,
		       const struct expected *e, unsigned int nr)
{
	struct efi_disk_iter iter = {
		.seg = segs, .pos = pos, .left = left,
	};
	struct efi_disk_xfer xfer;
	unsigned int i;

	for (i = 0; iter.left && i < nr; i++) {
		efi_disk_plan(limits, &iter, &xfer);
		KUNIT_EXPECT_EQ(test, xfer.lba, e[i].lba);
		KUNIT_EXPECT_EQ(test, xfer.bytes, e[i].bytes);
		KUNIT_EXPECT_EQ(test, xfer.skip, e[i].skip);
		KUNIT_EXPECT_EQ(test, xfer.wanted, e[i].wanted);
		KUNIT_EXPECT_EQ(test, xfer.direct, e[i].direct);
		efi_disk_advance(&iter, xfer.wanted);
	}
	KUNIT_EXPECT_EQ(test, i, nr);
	KUNIT_EXPECT_EQ(test, iter.left, 0);
}

static void plan_direct(struct kunit *test)
{
	const struct efi_disk_segment one[] = { { 0x100000, SZ_128K + 512 } };
	const struct efi_disk_segment small[] = { { 0x100000, 512 } };
	const struct expected e[] = {
		{ 2, SZ_64K, 0, SZ_64K, true },
		{ 130, SZ_64K, 0, SZ_64K, true },
		{ 258, 512, 0, 512, true },
	};
	const struct expected s[] = { { 7, 512, 0, 512, true } };

	check_plan(test, &usual, one, 1024, SZ_128K + 512, e, ARRAY_SIZE(e));
	check_plan(test, &usual, small, 7 * 512, 512, s, ARRAY_SIZE(s));
}

static void plan_gathered(struct kunit *test)
{
	/*
	 * Short segments need one call, a long segment needs another, and so do
	 * the rest
	 */
	const struct efi_disk_segment segs[] = {
		{ 0x100000, 4096 }, { 0x200000, 4096 }, { 0x300000, SZ_32K },
		{ 0x400000, 512 }, { 0x500000, 1024 },
	};
	const struct expected e[] = {
		{ 0, 8192, 0, 8192, false },
		{ 16, SZ_32K, 0, SZ_32K, true },
		{ 80, 1536, 0, 1536, false },
	};

	check_plan(test, &usual, segs, 0, 8192 + SZ_32K + 1536, e,
		   ARRAY_SIZE(e));
}

static void plan_misaligned(struct kunit *test)
{
	/* A misaligned address, and more data than the buffer holds */
	const struct efi_disk_segment segs[] = { { 0x100004, SZ_64K + 512 } };
	const struct expected e[] = {
		{ 0, SZ_64K, 0, SZ_64K, false },
		{ 128, 512, 0, 512, false },
	};

	check_plan(test, &usual, segs, 0, SZ_64K + 512, e, ARRAY_SIZE(e));
}

static void segments_of_memory(struct kunit *test)
{
	struct page *pages = alloc_pages(GFP_KERNEL, 1);
	void *object = kmalloc(512, GFP_KERNEL);
	struct efi_disk_segment segs[3];
	unsigned int i, nr = 0;
	struct bio_vec bv[5];

	KUNIT_ASSERT_NOT_NULL(test, pages);
	KUNIT_ASSERT_NOT_NULL(test, object);
	/*
	 * The second page follows the first. The last one follows no segment,
	 * and there is no space for it.
	 */
	bvec_set_page(&bv[0], pages, PAGE_SIZE, 0);
	bvec_set_page(&bv[1], pages + 1, 512, 0);
	bvec_set_virt(&bv[2], object, 512);
	bvec_set_page(&bv[3], pages + 1, 512, 1024);
	bvec_set_page(&bv[4], pages, 512, 0);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_TRUE(test,
				  efi_disk_add_segment(segs, &nr, 3, &bv[i]));
	KUNIT_EXPECT_FALSE(test, efi_disk_add_segment(segs, &nr, 3, &bv[4]));

	KUNIT_EXPECT_EQ(test, nr, 3);
	KUNIT_EXPECT_EQ(test, segs[0].phys, page_to_phys(pages));
	KUNIT_EXPECT_EQ(test, segs[0].bytes, PAGE_SIZE + 512);
	KUNIT_EXPECT_FALSE(test, segs[0].shared);
	KUNIT_EXPECT_EQ(test, segs[1].phys, virt_to_phys(object));
	KUNIT_EXPECT_EQ(test, segs[1].bytes, 512);
	KUNIT_EXPECT_TRUE(test, segs[1].shared);
	KUNIT_EXPECT_EQ(test, segs[2].bytes, 512);
	KUNIT_EXPECT_FALSE(test, segs[2].shared);
	kfree(object);
	__free_pages(pages, 1);
}

static void plan_shared(struct kunit *test)
{
	/* Whatever its length, and even if it is the whole request */
	const struct efi_disk_segment segs[] = {
		{ 0x100000, SZ_32K }, { 0x200000, SZ_32K, true },
		{ 0x300000, SZ_16K },
	};
	const struct efi_disk_segment one[] = { { 0x100000, 512, true } };
	const struct expected e[] = {
		{ 0, SZ_32K, 0, SZ_32K, true },
		{ 64, SZ_32K, 0, SZ_32K, false },
		{ 128, SZ_16K, 0, SZ_16K, true },
	};
	const struct expected s[] = { { 7, 512, 0, 512, false } };

	check_plan(test, &usual, segs, 0, SZ_64K + SZ_16K, e, ARRAY_SIZE(e));
	check_plan(test, &usual, one, 7 * 512, 512, s, ARRAY_SIZE(s));
}

static void plan_high(struct kunit *test)
{
	/* Below the end of usable memory, across it, and behind it */
	const struct efi_disk_segment segs[] = {
		{ SZ_4G - SZ_32K, SZ_32K }, { SZ_4G - SZ_16K, SZ_32K },
		{ SZ_4G + SZ_1M, SZ_16K }, { SZ_1M, SZ_16K },
	};
	const struct expected e[] = {
		{ 0, SZ_32K, 0, SZ_32K, true },
		{ 64, SZ_32K + SZ_16K, 0, SZ_32K + SZ_16K, false },
		{ 160, SZ_16K, 0, SZ_16K, true },
	};
	struct efi_disk_limits limits = usual;

	limits.end = SZ_4G;
	check_plan(test, &limits, segs, 0, SZ_64K + SZ_32K, e, ARRAY_SIZE(e));
}

static void plan_small_buffer(struct kunit *test)
{
	/*
	 * Direct transfers are as large as the firmware accepts, others as
	 * large as the buffer
	 */
	const struct efi_disk_segment segs[] = {
		{ 0x100000, SZ_64K }, { 0x200004, SZ_64K },
	};
	const struct expected e[] = {
		{ 0, SZ_64K, 0, SZ_64K, true },
		{ 128, SZ_16K, 0, SZ_16K, false },
		{ 160, SZ_16K, 0, SZ_16K, false },
		{ 192, SZ_16K, 0, SZ_16K, false },
		{ 224, SZ_16K, 0, SZ_16K, false },
	};
	struct efi_disk_limits limits = usual;

	limits.max_bounced = SZ_16K;
	check_plan(test, &limits, segs, 0, SZ_128K, e, ARRAY_SIZE(e));
}

static void paces(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, efi_disk_pace(SZ_1M, SZ_128K, SZ_4M, 0), SZ_2M);
	KUNIT_EXPECT_EQ(test, efi_disk_pace(SZ_4M, SZ_128K, SZ_4M, 0), SZ_4M);
	KUNIT_EXPECT_EQ(test, efi_disk_pace(SZ_1M, SZ_128K, SZ_4M, 10), SZ_1M);
	KUNIT_EXPECT_EQ(test, efi_disk_pace(SZ_1M, SZ_128K, SZ_4M, 30), SZ_512K);
	KUNIT_EXPECT_EQ(test, efi_disk_pace(SZ_128K, SZ_128K, SZ_4M, 3000),
			SZ_128K);
	/*
	 * If the firmware has refused larger sizes, @most can be less than
	 * @least
	 */
	KUNIT_EXPECT_EQ(test, efi_disk_pace(SZ_128K, SZ_128K, SZ_128K + 512, 0),
			SZ_128K + 512);
	KUNIT_EXPECT_EQ(test, efi_disk_pace(SZ_32K, SZ_128K, SZ_32K, 0), SZ_32K);
	KUNIT_EXPECT_EQ(test, efi_disk_pace(SZ_32K, SZ_128K, SZ_32K, 30), SZ_32K);
}

static void plan_parts_of_blocks(struct kunit *test)
{
	const struct efi_disk_segment one[] = { { 0x100000, 4096 } };
	const struct expected inside[] = { { 1, SZ_16K, 4096, 4096, false } };
	/*
	 * The end of a block, two whole blocks that are direct, the start of a
	 * block
	 */
	const struct efi_disk_segment long_one[] = { { 0x100000,
						       4096 + SZ_32K + 8192 } };
	const struct expected across[] = {
		{ 0, SZ_16K, SZ_16K - 4096, 4096, false },
		{ 1, SZ_32K, 0, SZ_32K, true },
		{ 3, SZ_16K, 0, 8192, false },
	};
	/* All of it through the buffer, which has four blocks */
	const struct efi_disk_segment bad[] = { { 0x100200, SZ_64K } };
	const struct expected buffered[] = {
		{ 0, SZ_64K, 4096, SZ_64K - 4096, false },
		{ 4, SZ_16K, 0, 4096, false },
	};

	check_plan(test, &large, one, SZ_16K + 4096, 4096, inside, 1);
	check_plan(test, &large, long_one, SZ_16K - 4096,
		   4096 + SZ_32K + 8192, across, ARRAY_SIZE(across));
	check_plan(test, &large, bad, 4096, SZ_64K, buffered,
		   ARRAY_SIZE(buffered));
}

static void plan_far(struct kunit *test)
{
	const struct efi_disk_segment one[] = { { 0x100000, 512 } };
	const struct expected e[] = { { 1ULL << 40, 512, 0, 512, true } };

	check_plan(test, &usual, one, 512ULL << 40, 512, e, 1);
}

/* Return: number of bytes to erase, from @lba on */
static u64 erased(u32 block_size, u32 erase_size, u64 pos, u64 bytes, u64 *lba)
{
	const struct efi_disk_media media = {
		.block_size	= block_size,
		.erase_size	= erase_size,
	};

	*lba = 0;
	return efi_disk_plan_erase(&media, pos, bytes, lba);
}

static void plan_erase(struct kunit *test)
{
	u64 lba;

	KUNIT_EXPECT_EQ(test, erased(512, 512, 1024, 4096, &lba), 4096);
	KUNIT_EXPECT_EQ(test, lba, 2);
	/*
	 * Rounded inwards at both ends, to whole blocks and to whole erase
	 * units
	 */
	KUNIT_EXPECT_EQ(test, erased(SZ_16K, SZ_16K, SZ_4K, SZ_64K, &lba),
			SZ_16K * 3);
	KUNIT_EXPECT_EQ(test, lba, 1);
	KUNIT_EXPECT_EQ(test, erased(SZ_16K, SZ_128K, SZ_128K - SZ_4K,
				     SZ_256K, &lba), SZ_128K);
	KUNIT_EXPECT_EQ(test, lba, 8);
	KUNIT_EXPECT_EQ(test, erased(512, 3 * 512, 512, 7 * 512, &lba),
			3 * 512);
	KUNIT_EXPECT_EQ(test, lba, 3);
	/* No erase unit is covered completely */
	KUNIT_EXPECT_EQ(test, erased(SZ_16K, SZ_16K, SZ_4K, SZ_4K, &lba), 0);
	KUNIT_EXPECT_EQ(test, erased(SZ_16K, SZ_16K, SZ_4K, SZ_16K, &lba), 0);
	/* Far beyond the range of 32 bits */
	KUNIT_EXPECT_EQ(test, erased(SZ_4K, SZ_4K, 4096ULL << 40, SZ_1G, &lba),
			SZ_1G);
	KUNIT_EXPECT_EQ(test, lba, 1ULL << 40);
}

static const struct efi_block_io_media good = {
	.media_id = 3, .media_present = 1, .block_size = 512, .io_align = 4,
	.last_block = 0x1fffff, .lowest_aligned_lba = 7,
	.logical_blocks_per_physical_block = 8,
	.optimal_transfer_length_granularity = 128,
};

static void media_revisions(struct kunit *test)
{
	struct efi_disk_media m;

	efi_disk_parse_media(&good, 0x10000, &m);
	KUNIT_EXPECT_EQ(test, m.blocks, 0x200000);
	KUNIT_EXPECT_EQ(test, m.physical_size, 512);
	KUNIT_EXPECT_EQ(test, m.optimal_size, 0);
	efi_disk_parse_media(&good, EFI_BLOCK_IO_REVISION2, &m);
	KUNIT_EXPECT_EQ(test, m.physical_size, 4096);
	KUNIT_EXPECT_EQ(test, m.aligned_block, 7);
	KUNIT_EXPECT_EQ(test, m.optimal_size, 0);
	efi_disk_parse_media(&good, EFI_BLOCK_IO_REVISION3, &m);
	KUNIT_EXPECT_EQ(test, m.optimal_size, SZ_64K);
}

static void media_limits(struct kunit *test)
{
	struct efi_block_io_media raw = good;
	struct queue_limits lim = {};
	struct efi_disk_limits limits;
	struct efi_disk_media m;

	efi_disk_parse_media(&raw, EFI_BLOCK_IO_REVISION3, &m);
	efi_disk_queue_limits(&m, SZ_1M, &lim);
	KUNIT_EXPECT_EQ(test, lim.logical_block_size, 512);
	KUNIT_EXPECT_EQ(test, lim.physical_block_size, 4096);
	KUNIT_EXPECT_EQ(test, lim.alignment_offset, 7 * 512);
	KUNIT_EXPECT_EQ(test, lim.io_opt, SZ_64K);
	KUNIT_EXPECT_EQ(test, lim.max_hw_sectors, 2048);
	KUNIT_EXPECT_EQ(test, lim.max_hw_discard_sectors, 0);
	m.erase_size = SZ_128K;
	efi_disk_queue_limits(&m, SZ_1M, &lim);
	KUNIT_EXPECT_EQ(test, lim.discard_granularity, SZ_128K);
	KUNIT_EXPECT_GT(test, lim.max_hw_discard_sectors, 0);

	raw.block_size = SZ_64K;
	raw.io_align = 5000;
	efi_disk_parse_media(&raw, 0x10000, &m);
	efi_disk_queue_limits(&m, SZ_1M, &lim);
	KUNIT_EXPECT_EQ(test, lim.logical_block_size, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, lim.physical_block_size, SZ_64K);
	KUNIT_EXPECT_EQ(test, efi_disk_capacity(&m), 0x200000ULL * 128);
	efi_disk_init_limits(&m, SZ_4M, SZ_1M, SZ_4G, &limits);
	KUNIT_EXPECT_EQ(test, limits.end, SZ_4G);
	KUNIT_EXPECT_EQ(test, limits.align, SZ_8K);
	KUNIT_EXPECT_EQ(test, limits.block_size, SZ_64K);
}

static int check(struct efi_block_io_media raw)
{
	const char *why = NULL;
	struct efi_disk_media m;
	int ret;

	efi_disk_parse_media(&raw, 0x10000, &m);
	ret = efi_disk_check_media(&m, &why);
	return !ret == !why ? ret : -EBADMSG;
}

static void media_checks(struct kunit *test)
{
	struct efi_block_io_media raw = good;

	KUNIT_EXPECT_EQ(test, check(raw), 0);
	raw.logical_partition = 1;
	KUNIT_EXPECT_EQ(test, check(raw), -ENODEV);
	raw = good;
	raw.media_id = 0x69505845;
	KUNIT_EXPECT_EQ(test, check(raw), -ENODEV);
	raw = good;
	raw.block_size = 520;
	KUNIT_EXPECT_EQ(test, check(raw), -EINVAL);
	raw.block_size = SZ_128K;
	KUNIT_EXPECT_EQ(test, check(raw), -EINVAL);
	raw.block_size = 256;
	KUNIT_EXPECT_EQ(test, check(raw), -EINVAL);
	raw = good;
	raw.last_block = U64_MAX;
	KUNIT_EXPECT_EQ(test, check(raw), -EINVAL);
	raw.last_block = U64_MAX / 512;
	KUNIT_EXPECT_EQ(test, check(raw), -EINVAL);
	/* Without a medium, its description does not matter */
	raw.media_present = 0;
	raw.block_size = 0;
	KUNIT_EXPECT_EQ(test, check(raw), 0);
}

static blk_status_t status_of(int ret, efi_status_t status)
{
	const struct efi_disk_result o = { ret, status };

	return efi_disk_status(&o);
}

static void statuses(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, status_of(0, EFI_SUCCESS) == BLK_STS_OK);
	KUNIT_EXPECT_TRUE(test, status_of(0, EFI_DEVICE_ERROR) == BLK_STS_IOERR);
	KUNIT_EXPECT_TRUE(test, status_of(0, EFI_WRITE_PROTECTED) ==
				BLK_STS_TARGET);
	KUNIT_EXPECT_TRUE(test, status_of(0, EFI_TIMEOUT) == BLK_STS_TIMEOUT);
	KUNIT_EXPECT_TRUE(test, status_of(0, EFI_OUT_OF_RESOURCES) ==
				BLK_STS_RESOURCE);
	KUNIT_EXPECT_TRUE(test, status_of(0, EFI_NO_MEDIA) == BLK_STS_IOERR);
	/* An unknown status */
	KUNIT_EXPECT_TRUE(test, status_of(0, EFI_DEVICE_ERROR + 90) ==
				BLK_STS_IOERR);
	KUNIT_EXPECT_TRUE(test, status_of(-ENODEV, EFI_NOT_FOUND) ==
				BLK_STS_OFFLINE);
	KUNIT_EXPECT_TRUE(test, status_of(-EIO, EFI_ABORTED) == BLK_STS_IOERR);
}

static void token_fits(struct kunit *test)
{
	struct efi_disk_limits small = usual;

	KUNIT_EXPECT_TRUE(test, efi_disk_token_fits(&usual, SZ_128K, 512, 512));
	KUNIT_EXPECT_TRUE(test, efi_disk_token_fits(&usual, SZ_64K, 512, SZ_64K));
	KUNIT_EXPECT_FALSE(test, efi_disk_token_fits(&usual, SZ_32K, 0, SZ_64K));
	/* The firmware has refused larger sizes */
	small.max_bytes = SZ_4K;
	KUNIT_EXPECT_FALSE(test, efi_disk_token_fits(&small, SZ_64K, 0, SZ_8K));
	/* Parts of blocks at either end */
	KUNIT_EXPECT_TRUE(test, efi_disk_token_fits(&large, SZ_128K, SZ_16K,
						    SZ_32K));
	KUNIT_EXPECT_FALSE(test, efi_disk_token_fits(&large, SZ_128K, SZ_4K,
						     SZ_16K));
	KUNIT_EXPECT_FALSE(test, efi_disk_token_fits(&large, SZ_128K, 0, SZ_4K));
	/* Far beyond the range of 32 bits */
	KUNIT_EXPECT_TRUE(test, efi_disk_token_fits(&usual, SZ_128K,
						    512ULL << 40, 512));
}

static enum efi_disk_verdict judge(unsigned int tokens, unsigned int at_once,
				   unsigned int tokens_us, unsigned int block_us)
{
	const struct efi_disk_trial trial = {
		.tokens		= tokens,
		.at_once	= at_once,
		.tokens_ns	= tokens_us * NSEC_PER_USEC,
		.block_ns	= block_us * NSEC_PER_USEC,
	};

	return efi_disk_judge(&trial, 32);
}

static void verdicts(struct kunit *test)
{
	/* One token may complete at once by chance, but not all */
	KUNIT_EXPECT_EQ(test, judge(8, 8, 10, 1000), EFI_DISK_SYNCHRONOUS);
	KUNIT_EXPECT_EQ(test, judge(8, 7, 10, 1000), EFI_DISK_MORE);
	/* A tick of 10 ms and a fast disk */
	KUNIT_EXPECT_EQ(test, judge(8, 0, 10000, 40), EFI_DISK_SLOWER);
	/* 32 tokens do not take less time than 8 */
	KUNIT_EXPECT_EQ(test, judge(8, 0, 10000, 300), EFI_DISK_SLOWER);
	KUNIT_EXPECT_EQ(test, judge(8, 0, 10000, 500), EFI_DISK_MORE);
	KUNIT_EXPECT_EQ(test, judge(32, 0, 10000, 500), EFI_DISK_FASTER);
	/* Faster, but not by a quarter */
	KUNIT_EXPECT_EQ(test, judge(32, 0, 15000, 500), EFI_DISK_SLOWER);
	KUNIT_EXPECT_EQ(test, judge(32, 0, 40000, 500), EFI_DISK_SLOWER);
}

static unsigned int break_even(u64 tokens_ns, u64 block_ns)
{
	const struct efi_disk_trial trial = {
		.tokens_ns	= tokens_ns,
		.block_ns	= block_ns,
	};

	return efi_disk_break_even(&trial);
}

static void few_requests(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, break_even(10000, 500), 20);
	KUNIT_EXPECT_EQ(test, break_even(10001, 500), 21);
	/* For a single request, tokens never pay */
	KUNIT_EXPECT_EQ(test, break_even(1, 500), 2);
	/* Far beyond the range of 32 bits */
	KUNIT_EXPECT_EQ(test, break_even(20 * NSEC_PER_SEC, NSEC_PER_SEC), 20);
}

static void plan_bounced(struct kunit *test)
{
	const struct efi_disk_segment one[] = { { 0x100000, SZ_64K + 512 } };
	const struct expected e[] = {
		{ 2, SZ_64K, 0, SZ_64K, false },
		{ 130, 512, 0, 512, false },
	};
	struct efi_disk_limits limits = usual;

	limits.bounced = true;
	check_plan(test, &limits, one, 1024, SZ_64K + 512, e, ARRAY_SIZE(e));
}

static void partitions(struct kunit *test)
{
	const struct efi_disk_part parts[] = {
		{ 2048, 4096 }, { 6144, 2 }, { 8192, 2048 },
	};
	const struct efi_disk_part same = { 8192, 2048 };
	const struct efi_disk_part extended = { 6144, 8192 };
	const struct efi_disk_part moved = { 8200, 2048 };
	const struct efi_disk_part resized = { 2048, 4095 };

	KUNIT_EXPECT_TRUE(test, efi_disk_has_part(parts, 3, &same));
	KUNIT_EXPECT_TRUE(test, efi_disk_has_part(parts, 3, &extended));
	KUNIT_EXPECT_FALSE(test, efi_disk_has_part(parts, 3, &moved));
	KUNIT_EXPECT_FALSE(test, efi_disk_has_part(parts, 3, &resized));
	KUNIT_EXPECT_FALSE(test, efi_disk_has_part(parts, 2, &same));
	KUNIT_EXPECT_FALSE(test, efi_disk_has_part(NULL, 0, &same));
}

/* HD(1,GPT,...,8,16) below Pci() */
static void partition_paths(struct kunit *test)
{
	u8 path[6 + 42 + 4] = {
		1, 1, 6, 0, 0, 8,
		4, 1, 42, 0, [10] = 1, [14] = 8, [22] = 16,
		[48] = 0x7f, 0xff, 4, 0,
	};
	u8 above[] = { 1, 1, 6, 0, 0, 8, 0x7f, 0xff, 4, 0 };
	struct efi_device *edev = kunit_kzalloc(test, sizeof(*edev), GFP_KERNEL);
	struct efi_disk *d = kunit_kzalloc(test, sizeof(*d), GFP_KERNEL);
	struct efi_disk_part part;

	KUNIT_ASSERT_NOT_NULL(test, edev);
	KUNIT_ASSERT_NOT_NULL(test, d);
	edev->path = (void *)above;
	edev->path_size = sizeof(above);
	d->edev = edev;
	d->media.block_size = 4096;
	KUNIT_EXPECT_TRUE(test, efi_disk_parse_partition(d, path, sizeof(path),
							 &part));
	KUNIT_EXPECT_EQ(test, part.start, 64);
	KUNIT_EXPECT_EQ(test, part.sectors, 128);
	KUNIT_EXPECT_FALSE(test, efi_disk_parse_partition(d, path, 47, &part));
	/* Linux has no partition for CDROM() in its table */
	path[7] = 2;
	KUNIT_EXPECT_FALSE(test, efi_disk_parse_partition(d, path, sizeof(path),
							  &part));
	/* 16 blocks of the disk, or 16 blocks of a CD */
	KUNIT_EXPECT_TRUE(test, efi_disk_parse_boot_image(d, path, sizeof(path),
							  &part));
	KUNIT_EXPECT_EQ(test, part.start, 64);
	KUNIT_EXPECT_EQ(test, part.sectors, 128);
	d->media.block_size = 512;
	KUNIT_EXPECT_TRUE(test, efi_disk_parse_boot_image(d, path, sizeof(path),
							  &part));
	KUNIT_EXPECT_EQ(test, part.start, 8);
	KUNIT_EXPECT_EQ(test, part.sectors, 64);
	KUNIT_EXPECT_FALSE(test, efi_disk_parse_boot_image(d, path, 29, &part));
	/* The vendor node of UDF contains no position */
	path[7] = 3;
	KUNIT_EXPECT_FALSE(test, efi_disk_parse_boot_image(d, path, sizeof(path),
							   &part));
}

static void poll_pauses(struct kunit *test)
{
	/*
	 * A drive that answers at once is polled each time, with a medium or
	 * without
	 */
	KUNIT_EXPECT_EQ(test, efi_disk_poll_pause(0, false, 0), 0);
	KUNIT_EXPECT_EQ(test, efi_disk_poll_pause(60000, false, 0), 0);
	/* A slow drive gets a twentieth of the time, but one poll per minute */
	KUNIT_EXPECT_EQ(test, efi_disk_poll_pause(0, false, 500), 10000);
	KUNIT_EXPECT_EQ(test, efi_disk_poll_pause(0, false, 10000), 60000);
	KUNIT_EXPECT_EQ(test, efi_disk_poll_pause(0, false, U64_MAX / 32),
			60000);
	/* A medium that cannot be read is polled less and less often */
	KUNIT_EXPECT_EQ(test, efi_disk_poll_pause(0, true, 0), 4000);
	KUNIT_EXPECT_EQ(test, efi_disk_poll_pause(4000, true, 0), 8000);
	KUNIT_EXPECT_EQ(test, efi_disk_poll_pause(32000, true, 0), 60000);
	KUNIT_EXPECT_EQ(test, efi_disk_poll_pause(U32_MAX, true, 0), 60000);
	KUNIT_EXPECT_EQ(test, efi_disk_poll_pause(0, true, 1000), 20000);
}

static void fat_sizes(struct kunit *test)
{
	u8 *boot = kunit_kzalloc(test, 512, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, boot);
	KUNIT_EXPECT_EQ(test, efi_disk_fat_sectors(boot, 512), 0);
	boot[0] = 0xeb;
	boot[12] = 2;		/* 512 bytes per sector */
	boot[13] = 4;		/* sectors per cluster */
	boot[14] = 1;		/* reserved sectors */
	boot[16] = 2;		/* number of FATs */
	boot[20] = 0x10;	/* 4096 sectors */
	boot[510] = 0x55;
	boot[511] = 0xaa;
	KUNIT_EXPECT_EQ(test, efi_disk_fat_sectors(boot, 512), 4096);
	KUNIT_EXPECT_EQ(test, efi_disk_fat_sectors(boot, 511), 0);
	boot[20] = 0;
	boot[34] = 1;		/* 65536 sectors: more than 16 bits */
	KUNIT_EXPECT_EQ(test, efi_disk_fat_sectors(boot, 512), SZ_64K);
	boot[12] = 16;		/* 4096 bytes per sector */
	KUNIT_EXPECT_EQ(test, efi_disk_fat_sectors(boot, 512), SZ_512K);
	boot[12] = 3;
	KUNIT_EXPECT_EQ(test, efi_disk_fat_sectors(boot, 512), 0);
	boot[12] = 2;
	boot[510] = 0;
	KUNIT_EXPECT_EQ(test, efi_disk_fat_sectors(boot, 512), 0);
}

static void covers_disk(struct kunit *test)
{
	const struct efi_disk_part all = { 0, S64_MAX }, exact = { 0, 4096 };
	const struct efi_disk_part less = { 0, 4095 }, later = { 1, S64_MAX };

	KUNIT_EXPECT_TRUE(test, efi_disk_covers(&all, 4096));
	KUNIT_EXPECT_TRUE(test, efi_disk_covers(&exact, 4096));
	KUNIT_EXPECT_FALSE(test, efi_disk_covers(&less, 4096));
	KUNIT_EXPECT_FALSE(test, efi_disk_covers(&later, 4096));
}

static struct kunit_case disk_cases[] = {
	KUNIT_CASE(plan_bounced),
	KUNIT_CASE(partitions),
	KUNIT_CASE(partition_paths),
	KUNIT_CASE(fat_sizes),
	KUNIT_CASE(poll_pauses),
	KUNIT_CASE(covers_disk),
	KUNIT_CASE(plan_direct),
	KUNIT_CASE(plan_gathered),
	KUNIT_CASE(plan_misaligned),
	KUNIT_CASE(segments_of_memory),
	KUNIT_CASE(plan_shared),
	KUNIT_CASE(plan_high),
	KUNIT_CASE(plan_small_buffer),
	KUNIT_CASE(plan_parts_of_blocks),
	KUNIT_CASE(plan_far),
	KUNIT_CASE(paces),
	KUNIT_CASE(plan_erase),
	KUNIT_CASE(media_revisions),
	KUNIT_CASE(media_limits),
	KUNIT_CASE(media_checks),
	KUNIT_CASE(statuses),
	KUNIT_CASE(token_fits),
	KUNIT_CASE(verdicts),
	KUNIT_CASE(few_requests),
	{ }
};

static struct kunit_suite disk_suite = {
	.name		= "efi-mode-disk",
	.test_cases	= disk_cases,
};
kunit_test_suite(disk_suite);
