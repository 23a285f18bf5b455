/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interface of arena.c, which chooses the arena
 *
 * The file uses nothing from the EFI stub, because KUnit tests it in the kernel
 * proper.
 */
#ifndef _ARCH_EFI_BOOT_ARENA_H
#define _ARCH_EFI_BOOT_ARENA_H

#include <linux/efi.h>

#include <asm/handoff.h>

/**
 * struct efi_mode_arena_policy - how much memory the arena takes
 * @reserve:	bytes that the firmware keeps, including the memory that it
 *		already uses
 * @size:	bytes to take in addition to the memory that the kernel already
 *		has; 0 to take all that @reserve leaves
 * @limit:	maximum of bytes to take in addition to the memory that the
 *		kernel already has; 0 for no limit
 * @minimum:	bytes that the kernel needs in addition to the memory that it
 *		already has
 */
struct efi_mode_arena_policy {
	u64 reserve;
	u64 size;
	u64 limit;
	u64 minimum;
};

u64 efi_mode_total_memory(const struct efi_boot_memmap *map);
int efi_mode_choose_arena(const struct efi_boot_memmap *map, u64 taken,
			  const struct efi_mode_arena_policy *policy,
			  struct efi_mode_range *ranges, int max);

#endif /* _ARCH_EFI_BOOT_ARENA_H */
