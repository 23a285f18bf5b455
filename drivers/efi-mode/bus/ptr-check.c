// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check whether an address can be that of a firmware object
 *
 * The firmware's memory map changes all the time, so each check reads it again.
 */
#include <linux/align.h>
#include <linux/cleanup.h>
#include <linux/io.h>
#include <linux/slab.h>
#include <linux/sizes.h>

#include "bus.h"

#define MAP_MAX_SIZE	SZ_1M

/* Input and output of GetMemoryMap(): the firmware gets its address */
struct map_question {
	unsigned long size, key, desc_size;
	u32 version;
};

static bool eptr_is_of_firmware(u32 type)
{
	switch (type) {
	case EFI_LOADER_CODE:
	case EFI_LOADER_DATA:
	case EFI_BOOT_SERVICES_CODE:
	case EFI_BOOT_SERVICES_DATA:
	case EFI_RUNTIME_SERVICES_CODE:
	case EFI_RUNTIME_SERVICES_DATA:
		return true;
	default:
		return false;
	}
}

/**
 * efi_map_ptr_is_valid() - check an address against a memory map
 * @map:	a memory map of the firmware
 * @size:	size of @map, in bytes
 * @desc_size:	size of a descriptor, in bytes
 * @address:	the address
 *
 * Context: any.
 * Return: true if @address is in memory that the firmware or an EFI driver has
 * allocated, and has the alignment of a structure that contains pointers.
 */
bool efi_map_ptr_is_valid(const void *map, size_t size, size_t desc_size,
			  u64 address)
{
	const efi_memory_desc_t *d;
	size_t i;

	if (!address || !IS_ALIGNED(address, sizeof(u64)))
		return false;
	for (i = 0; i + desc_size <= size; i += desc_size) {
		d = map + i;
		if (address >= d->phys_addr &&
		    (address - d->phys_addr) >> EFI_PAGE_SHIFT < d->num_pages)
			return eptr_is_of_firmware(d->type);
	}
	return false;
}

static efi_status_t eptr_read_map(struct map_question *q, void *map,
				  size_t size)
{
	q->size = size;
	return efi_bs_call(get_memory_map, efi_phys(&q->size), efi_phys(map),
			   efi_phys(&q->key), efi_phys(&q->desc_size),
			   efi_phys(&q->version));
}

/**
 * efi_ptr_is_valid() - check whether an address can point to a firmware object
 * @address:	the address
 *
 * Context: task context; sleeps.
 * Return: as efi_map_ptr_is_valid(); false if the firmware does not return its
 * memory map, or if there is no memory for it.
 */
bool efi_ptr_is_valid(u64 address)
{
	struct map_question *q __free(kfree) = kzalloc(sizeof(*q), GFP_KERNEL);
	efi_status_t status = EFI_BUFFER_TOO_SMALL;
	size_t size = SZ_8K;
	bool found = false;
	void *map;

	while (q && status == EFI_BUFFER_TOO_SMALL && size <= MAP_MAX_SIZE) {
		map = kmalloc(size, GFP_KERNEL);
		if (!map)
			break;
		status = eptr_read_map(q, map, size);
		if (status == EFI_SUCCESS && q->size <= size &&
		    q->desc_size >= sizeof(efi_memory_desc_t))
			found = efi_map_ptr_is_valid(map, q->size, q->desc_size,
						     address);
		kfree(map);
		size *= 2;
	}
	return found;
}
