/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interface of load-options.c, which converts load options to a command line
 *
 * The file uses nothing from the EFI stub, because KUnit tests it in the kernel
 * proper.
 */
#ifndef _ARCH_EFI_BOOT_LOAD_OPTIONS_H
#define _ARCH_EFI_BOOT_LOAD_OPTIONS_H

#include <linux/types.h>

/**
 * enum efi_mode_options_state - result of the conversion of load options
 * @EFI_MODE_OPTIONS_GOOD:	the load options are a command line already
 * @EFI_MODE_OPTIONS_CHANGED:	a byte order mark was removed, or white space
 *				was replaced with spaces
 * @EFI_MODE_OPTIONS_CUT:	the data after the command line are not text and
 *				were cut off
 * @EFI_MODE_OPTIONS_NOT_TEXT:	the load options are not text, and the command
 *				line is empty
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
