/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The boot console: implemented by arch/efi/kernel/early-console.c
 */
#ifndef _EFI_MODE_EARLY_CONSOLE_H
#define _EFI_MODE_EARLY_CONSOLE_H

#include <linux/types.h>

/**
 * efi_mode_has_screen() - does Linux have a screen of its own?
 *
 * Context: any.
 * Return: true if the virtual terminals are on one.
 */
bool efi_mode_has_screen(void);

/**
 * efi_mode_end_early_console() - the boot console is not needed any more
 *
 * Context: task context; sleeps.
 */
void efi_mode_end_early_console(void);

#endif /* _EFI_MODE_EARLY_CONSOLE_H */
