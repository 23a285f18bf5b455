/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interface of crystal.c, which identifies the crystal behind the TSC
 */
#ifndef _ARCH_EFI_BOOT_CRYSTAL_H
#define _ARCH_EFI_BOOT_CRYSTAL_H

#include <linux/types.h>

u32 efi_mode_crystal_khz(u32 base_mhz, u32 numerator, u32 denominator);

#endif /* _ARCH_EFI_BOOT_CRYSTAL_H */
