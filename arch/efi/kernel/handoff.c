// SPDX-License-Identifier: GPL-2.0-only
/*
 * Find the handoff, check it and map it
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/export.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/memblock.h>

#include <asm/setup.h>

#include <asm/efi-mode.h>

struct efi_mode_handoff *efi_mode_handoff;
EXPORT_SYMBOL_GPL(efi_mode_handoff);

/**
 * efi_mode_find_handoff() - find the handoff and keep it
 *
 * Panics if the kernel was not started by its own EFI stub: there is nothing
 * else that it could run on.
 *
 * Context: setup_arch(), before memory is allocated.
 */
void __init efi_mode_find_handoff(void)
{
	u64 base = boot_params.hdr.hardware_subarch_data, extent;
	struct efi_mode_handoff *h;

	if (!base)
		panic("efi-mode: this kernel must be started as an EFI application\n");

	h = early_memremap(base, sizeof(*h));
	if (!h || h->magic != EFI_MODE_HANDOFF_MAGIC ||
	    h->version != EFI_MODE_HANDOFF_VERSION || h->size != sizeof(*h) ||
	    h->canary != EFI_MODE_HANDOFF_CANARY)
		panic("efi-mode: no handoff of version %d at %#llx\n",
		      EFI_MODE_HANDOFF_VERSION, base);
	extent = h->extent;
	early_memunmap(h, sizeof(*h));

	memblock_reserve(base, extent);
}

/**
 * efi_mode_map_handoff() - map the handoff
 *
 * Context: setup_arch(), after the direct map is there.
 */
void __init efi_mode_map_handoff(void)
{
	efi_mode_handoff = __va(boot_params.hdr.hardware_subarch_data);
}
