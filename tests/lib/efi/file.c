// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read a file of a volume
 */
#include <efi.h>
#include <efilib.h>

#include "file.h"

/* Read the whole file @name; the caller frees @data */
EFI_STATUS read_file(EFI_HANDLE device, CHAR16 *name, UINT8 **data, UINTN *size)
{
	EFI_FILE_HANDLE root = LibOpenRoot(device), file;
	EFI_FILE_INFO *info;
	EFI_STATUS status;

	if (!root)
		return EFI_NOT_FOUND;
	status = root->Open(root, &file, name, EFI_FILE_MODE_READ, 0);
	if (EFI_ERROR(status))
		return status;
	info = LibFileInfo(file);
	*size = info->FileSize;
	FreePool(info);
	*data = AllocatePool(*size);
	status = file->Read(file, size, *data);
	file->Close(file);
	root->Close(root);
	return status;
}
