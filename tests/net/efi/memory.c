// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory that the firmware has left
 */
#include "driver.h"

/* The value is the number of free pages */
static EFI_STATUS EFIAPI free_pages(UINT64 unused, UINT64 *value)
{
	UINTN entries, key, size, i;
	EFI_MEMORY_DESCRIPTOR *map, *d;
	UINT32 version;

	(void)unused;
	*value = 0;
	map = LibMemoryMap(&entries, &key, &size, &version);
	if (!map)
		return EFI_OUT_OF_RESOURCES;
	for (i = 0; i < entries; i++) {
		d = (VOID *)((UINT8 *)map + i * size);
		if (d->Type == EfiConventionalMemory)
			*value += d->NumberOfPages;
	}
	FreePool(map);
	return EFI_SUCCESS;
}

TEST_FUNCTION(free_pages, free_pages);
