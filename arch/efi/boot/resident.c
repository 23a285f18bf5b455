// SPDX-License-Identifier: GPL-2.0-only
/*
 * The resident half: the firmware's side of the time-sharing
 *
 * For the firmware, the resident half is an application that exits when the
 * kernel ends. Its main loop executes the kernel's requests at TPL_APPLICATION,
 * where every service can be called. If there is no request, it ends the slice.
 * If the kernel is idle, too, it halts the CPU and polls on behalf of both (see
 * idle-poll.c).
 */
#include <asm/irqflags.h>
#include <asm/msr.h>

#include "boot.h"

/* A value that no other code writes to the stack */
#define STACK_MARK	0x6b6361747320666f	/* "of stack" */

static struct efi_mode_handoff *handoff;

/*
 * Check that the function has left the task priority level (TPL) unchanged. For
 * a function of a protocol, efi_mode_lookup() had raised the TPL. Restoring
 * TPL_APPLICATION here dispatches the events that had to wait.
 */
static void resident_check_tpl(struct efi_mode_request *r)
{
	unsigned long tpl = r->target.handle ? r->target.tpl :
					       EFI_TPL_APPLICATION;

	if (efi_bs_call(raise_tpl, EFI_TPL_HIGH_LEVEL) != tpl)
		r->abi_violations |= EFI_MODE_ABI_TPL;
	efi_bs_call(restore_tpl, EFI_TPL_APPLICATION);
}

static void resident_mark_stack(void)
{
	unsigned int i;

	for (i = 0; i < EFI_MODE_NR_STACK_MARKS; i++)
		efi_mode_invoke_stack_marks[i] = STACK_MARK;
}

static void resident_check_stack(struct efi_mode_request *r)
{
	u64 changed = 0;
	unsigned int i;

	for (i = 0; i < EFI_MODE_NR_STACK_MARKS; i++)
		changed |= efi_mode_invoke_stack_marks[i] ^ STACK_MARK;
	if (likely(!changed))
		return;
	r->abi_violations |= EFI_MODE_ABI_STACK;
	resident_mark_stack();
}

/*
 * A firmware that runs with interrupts off checks its timers only when it is
 * called. While Linux runs, this call replaces the firmware's own main loop.
 */
static void resident_run_events(void)
{
	if (likely(!efi_mode_own_idt_is_loaded()))
		return;
	efi_bs_call(raise_tpl, EFI_TPL_CALLBACK);
	efi_bs_call(restore_tpl, EFI_TPL_APPLICATION);
	efi_mode_lookup_outdate();
}

static void resident_perform(struct efi_mode_request *r)
{
	u64 start = rdtsc();

	if (!r->target.handle || efi_mode_lookup(handoff, r))
		efi_mode_invoke(r);
	native_irq_enable();
	resident_check_stack(r);
	if (!r->target.handle || r->status != EFI_SUCCESS ||
	    efi_mode_own_idt_is_loaded())
		efi_mode_lookup_outdate();
	if (!handoff->irqs_off)
		resident_check_tpl(r);
	r->cycles = rdtsc() - start;
}

/**
 * efi_mode_resident_serve() - execute the kernel's requests until it ends
 *
 * The first egress starts the kernel.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 * Return: EFI status that the kernel has set for the exit of the image.
 */
