/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The RAM disk of the EFI test driver: shared by disk.c and tokens.c
 */
#ifndef DISK_DEVICE_H
#define DISK_DEVICE_H

#include "disk.h"
#include "driver.h"

/* disk.c */
EFI_STATUS disk_check(UINT32 media_id, UINT64 lba, UINTN size, void *buffer);
BOOLEAN disk_is_bad(UINT64 lba, UINTN size);
void disk_copy(BOOLEAN write, UINT64 offset, UINTN size, void *buffer);
UINT32 disk_block_size(void);
void disk_breach(void);
EFI_STATUS disk_stray(void);

/* tokens.c */
EFI_STATUS tokens_install(EFI_HANDLE handle, EFI_BLOCK_IO_MEDIA *media,
			  UINT64 with);
EFI_STATUS tokens_remove(EFI_HANDLE handle);
EFI_STATUS tokens_do(UINT64 what, UINT64 argument, UINT64 *value);
BOOLEAN tokens_in_flight(void);

#endif /* DISK_DEVICE_H */
