// SPDX-License-Identifier: GPL-2.0-only
/*
 * Count the pages with a mark of tests/exit/guest/marks.c whenever many pages
 * are freed
 *
 * A hook of FreePages() counts them before the firmware frees them, because
 * some builds of the firmware overwrite freed memory.
 */
#include <efi.h>
#include <efilib.h>

#include "marks.h"

#define LARGE	4096	/* pages */

static EFI_FREE_PAGES free_pages;

static EFI_STATUS EFIAPI count_and_free(EFI_PHYSICAL_ADDRESS base, UINTN pages)
{
	const UINT64 *p = (UINT64 *)base;
	UINTN i, n = 0;

	for (i = 0; i < pages; i++, p += EFI_PAGE_SIZE / sizeof(*p))
		n += p[0] == MARK && p[1] == ~MARK;
	if (pages >= LARGE)
		Print(L"FREED %d MARKS %d.\n", pages, n);
	return free_pages(base, pages);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	free_pages = BS->FreePages;
	BS->FreePages = (EFI_FREE_PAGES)count_and_free;
	return EFI_SUCCESS;
}
