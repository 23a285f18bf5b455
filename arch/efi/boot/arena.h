/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How arena.c chooses the arena. It needs nothing of the EFI stub, because KUnit
 * tests it in the kernel proper.
 */
#ifndef _ARCH_EFI_BOOT_ARENA_H
#define _ARCH_EFI_BOOT_ARENA_H

#include <linux/efi.h>

#include <asm/handoff.h>

/**
 * struct efi_mode_arena_policy - how much memory goes to the arena
 * @reserve:	bytes that firmware keeps, counting what it already uses
 * @size:	bytes to take in addition to what the kernel already has, or 0 for
 *		all that @reserve leaves
 * @limit:	bytes to take at most, in addition to what the kernel already has; 0 for no
 *		limit
 * @minimum:	bytes without which the kernel cannot live
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
