// SPDX-License-Identifier: GPL-2.0-only
/*
 * A boot manager that passes the content of a file as load options
 *
 * usage: rawoptions FILE: start \bzImage with the bytes of FILE as load
 * options, without adding a NUL
 */
#include <efi.h>
#include <efilib.h>

#include "file.h"

static EFI_STATUS start(EFI_HANDLE parent, EFI_HANDLE device, UINT8 *options, UINTN size)
{
	EFI_DEVICE_PATH *path = FileDevicePath(device, L"\\bzImage");
	EFI_LOADED_IMAGE *kernel;
	EFI_HANDLE image;
	EFI_STATUS status;

	status = BS->LoadImage(FALSE, parent, path, NULL, 0, &image);
	if (EFI_ERROR(status))
		return status;
	BS->HandleProtocol(image, &LoadedImageProtocol, (VOID **)&kernel);
	kernel->LoadOptions = options;
	kernel->LoadOptionsSize = size;
	return BS->StartImage(image, NULL, NULL);
}

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *systab)
{
	EFI_LOADED_IMAGE *own;
	EFI_STATUS status;
	CHAR16 *file;
	UINT8 *options;
	UINTN size;

	InitializeLib(handle, systab);
	BS->HandleProtocol(handle, &LoadedImageProtocol, (VOID **)&own);
	/* The shell passes the whole line; the program's name comes first */
	for (file = own->LoadOptions; *file && *file != ' '; file++)
		;
	for (; *file == ' '; file++)
		;
	status = read_file(own->DeviceHandle, file, &options, &size);
	if (!EFI_ERROR(status))
		status = start(handle, own->DeviceHandle, options, size);
	Print(L"OPTIONS ENDED %lx\n", status);
	return EFI_SUCCESS;
}
