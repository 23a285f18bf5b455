// SPDX-License-Identifier: GPL-2.0-only
/*
 * Both 8259 interrupt controllers, and channel 0 of the 8254
 */
#include "machine.h"

#define MASTER		0x20
#define SLAVE		0xa0
#define ICW1		0x11	/* edge, cascade, ICW4 follows */
#define ICW4		0x01	/* 8086 mode, no automatic EOI */
#define EOI		0x20	/* non-specific */
#define CHANNEL0	0x40
#define CONTROL		0x43

/* IRQ 7 also comes if an IRQ is withdrawn early, and then needs no EOI */
static INTERRUPT void spurious(struct interrupt_frame *frame)
{
	(void)frame;
}

/* @mask: mask of the master's inputs; all inputs of the slave are masked */
void pic_init(UINT8 mask)
{
	idt_hook(PIC_BASE + 7, spurious);

	outb(MASTER, ICW1);
	outb(SLAVE, ICW1);
	outb(MASTER + 1, PIC_BASE);
	outb(SLAVE + 1, PIC_BASE + 8);
	outb(MASTER + 1, 1 << 2);	/* the slave is at IRQ 2 */
	outb(SLAVE + 1, 2);
	outb(MASTER + 1, ICW4);
	outb(SLAVE + 1, ICW4);
	outb(MASTER + 1, mask);
	outb(SLAVE + 1, PIC_ALL);
}

UINT8 pic_mask(void)
{
	return inb(MASTER + 1);
}

void pic_eoi(void)
{
	outb(MASTER, EOI);
}

/* @count: up to 65536 */
void pit_start(UINT8 mode, UINT32 count)
{
	outb(CONTROL, 0x30 | mode << 1);	/* channel 0, two bytes */
	outb(CHANNEL0, count & 0xff);
	outb(CHANNEL0, count >> 8 & 0xff);
}
