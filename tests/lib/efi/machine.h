/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Direct access to the CPU, the interrupt controllers and the timers
 *
 * Some firmware drivers access this hardware without using a protocol. The
 * tests do the same, to check that such drivers work beside Linux.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <efi.h>
#include <efilib.h>

static inline UINT64 rdtsc(void)
{
	UINT32 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high));
	return low | (UINT64)high << 32;
}

static inline UINT64 rdmsr(UINT32 msr)
{
	UINT32 low, high;

	asm volatile("rdmsr" : "=a" (low), "=d" (high) : "c" (msr));
	return low | (UINT64)high << 32;
}

static inline void wrmsr(UINT32 msr, UINT64 value)
{
	asm volatile("wrmsr" : : "c" (msr), "a" ((UINT32)value),
		     "d" ((UINT32)(value >> 32)) : "memory");
}

static inline void cpuid(UINT32 leaf, UINT32 regs[4])
{
	asm volatile("cpuid" : "=a" (regs[0]), "=b" (regs[1]), "=c" (regs[2]),
		     "=d" (regs[3]) : "a" (leaf), "c" (0));
}

static inline UINT8 inb(UINT16 port)
{
	UINT8 value;

	asm volatile("inb %1, %0" : "=a" (value) : "Nd" (port));
	return value;
}

static inline void outb(UINT16 port, UINT8 value)
{
	asm volatile("outb %0, %1" : : "a" (value), "Nd" (port) : "memory");
}

#define READ_REGISTER(name) ({						\
	UINT64 __v;							\
									\
	asm volatile("mov %%" name ", %0" : "=r" (__v));		\
	__v;								\
})
#define WRITE_REGISTER(name, value)					\
	asm volatile("mov %0, %%" name : : "r" ((UINT64)(value)))

#define RFLAGS_IF	0x200

static inline UINT64 irq_save(void)
{
	UINT64 flags;

	asm volatile("pushfq; popq %0; cli" : "=r" (flags) : : "memory");
	return flags;
}

static inline void irq_restore(UINT64 flags)
{
	if (flags & RFLAGS_IF)
		asm volatile("sti" : : : "memory");
}

struct table_register {
	UINT16 limit;
	UINT64 base;
} __attribute__((packed));

/* A handler in the IDT: a C function with INTERRUPT, or an assembly function */
struct interrupt_frame;
typedef void (*irq_handler)(struct interrupt_frame *frame);
#define INTERRUPT __attribute__((interrupt))

/* machine.c */
UINT64 idt_handler(UINT8 vector);
UINT64 idt_hook(UINT8 vector, irq_handler handler);

#define APIC_BASE_MSR		0x1b
#define APIC_BASE_X2APIC	0x400

#define LAPIC_ID	0x20
#define LAPIC_VERSION	0x30
#define LAPIC_TPR	0x80
#define LAPIC_EOI	0xb0
#define LAPIC_LDR	0xd0
#define LAPIC_DFR	0xe0
#define LAPIC_SPIV	0xf0
#define LAPIC_LVTT	0x320
#define LAPIC_LVTTHMR	0x330
#define LAPIC_LVTPC	0x340
#define LAPIC_LVT0	0x350
#define LAPIC_LVT1	0x360
#define LAPIC_LVTERR	0x370
#define LAPIC_TMICT	0x380
#define LAPIC_TMCCT	0x390
#define LAPIC_TDCR	0x3e0

#define LVT_VECTOR	0xff
#define LVT_EXTINT	0x700
#define LVT_MODE	0x700
#define LVT_MASKED	0x10000
#define LVTT_MODE	0x60000
#define LVTT_PERIODIC	0x20000
#define LVTT_DEADLINE	0x40000

BOOLEAN lapic_is_x2apic(void);
UINT32 lapic_read(UINT32 reg);
void lapic_write(UINT32 reg, UINT32 value);
UINT8 firmware_tick_vector(void);
EFI_STATUS take_ticks(void);

/* cycles.c */
UINT64 tsc_cycles_per_ms(void);

/* pic.c: both 8259s, and channel 0 of the 8254 */
#define PIC_BASE	0x68
#define PIC_ALL		0xff
#define PIC_ALL_BUT_IRQ0 0xfe
#define PIT_HZ		1193182
#define PIT_ONE_SHOT	0
#define PIT_PERIODIC	2

void pic_init(UINT8 mask);
UINT8 pic_mask(void);
void pic_eoi(void);
void pit_start(UINT8 mode, UINT32 count);

/* comparator.c: an HPET comparator and its pin of the IO-APIC */
struct comparator {
	UINT64 hpet;	/* address of the HPET; 0 until claimed */
	UINT64 ioapic;
	UINT32 number;
	UINT32 pin;
	UINT32 config;
	UINT32 period;	/* of the main counter, in femtoseconds */
};

EFI_STATUS comparator_claim(struct comparator *c, UINT8 vector, BOOLEAN level,
			    BOOLEAN periodic);
void comparator_one_shot(struct comparator *c, UINT64 usec);
void comparator_periodic(struct comparator *c, UINT64 usec);
BOOLEAN comparator_fired(struct comparator *c);
void comparator_off(struct comparator *c);

/* enable-xsave.c: bits of XCR0 */
EFI_STATUS enable_xsave(UINT32 components);

/* hpet-clock.c */
EFI_STATUS tick_by_hpet(UINT64 usec);

/* chain.S: call end_interrupt(), then jump to the handler that it returns */
void chain(struct interrupt_frame *frame);
UINT64 end_interrupt(void);

#endif /* MACHINE_H */
