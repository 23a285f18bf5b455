/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FILE_H
#define FILE_H

#include <efi.h>

EFI_STATUS read_file(EFI_HANDLE device, CHAR16 *name, UINT8 **data, UINTN *size);

#endif /* FILE_H */
