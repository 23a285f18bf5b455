// SPDX-License-Identifier: GPL-2.0-only
/*
 * Record interrupts that belong to the firmware
 *
 * Linux drives no device that interrupts, so all vectors between the exceptions
 * and the system vectors belong to the firmware. If such an interrupt arrives
 * while Linux runs, it is recorded, and replayed once at the next ingress.
 *
 * The firmware's handler signals the end of the interrupt, to the 8259 or to
 * the local APIC. Until then, the interrupt controller does not deliver the
 * same interrupt again: a level that stays asserted causes no interrupt storm,
 * and another edge stays pending, as on bare hardware. Linux itself signals the
 * end of two kinds of interrupts: those of the timer of a slice, which are not
 * recorded, and those that have the priority class of Linux's timer or a higher
 * one, because they would hold back that timer.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/bits.h>
#include <linux/export.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/percpu.h>

#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/irq_vectors.h>

#include <asm/efi-mode.h>

#define NR_FIRMWARE_VECTORS	(FIRST_SYSTEM_VECTOR - FIRST_EXTERNAL_VECTOR)

static u64 nr_recorded;

static bool eirq_is_in_service(unsigned int vector)
{
	return apic_read(APIC_ISR + vector / 32 * 0x10) & BIT(vector % 32);
}

/*
 * Check for an interrupt of the local APIC timer, as it was programmed for the
 * slice, that came just as the slice ended. It needs no recording, because the
 * tick account knows by the time which ticks are due.
 */
static bool eirq_is_slice_timer(const struct efi_mode_handoff *h, unsigned int vector)
{
	return vector == h->slice_vector ||
	       (vector == h->tick_vector && efi_mode_counts_ticks(h));
}

static bool eirq_holds_back_linux(unsigned int vector)
{
	return vector / 16 >= LOCAL_TIMER_VECTOR / 16 && eirq_is_in_service(vector);
}

static void eirq_record(struct irq_desc *desc)
{
	unsigned int vector = (unsigned long)irq_desc_get_handler_data(desc);
	struct efi_mode_handoff *h = efi_mode_handoff;

	if (eirq_is_slice_timer(h, vector) && eirq_is_in_service(vector)) {
		apic_eoi();
		return;
	}
	if (!(h->pending[vector / 64] & BIT_ULL(vector % 64))) {
		h->pending[vector / 64] |= BIT_ULL(vector % 64);
		h->nr_pending++;
	}
	nr_recorded++;
	if (eirq_holds_back_linux(vector))
		apic_eoi();
}

/**
 * efi_mode_record_init() - claim the firmware's interrupt vectors
 *
 * Context: init_IRQ().
 */
void __init efi_mode_record_init(void)
{
	unsigned int i, vector;
	int irq;

	irq = irq_alloc_descs(-1, NR_IRQS_LEGACY, NR_FIRMWARE_VECTORS, 0);
	if (irq < 0)
		panic("efi-mode: cannot claim the firmware's interrupt vectors\n");

	for (i = 0; i < NR_FIRMWARE_VECTORS; i++) {
		vector = FIRST_EXTERNAL_VECTOR + i;
		/* Linux uses this vector for system calls of 32-bit programs */
		if (vector == IA32_SYSCALL_VECTOR)
			continue;
		irq_set_chip_and_handler_name(irq + i, &dummy_irq_chip, eirq_record,
					      "firmware");
		irq_set_handler_data(irq + i, (void *)(unsigned long)vector);
		irq_set_noprobe(irq + i);
		irq_set_status_flags(irq + i, IRQ_NOREQUEST);
		this_cpu_write(vector_irq[vector], irq_to_desc(irq + i));
	}
}

/**
 * efi_mode_recorded() - count the firmware interrupts that came to Linux
 *
 * Context: any.
 * Return: the number since boot.
 */
u64 efi_mode_recorded(void)
{
	return nr_recorded;
}
EXPORT_SYMBOL_GPL(efi_mode_recorded);
