/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One stub for each vector, with which clock.c finds the firmware's clock
 */
#ifndef _ARCH_EFI_BOOT_CLOCK_WATCH_H
#define _ARCH_EFI_BOOT_CLOCK_WATCH_H

/* Distance of the stubs in bytes */
#define EFI_MODE_CLOCK_WATCH_STRIDE	16

#ifndef __ASSEMBLER__

#include <linux/types.h>

/**
 * struct efi_mode_clock_watch - interrupts at one vector
 * @handler:	address of the firmware's handler
 * @count:	number of interrupts
 * @first:	TSC at the first interrupt
 * @last:	TSC at the last interrupt
 */
struct efi_mode_clock_watch {
	__u64 handler;
	__u64 count;
	__u64 first;
	__u64 last;
};

extern struct efi_mode_clock_watch efi_mode_clock_watches[];
extern const char efi_mode_clock_watch_stubs[];

#endif /* !__ASSEMBLER__ */
#endif /* _ARCH_EFI_BOOT_CLOCK_WATCH_H */
