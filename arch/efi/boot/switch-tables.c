// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transition tables: the descriptor tables and the stack during a world switch
 *
 * switch.S explains why they are needed. The transition GDT of a side is a copy
 * of the first TRANSITION_CS bytes of that side's GDT, followed by a code
 * segment that has the same selector on both sides. The kernel fills in its own
 * transition GDT once it has a GDT.
 *
 * The firmware may run with a data segment whose descriptor is not in its GDT
 * any more, because it has loaded another GDT since then. An ingress cannot
 * load such a selector again. This file therefore makes such a segment null
 * before the egress.
 */
#include <asm/desc_defs.h>
#include <asm/msr-index.h>
#include <asm/segment.h>
#include <asm/trapnr.h>

#include "boot.h"

/* Beyond the kernel's descriptors, and a TSS that the firmware may add later */
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

static unsigned int switch_tables_copied(const struct desc_ptr *gdt)
{
	return min_t(unsigned int, gdt->size + 1, TRANSITION_CS);
}

/*
 * Find the descriptor of a selector. A selector of the LDT counts as not found,
 * because the switch loads the LDT after the segments.
 *
 * Return: the descriptor; NULL if there is none, or the selector is null.
 */
static const struct desc_struct *switch_tables_find(const struct desc_ptr *gdt,
						    u16 selector)
{
	if (selector < 4 || (selector & SEGMENT_TI_MASK) ||
	    (selector | 7) >= switch_tables_copied(gdt))
		return NULL;
	return (const void *)gdt->address + (selector & ~7);
}

#define TYPE_CODE	8
#define TYPE_CONFORMING	4	/* code segments */
#define TYPE_READABLE	2	/* code segments */
#define TYPE_WRITABLE	2	/* data segments */

static bool switch_tables_can_load_data(const struct desc_struct *d, u16 selector)
{
	bool code = d->type & TYPE_CODE;

	if (!d->s || !d->p || (code && !(d->type & TYPE_READABLE)))
		return false;
	return (code && (d->type & TYPE_CONFORMING)) ||
	       d->dpl >= (selector & SEGMENT_RPL_MASK);
}

static bool switch_tables_can_load_stack(const struct desc_struct *d, u16 selector)
{
	return d->s && d->p && !(d->type & TYPE_CODE) && (d->type & TYPE_WRITABLE) &&
	       !d->dpl && !(selector & SEGMENT_RPL_MASK);
}

static bool switch_tables_can_load_code(const struct desc_struct *d, u16 selector)
{
	return d->s && d->p && (d->type & TYPE_CODE) && d->l && !d->d &&
	       !d->dpl && !(selector & SEGMENT_RPL_MASK);
}

static bool switch_tables_are_without(const struct desc_ptr *gdt, u16 selector,
				      bool (*can_load)(const struct desc_struct *d,
						       u16 selector))
{
	const struct desc_struct *d = switch_tables_find(gdt, selector);

	return selector >= 4 && (!d || !can_load(d, selector));
}

/* Make a segment register null if its selector cannot be loaded again */
#define switch_tables_settle(gdt, segment, can_load)			\
({									\
	u16 __selector;							\
									\
	asm volatile("movw %%" #segment ", %0" : "=r" (__selector));	\
	if (switch_tables_are_without(gdt, __selector, can_load))	\
		asm volatile("movl %0, %%" #segment : : "r" (0));	\
})

/*
 * In 64-bit mode, the CPU uses nothing of the data segments but the bases of FS
 * and GS. Preserve these, because loading a selector changes them.
 */
static void switch_tables_settle_segments(const struct desc_ptr *gdt)
{
	u64 fs_base = efi_mode_read_msr(MSR_FS_BASE);
	u64 gs_base = efi_mode_read_msr(MSR_GS_BASE);

	switch_tables_settle(gdt, ds, switch_tables_can_load_data);
	switch_tables_settle(gdt, es, switch_tables_can_load_data);
	switch_tables_settle(gdt, fs, switch_tables_can_load_data);
	switch_tables_settle(gdt, gs, switch_tables_can_load_data);
	switch_tables_settle(gdt, ss, switch_tables_can_load_stack);
	efi_mode_write_msr(MSR_FS_BASE, fs_base);
	efi_mode_write_msr(MSR_GS_BASE, gs_base);
}

/*
 * Return: the selector of the firmware's TSS; 0 if the firmware has none. The
 * task register can then still hold the kernel's selector, which has no TSS in
 * the firmware's GDT.
 */
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
	       switch_tables_copied(gdt));
	switch_tables_settle_segments(gdt);
	h->firmware.tr = switch_tables_own_task(gdt);
	h->linux_cpu.tr = h->firmware.tr ? h->linux_tr : 0;
	memcpy(h->firmware.gdt, gdt, sizeof(*gdt));
}

/**
 * efi_mode_switch_tables_gdt_size() - get the size of a transition GDT
 *
 * Context: any.
 * Return: size in bytes.
 */
size_t efi_mode_switch_tables_gdt_size(void)
{
	return TRANSITION_CS + sizeof(struct desc_struct);
}

/**
 * efi_mode_switch_tables_have_code() - check the firmware's code segment
 *
 * The firmware's code segment cannot be replaced as a data segment can, because
 * each return from an interrupt loads it.
 *
 * Context: the firmware's world.
 * Return: false if the firmware's GDT does not contain a valid descriptor for
 * the code segment.
 */
bool efi_mode_switch_tables_have_code(void)
{
	const struct desc_struct *d;
	struct desc_ptr gdt;
	u16 cs;

	asm volatile("sgdt %0" : "=m" (gdt));
	asm volatile("movw %%cs, %0" : "=r" (cs));
	d = switch_tables_find(&gdt, cs);
	return d && switch_tables_can_load_code(d, cs);
}

/**
 * efi_mode_switch_tables_init() - create the transition tables
 * @h:	the handoff; @layout must be set
 *
 * The transition GDT of the kernel is also a copy of the firmware's GDT at
 * first, because the kernel starts with that.
 *
 * Context: the firmware's world, interrupts off.
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

		memcpy(table, (void *)gdt.address, switch_tables_copied(&gdt));
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
 * efi_mode_switch_tables_follow() - copy a new GDT of the firmware
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
