/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Argument of the functions "irq_arm" and "irq_count" of the EFI test driver
 *
 * The selftests and the driver share this file.
 */
#ifndef _TEST_IRQ_H
#define _TEST_IRQ_H

/* The argument of "irq_count" is kind, that of "irq_arm" is kind | ms << 8 */
enum test_irq {
	TEST_IRQ_EDGE,		/* HPET, IO-APIC, edge */
	TEST_IRQ_LEVEL,		/* HPET, IO-APIC, level */
	TEST_IRQ_8259,		/* 8254, 8259, LINT0; at most 54 ms */
	NR_TEST_IRQS
};

#endif /* _TEST_IRQ_H */