efi_status_t efi_mode_resident_serve(void)
{
	struct efi_mode_request *r = &handoff->request, *next;

	if (handoff->preempt == EFI_MODE_PREEMPT_GATE)
		efi_mode_hook_timer_install();
	efi_mode_hook_stall_install(handoff);
	native_irq_disable();
	efi_mode_clock_note(handoff);
	efi_mode_idt_hook_go_live();
	efi_mode_egress(EFI_MODE_EGRESS_IDLE);
	native_irq_enable();
	for (;;) {
		if (READ_ONCE(r->state) != EFI_MODE_REQUEST_POSTED) {
			if (READ_ONCE(handoff->idle_poll.on) && efi_mode_may_poll(handoff) &&
			    efi_mode_idle_poll_halt(handoff))
				continue;
			resident_run_events();
			efi_mode_egress(EFI_MODE_EGRESS_IDLE);
			if (unlikely(READ_ONCE(handoff->leaving)))
				return handoff->exit_status;
			continue;
		}
		r->state = EFI_MODE_REQUEST_RUNNING;
		for (next = r; next; next = (void *)(unsigned long)next->next)
			resident_perform(next);
		barrier();
		r->state = EFI_MODE_REQUEST_DONE;
		efi_mode_egress(EFI_MODE_EGRESS_DONE);
	}
}

/**
 * efi_mode_resident_init() - prepare for efi_mode_resident_serve()
 * @h:	the handoff; @preempt is the preferred way to end slices, and is set to
 *	the one that is used
 *
 * Installs the entries in the firmware's IDT. If slices cannot be ended there,
 * creates the timer event that ends them.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 * Return: EFI_SUCCESS, or the error of CreateEvent() or SetTimer().
 */
efi_status_t efi_mode_resident_init(struct efi_mode_handoff *h)
{
	const struct efi_mode_idt_entries entries = {
		.tick	= (unsigned long)efi_mode_entry_tick,
		.slice	= (unsigned long)efi_mode_entry_slice,
		.nmi	= (unsigned long)efi_mode_entry_nmi,
		.mc	= (unsigned long)efi_mode_entry_mc,
		.stray	= (unsigned long)efi_mode_entry_stray,
		.faults	= (unsigned long)efi_mode_entry_faults,
	};
	unsigned long flags;

	handoff = h;
	h->switch_fn = (unsigned long)efi_mode_switch;
	h->switch_base = (unsigned long)efi_mode_switch_start;
	h->switch_size = efi_mode_switch_end - efi_mode_switch_start;
	efi_mode_ledger_init(h);
	efi_mode_lookup_init(h);
	efi_mode_keys_init(h);
	efi_mode_pump_init(h);
	efi_mode_pump_snp_init(h);
	efi_mode_images_init(h);
	resident_mark_stack();
	efi_mode_preempt_init(h);

	efi_mode_apic_init();
	if (efi_mode_own_idt_load(&entries))
		efi_mode_apic_claim();
	efi_mode_clock_find(h);
	if (h->clock == EFI_MODE_CLOCK_NONE && !efi_mode_own_idt_is_loaded())
		h->preempt = EFI_MODE_PREEMPT_EVENT;

	flags = native_save_fl();
	native_irq_disable();
	efi_mode_switch_tables_init(h);
	if (!efi_mode_idt_hook_install(h, &entries))
		h->preempt = EFI_MODE_PREEMPT_EVENT;
	if (flags & X86_EFLAGS_IF)
		native_irq_enable();

	if (h->preempt == EFI_MODE_PREEMPT_GATE)
		return EFI_SUCCESS;

	return efi_mode_preempt_by_event(h);
}

/**
 * efi_mode_resident_exit() - remove all hooks, events, keys and pumps
 *
 * Undoes efi_mode_resident_init() and efi_mode_resident_serve(). Does nothing
 * if efi_mode_resident_init() was not called.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 */
void efi_mode_resident_exit(void)
{
	unsigned long flags = native_save_fl();

	if (!handoff)
		return;

	efi_mode_hook_stall_remove();
	efi_mode_hook_timer_remove();
	native_irq_disable();
	efi_mode_idt_hook_remove();
	if (efi_mode_own_idt_is_loaded()) {
		efi_mode_apic_release();
		efi_mode_own_idt_unload();
	} else if (flags & X86_EFLAGS_IF) {
		native_irq_enable();
	}

	efi_mode_preempt_exit();
	efi_mode_keys_exit();
	efi_mode_pump_exit();
	efi_mode_lookup_exit(handoff);
	handoff = NULL;
}
