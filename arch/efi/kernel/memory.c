// SPDX-License-Identifier: GPL-2.0-only
/*
 * Separate the arena, which is all RAM of Linux, from the firmware's memory
 *
 * The firmware keeps using its memory, and every change that Linux makes there
 * remains after Linux has ended. Therefore firmware memory is reserved in the
 * memory map, and it is a busy, exclusive resource: no driver can claim it, and
 * /dev/mem does not show it. So are the registers of the TPM, which has no
 * configuration space by which a driver could be kept away.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/efi.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/memblock.h>
#include <linux/range.h>
#include <linux/screen_info.h>
#include <linux/sysfb.h>

#include <asm/e820/api.h>
#include <asm/setup.h>

#include <asm/efi-mode.h>

/*
 * The registers of every TPM that is not on a bus of its own (TCG PC Client
 * Platform TPM Profile, section 6.5). The memory map need not list them.
 */
static struct resource tpm_resource = {
	.name	= "EFI firmware: TPM",
	.start	= 0xfed40000,
	.end	= 0xfed44fff,
	.flags	= IORESOURCE_MEM | IORESOURCE_BUSY | IORESOURCE_EXCLUSIVE,
};

static struct resource *firmware_resources __initdata;
static int nr_firmware_resources __initdata;

/**
 * efi_mode_memory_add_arena() - add the whole arena to the RAM of Linux
 *
 * The parameter mem= removes all memory above an address, on the assumption
 * that RAM begins at 0. The arena can be anywhere, and the kernel can be
 * anywhere in it. Therefore the EFI stub has already made the arena as small as
 * mem= says, and this function adds all of it again.
 *
 * Memory that memmap= reserves remains reserved.
 *
 * Context: setup_arch(), after the early parameters.
 */
void __init efi_mode_memory_add_arena(void)
{
	const struct efi_mode_handoff *h;
	unsigned int i;

	h = early_memremap(efi_mode_handoff_phys, sizeof(*h));
	if (!h)
		panic("efi-mode: cannot map the handoff\n");
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
		panic("efi-mode: no memory for the list of firmware memory\n");
	return p;
}

/* Leave out the frame buffer, because the screen drivers claim it */
static void __init ememory_spare_frame_buffer(struct range *ranges, int nr)
{
	const struct screen_info *si = &sysfb_primary_display.screen;
	u64 base = si->lfb_base, size = si->lfb_size;

	if (si->capabilities & VIDEO_CAPABILITY_64BIT_BASE)
		base |= (u64)si->ext_lfb_base << 32;
	if (base && size)
		subtract_range(ranges, nr, base, base + size);
}

/*
 * Collect the firmware's memory in @ranges, which has room for @nr entries,
 * including those that subtract_range() adds when it splits a range.
 *
 * Return: the number of entries.
 */
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
 * efi_mode_memory_reserve_firmware() - reserve the firmware's memory
 *
 * That is all memory in the EFI memory map outside the arena. The firmware
 * allocates and frees memory all the time, but the total of the ranges in its
 * memory map does not change.
 *
 * Context: setup_arch(), when memory can be allocated and the handoff is
 * mapped. Panics if there is no memory.
 */
void __init efi_mode_memory_reserve_firmware(void)
{
	/* Subtracting a range from another can split it in two */
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
 * efi_mode_memory_insert_resources() - name the firmware's memory in iomem
 *
 * This also keeps native drivers away from the TPM.
 *
 * Context: setup_arch(), after the resources of the memory map.
 */
void __init efi_mode_memory_insert_resources(void)
{
	int i;

	for (i = 0; i < nr_firmware_resources; i++)
		if (insert_resource(&iomem_resource, &firmware_resources[i]))
			pr_warn("cannot reserve firmware memory %pR\n", &firmware_resources[i]);
	/* It fails if the memory map has a part of this range */
	if (insert_resource(&iomem_resource, &tpm_resource))
		pr_info("the TPM's registers are reserved in part only\n");
}
