// SPDX-License-Identifier: GPL-2.0-only
/*
 * Install entries in the firmware's interrupt descriptor table (IDT)
 *
 * The entries are for these vectors:
 *
 *  - Fatal exceptions, from which the firmware cannot return. They stop the
 *    firmware, but not Linux. Exceptions that the firmware may handle and
 *    return from stay with it: #DB and #BP of a debugger, #VE and #VC of a
 *    confidential guest.
 *  - Non-maskable interrupts and machine checks, which belong to the kernel.
 *  - The vector of the firmware's clock, if there is one, and a vector of
 *    efi-mode itself, for times when the local APIC timer is not the clock.
 *    These two entries can end a slice.
 *
 * Until the kernel has started, fatal exceptions, non-maskable interrupts and
 * machine checks are passed on to the firmware's own handlers. Those of another
 * CPU always are, if the firmware uses one table for all CPUs.
 *
 * The entries are written into the table that the firmware has loaded, so that
 * its address and its other entries are as the firmware expects. If the
 * firmware loads another table, the entries move there. For a firmware that
 * runs with interrupts off, the table is the one of own-idt.c.
 */
#include <asm/desc_defs.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>
#include <asm/trapnr.h>

#include "boot.h"

u32 *efi_mode_nmi_counter, *efi_mode_mc_counter;

/* Addresses of the firmware's exception handlers, or 0 */
unsigned long efi_mode_firmware_exceptions[EFI_MODE_NR_FAULTS];

/* The kernel has started, and its CPU */
static bool idt_hooks_are_live;
static u32 idt_hooks_cpu;

struct idt_hook {
	u8 vector;
	gate_desc before;
	gate_desc ours;
};

static struct efi_mode_idt_entries idt_entries;
static struct idt_hook idt_hooks[EFI_MODE_NR_FAULTS + 4];
static unsigned int nr_idt_hooks;

/* Address of the table that contains the hooks */
unsigned long efi_mode_idt_hook_table;

static const u8 fatal_vectors[] = {
	X86_TRAP_DE, X86_TRAP_OF, X86_TRAP_BR, X86_TRAP_UD, X86_TRAP_DF,
	X86_TRAP_TS, X86_TRAP_NP, X86_TRAP_SS, X86_TRAP_GP, X86_TRAP_PF,
	X86_TRAP_MF, X86_TRAP_AC, X86_TRAP_XF, X86_TRAP_CP,
};

static gate_desc *idt_hook_current_table(unsigned int *entries)
{
	struct desc_ptr idt;

	asm volatile("sidt %0" : "=m" (idt));
	*entries = (idt.size + 1) / sizeof(gate_desc);
	return (gate_desc *)idt.address;
}

static void idt_hook_write(gate_desc *where, const gate_desc *what)
{
	efi_mode_write_protected(where, what, sizeof(*where));
}

static gate_desc idt_hook_make(unsigned long handler, unsigned int ist)
{
	gate_desc g;
	u16 cs;

	asm volatile("movw %%cs, %0" : "=r" (cs));
	efi_mode_pack_gate(&g, handler, ist, cs);
	return g;
}

static void idt_hook_note_exception(const struct idt_hook *hook)
{
	if (hook->vector >= EFI_MODE_NR_FAULTS)
		return;
	/* The table of own-idt.c contains our entries from the beginning */
	if (gate_offset(&hook->before) == gate_offset(&hook->ours))
		efi_mode_firmware_exceptions[hook->vector] = 0;
	else
		efi_mode_firmware_exceptions[hook->vector] = gate_offset(&hook->before);
}

/*
 * An exception keeps the interrupt stack (IST) that the firmware has assigned
 * to it. The entry of an interrupt must not use the IST: the slice can end in
 * the handler, and the next interrupt would overwrite its stack.
 */
static bool idt_hook_add(unsigned int vector, unsigned long handler, bool keep_stack)
{
	unsigned int entries;
	gate_desc *now = idt_hook_current_table(&entries);
	struct idt_hook *hook = &idt_hooks[nr_idt_hooks];

	if (vector >= entries || nr_idt_hooks == ARRAY_SIZE(idt_hooks))
		return false;

	hook->vector = vector;
	hook->before = now[vector];
	hook->ours = idt_hook_make(handler, keep_stack ? hook->before.bits.ist : 0);
	idt_hook_note_exception(hook);
	idt_hook_write(&now[vector], &hook->ours);
	efi_mode_idt_hook_table = (unsigned long)now;
	nr_idt_hooks++;
	return true;
}

static bool idt_hook_is_ours(const gate_desc *g, const struct idt_hook *hook)
{
	return !memcmp(g, &hook->ours, sizeof(*g));
}

/* If other code has replaced our entry, leave that entry in place */
static void idt_hook_undo(const struct idt_hook *hook)
{
	gate_desc *g = (gate_desc *)efi_mode_idt_hook_table + hook->vector;

	if (idt_hook_is_ours(g, hook))
		idt_hook_write(g, &hook->before);
}

/*
 * The firmware has loaded another table. If it is a copy of the previous one,
 * it already contains our entries; saving these as the firmware's handlers
 * would make them call themselves. Do not write to the previous table, because
 * the firmware may have freed it.
 */
