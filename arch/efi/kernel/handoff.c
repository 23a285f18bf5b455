// SPDX-License-Identifier: GPL-2.0-only
/*
 * Find, check and map the handoff
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

/*
 * Find the address in the setup_data node that the EFI stub has added.
 *
 * Return: the physical address, or 0 if there is no such node.
 */
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
 * efi_mode_find_handoff() - find the handoff and reserve its memory
 *
 * Stops with a message if the kernel was not started by its own EFI stub, and
 * panics if the handoff has another version: the kernel cannot run without it.
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
 * efi_mode_map_handoff() - make the handoff accessible in the direct map
 *
 * Context: setup_arch(), after the direct map has been created.
 */
void __init efi_mode_map_handoff(void)
{
	efi_mode_handoff = __va(efi_mode_handoff_phys);
}
