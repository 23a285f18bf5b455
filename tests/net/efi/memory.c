// SPDX-License-Identifier: GPL-2.0-only
/*
 * Count the memory that the firmware has not allocated
 */
#include "driver.h"

#define MAP_SIZE	0x10000

static UINT8 map[MAP_SIZE] __attribute__((aligned(8)));

static EFI_STATUS EFIAPI free_pages(UINT64 unused, UINT64 *pages)
{
	UINTN size = sizeof(map), key, stride, offset;
	UINT32 version;
	EFI_STATUS status;

	(void)unused;
	status = uefi_call_wrapper(BS->GetMemoryMap, 5, &size, (void *)map, &key, &stride,
				   &version);
	*pages = 0;
	for (offset = 0; !EFI_ERROR(status) && offset < size; offset += stride) {
		EFI_MEMORY_DESCRIPTOR *d = (EFI_MEMORY_DESCRIPTOR *)&map[offset];

		if (d->Type == EfiConventionalMemory)
			*pages += d->NumberOfPages;
	}
	return status;
}

TEST_FUNCTION(free_pages, free_pages);
