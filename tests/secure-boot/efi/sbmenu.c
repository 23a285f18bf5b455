// SPDX-License-Identifier: GPL-2.0-only
/*
 * A boot manager that starts the kernel again and again
 *
 * It starts \bzImage with the command line in \cmdline.txt as often as \rounds.txt
 * says, and then powers the machine off. Before each start and at the end, it
 * prints what the firmware has: handles, and free pages. Under shim, LoadImage()
 * and StartImage() are shim's.
 */
#include <efi.h>
#include <efilib.h>

#define MAX_TEXT 1024

/* Return: the size of the text, or 0 */
static UINTN read_text(EFI_HANDLE device, CHAR16 *name, CHAR8 *text)
{
	EFI_FILE_HANDLE root = LibOpenRoot(device), file;
	UINTN size = MAX_TEXT - 1;

	if (!root || EFI_ERROR(root->Open(root, &file, name, EFI_FILE_MODE_READ, 0)))
		return 0;
	if (EFI_ERROR(file->Read(file, &size, text)))
		size = 0;
	file->Close(file);
	root->Close(root);
	text[size] = 0;
	return size;
}

static UINTN count_handles(void)
{
	EFI_HANDLE *handles;
	UINTN nr = 0;

	if (EFI_ERROR(BS->LocateHandleBuffer(AllHandles, NULL, NULL, &nr, &handles)))
		return 0;
	FreePool(handles);
	return nr;
}

static UINTN count_pages(void)
{
	UINTN nr, key, size, i, pages = 0;
	EFI_MEMORY_DESCRIPTOR *map, *d;
	UINT32 version;

	map = LibMemoryMap(&nr, &key, &size, &version);
	for (i = 0; i < nr; i++) {
		d = (VOID *)map + i * size;
		if (d->Type == EfiConventionalMemory)
			pages += d->NumberOfPages;
	}
	FreePool(map);
	return pages;
}

static EFI_STATUS start(EFI_HANDLE parent, EFI_HANDLE device, CHAR16 *options)
{
	EFI_DEVICE_PATH *path = FileDevicePath(device, L"\\bzImage");
	EFI_LOADED_IMAGE *loaded;
	EFI_HANDLE image = NULL;
	EFI_STATUS status;

	status = BS->LoadImage(FALSE, parent, path, NULL, 0, &image);
	FreePool(path);
	if (EFI_ERROR(status)) {
		Print(L"NOT STARTED %lx\n", status);
		return status;
	}
	BS->HandleProtocol(image, &LoadedImageProtocol, (VOID **)&loaded);
	loaded->LoadOptions = options;
	loaded->LoadOptionsSize = (StrLen(options) + 1) * sizeof(*options);
	status = BS->StartImage(image, NULL, NULL);
	Print(L"RETURNED %lx\n", status);
	return status;
}

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *systab)
{
	static CHAR16 options[MAX_TEXT];
	static CHAR8 text[MAX_TEXT];
	EFI_LOADED_IMAGE *own;
	UINTN rounds, size, i;

	InitializeLib(handle, systab);
	BS->HandleProtocol(handle, &LoadedImageProtocol, (VOID **)&own);
	for (i = 0, rounds = 0, size = read_text(own->DeviceHandle, L"\\rounds.txt", text);
	     i < size; i++)
		rounds = 10 * rounds + text[i] - '0';
	size = read_text(own->DeviceHandle, L"\\cmdline.txt", text);
	for (i = 0; i < size; i++)
		options[i] = text[i];
	for (i = 1; i <= rounds; i++) {
		Print(L"MENU %ld handles %ld pages %ld\n", i, count_handles(), count_pages());
		if (EFI_ERROR(start(handle, own->DeviceHandle, options)))
			break;
	}
	Print(L"MENU END handles %ld pages %ld\n", count_handles(), count_pages());
	RT->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	return EFI_SUCCESS;
}
