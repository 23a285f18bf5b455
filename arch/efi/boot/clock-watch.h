/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stubs for all vectors, by which clock.c finds the firmware's clock
 */
#ifndef _ARCH_EFI_BOOT_CLOCK_WATCH_H
#define _ARCH_EFI_BOOT_CLOCK_WATCH_H

/* Bytes from one stub to the next */
#define EFI_MODE_CLOCK_WATCH_STRIDE	16

#ifndef __ASSEMBLY__

#include <linux/types.h>

/**
 * struct efi_mode_clock_watch - what the stub of a vector has seen
 * @handler:	the firmware's handler
 * @count:	number of interrupts
 * @first:	TSC of the first one
 * @last:	TSC of the last one
 */
struct efi_mode_clock_watch {
	__u64 handler;
	__u64 count;
	__u64 first;
	__u64 last;
};

extern struct efi_mode_clock_watch efi_mode_clock_watches[];
extern const char efi_mode_clock_watch_stubs[];

#endif /* !__ASSEMBLY__ */
#endif /* _ARCH_EFI_BOOT_CLOCK_WATCH_H */
