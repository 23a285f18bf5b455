// SPDX-License-Identifier: GPL-2.0-only
/*
 * Give memory of Linux to the firmware
 *
 * The firmware has kept little memory, and LoadImage() and AllocatePages() need it in
 * one piece. Linux has most of the memory, in blocks whose addresses are by chance.
 * So take the largest blocks that Linux can allocate until some of them are adjacent,
 * and free these in the firmware. Linux does not get them back: the firmware may keep
 * parts of them for itself.
 */
#define pr_fmt(fmt) "kexec: " fmt

#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <efi-mode/call.h>

#include "efi-kexec.h"

#define EGIVE_ORDER		MAX_PAGE_ORDER
#define EGIVE_BLOCK		(PAGE_SIZE << EGIVE_ORDER)

/* Linux keeps this fraction of its memory available */
#define EGIVE_KEEP		8

/**
 * efi_kexec_insert_block() - add a block to a sorted list, and look for a run
 * @blocks:	numbers of blocks in ascending order, with room for one more
 * @nr:		number of blocks in the list
 * @block:	the block to add
 * @wanted:	number of adjacent blocks that are wanted
 *
 * Context: any.
 * Return: the index of the first of @wanted adjacent blocks, or -1 if there are fewer.
 */
int efi_kexec_insert_block(unsigned long *blocks, unsigned int nr, unsigned long block,
			   unsigned int wanted)
{
	unsigned int at = nr, first, last;

	while (at && blocks[at - 1] > block)
		at--;
	memmove(blocks + at + 1, blocks + at, (nr - at) * sizeof(*blocks));
	blocks[at] = block;
	for (first = at; first && blocks[first - 1] + 1 == blocks[first];)
		first--;
	for (last = at; last < nr && blocks[last] + 1 == blocks[last + 1];)
		last++;
	return last - first + 1 >= wanted ? first : -1;
}

static void egive_free(unsigned long block)
{
	__free_pages(pfn_to_page(block << EGIVE_ORDER), EGIVE_ORDER);
}

/*
 * Allocate blocks until @wanted of them are adjacent
 *
 * Return: the index of the first, or -ENOMEM. @blocks has @nr blocks in any case.
 */
static int egive_collect(unsigned long *blocks, unsigned int *nr, unsigned int max,
			 unsigned int wanted)
{
	const gfp_t flags = GFP_KERNEL | __GFP_NORETRY | __GFP_NOWARN;
	struct page *page;
	int first;

	for (*nr = 0; *nr < max;) {
		if (si_mem_available() < (long)(totalram_pages() / EGIVE_KEEP))
			break;
		page = alloc_pages(flags, EGIVE_ORDER);
		if (!page)
			break;
		first = efi_kexec_insert_block(blocks, *nr, page_to_pfn(page) >> EGIVE_ORDER,
					       wanted);
		++*nr;
		if (first >= 0)
			return first;
	}
	return -ENOMEM;
}

static int egive_run(unsigned long first, unsigned int nr)
{
	phys_addr_t base = PFN_PHYS(first << EGIVE_ORDER);
	size_t size = nr * EGIVE_BLOCK;

	/* The memory may have secrets of Linux */
	memset(phys_to_virt(base), 0, size);
	if (efi_table_call(0, "resident", efi_mode_resident(), give_pages, base,
			   size >> EFI_PAGE_SHIFT) != EFI_SUCCESS)
		return -ENOMEM;
	while (nr--)
		adjust_managed_page_count(pfn_to_page((first + nr) << EGIVE_ORDER),
					  -(1L << EGIVE_ORDER));
	pr_info("gave %zu MiB of memory to the firmware\n", size / SZ_1M);
	return 0;
}

/**
 * efi_kexec_give() - give memory of Linux to the firmware
 * @size:	size in bytes
 *
 * Context: task context; sleeps.
 * Return: 0 if the firmware has got at least @size bytes in one piece, else -ENOMEM.
 */
int efi_kexec_give(size_t size)
{
	unsigned int max = totalram_pages() >> EGIVE_ORDER, nr, i;
	unsigned int wanted = DIV_ROUND_UP(size, EGIVE_BLOCK);
	unsigned long *blocks;
	int first, ret;

	if (!wanted || wanted > max)
		return -ENOMEM;
	blocks = kvmalloc_array(max, sizeof(*blocks), GFP_KERNEL);
	if (!blocks)
		return -ENOMEM;
	first = egive_collect(blocks, &nr, max, wanted);
	ret = first < 0 ? first : egive_run(blocks[first], wanted);
	for (i = 0; i < nr; i++)
		if (ret || i < first || i >= first + wanted)
			egive_free(blocks[i]);
	kvfree(blocks);
	return ret;
}
