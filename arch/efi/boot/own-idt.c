// SPDX-License-Identifier: GPL-2.0-only
/*
 * An interrupt descriptor table for a firmware that runs with interrupts off
 *
 * UEFI requires that interrupts are on (UEFI 2.10, section 2.3.4), but U-Boot
 * polls and keeps them off. The IDT that U-Boot has loaded may be left over
 * from an earlier boot stage, and may contain 32-bit gates. Until the image
 * exits, efi-mode loads an IDT of its own and enables interrupts. Slices can
 * then end, and an exception stops the firmware but not Linux.
 *
 * Interrupts do not disturb such a firmware in any state, because the handlers
 * run no firmware code: they only switch to the kernel and back.
 */
#include <asm/desc_defs.h>
#include <asm/irqflags.h>
#include <asm/processor-flags.h>

#include "boot.h"

#define FIRST_VECTOR	0x20

static gate_desc own_idt[EFI_MODE_NR_VECTORS] __aligned(16);
static struct desc_ptr firmware_idt;

bool efi_mode_own_idt_loaded;

static void own_idt_set(unsigned int vector, unsigned long handler)
{
	u16 cs;

	asm volatile("movw %%cs, %0" : "=r" (cs));
	efi_mode_pack_gate(&own_idt[vector], handler, 0, cs);
}

/**
 * efi_mode_own_idt_load() - load the IDT of efi-mode if interrupts are off
 * @entries:	addresses of the entries
 *
 * Interrupts stay off.
 *
 * Context: the firmware's world, TPL_APPLICATION. The interrupt flag must be as
 * the firmware has set it.
 * Return: false if the firmware runs with interrupts on. Its IDT then stays.
 */
bool efi_mode_own_idt_load(const struct efi_mode_idt_entries *entries)
{
	const struct desc_ptr ours = {
		.size = sizeof(own_idt) - 1,
		.address = (unsigned long)own_idt,
	};
	unsigned int i;

	if (native_save_fl() & X86_EFLAGS_IF)
		return false;

	for (i = 0; i < EFI_MODE_NR_FAULTS; i++)
		own_idt_set(i, entries->faults + i * EFI_MODE_ENTRY_STRIDE);
	for (i = FIRST_VECTOR; i < EFI_MODE_NR_VECTORS; i++)
		own_idt_set(i, entries->stray);
	asm volatile("sidt %0" : "=m" (firmware_idt));
	asm volatile("lidt %0" : : "m" (ours));
	efi_mode_own_idt_loaded = true;
	return true;
}

/**
 * efi_mode_own_idt_unload() - undo efi_mode_own_idt_load()
 *
 * If the firmware has loaded another IDT since then, that IDT stays loaded.
 *
 * Context: the firmware's world, interrupts off, and still off at return.
 */
void efi_mode_own_idt_unload(void)
{
	struct desc_ptr now;

	asm volatile("sidt %0" : "=m" (now));
	if (efi_mode_own_idt_loaded && now.address == (unsigned long)own_idt)
		asm volatile("lidt %0" : : "m" (firmware_idt));
	efi_mode_own_idt_loaded = false;
}
