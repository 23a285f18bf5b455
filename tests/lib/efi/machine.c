// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct access to the IDT and the local APIC
 */
#include "machine.h"

struct gate {
	UINT16 low;
	UINT16 selector;
	UINT8 ist;
	UINT8 type;
	UINT16 middle;
	UINT32 high;
	UINT32 reserved;
} __attribute__((packed));

static struct gate *gate_of(UINT8 vector)
{
	struct table_register idt;

	asm volatile("sidt %0" : "=m" (idt));
	return (struct gate *)idt.base + vector;
}

/* Return the address of the current handler of @vector */
UINT64 idt_handler(UINT8 vector)
{
	struct gate *g = gate_of(vector);

	return g->low | (UINT64)g->middle << 16 | (UINT64)g->high << 32;
}

/*
 * Change the handler of @vector, and keep the gate's selector and type. Return
 * the address of the old handler.
 */
UINT64 idt_hook(UINT8 vector, irq_handler handler)
{
	UINT64 address = (UINT64)handler, old = idt_handler(vector);
	struct gate *g = gate_of(vector);
	UINT64 flags;

	flags = irq_save();
	g->low = address;
	g->middle = address >> 16;
	g->high = address >> 32;
	irq_restore(flags);
	return old;
}

#define APIC_BASE_ADDRESS	0xffffffffff000

BOOLEAN lapic_is_x2apic(void)
{
	return !!(rdmsr(APIC_BASE_MSR) & APIC_BASE_X2APIC);
}

UINT32 lapic_read(UINT32 reg)
{
	UINT64 base = rdmsr(APIC_BASE_MSR);

	if (base & APIC_BASE_X2APIC)
		return rdmsr(0x800 + (reg >> 4));
	return *(volatile UINT32 *)((base & APIC_BASE_ADDRESS) + reg);
}

void lapic_write(UINT32 reg, UINT32 value)
{
	UINT64 base = rdmsr(APIC_BASE_MSR);

	if (base & APIC_BASE_X2APIC)
		wrmsr(0x800 + (reg >> 4), value);
	else
		*(volatile UINT32 *)((base & APIC_BASE_ADDRESS) + reg) = value;
}

/*
 * Return the vector of the firmware's tick handler, or 0 if there is none. It
 * is the vector of the local APIC timer, which may be masked: then another
 * device makes the ticks, and its driver runs the handler of this vector. The
 * timer may be in one-shot mode, if the firmware arms it again at each tick.
 */
UINT8 firmware_tick_vector(void)
{
	UINT32 lvtt = lapic_read(LAPIC_LVTT);

	if ((lvtt & LVTT_MODE) == LVTT_DEADLINE || !lapic_read(LAPIC_TMICT) ||
	    (lvtt & LVT_VECTOR) < 32)
		return 0;
	return lvtt & LVT_VECTOR;
}

/* Mask the local APIC timer without the knowledge of the firmware */
EFI_STATUS take_ticks(void)
{
	UINT32 lvtt = lapic_read(LAPIC_LVTT);

	if (!firmware_tick_vector() || (lvtt & LVT_MASKED))
		return EFI_UNSUPPORTED;
	lapic_write(LAPIC_LVTT, lvtt | LVT_MASKED);
	return EFI_SUCCESS;
}
