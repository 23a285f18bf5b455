// SPDX-License-Identifier: GPL-2.0-only
/*
 * Our entries in firmware's interrupt descriptor table
 *
 *  - Exceptions from which firmware has no way back. They end firmware, and not
 *    the machine. Those that a firmware may handle and return from stay its own:
 *    #DB and #BP of a debugger, #VE and #VC of a confidential guest.
 *  - Non-maskable interrupts and machine checks, which are the kernel's.
 *  - The vector of firmware's clock, and one of our own for when that is not the local
 *    APIC's timer: the gates, which can end a slice.
 *
 * The entries are put into the table that firmware uses, so that its address and
 * everything else in it are what firmware expects. If firmware loads another
 * table they move.
 */
#include <asm/desc_defs.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>
#include <asm/trapnr.h>

#include "boot.h"

u32 *efi_mode_nmi_counter, *efi_mode_mc_counter;

struct planted {
	u8 vector;
	gate_desc before;
	gate_desc ours;
};

static struct planted planted[EFI_MODE_NR_FAULTS + 4];
static unsigned int nr_planted;

/* The table that they are in */
unsigned long efi_mode_gates_table;

static const u8 fatal[] = {
	X86_TRAP_DE, X86_TRAP_OF, X86_TRAP_BR, X86_TRAP_UD, X86_TRAP_DF,
	X86_TRAP_TS, X86_TRAP_NP, X86_TRAP_SS, X86_TRAP_GP, X86_TRAP_PF,
	X86_TRAP_MF, X86_TRAP_AC, X86_TRAP_XF, X86_TRAP_CP,
};

static gate_desc *current_table(unsigned int *entries)
{
	struct desc_ptr idt;

	asm volatile("sidt %0" : "=m" (idt));
	*entries = (idt.size + 1) / sizeof(gate_desc);
	return (gate_desc *)idt.address;
}

static unsigned long offset_of(const gate_desc *g)
{
	return g->offset_low | (unsigned long)g->offset_middle << 16 |
	       (unsigned long)g->offset_high << 32;
}

/*
 * The table may be read-only: UEFI lets firmware protect what is its own. With
 * CET, CR0.WP cannot be cleared; such a firmware must have left it writable.
 */
static void write_gate(gate_desc *where, const gate_desc *what)
{
	unsigned long cr0 = native_read_cr0();
	bool wp = (cr0 & X86_CR0_WP) && !(native_read_cr4() & X86_CR4_CET);

	if (wp)
		asm volatile("mov %0, %%cr0" : : "r" (cr0 & ~X86_CR0_WP) : "memory");
	*where = *what;
	if (wp)
		asm volatile("mov %0, %%cr0" : : "r" (cr0) : "memory");
}

static gate_desc make_gate(unsigned long handler, unsigned int ist)
{
	gate_desc g = {};
	u16 cs;

	asm volatile("movw %%cs, %0" : "=r" (cs));
	g.offset_low = handler;
	g.offset_middle = handler >> 16;
	g.offset_high = handler >> 32;
	g.segment = cs;
	g.bits.type = GATE_INTERRUPT;
	g.bits.ist = ist;
	g.bits.p = 1;
	return g;
}

/*
 * An exception keeps the stack that firmware has for it. An interrupt must not
 * have one: the slice can end on it, and what comes then would begin at the same
 * top.
 */
static bool plant(unsigned int vector, unsigned long handler, bool keep_stack)
{
	unsigned int entries;
	gate_desc *now = current_table(&entries);
	struct planted *p = &planted[nr_planted];

	if (vector >= entries || nr_planted == ARRAY_SIZE(planted))
		return false;

	p->vector = vector;
	p->before = now[vector];
	p->ours = make_gate(handler, keep_stack ? p->before.bits.ist : 0);
	write_gate(&now[vector], &p->ours);
	efi_mode_gates_table = (unsigned long)now;
	nr_planted++;
	return true;
}

