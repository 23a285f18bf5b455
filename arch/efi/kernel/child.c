// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pass the EFI image that follows Linux to the resident half
 */
#include <linux/export.h>

#include <asm/efi-mode.h>
#include <efi-mode/child.h>

void efi_mode_set_child(const struct efi_mode_child *child)
{
	efi_mode_handoff->child = child ? *child : (struct efi_mode_child){};
}

/**
 * efi_mode_start_child() - make the resident half start the child
 *
 * It starts the child after the last world switch, if Linux returns. Otherwise
 * it unloads the child.
 *
 * Context: any.
 */
void efi_mode_start_child(void)
{
	efi_mode_handoff->start_child = true;
}
