// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands in for both sides' descriptor tables in the middle of a switch
 *
 * switch.S says why. The stand-in for a global descriptor table is a copy of it,
 * as far as it is in use, and behind that a code segment at a place that is the
 * same for both sides. The kernel fills in its own when it has one.
 */
#include <asm/desc_defs.h>
#include <asm/segment.h>
#include <asm/trapnr.h>

#include "boot.h"

/* Beyond the kernel's own, and what firmware may add later to have a task */
#define WINDOW_CS	512

#define CODE64		(DESC_CODE64 | _DESC_ACCESSED)

static_assert(WINDOW_CS >= GDT_SIZE);
static_assert(sizeof_field(struct efi_mode_handoff, window_idt) ==
	      EFI_MODE_WINDOW_VECTORS * sizeof(gate_desc));

static void set_pointer(u8 *where, const void *table, unsigned int size)
{
	struct desc_ptr p = {
		.size = size - 1,
		.address = (unsigned long)table,
	};

	memcpy(where, &p, sizeof(p));
}

static u8 *gdt_of(struct efi_mode_handoff *h, struct efi_mode_cpu *cpu)
{
	u8 *tables = (u8 *)ALIGN((unsigned long)(h + 1), 16);

	return cpu == &h->firmware ? tables : tables + h->window_gdt_size;
}

/* Firmware's task register, if it has loaded one itself: not the kernel's */
static u16 own_task(const struct desc_ptr *gdt)
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

static void copy_firmware(struct efi_mode_handoff *h,
			  const struct desc_ptr *gdt)
{
	memcpy(gdt_of(h, &h->firmware), (void *)gdt->address,
	       min_t(unsigned int, gdt->size + 1, WINDOW_CS));
	h->firmware.tr = own_task(gdt);
	h->linux_cpu.tr = h->firmware.tr ? h->linux_tr : 0;
	memcpy(h->firmware.gdt, gdt, sizeof(*gdt));
}

static void set_gate(gate_desc *g, const char *handler)
{
	g->offset_low = (unsigned long)handler;
	g->offset_middle = (unsigned long)handler >> 16;
	g->offset_high = (unsigned long)handler >> 32;
	g->segment = WINDOW_CS;
	g->bits.type = GATE_INTERRUPT;
	g->bits.p = 1;
}

/**
 * efi_mode_window_size() - room for the stand-ins behind the handoff
 *
 * Return: bytes.
 */
size_t efi_mode_window_size(void)
{
	return 2 * (WINDOW_CS + sizeof(struct desc_struct)) + 16;
}

/**
 * efi_mode_window_init() - make the stand-ins
 * @h:	the handoff, with efi_mode_window_size() bytes behind it
 *
 * The kernel starts on a copy of firmware's.
 */
void efi_mode_window_init(struct efi_mode_handoff *h)
{
	static const struct desc_struct cs = GDT_ENTRY_INIT(CODE64, 0, 0xfffff);
	struct efi_mode_cpu *cpus[] = { &h->firmware, &h->linux_cpu };
	gate_desc *idt = (void *)h->window_idt;
	struct desc_ptr gdt;
	int i;

	asm volatile("sgdt %0" : "=m" (gdt));
	h->window_gdt_size = WINDOW_CS + sizeof(cs);

	set_gate(&idt[X86_TRAP_NMI], efi_mode_window_nmi);
	set_gate(&idt[X86_TRAP_MC], efi_mode_window_mc);

	for (i = 0; i < ARRAY_SIZE(cpus); i++) {
		u8 *table = gdt_of(h, cpus[i]);

		memcpy(table, (void *)gdt.address,
		       min_t(unsigned int, gdt.size + 1, WINDOW_CS));
		memcpy(table + WINDOW_CS, &cs, sizeof(cs));
		set_pointer(cpus[i]->window_gdt, table, h->window_gdt_size);
		set_pointer(cpus[i]->window_idt, idt, sizeof(h->window_idt));
		cpus[i]->window_cs = WINDOW_CS;
		cpus[i]->window_rsp = (unsigned long)h->window_stack +
				      sizeof(h->window_stack);
	}
	copy_firmware(h, &gdt);
}

/**
 * efi_mode_window_follow() - firmware has another table
 * @h:	the handoff
 *
 * Context: firmware's world, interrupts off, before an egress.
 */
void efi_mode_window_follow(struct efi_mode_handoff *h)
{
	struct desc_ptr gdt;

	asm volatile("sgdt %0" : "=m" (gdt));
	copy_firmware(h, &gdt);
}