static void idt_hook_move(gate_desc *now, unsigned int entries)
{
	struct idt_hook *hook;

	efi_mode_idt_hook_table = (unsigned long)now;
	for (hook = idt_hooks; hook < idt_hooks + nr_idt_hooks; hook++) {
		gate_desc *g = &now[hook->vector];

		if (hook->vector >= entries || idt_hook_is_ours(g, hook))
			continue;
		hook->before = *g;
		idt_hook_note_exception(hook);
		idt_hook_write(g, &hook->ours);
	}
}

static bool idt_hook_add_clock(struct efi_mode_handoff *h)
{
	if (h->preempt != EFI_MODE_PREEMPT_GATE)
		return true;

	if (h->clock == EFI_MODE_CLOCK_NONE)
		return h->slice_vector &&
		       idt_hook_add(h->slice_vector, idt_entries.slice, false);

	if (!idt_hook_add(h->tick_vector, idt_entries.tick, false))
		return false;
	/*
	 * Without slice_vector, the timer ends slices only if it is the clock
	 */
	if (h->slice_vector == h->tick_vector ||
	    (h->slice_vector &&
	     !idt_hook_add(h->slice_vector, idt_entries.slice, false)))
		h->slice_vector = 0;
	return true;
}

static bool idt_hook_add_all(struct efi_mode_handoff *h)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(fatal_vectors); i++)
		idt_hook_add(fatal_vectors[i],
			     idt_entries.faults +
			     fatal_vectors[i] * EFI_MODE_ENTRY_STRIDE, true);
	idt_hook_add(X86_TRAP_NMI, idt_entries.nmi, true);
	idt_hook_add(X86_TRAP_MC, idt_entries.mc, true);
	return idt_hook_add_clock(h);
}

/**
 * efi_mode_idt_hook_install() - install the entries in the firmware's IDT
 * @h:		the handoff; @clock, @tick_vector, @slice_vector and @preempt
 *		must be set
 * @entries:	addresses of the entries
 *
 * Context: the firmware's world, interrupts off.
 * Return: false if the IDT is too short for the entry that ends slices. The
 * entries for exceptions are installed nevertheless.
 */
bool efi_mode_idt_hook_install(struct efi_mode_handoff *h,
			       const struct efi_mode_idt_entries *entries)
{
	idt_entries = *entries;
	efi_mode_nmi_counter = &h->exceptions.nmis;
	efi_mode_mc_counter = &h->exceptions.machine_checks;
	return idt_hook_add_all(h);
}

/**
 * efi_mode_idt_hook_remove() - undo efi_mode_idt_hook_install()
 *
 * Does nothing if efi_mode_idt_hook_install() was not called.
 *
 * Context: the firmware's world, interrupts off.
 */
void efi_mode_idt_hook_remove(void)
{
	while (nr_idt_hooks)
		idt_hook_undo(&idt_hooks[--nr_idt_hooks]);
}

/**
 * efi_mode_idt_hook_go_live() - start to pass exceptions to the kernel
 *
 * Context: the firmware's world, interrupts off, before the first egress.
 */
void efi_mode_idt_hook_go_live(void)
{
	idt_hooks_cpu = efi_mode_cpu_id();
	idt_hooks_are_live = true;
}

/**
 * efi_mode_is_kernels_exception() - check if the kernel handles an exception
 *
 * Another CPU may use the same IDT. The kernel does not run there, so there is
 * no kernel state to which that CPU could switch.
 *
 * Context: an entry in the firmware's IDT, any CPU.
 * Return: false if the firmware's own handler must handle the exception.
 */
bool efi_mode_is_kernels_exception(void)
{
	return READ_ONCE(idt_hooks_are_live) && efi_mode_cpu_id() == idt_hooks_cpu;
}

/**
 * efi_mode_idt_hook_follow() - move the entries to another table or vector
 * @h:		the handoff
 * @moved:	true if the vector of the firmware's clock has changed
 *
 * Context: the firmware's world, interrupts off.
 */
void efi_mode_idt_hook_follow(struct efi_mode_handoff *h, bool moved)
{
	unsigned int entries;
	gate_desc *now = idt_hook_current_table(&entries);

	if (efi_mode_idt_hook_table != (unsigned long)now)
		idt_hook_move(now, entries);
	if (!moved)
		return;
	efi_mode_idt_hook_remove();
	/*
	 * A clock whose vector is not in the table does not tick, so a timer
	 * event would not be signalled, either: do not create one
	 */
	if (!idt_hook_add_all(h))
		h->preempt = EFI_MODE_PREEMPT_EVENT;
}

/**
 * efi_mode_firmware_handler() - find the firmware's own handler of an interrupt
 * @vector:	vector of the interrupt
 *
 * Context: the firmware's world, interrupts off.
 * Return: address of the handler, or 0 if @vector is beyond the end of the IDT.
 */
unsigned long efi_mode_firmware_handler(unsigned int vector)
{
	unsigned int entries, i;
	gate_desc *now = idt_hook_current_table(&entries);

	for (i = 0; i < nr_idt_hooks; i++)
		if (idt_hooks[i].vector == vector)
			return gate_offset(&idt_hooks[i].before);
	return vector < entries ? gate_offset(&now[vector]) : 0;
}
