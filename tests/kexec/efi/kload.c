// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measure in TSC cycles LoadImage() of \speed.efi from memory, and FreePages() of 512 MiB
 */
#include "file.h"
#include "machine.h"

#define FREE_SIZE	(512ULL << 20)

static void measure_free(void)
{
	EFI_PHYSICAL_ADDRESS base;
	EFI_STATUS status;
	UINT64 start;

	status = BS->AllocatePages(AllocateAnyPages, EfiLoaderData,
				   EFI_SIZE_TO_PAGES(FREE_SIZE), &base);
	if (EFI_ERROR(status)) {
		Print(L"KFREE AllocatePages: %r\n", status);
		return;
	}
	start = rdtsc();
	status = BS->FreePages(base, EFI_SIZE_TO_PAGES(FREE_SIZE));
	Print(L"KFREE %ld cycles, %r\n", rdtsc() - start, status);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	EFI_HANDLE loaded = NULL;
	EFI_LOADED_IMAGE *own;
	EFI_STATUS status;
	UINT64 start;
	UINT8 *data;
	UINTN size;

	InitializeLib(image, systab);
	measure_free();
	BS->HandleProtocol(image, &LoadedImageProtocol, (VOID **)&own);
	status = read_file(own->DeviceHandle, L"\\speed.efi", &data, &size);
	if (EFI_ERROR(status))
		return status;
	start = rdtsc();
	status = BS->LoadImage(FALSE, image, FileDevicePath(own->DeviceHandle,
							    L"\\speed.efi"),
			       data, size, &loaded);
	Print(L"KLOAD %ld cycles, %r\n", rdtsc() - start, status);
	if (loaded)
		BS->UnloadImage(loaded);
	FreePool(data);
	return status;
}
