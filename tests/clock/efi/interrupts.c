// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of firmware devices: IO-APIC edge and level, and 8259
 *
 * The IDT points to the handlers here, which count the interrupts and
 * acknowledge them. The counts show interrupts that are lost or come twice.
 */
#include "driver.h"
#include "irq.h"

#define EDGE_VECTOR	0x51
#define LEVEL_VECTOR	0x61
#define PIT_MAX_MS	54	/* the counter has 16 bits */

static struct comparator edge, level;
static BOOLEAN pic_is_ours;

static volatile UINT64 counts[NR_TEST_IRQS];

static INTERRUPT void edge_handler(struct interrupt_frame *frame)
{
	(void)frame;
	counts[TEST_IRQ_EDGE]++;
	comparator_off(&edge);
	lapic_write(LAPIC_EOI, 0);
}

static INTERRUPT void level_handler(struct interrupt_frame *frame)
{
	(void)frame;
	if (comparator_fired(&level)) {
		counts[TEST_IRQ_LEVEL]++;
		comparator_off(&level);
	}
	lapic_write(LAPIC_EOI, 0);
}

static INTERRUPT void pic_handler(struct interrupt_frame *frame)
{
	(void)frame;
	counts[TEST_IRQ_8259]++;
	pic_eoi();
}

static EFI_STATUS arm_comparator(struct comparator *c, UINT8 vector,
				 irq_handler handler, UINT64 ms)
{
	EFI_STATUS status;

	if (!c->hpet) {
		status = comparator_claim(c, vector, c == &level, FALSE);
		if (EFI_ERROR(status))
			return status;
		idt_hook(vector, handler);
	}
	comparator_one_shot(c, ms * 1000);
	return EFI_SUCCESS;
}

static EFI_STATUS arm_pit(UINT64 ms)
{
	UINT64 flags;

	if (ms > PIT_MAX_MS)
		return EFI_INVALID_PARAMETER;
	/* The firmware uses the 8259, as with pit.efi */
	if (!pic_is_ours && pic_mask() != PIC_ALL)
		return EFI_UNSUPPORTED;

	flags = irq_save();
	if (!pic_is_ours)
		idt_hook(PIC_BASE, pic_handler);
	pic_is_ours = TRUE;
	/*
	 * The 8254 has run since reset. Its output must become and stay low
	 * before the 8259 is initialized, else the 8259 sees another edge.
	 */
	pit_start(PIT_ONE_SHOT, 0x10000);
	pic_init(PIC_ALL_BUT_IRQ0);
	pit_start(PIT_ONE_SHOT, PIT_HZ * ms / 1000);
	irq_restore(flags);
	return EFI_SUCCESS;
}

/* @what is an enum test_irq | ms << 8: raise one interrupt after this time */
static EFI_STATUS EFIAPI irq_arm(UINT64 what, UINT64 *value)
{
	UINT64 ms = what >> 8;

	*value = 0;
	if (!ms)
		return EFI_INVALID_PARAMETER;
	switch (what & 0xff) {
	case TEST_IRQ_EDGE:
		return arm_comparator(&edge, EDGE_VECTOR, edge_handler, ms);
	case TEST_IRQ_LEVEL:
		return arm_comparator(&level, LEVEL_VECTOR, level_handler, ms);
	case TEST_IRQ_8259:
		return arm_pit(ms);
	default:
		return EFI_INVALID_PARAMETER;
	}
}

TEST_FUNCTION(irq_arm, irq_arm, .max = TEST_MAX_MS << 8 | 0xff);

/* The value is the number of interrupts of @kind, an enum test_irq */
static EFI_STATUS EFIAPI irq_count(UINT64 kind, UINT64 *value)
{
	if (kind >= NR_TEST_IRQS)
		return EFI_INVALID_PARAMETER;
	*value = counts[kind];
	return EFI_SUCCESS;
}

TEST_FUNCTION(irq_count, irq_count, .max = NR_TEST_IRQS - 1);

/*
 * If the firmware does not use the 8259, because LINT0 is masked or is not
 * ExtINT, mask all inputs of the 8259, and connect it to the CPU
 */
void init_interrupts(void)
{
	UINT32 lvt0 = lapic_read(LAPIC_LVT0);
	UINT64 flags;

	if ((lvt0 & LVT_MODE) == LVT_EXTINT && !(lvt0 & LVT_MASKED))
		return;
	flags = irq_save();
	pic_init(PIC_ALL);
	lapic_write(LAPIC_LVT0, LVT_EXTINT);
	irq_restore(flags);
}
