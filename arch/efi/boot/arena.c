// SPDX-License-Identifier: GPL-2.0-only
/*
 * The arena: which memory becomes Linux's
 *
 * Pure: from a memory map to a list of ranges. Nothing is allocated here.
 *
 * The rules:
 *  - Firmware keeps the reserve, counting what it already uses, and never less
 *    than a quarter of the reserve as free memory, since what it uses now is
 *    busy.
 *  - That quarter is kept below 4 GiB, as far as there is any, because that is
 *    where firmware's drivers find memory for devices with 32-bit addresses.
 *  - Larger regions go first, so that the ranges are few and long.
 *  - The first MiB is not touched, nor are scraps, nor memory with a purpose.
 */
#include <linux/minmax.h>
#include <linux/sizes.h>

#include "arena.h"

/* A region that is smaller is not worth an entry in the kernel's memory map */
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

/* The part of a descriptor that could go to the arena; an empty one if none */
static struct efi_mode_range arena_usable(const efi_memory_desc_t *d)
{
	struct efi_mode_range r = {};
	u64 start, end;

	if (d->type != EFI_CONVENTIONAL_MEMORY ||
	    !(d->attribute & EFI_MEMORY_WB) || (d->attribute & EFI_MEMORY_SP))
		return r;

	start = max_t(u64, d->phys_addr, SZ_1M);
	end = d->phys_addr + (d->num_pages << EFI_PAGE_SHIFT);
	/* One that goes on above 4 GiB counts for what is below */
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
 * efi_mode_total_memory() - how much memory the machine has
 * @map:	the firmware's memory map
 *
 * Return: bytes of memory of all types.
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

/* The next range in the order of size: the largest that comes after @last */
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
 * @taken:	bytes that are Linux's already: the kernel and its initrd
 * @policy:	how much to take
 * @ranges:	where the chosen ranges go
 * @max:	room in @ranges
 *
 * Return: the number of ranges, or 0 if there is not enough memory.
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
