// SPDX-License-Identifier: GPL-2.0-only
/*
 * A boot loader that offers an initrd by the Load File 2 protocol
 *
 * usage: kparent OPTIONS: start \bzImage with this command line and \initrd.img
 *
 * When Linux has returned, it checks that the initrd is offered as before.
 */
#include <efi.h>
#include <efilib.h>

#include "file.h"
#include "kinitrd.h"

static UINT8 *initrd;
static UINTN initrd_size;

static EFI_STATUS EFIAPI load_file(EFI_LOAD_FILE_PROTOCOL *this, EFI_DEVICE_PATH *path,
				   BOOLEAN policy, UINTN *size, VOID *buffer)
{
	UINTN room = *size;

	(void)this;
	(void)path;
	if (policy)
		return EFI_UNSUPPORTED;
	*size = initrd_size;
	if (!buffer || room < initrd_size)
		return EFI_BUFFER_TOO_SMALL;
	CopyMem(buffer, initrd, initrd_size);
	return EFI_SUCCESS;
}

static EFI_LOAD_FILE_PROTOCOL offer = { load_file };

static EFI_STATUS start(EFI_HANDLE handle, EFI_LOADED_IMAGE *own)
{
	EFI_DEVICE_PATH *path = FileDevicePath(own->DeviceHandle, L"\\bzImage");
	EFI_LOADED_IMAGE *kernel;
	EFI_HANDLE image = NULL;
	EFI_STATUS status;

	status = BS->LoadImage(FALSE, handle, path, NULL, 0, &image);
	if (EFI_ERROR(status))
		return status;
	BS->HandleProtocol(image, &LoadedImageProtocol, (VOID **)&kernel);
	/* The shell passes the whole line; the kernel ignores the first word */
	kernel->LoadOptions = own->LoadOptions;
	kernel->LoadOptionsSize = own->LoadOptionsSize;
	return BS->StartImage(image, NULL, NULL);
}

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *systab)
{
	EFI_GUID file2 = LOAD_FILE2_GUID;
	EFI_HANDLE offered = NULL;
	EFI_LOADED_IMAGE *own;
	EFI_STATUS status;

	InitializeLib(handle, systab);
	BS->HandleProtocol(handle, &LoadedImageProtocol, (VOID **)&own);
	status = read_file(own->DeviceHandle, L"\\initrd.img", &initrd, &initrd_size);
	if (!EFI_ERROR(status))
		status = BS->InstallMultipleProtocolInterfaces(&offered, &DevicePathProtocol,
							       &initrd_path, &file2,
							       &offer, NULL);
	if (EFI_ERROR(status)) {
		Print(L"PARENT FAILED %r\n", status);
		return status;
	}
	status = start(handle, own);
	Print(L"PARENT initrd %s\n", find_initrd() == offered ? L"offered" : L"gone");
	BS->UninstallMultipleProtocolInterfaces(offered, &DevicePathProtocol, &initrd_path,
						&file2, &offer, NULL);
	FreePool(initrd);
	return status;
}
