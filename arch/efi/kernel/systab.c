// SPDX-License-Identifier: GPL-2.0-only
/*
 * Access to the EFI system table and to the resident half, for calls
 */
#include <linux/export.h>
#include <linux/init.h>
#include <linux/io.h>

#include <asm/efi-mode.h>
#include <efi-mode/systab.h>

static efi_system_table_t systab __ro_after_init;

/**
 * efi_mode_copy_systab() - copy the EFI system table from firmware memory
 *
 * Context: setup_arch(), after efi_mode_map_handoff().
 */
void __init efi_mode_copy_systab(void)
{
	void *p = early_memremap(efi_mode_handoff->systab, sizeof(systab));

	if (!p)
		panic("efi-mode: cannot map the EFI system table\n");
	systab = *(efi_system_table_t *)p;
	early_memunmap(p, sizeof(systab));
}

const efi_system_table_t *efi_mode_systab(void)
{
	return &systab;
}
EXPORT_SYMBOL_GPL(efi_mode_systab);

const struct efi_mode_resident *efi_mode_resident(void)
{
	return (void *)__pa(&efi_mode_handoff->resident);
}
EXPORT_SYMBOL_GPL(efi_mode_resident);

u64 efi_mode_image(void)
{
	return efi_mode_handoff->image;
}
EXPORT_SYMBOL_GPL(efi_mode_image);
