// SPDX-License-Identifier: GPL-2.0-only
/*
 * Our entries in the firmware's interrupt descriptor table
 *
 *  - Exceptions from which the firmware has no way back. They end the firmware, and
 *    not the machine. Those that a firmware may handle and return from stay its own:
 *    #DB and #BP of a debugger, #VE and #VC of a confidential guest.
 *  - Non-maskable interrupts and machine checks, which are the kernel's.
 *    Until the kernel has started, the firmware's own handlers get all of these. So do
 *    those of another CPU, if the firmware lets its CPUs use one table.
 *  - The vector of the firmware's clock, if it has one, and one of our own for when that
 *    is not the local APIC's timer. These two can end a slice.
 *
 * The entries are put into the table that the firmware uses, so that its address and
 * everything else in it are as the firmware expects. If the firmware loads another
 * table they move. For a firmware without interrupts the table is that of own-idt.c.
 */
#include <asm/desc_defs.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>
#include <asm/trapnr.h>

#include "boot.h"

u32 *efi_mode_nmi_counter, *efi_mode_mc_counter;

/* The firmware's handlers of exceptions; 0 if it has none */
unsigned long efi_mode_firmware_exceptions[EFI_MODE_NR_FAULTS];

/* The kernel runs, on this CPU, and is told of exceptions */
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

/* The table that the hooks are in */
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
	/* The table of own-idt.c has our entries from the beginning */
	if (gate_offset(&hook->before) == gate_offset(&hook->ours))
		efi_mode_firmware_exceptions[hook->vector] = 0;
	else
		efi_mode_firmware_exceptions[hook->vector] = gate_offset(&hook->before);
}

/*
 * An exception keeps the stack that the firmware has for it. An interrupt must not have
 * a stack of its own, because the slice can end on it, and the next interrupt would
 * begin at the same top.
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

/* If other code has put its own entry there since, that entry stays */
static void idt_hook_undo(const struct idt_hook *hook)
{
	gate_desc *g = (gate_desc *)efi_mode_idt_hook_table + hook->vector;

	if (idt_hook_is_ours(g, hook))
		idt_hook_write(g, &hook->before);
}

/*
 * The firmware has loaded another table. If that is a copy of the one before, our
 * entries are in it already. Added again they would lead to themselves. The table
 * before is not ours to touch any more.
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
	/* Without one of its own the timer is only lent while it is firmware's clock */
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
 * efi_mode_idt_hook_install() - put our entries into the firmware's table
 * @h:		the handoff; says which vector the firmware's clock has
 * @entries:	addresses of the entries, for the CPU
 *
 * Context: interrupts off.
 * Return: false if the table has no place for the entry that ends slices. Those of the
 * exceptions are installed then.
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
 * Does nothing if that was not called.
 *
 * Context: interrupts off.
 */
void efi_mode_idt_hook_remove(void)
{
	while (nr_idt_hooks)
		idt_hook_undo(&idt_hooks[--nr_idt_hooks]);
}

/**
 * efi_mode_idt_hook_go_live() - from here on exceptions are the kernel's
 *
 * Context: interrupts off, before the first egress.
 */
void efi_mode_idt_hook_go_live(void)
{
	idt_hooks_cpu = efi_mode_cpu_id();
	idt_hooks_are_live = true;
}

/**
 * efi_mode_is_kernels_exception() - check if the kernel handles an exception
 *
 * Another CPU of the firmware may use the same table. The kernel does not run there, and
 * has no state that it could be switched to.
 *
 * Context: an entry in the firmware's IDT, any CPU.
 * Return: false if the firmware's own handler has to.
 */
bool efi_mode_is_kernels_exception(void)
{
	return READ_ONCE(idt_hooks_are_live) && efi_mode_cpu_id() == idt_hooks_cpu;
}

/**
 * efi_mode_idt_hook_follow() - move the entries to another table or vector
 * @h:		the handoff
 * @moved:	the vector of the firmware's clock has changed
 *
 * Context: interrupts off.
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
	/* A vector that the table does not have does not tick, so no event could help */
	if (!idt_hook_add_all(h))
		h->preempt = EFI_MODE_PREEMPT_EVENT;
}

/**
 * efi_mode_firmware_handler() - find the firmware's own handler of an interrupt
 * @vector:	the vector
 *
 * Context: interrupts off.
 * Return: its address, or 0 if the table ends before.
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
