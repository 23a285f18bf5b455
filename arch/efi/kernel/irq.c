// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts that are not Linux's
 *
 * The kernel has no device that interrupts: all vectors between the exceptions
 * and the system vectors are firmware's. When one arrives in Linux's time it is
 * recorded, and replayed at the next ingress, once, however often it came.
 *
 * An interrupt of the local APIC is ended here. One of the 8259 is not: its end
 * is for firmware's handler to signal, and until then no other comes.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/bitmap.h>
#include <linux/export.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/percpu.h>

#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/irq_vectors.h>

#include <asm/efi-mode.h>

#define NR_FIRMWARE_VECTORS	(FIRST_SYSTEM_VECTOR - FIRST_EXTERNAL_VECTOR)

static DECLARE_BITMAP(recorded, EFI_MODE_NR_VECTORS);
static u64 nr_recorded;

static bool is_in_service(unsigned int vector)
{
	return apic_read(APIC_ISR + vector / 32 * 0x10) & BIT(vector % 32);
}

static void record(struct irq_desc *desc)
{
	unsigned int vector = (unsigned long)irq_desc_get_handler_data(desc);

	__set_bit(vector, recorded);
	nr_recorded++;
	if (is_in_service(vector))
		apic_eoi();
}

/**
 * efi_mode_record_init() - claim firmware's vectors
 *
 * Context: init_IRQ().
 */
void __init efi_mode_record_init(void)
{
	unsigned int i, vector;
	int irq;

	irq = irq_alloc_descs(-1, NR_IRQS_LEGACY, NR_FIRMWARE_VECTORS, 0);
	if (irq < 0)
		panic("efi-mode: cannot claim firmware's interrupt vectors\n");

	for (i = 0; i < NR_FIRMWARE_VECTORS; i++) {
		vector = FIRST_EXTERNAL_VECTOR + i;
		/* The kernel's own, for system calls of 32-bit programs */
		if (vector == IA32_SYSCALL_VECTOR)
			continue;
		irq_set_chip_and_handler_name(irq + i, &dummy_irq_chip, record,
					      "firmware");
		irq_set_handler_data(irq + i, (void *)(unsigned long)vector);
		irq_set_noprobe(irq + i);
		irq_set_status_flags(irq + i, IRQ_NOREQUEST);
		this_cpu_write(vector_irq[vector], irq_to_desc(irq + i));
	}
}

/**
 * efi_mode_record_vectors() - hand over what was recorded
 * @h:	the handoff
 *
 * Context: interrupts off, before an ingress.
 */
void efi_mode_record_vectors(struct efi_mode_handoff *h)
{
	unsigned int vector;

	for_each_set_bit(vector, recorded, EFI_MODE_NR_VECTORS)
		h->replay[vector]++;
	bitmap_zero(recorded, EFI_MODE_NR_VECTORS);
}

/**
 * efi_mode_recorded() - how many interrupts of firmware have come to Linux
 *
 * Context: any.
 * Return: their number since boot.
 */
u64 efi_mode_recorded(void)
{
	return nr_recorded;
}
EXPORT_SYMBOL_GPL(efi_mode_recorded);
