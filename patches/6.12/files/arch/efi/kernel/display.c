// SPDX-License-Identifier: GPL-2.0-only
/*
 * The screen and the EDID that the EFI stub has found
 */
#include <linux/init.h>
#include <linux/screen_info.h>

#include <asm/setup.h>

#include <asm/efi-mode.h>

void __init efi_mode_note_display(void)
{
	screen_info = boot_params.screen_info;
	edid_info = boot_params.edid_info;
}
