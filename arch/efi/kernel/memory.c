// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two views of memory: the arena, which is all RAM of Linux, and the rest, which is the
 * firmware's
 *
 * The firmware goes on to use its memory, and everything that Linux does to it stays when
 * Linux has gone. So its memory is reserved in the memory map, and it is a busy, exclusive
 * resource, which no driver gets and /dev/mem does not show.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/efi.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/memblock.h>
#include <linux/range.h>
#include <linux/screen_info.h>

#include <asm/e820/api.h>
#include <asm/setup.h>

#include <asm/efi-mode.h>

static struct resource *firmware_resources __initdata;
static int nr_firmware_resources __initdata;

/**
 * efi_mode_memory_add_arena() - make all of the arena RAM of Linux
 *
 * The parameter mem= takes away all memory above an address, on the assumption that RAM
 * begins at 0. The arena can be anywhere, and the kernel anywhere in it. So the EFI stub
 * has made the arena as small as mem= says, and all of it stays.
 *
 * What memmap= reserves stays reserved.
 *
 * Context: setup_arch(), after the early parameters.
 */
void __init efi_mode_memory_add_arena(void)
{
	const struct efi_mode_handoff *h;
	unsigned int i;

	h = early_memremap(efi_mode_handoff_phys, sizeof(*h));
	if (!h)
		panic("efi-mode: the handoff cannot be mapped\n");
	for (i = 0; i < h->nr_ranges; i++)
		e820__range_add(h->ranges[i].base, h->ranges[i].size,
				E820_TYPE_RAM);
	early_memunmap((void *)h, sizeof(*h));
	e820__update_table(e820_table);
}

static void *__init ememory_alloc(size_t size)
{
	void *p = memblock_alloc(size, SMP_CACHE_BYTES);

	if (!p)
		panic("efi-mode: no memory for the resources of the firmware\n");
	return p;
}

/* The drivers of screens claim it */
static void __init ememory_spare_frame_buffer(struct range *ranges, int nr)
{
	u64 base = screen_info.lfb_base, size = screen_info.lfb_size;

	if (screen_info.capabilities & VIDEO_CAPABILITY_64BIT_BASE)
		base |= (u64)screen_info.ext_lfb_base << 32;
	if (base && size)
		subtract_range(ranges, nr, base, base + size);
}

/* Return: how many of @ranges the firmware has; @nr is their number with room to split */
static int __init ememory_collect(struct range *ranges, int nr)
{
	const struct efi_mode_handoff *h = efi_mode_handoff;
	efi_memory_desc_t *md;
	unsigned int i;
	int n = 0;

	for_each_efi_memory_desc(md)
		n = add_range_with_merge(ranges, nr, n, md->phys_addr,
					 md->phys_addr +
					 (md->num_pages << EFI_PAGE_SHIFT));
	for (i = 0; i < h->nr_ranges; i++)
		subtract_range(ranges, nr, h->ranges[i].base,
			       h->ranges[i].base + h->ranges[i].size);
	ememory_spare_frame_buffer(ranges, nr);
	return clean_sort_range(ranges, nr);
}

/**
 * efi_mode_memory_reserve_firmware() - reserve all that is not in the arena
 *
 * The firmware gives and takes memory all the time, but the sum of what its map describes
 * remains.
 *
 * Context: setup_arch(), when memory can be allocated and the handoff is mapped.
 */
void __init efi_mode_memory_reserve_firmware(void)
{
	/* Each range that is taken out of another splits it */
	int i, n, nr = efi.memmap.nr_map + efi_mode_handoff->nr_ranges + 2;
	struct range *ranges;

	if (!efi_enabled(EFI_MEMMAP))
		return;
	ranges = ememory_alloc(nr * sizeof(*ranges));
	n = ememory_collect(ranges, nr);
	firmware_resources = ememory_alloc(n * sizeof(*firmware_resources));
	nr_firmware_resources = n;
	for (i = 0; i < n; i++) {
		e820__range_add(ranges[i].start, ranges[i].end - ranges[i].start,
				E820_TYPE_RESERVED);
		firmware_resources[i] = (struct resource) {
			.name	= "EFI firmware",
			.start	= ranges[i].start,
			.end	= ranges[i].end - 1,
			.flags	= IORESOURCE_MEM | IORESOURCE_BUSY |
				  IORESOURCE_EXCLUSIVE,
		};
	}
	e820__update_table(e820_table);
	memblock_free(ranges, nr * sizeof(*ranges));
}

/**
 * efi_mode_memory_insert_resources() - name the firmware's memory in /proc/iomem
 *
 * Context: setup_arch(), after the resources of the memory map.
 */
void __init efi_mode_memory_insert_resources(void)
{
	int i;

	for (i = 0; i < nr_firmware_resources; i++)
		if (insert_resource(&iomem_resource, &firmware_resources[i]))
			pr_warn("%pR cannot be reserved\n", &firmware_resources[i]);
}
