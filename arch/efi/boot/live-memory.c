// SPDX-License-Identifier: GPL-2.0-only
/*
 * Protect memory that the firmware uses, but lists as free in its memory map
 *
 * U-Boot lists its stack, its page tables and its interrupt descriptor table as
 * free memory if an earlier boot stage has created them. AllocatePages() would
 * hand them out. The image therefore allocates the free memory around each of
 * them before it allocates anything else, and frees it when it exits.
 */
#include <linux/sizes.h>
#include <asm/desc_defs.h>
#include <asm/special_insns.h>

#include "boot.h"

/*
 * Bytes to protect on either side of an address, enough for a stack, or for
 * tables that are close to each other
 */
#define AROUND		SZ_1M

/* The TSS and the segment bases are close to one of these, or are not used */
enum { LIVE_STACK, LIVE_PAGE_TABLES, LIVE_GDT, LIVE_IDT, NR_LIVE };

static void live_find(u64 live[NR_LIVE])
{
	struct desc_ptr gdt, idt;

	asm volatile("sgdt %0" : "=m" (gdt));
	asm volatile("sidt %0" : "=m" (idt));
	asm volatile("movq %%rsp, %0" : "=r" (live[LIVE_STACK]));
	live[LIVE_PAGE_TABLES] = __native_read_cr3() & CR3_ADDR_MASK;
	live[LIVE_GDT] = gdt.address;
	live[LIVE_IDT] = idt.address;
}

/* Return: free memory around an address; an empty range if it is not free */
static struct efi_mode_range live_free_around(const efi_memory_desc_t *d, u64 address)
{
	/*
	 * Leave out page 0, because U-Boot cannot free a range that starts
	 * there
	 */
	struct efi_mode_range r = { .base = max_t(u64, d->phys_addr, EFI_PAGE_SIZE) };
	u64 end = d->phys_addr + (d->num_pages << EFI_PAGE_SHIFT);

	if (d->type != EFI_CONVENTIONAL_MEMORY || address < r.base || address >= end)
		return r;
	address = round_down(address, EFI_PAGE_SIZE);
	if (address - r.base > AROUND)
		r.base = address - AROUND;
	r.size = min(end, address + AROUND) - r.base;
	return r;
}

static void live_keep_in(const efi_boot_services_t *bs, const void *map,
			 unsigned long map_size, unsigned long desc_size, u64 address)
{
	struct efi_mode_range r = {};
	unsigned long at;

	for (at = 0; at + desc_size <= map_size && !r.size; at += desc_size)
		r = live_free_around(map + at, address);
	if (r.size)
		bs->allocate_pages(EFI_ALLOCATE_ADDRESS, EFI_LOADER_DATA,
				   r.size >> EFI_PAGE_SHIFT, &r.base);
}

static void live_keep(const efi_boot_services_t *bs, u64 address)
{
	unsigned long size = 0, key, desc_size;
	void *map = NULL;
	u32 version;

	bs->get_memory_map(&size, NULL, &key, &desc_size, &version);
	/* The allocation of the buffer may split an entry of the map */
	size += 2 * desc_size;
	if (bs->allocate_pool(EFI_LOADER_DATA, size, &map) != EFI_SUCCESS)
		return;
	if (bs->get_memory_map(&size, map, &key, &desc_size, &version) == EFI_SUCCESS)
		live_keep_in(bs, map, size, desc_size, address);
	bs->free_pool(map);
}

/**
 * efi_mode_keep_live_memory() - allocate live memory that is listed as free
 * @bs:	boot services whose allocations the ledger records
 *
 * Context: the firmware's world, TPL_APPLICATION, before anything else is
 * allocated.
 */
void efi_mode_keep_live_memory(const efi_boot_services_t *bs)
{
	u64 live[NR_LIVE];
	unsigned int i;

	live_find(live);
	for (i = 0; i < NR_LIVE; i++)
		live_keep(bs, live[i]);
}
