/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The boot console: implemented by arch/efi/kernel/early-console.c
 */
#ifndef _EFI_MODE_EARLY_CONSOLE_H
#define _EFI_MODE_EARLY_CONSOLE_H

#include <linux/types.h>

/**
 * efi_mode_has_screen() - check whether the virtual terminals are on a screen
 *
 * Context: any.
 * Return: true if the kernel has a console driver for a screen, such as fbcon.
 */
bool efi_mode_has_screen(void);

/**
 * efi_mode_end_early_console() - unregister the boot console
 *
 * Call it when another console shows the messages of the kernel.
 *
 * Context: task context; sleeps.
 */
void efi_mode_end_early_console(void);

#endif /* _EFI_MODE_EARLY_CONSOLE_H */
