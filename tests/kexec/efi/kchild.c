// SPDX-License-Identifier: GPL-2.0-only
/*
 * An EFI application that is started by kexec, and prints what it finds
 *
 * The words of its load options say what it does at the end:
 *
 *	return=N	return N from the entry point
 *	exit=N		call Exit() with N, and with data
 *	wait=N		wait N seconds before, with the watchdog off
 */
#include <efi.h>
#include <efilib.h>

#define INITRD_GUID { 0x5568e427, 0x68fc, 0x4f3d,			\
	{ 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68 } }
#define LOAD_FILE2_GUID { 0x4006c0c1, 0xfcb3, 0x403e,			\
	{ 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d } }

static struct {
	VENDOR_DEVICE_PATH vendor;
	EFI_DEVICE_PATH end;
} __attribute__((packed)) initrd_path = {
	.vendor = {
		.Header = { MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP,
			    { sizeof(VENDOR_DEVICE_PATH), 0 } },
		.Guid = INITRD_GUID,
	},
	.end = { END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE,
		 { sizeof(EFI_DEVICE_PATH), 0 } },
};

/* The number after @word in the options, or -1 */
static INTN number(const CHAR16 *options, const CHAR16 *word)
{
	UINTN length = StrLen(word);

	for (; *options; options++)
		if (!StrnCmp(options, word, length))
			return Atoi(options + length);
	return -1;
}

static void print_initrd(void)
{
	EFI_DEVICE_PATH *path = (EFI_DEVICE_PATH *)&initrd_path;
	EFI_GUID guid = LOAD_FILE2_GUID;
	EFI_LOAD_FILE_PROTOCOL *file;
	EFI_STATUS status;
	EFI_HANDLE handle;
	UINTN size = 0;
	UINT32 crc = 0;
	VOID *data;

	if (EFI_ERROR(uefi_call_wrapper(BS->LocateDevicePath, 3, &guid, &path, &handle)) ||
	    EFI_ERROR(uefi_call_wrapper(BS->HandleProtocol, 3, handle, &guid,
					(VOID **)&file))) {
		Print(L"CHILD initrd none\n");
		return;
	}
	status = uefi_call_wrapper(file->LoadFile, 5, file, path, FALSE, &size, NULL);
	if (status != EFI_BUFFER_TOO_SMALL) {
		Print(L"CHILD initrd broken: %r\n", status);
		return;
	}
	data = AllocatePool(size);
	status = uefi_call_wrapper(file->LoadFile, 5, file, path, FALSE, &size, data);
	uefi_call_wrapper(BS->CalculateCrc32, 3, data, size, &crc);
	Print(L"CHILD initrd %ld bytes, CRC %08x, %r\n", size, crc, status);
	FreePool(data);
}

static void print_device(EFI_LOADED_IMAGE *loaded)
{
	EFI_FILE_HANDLE root = loaded->DeviceHandle ? LibOpenRoot(loaded->DeviceHandle) :
						      NULL;
	CHAR16 *text;

	text = DevicePathToStr(DevicePathFromHandle(loaded->DeviceHandle));
	Print(L"CHILD device %s\n", text);
	FreePool(text);
	text = DevicePathToStr(loaded->FilePath);
	Print(L"CHILD file %s, file system %s\n", text, root ? L"open" : L"none");
	FreePool(text);
	if (root)
		uefi_call_wrapper(root->Close, 1, root);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	static CHAR16 options[1024];
	EFI_LOADED_IMAGE *loaded;
	EFI_STATUS status;
	CHAR16 *data;
	INTN n;

	InitializeLib(image, systab);
	status = uefi_call_wrapper(BS->HandleProtocol, 3, image, &LoadedImageProtocol,
				   (VOID **)&loaded);
	if (EFI_ERROR(status))
		return status;
	if (loaded->LoadOptions && loaded->LoadOptionsSize < sizeof(options))
		CopyMem(options, loaded->LoadOptions, loaded->LoadOptionsSize);
	Print(L"CHILD options %d bytes: %s\n", loaded->LoadOptionsSize, options);
	print_device(loaded);
	print_initrd();
	print_initrd();
	n = number(options, L"wait=");
	if (n > 0) {
		uefi_call_wrapper(BS->SetWatchdogTimer, 4, 0, 0, 0, NULL);
		uefi_call_wrapper(BS->Stall, 1, n * 1000000);
		Print(L"CHILD waited\n");
	}
	n = number(options, L"exit=");
	if (n >= 0) {
		data = AllocateZeroPool(64);
		StrCpy(data, L"the child's data");
		uefi_call_wrapper(BS->Exit, 4, image, n, 64, data);
	}
	n = number(options, L"return=");
	return n >= 0 ? n : EFI_SUCCESS;
}