static bool is_ours(const gate_desc *g, const struct planted *p)
{
	return !memcmp(g, &p->ours, sizeof(*g));
}

/* Somebody else may have put theirs there since: then that stays */
static void unplant(const struct planted *p)
{
	gate_desc *g = (gate_desc *)efi_mode_gates_table + p->vector;

	if (is_ours(g, p))
		write_gate(g, &p->before);
}

/*
 * Firmware has loaded another table. If it is a copy of the one before, our
 * entries are in it already, and planted again they would lead to themselves. The
 * one before is not ours to touch any more.
 */
static void move(gate_desc *now, unsigned int entries)
{
	struct planted *p;

	efi_mode_gates_table = (unsigned long)now;
	for (p = planted; p < planted + nr_planted; p++) {
		if (p->vector >= entries || is_ours(&now[p->vector], p))
			continue;
		p->before = now[p->vector];
		write_gate(&now[p->vector], &p->ours);
	}
}

static bool plant_clock(struct efi_mode_handoff *h)
{
	if (h->preempt != EFI_MODE_PREEMPT_GATE)
		return true;

	if (!plant(h->tick_vector, (unsigned long)efi_mode_entry_tick, false))
		return false;
	/* Without one of its own the timer is only lent while it is firmware's clock */
	if (h->slice_vector == h->tick_vector ||
	    (h->slice_vector &&
	     !plant(h->slice_vector, (unsigned long)efi_mode_entry_slice, false)))
		h->slice_vector = 0;
	return true;
}

/**
 * efi_mode_gates_plant() - put our entries into firmware's table
 * @h:	the handoff; says which vector firmware's clock has
 *
 * Context: interrupts off.
 * Return: false if the table has no place for the gates; those of the exceptions
 * are there then.
 */
bool efi_mode_gates_plant(struct efi_mode_handoff *h)
{
	unsigned long faults = (unsigned long)efi_mode_entry_faults;
	int i;

	efi_mode_nmi_counter = &h->exceptions.nmis;
	efi_mode_mc_counter = &h->exceptions.machine_checks;

	for (i = 0; i < ARRAY_SIZE(fatal); i++)
		plant(fatal[i], faults + fatal[i] * EFI_MODE_ENTRY_STRIDE, true);
	plant(X86_TRAP_NMI, (unsigned long)efi_mode_entry_nmi, true);
	plant(X86_TRAP_MC, (unsigned long)efi_mode_entry_mc, true);
	return plant_clock(h);
}

/**
 * efi_mode_gates_remove() - undo efi_mode_gates_plant()
 *
 * Does nothing if that was not called.
 *
 * Context: interrupts off.
 */
void efi_mode_gates_remove(void)
{
	while (nr_planted)
		unplant(&planted[--nr_planted]);
}

/**
 * efi_mode_gates_follow() - firmware has another table, or another clock
 * @h:	the handoff
 * @moved:	the vector of its clock is another one
 *
 * Context: interrupts off.
 */
void efi_mode_gates_follow(struct efi_mode_handoff *h, bool moved)
{
	unsigned int entries;
	gate_desc *now = current_table(&entries);

	if (efi_mode_gates_table != (unsigned long)now)
		move(now, entries);
	if (!moved)
		return;
	efi_mode_gates_remove();
	/* A vector that the table does not have does not tick, so no event could help */
	if (!efi_mode_gates_plant(h))
		h->preempt = EFI_MODE_PREEMPT_EVENT;
}

/**
 * efi_mode_handler() - firmware's own handler of an interrupt
 * @vector:	which one
 *
 * Context: interrupts off.
 * Return: its address; 0 if the table ends before.
 */
unsigned long efi_mode_handler(unsigned int vector)
{
	unsigned int entries, i;
	gate_desc *now = current_table(&entries);

	for (i = 0; i < nr_planted; i++)
		if (planted[i].vector == vector)
			return offset_of(&planted[i].before);
	return vector < entries ? offset_of(&now[vector]) : 0;
}
