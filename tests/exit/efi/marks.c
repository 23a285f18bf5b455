// SPDX-License-Identifier: GPL-2.0-only
/*
 * Count the pages of free memory that begin with the mark of tests/exit/guest/marks.c
 */
#include <efi.h>
#include <efilib.h>

#include "marks.h"

static UINTN count(const EFI_MEMORY_DESCRIPTOR *d)
{
	const UINT64 *p = (UINT64 *)d->PhysicalStart;
	UINT64 page;
	UINTN n = 0;

	for (page = 0; page < d->NumberOfPages; page++, p += EFI_PAGE_SIZE / sizeof(*p))
		n += p[0] == MARK && p[1] == ~MARK;
	return n;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	UINTN entries, key, size, i, n = 0;
	EFI_MEMORY_DESCRIPTOR *d;
	UINT32 version;
	CHAR8 *map;

	InitializeLib(image, systab);
	map = (CHAR8 *)LibMemoryMap(&entries, &key, &size, &version);
	for (i = 0; map && i < entries; i++) {
		d = (EFI_MEMORY_DESCRIPTOR *)(map + i * size);
		if (d->Type == EfiConventionalMemory && d->PhysicalStart)
			n += count(d);
	}
	Print(L"MARKS %d\n", n);
	return EFI_SUCCESS;
}
