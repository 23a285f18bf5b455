// SPDX-License-Identifier: GPL-2.0-only
/*
 * An EFI application that is started by kexec, and prints what it finds
 *
 * The words of its load options say what it does at the end:
 *
 *	return=N	return N from the entry point
 *	exit=N		call Exit() with N, and with data
 *	wait=N		wait N seconds before, with the watchdog off
 *	list		print the protocols that exist, and the number of events
 *	fault		execute an invalid instruction
 *	leave		end boot services, use runtime services, and power off
 */
#include <efi.h>
#include <efilib.h>

#include "kcount.h"
#include "kend.h"
#include "kinitrd.h"

/* Much more than what the pools of the firmware grow and shrink by */
#define EXIT_DATA 0x40000

/* The rest of the options after @word, or NULL */
static const CHAR16 *after(const CHAR16 *options, const CHAR16 *word)
{
	UINTN length = StrLen(word);

	for (; *options; options++)
		if (!StrnCmp(options, word, length))
			return options + length;
	return NULL;
}

/* The number after @word in the options, or -1 */
static INTN number(const CHAR16 *options, const CHAR16 *word)
{
	const CHAR16 *rest = after(options, word);

	return rest ? (INTN)Atoi(rest) : -1;
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

	handle = find_initrd();
	if (!handle ||
	    EFI_ERROR(BS->HandleProtocol(handle, &guid, (VOID **)&file))) {
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

/* Print all protocols of all handles, unsorted, and the number of events */
static void list(void)
{
	EFI_GUID guid = KCOUNT_GUID, **protocols;
	EFI_HANDLE *handles;
	struct kcount *count;
	UINTN nr, n, i, j;

	if (BS->LocateHandleBuffer(AllHandles, NULL, NULL, &nr, &handles))
		return;
	for (i = 0; i < nr; i++) {
		if (BS->ProtocolsPerHandle(handles[i], &protocols, &n))
			continue;
		for (j = 0; j < n; j++)
			Print(L"CHILD has %g\n", protocols[j]);
		BS->FreePool(protocols);
	}
	BS->FreePool(handles);
	if (!BS->LocateProtocol(&guid, NULL, (VOID **)&count))
		Print(L"CHILD events %d\n", count->events);
	Print(L"CHILD handles %d\n", nr);
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
	if (after(options, L"list"))
		list();
	if (after(options, L"fault"))
		asm volatile("ud2");
	if (after(options, L"leave"))
		leave_boot_services(image, "CHILD off");
	n = number(options, L"exit=");
	if (n >= 0) {
		data = AllocateZeroPool(EXIT_DATA);
		StrCpy(data, L"the child's data");
		uefi_call_wrapper(BS->Exit, 4, image, n, EXIT_DATA, data);
	}
	n = number(options, L"return=");
	return n >= 0 ? n : EFI_SUCCESS;
}
