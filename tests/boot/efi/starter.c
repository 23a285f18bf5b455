// SPDX-License-Identifier: GPL-2.0-only
/*
 * A boot manager for Secure Boot
 *
 * It tries to load \unsigned.efi, which the firmware must refuse. Then it
 * starts \bzImage with the command line in \cmdline.txt. The UEFI shell could
 * do this, too, but the firmware for Secure Boot does not have it.
 */
#include <efi.h>
#include <efilib.h>

static EFI_STATUS load(EFI_HANDLE parent, EFI_HANDLE device, CHAR16 *name,
		       EFI_HANDLE *image)
{
	EFI_DEVICE_PATH *path = FileDevicePath(device, name);

	return BS->LoadImage(FALSE, parent, path, NULL, 0, image);
}

/* Return: the command line, or NULL */
static CHAR16 *read_options(EFI_HANDLE device)
{
	EFI_FILE_HANDLE root = LibOpenRoot(device), file;
	static CHAR16 options[512];
	CHAR8 text[512];
	UINTN size = sizeof(text) - 1, i;

	if (!root || EFI_ERROR(root->Open(root, &file, L"\\cmdline.txt",
					  EFI_FILE_MODE_READ, 0)) ||
	    EFI_ERROR(file->Read(file, &size, text)))
		return NULL;
	for (i = 0; i < size; i++)
		options[i] = text[i];
	return options;
}

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *systab)
{
	EFI_LOADED_IMAGE *own, *kernel;
	EFI_HANDLE image = NULL;
	EFI_STATUS status;
	CHAR16 *options;

	InitializeLib(handle, systab);
	BS->HandleProtocol(handle, &LoadedImageProtocol, (VOID **)&own);
	status = load(handle, own->DeviceHandle, L"\\unsigned.efi", &image);
	Print(L"UNSIGNED %lx\n", status);
	if (image)
		BS->UnloadImage(image);

	image = NULL;
	status = load(handle, own->DeviceHandle, L"\\bzImage", &image);
	options = read_options(own->DeviceHandle);
	if (EFI_ERROR(status) || !options) {
		Print(L"NOT STARTED %lx\n", status);
		return status;
	}
	BS->HandleProtocol(image, &LoadedImageProtocol, (VOID **)&kernel);
	kernel->LoadOptions = options;
	kernel->LoadOptionsSize = (StrLen(options) + 1) * sizeof(*options);
	return BS->StartImage(image, NULL, NULL);
}
