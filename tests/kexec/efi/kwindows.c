// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that needs what the boot manager of Windows needs
 *
 * It is EFI\Microsoft\Boot\bootmgfw.efi, and finds its configuration, BCD, on the
 * device that it was loaded from. It reads the start of the disk by BlockIo, and then
 * ends boot services.
 */
#include <efi.h>
#include <efilib.h>

#include "kend.h"

#define TO_READ		(64 << 20)
#define PIECE		(1 << 20)

static const CHAR16 own_file[] = L"\\EFI\\Microsoft\\Boot\\bootmgfw.efi";
static CHAR16 configuration[] = L"\\EFI\\Microsoft\\Boot\\BCD";

static EFI_STATUS read_configuration(EFI_HANDLE device)
{
	EFI_FILE_HANDLE root = LibOpenRoot(device), file;
	CHAR16 text[16] = { };
	UINTN size = sizeof(text) - sizeof(*text);
	EFI_STATUS status;

	if (!root)
		return EFI_NOT_FOUND;
	status = root->Open(root, &file, configuration, EFI_FILE_MODE_READ, 0);
	if (!EFI_ERROR(status))
		status = file->Read(file, &size, text);
	return status;
}

/* The disk of the partition @device: the same path without its last node */
static EFI_HANDLE disk_of(EFI_HANDLE device)
{
	EFI_DEVICE_PATH *path = DuplicateDevicePath(DevicePathFromHandle(device)), *node;
	EFI_DEVICE_PATH *rest = path;
	EFI_HANDLE disk = NULL;

	for (node = path; !IsDevicePathEnd(NextDevicePathNode(node));)
		node = NextDevicePathNode(node);
	SetDevicePathEndNode(node);
	BS->LocateDevicePath(&BlockIoProtocol, &rest, &disk);
	return disk;
}

static EFI_STATUS read_disk(EFI_HANDLE disk, UINT32 *sum)
{
	EFI_BLOCK_IO *io;
	EFI_STATUS status;
	UINT8 *data = AllocatePool(PIECE);
	UINT32 crc;
	UINTN at;

	status = BS->HandleProtocol(disk, &BlockIoProtocol, (VOID **)&io);
	for (at = 0, *sum = 0; !EFI_ERROR(status) && at < TO_READ; at += PIECE) {
		status = io->ReadBlocks(io, io->Media->MediaId,
					at / io->Media->BlockSize, PIECE, data);
		BS->CalculateCrc32(data, PIECE, &crc);
		*sum = (*sum << 1 | *sum >> 31) ^ crc;
	}
	FreePool(data);
	return status;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	EFI_LOADED_IMAGE *loaded;
	EFI_STATUS status;
	UINT32 sum;

	InitializeLib(image, systab);
	BS->HandleProtocol(image, &LoadedImageProtocol, (VOID **)&loaded);
	Print(L"WINDOWS file %s\n",
	      StrCmp(DevicePathToStr(loaded->FilePath), own_file) ? L"wrong" : L"ok");
	Print(L"WINDOWS options %s\n", loaded->LoadOptions);
	status = read_configuration(loaded->DeviceHandle);
	Print(L"WINDOWS configuration %r\n", status);
	if (EFI_ERROR(status))
		return status;
	status = read_disk(disk_of(loaded->DeviceHandle), &sum);
	Print(L"WINDOWS disk %r %08x\n", status, sum);
	leave_boot_services(image, "WINDOWS off");
	return EFI_ABORTED;
}
