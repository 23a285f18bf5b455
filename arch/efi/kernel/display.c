// SPDX-License-Identifier: GPL-2.0-only
/*
 * The screen and the EDID that the EFI stub has found
 */
#include <linux/init.h>
#include <linux/sysfb.h>

#include <asm/setup.h>

#include <asm/efi-mode.h>

/**
 * efi_mode_note_display() - keep what the boot parameters say of the screen
 *
 * Context: setup_arch(), before the first use of sysfb_primary_display.
 */
void __init efi_mode_note_display(void)
{
	sysfb_primary_display.screen = boot_params.screen_info;
#if defined(CONFIG_FIRMWARE_EDID)
	sysfb_primary_display.edid = boot_params.edid_info;
#endif
}
