/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How load-options.c makes a command line of load options. It needs nothing of the EFI
 * stub, because KUnit tests it in the kernel proper.
 */
#ifndef _ARCH_EFI_BOOT_LOAD_OPTIONS_H
#define _ARCH_EFI_BOOT_LOAD_OPTIONS_H

#include <linux/types.h>

/**
 * enum efi_mode_options_state - what load options are
 * @EFI_MODE_OPTIONS_GOOD:	a command line as it is
 * @EFI_MODE_OPTIONS_CHANGED:	a command line, once white space is spaces
 * @EFI_MODE_OPTIONS_CUT:	a command line with something behind that is not text
 * @EFI_MODE_OPTIONS_NOT_TEXT:	nothing that is a command line
 */
enum efi_mode_options_state {
	EFI_MODE_OPTIONS_GOOD,
	EFI_MODE_OPTIONS_CHANGED,
	EFI_MODE_OPTIONS_CUT,
	EFI_MODE_OPTIONS_NOT_TEXT,
};

enum efi_mode_options_state
efi_mode_clean_load_options(const void *options, size_t size, u16 *text, size_t *length);

#endif /* _ARCH_EFI_BOOT_LOAD_OPTIONS_H */
