// SPDX-License-Identifier: GPL-2.0-only
/*
 * A boot loader that does not use LoadImage()
 *
 * usage: loader OPTIONS: start \bzImage with this command line
 *
 * Like shim and the chainloader of GRUB, it places the EFI image in memory and
 * calls its entry point with the loader's own handle.
 */
#include <efi.h>
#include <efilib.h>

#include "file.h"

/* @size bytes at @base, in @pages allocated pages */
struct image {
	UINT8 *base;
	UINTN pages;
	UINT64 size;
	UINT32 entry;
};

/* Do not relocate the image: the kernel's code works at any address */
static EFI_STATUS place(const UINT8 *data, struct image *image)
{
	const UINT8 *pe = data + *(UINT32 *)(data + 0x3c), *section;
	UINT16 count = *(UINT16 *)(pe + 6), optional = *(UINT16 *)(pe + 20);
	EFI_PHYSICAL_ADDRESS base;
	EFI_STATUS status;

	image->entry = *(UINT32 *)(pe + 24 + 16);
	image->size = *(UINT32 *)(pe + 24 + 56);
	image->pages = EFI_SIZE_TO_PAGES(image->size);
	status = BS->AllocatePages(AllocateAnyPages, EfiLoaderCode, image->pages, &base);
	if (EFI_ERROR(status))
		return status;
	image->base = (UINT8 *)base;
	ZeroMem(image->base, image->size);
	CopyMem(image->base, (VOID *)data, *(UINT32 *)(pe + 24 + 60));
	for (section = pe + 24 + optional; count; count--, section += 40)
		CopyMem(image->base + *(UINT32 *)(section + 12),
			(VOID *)(data + *(UINT32 *)(section + 20)),
			*(UINT32 *)(section + 16) < *(UINT32 *)(section + 8) ?
			*(UINT32 *)(section + 16) : *(UINT32 *)(section + 8));
	return EFI_SUCCESS;
}

static EFI_STATUS start(EFI_HANDLE handle, EFI_LOADED_IMAGE *own,
			const struct image *image, CHAR16 *options)
{
	EFI_LOADED_IMAGE before = *own;
	EFI_IMAGE_ENTRY_POINT entry =
		(EFI_IMAGE_ENTRY_POINT)(image->base + image->entry);
	EFI_STATUS status;

	own->ImageBase = image->base;
	own->ImageSize = image->size;
	own->LoadOptions = options;
	own->LoadOptionsSize = (StrLen(options) + 1) * sizeof(*options);
	status = uefi_call_wrapper(entry, 2, handle, ST);
	*own = before;
	return status;
}

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *systab)
{
	CHAR16 *options;
	EFI_LOADED_IMAGE *own;
	struct image image;
	EFI_STATUS status;
	UINT8 *data;
	UINTN size;

	InitializeLib(handle, systab);
	status = BS->HandleProtocol(handle, &LoadedImageProtocol, (VOID **)&own);
	if (!EFI_ERROR(status))
		status = read_file(own->DeviceHandle, L"\\bzImage", &data, &size);
	if (!EFI_ERROR(status))
		status = place(data, &image);
	if (EFI_ERROR(status)) {
		Print(L"LOADER FAILED %r\n", status);
		return status;
	}
	FreePool(data);
	/* The shell passes the whole line; the kernel ignores the first word */
	options = own->LoadOptions;
	status = start(handle, own, &image, options);
	BS->FreePages((EFI_PHYSICAL_ADDRESS)image.base, image.pages);
	Print(L"LOADER RETURNED %lx\n", status);
	return EFI_SUCCESS;
}
