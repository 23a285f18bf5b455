// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arena: choose the memory that Linux takes from the firmware
 *
 * The functions here compute a list of ranges from a memory map. They do not
 * allocate anything.
 *
 * The rules:
 *  - The firmware keeps the reserve, which includes the memory that it already
 *    uses. At least a quarter of the reserve must be free memory, because the
 *    firmware cannot allocate memory that is already in use.
 *  - That quarter is below 4 GiB, as far as there is free memory there, because
 *    firmware drivers need such memory for devices with 32-bit addresses.
 *  - Larger regions are taken first, so that the ranges are few and long.
 *  - The first MiB, regions smaller than MIN_REGION, and special purpose memory
 *    are not taken.
 */
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "arena.h"

/* A smaller region is not worth an entry in the kernel's memory map */
#define MIN_REGION	SZ_1M

static const efi_memory_desc_t *arena_desc_at(const struct efi_boot_memmap *map,
					      int i)
{
	return efi_memdesc_ptr((unsigned long)map->map, map->desc_size, i);
}

static int arena_nr_descs(const struct efi_boot_memmap *map)
{
	return map->map_size / map->desc_size;
}

static bool arena_is_memory(const efi_memory_desc_t *d)
{
	switch (d->type) {
	case EFI_LOADER_CODE:
	case EFI_LOADER_DATA:
	case EFI_BOOT_SERVICES_CODE:
	case EFI_BOOT_SERVICES_DATA:
	case EFI_RUNTIME_SERVICES_CODE:
	case EFI_RUNTIME_SERVICES_DATA:
	case EFI_CONVENTIONAL_MEMORY:
	case EFI_ACPI_RECLAIM_MEMORY:
	case EFI_ACPI_MEMORY_NVS:
		return true;
	default:
		return false;
	}
}

/* Return: the part of a region that the arena can take, or an empty range */
static struct efi_mode_range arena_usable(const efi_memory_desc_t *d)
{
	struct efi_mode_range r = {};
	u64 start, end;

	if (d->type != EFI_CONVENTIONAL_MEMORY ||
	    !(d->attribute & EFI_MEMORY_WB) || (d->attribute & EFI_MEMORY_SP))
		return r;

	start = max_t(u64, d->phys_addr, SZ_1M);
	end = d->phys_addr + (d->num_pages << EFI_PAGE_SHIFT);
	/* Of a region that crosses 4 GiB, only the part below is used */
	if (start < SZ_4G)
		end = min_t(u64, end, SZ_4G);
	if (end < start + MIN_REGION)
		return r;

	r.base = start;
	r.size = end - start;
	return r;
}

static bool arena_is_low(const struct efi_mode_range *r)
{
	return r->base < SZ_4G;
}

/**
 * efi_mode_total_memory() - compute the amount of memory of the machine
 * @map:	the firmware's memory map
 *
 * Context: any.
 * Return: bytes of RAM, whether it is free or in use.
 */
u64 efi_mode_total_memory(const struct efi_boot_memmap *map)
{
	u64 total = 0;
	int i;

	for (i = 0; i < arena_nr_descs(map); i++)
		if (arena_is_memory(arena_desc_at(map, i)))
			total += arena_desc_at(map, i)->num_pages << EFI_PAGE_SHIFT;
	return total;
}

/*
 * Return: the range after @last in the order from the largest to the smallest.
 */
static struct efi_mode_range arena_next_largest(const struct efi_boot_memmap *map,
						const struct efi_mode_range *last)
{
	struct efi_mode_range best = {}, r;
	int i;

	for (i = 0; i < arena_nr_descs(map); i++) {
		r = arena_usable(arena_desc_at(map, i));
		if (last->size &&
		    (r.size > last->size ||
		     (r.size == last->size && r.base <= last->base)))
			continue;
		if (r.size > best.size ||
		    (r.size == best.size && r.base < best.base))
			best = r;
	}
	return best;
}

/**
 * efi_mode_choose_arena() - choose the memory for Linux
 * @map:	the firmware's memory map
 * @taken:	bytes that Linux already has, for the kernel and its initrd
 * @policy:	how much to take
 * @ranges:	array for the chosen ranges
 * @max:	number of elements in @ranges
 *
 * Context: any.
 * Return: the number of chosen ranges, or 0 if there is not enough memory.
 */
int efi_mode_choose_arena(const struct efi_boot_memmap *map, u64 taken,
			  const struct efi_mode_arena_policy *policy,
			  struct efi_mode_range *ranges, int max)
{
	u64 total = efi_mode_total_memory(map), free_low = 0, free_high = 0;
	struct efi_mode_range last = {}, r;
	u64 keep_free = policy->reserve / 4;
	u64 budget, budget_low, got = 0;
	int n = 0, i;

	for (i = 0; i < arena_nr_descs(map); i++) {
		r = arena_usable(arena_desc_at(map, i));
		if (arena_is_low(&r))
			free_low += r.size;
		else
			free_high += r.size;
	}

	if (total < taken + policy->reserve ||
	    free_low + free_high < keep_free)
		return 0;
	budget = min(total - taken - policy->reserve,
		     free_low + free_high - keep_free);
	if (policy->limit)
		budget = min(budget, policy->limit);
	if (policy->size) {
		if (policy->size > budget)
			return 0;
		budget = policy->size;
	}
	if (budget < policy->minimum)
		return 0;
	budget_low = free_low > keep_free ? free_low - keep_free : 0;

	while (n < max && got < budget) {
		u64 room = budget - got;

		r = arena_next_largest(map, &last);
		if (!r.size)
			break;
		last = r;

		if (arena_is_low(&r))
			room = min(room, budget_low);
		r.size = round_down(min(r.size, room), EFI_PAGE_SIZE);
		if (r.size < MIN_REGION)
			continue;

		if (arena_is_low(&r))
			budget_low -= r.size;
		got += r.size;
		ranges[n++] = r;
	}

	return got < max(policy->minimum, policy->size) ? 0 : n;
}
