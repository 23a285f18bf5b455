// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transition tables: the descriptor tables and the stack in the middle of a switch
 *
 * switch.S says why they are needed. The transition GDT of a side is a copy of that
 * side's GDT, as far as it is in use, followed by a code segment at a place that is
 * the same for both sides. The kernel fills in its own when it has one.
 */
#include <asm/segment.h>
#include <asm/trapnr.h>

#include "boot.h"

/* Beyond the kernel's own, and what firmware may add later to have a task */
#define TRANSITION_CS	512

#define CODE64		(DESC_CODE64 | _DESC_ACCESSED)

static_assert(TRANSITION_CS >= GDT_SIZE);
static_assert(sizeof_field(struct efi_mode_handoff, transition_idt) ==
	      EFI_MODE_TRANSITION_VECTORS * sizeof(gate_desc));

static void switch_tables_set_pointer(u8 *where, const void *table, unsigned int size)
{
	struct desc_ptr p = {
		.size = size - 1,
		.address = (unsigned long)table,
	};

	memcpy(where, &p, sizeof(p));
}

/* The firmware's task register, unless it is 0 or the kernel has loaded it */
static u16 switch_tables_own_task(const struct desc_ptr *gdt)
{
	const struct ldttss_desc *desc;
	u16 tr;

	asm volatile("str %0" : "=r" (tr));
	desc = (void *)(gdt->address + (tr & ~7));
	if (!(tr & ~7) || (tr | 7) + 8 > gdt->size ||
	    (desc->type & ~2) != DESC_TSS)
		return 0;
	return tr;
}

static void switch_tables_copy_firmware(struct efi_mode_handoff *h,
					const struct desc_ptr *gdt)
{
	memcpy((void *)h->layout.firmware_gdt, (void *)gdt->address,
	       min_t(unsigned int, gdt->size + 1, TRANSITION_CS));
	h->firmware.tr = switch_tables_own_task(gdt);
	h->linux_cpu.tr = h->firmware.tr ? h->linux_tr : 0;
	memcpy(h->firmware.gdt, gdt, sizeof(*gdt));
}

/**
 * efi_mode_switch_tables_gdt_size() - get the size of a transition GDT
 *
 * Return: bytes.
 */
size_t efi_mode_switch_tables_gdt_size(void)
{
	return TRANSITION_CS + sizeof(struct desc_struct);
}

/**
 * efi_mode_switch_tables_init() - make the transition tables
 * @h:	the handoff; @layout must be set
 *
 * The kernel starts on a copy of the firmware's GDT.
 */
void efi_mode_switch_tables_init(struct efi_mode_handoff *h)
{
	static const struct desc_struct cs = GDT_ENTRY_INIT(CODE64, 0, 0xfffff);
	struct efi_mode_cpu *cpus[] = { &h->firmware, &h->linux_cpu };
	u64 gdts[] = { h->layout.firmware_gdt, h->layout.linux_gdt };
	gate_desc *idt = (void *)h->transition_idt;
	struct desc_ptr gdt;
	int i;

	asm volatile("sgdt %0" : "=m" (gdt));
	h->transition_gdt_size = efi_mode_switch_tables_gdt_size();

	efi_mode_pack_gate(&idt[X86_TRAP_NMI],
			   (unsigned long)efi_mode_transition_nmi, 0,
			   TRANSITION_CS);
	efi_mode_pack_gate(&idt[X86_TRAP_MC],
			   (unsigned long)efi_mode_transition_mc, 0,
			   TRANSITION_CS);

	for (i = 0; i < ARRAY_SIZE(cpus); i++) {
		u8 *table = (u8 *)gdts[i];

		memcpy(table, (void *)gdt.address,
		       min_t(unsigned int, gdt.size + 1, TRANSITION_CS));
		memcpy(table + TRANSITION_CS, &cs, sizeof(cs));
		switch_tables_set_pointer(cpus[i]->transition_gdt, table,
					  h->transition_gdt_size);
		switch_tables_set_pointer(cpus[i]->transition_idt, idt,
					  sizeof(h->transition_idt));
		cpus[i]->transition_cs = TRANSITION_CS;
		cpus[i]->transition_rsp = (unsigned long)h->transition_stack +
					  sizeof(h->transition_stack);
	}
	switch_tables_copy_firmware(h, &gdt);
}

/**
 * efi_mode_switch_tables_follow() - copy the GDT that the firmware has loaded since
 * @h:	the handoff
 *
 * Context: the firmware's world, interrupts off, before an egress.
 */
void efi_mode_switch_tables_follow(struct efi_mode_handoff *h)
{
	struct desc_ptr gdt;

	asm volatile("sgdt %0" : "=m" (gdt));
	switch_tables_copy_firmware(h, &gdt);
}
