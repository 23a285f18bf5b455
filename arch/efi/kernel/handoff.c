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

phys_addr_t efi_mode_handoff_phys __initdata;
struct efi_mode_handoff *efi_mode_handoff;
EXPORT_SYMBOL_GPL(efi_mode_handoff);

/* The EFI stub has put the address into a node of the setup_data list; 0: it has not */
static u64 __init ehandoff_address(void)
{
	u64 node = boot_params.hdr.setup_data, handoff;
	struct efi_mode_setup_data *p;
	struct setup_data header;

	for (; node; node = header.next) {
		p = early_memremap(node, sizeof(header));
		if (!p)
			return 0;
		header = p->header;
		early_memunmap(p, sizeof(header));
		if (header.type == SETUP_EFI_MODE)
			break;
	}
	if (!node || header.len != sizeof(p->handoff))
		return 0;

	p = early_memremap(node, sizeof(*p));
	if (!p)
		return 0;
	handoff = p->handoff;
	early_memunmap(p, sizeof(*p));
	return handoff;
}

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
	struct efi_mode_handoff *h;
	u64 base, extent;

	base = ehandoff_address();
	if (!base)
		efi_mode_no_firmware();

	h = early_memremap(base, sizeof(*h));
	if (!h || h->magic != EFI_MODE_HANDOFF_MAGIC ||
	    h->version != EFI_MODE_HANDOFF_VERSION || h->size != sizeof(*h) ||
	    h->canary != EFI_MODE_HANDOFF_CANARY)
		panic("efi-mode: no handoff of version %d at %#llx\n",
		      EFI_MODE_HANDOFF_VERSION, base);
	extent = h->extent;
	early_memunmap(h, sizeof(*h));

	memblock_reserve(base, extent);
	efi_mode_handoff_phys = base;
}

/**
 * efi_mode_map_handoff() - map the handoff
 *
 * Context: setup_arch(), after the direct map is there.
 */
void __init efi_mode_map_handoff(void)
{
	efi_mode_handoff = __va(efi_mode_handoff_phys);
}
