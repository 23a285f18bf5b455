// SPDX-License-Identifier: GPL-2.0-only
/*
 * Access to the local APIC in the firmware's world
 */
#include <asm/apicdef.h>
#include <asm/io.h>

#include "boot.h"

/*
 * In the IDT of own-idt.c, this vector leads to the entry for stray interrupts
 */
#define SPURIOUS_VECTOR	0xff

static bool x2apic;
static unsigned long apic_base;

/*
 * Values that registers must have so that the timer can end slices, if the
 * firmware runs with interrupts off: the interrupts of the 8259 masked, the
 * task priority 0, and the local APIC enabled
 */
static struct {
	const u32 reg;
	const u32 claimed;
	u32 before;
} claims[] = {
	{ .reg = APIC_LVT0,	.claimed = APIC_LVT_MASKED | APIC_MODE_EXTINT << 8 },
	{ .reg = APIC_TASKPRI,	.claimed = 0 },
	{ .reg = APIC_SPIV,	.claimed = APIC_SPIV_APIC_ENABLED | SPURIOUS_VECTOR },
};

static bool claimed;

/**
 * efi_mode_apic_init() - determine how the local APIC is accessed
 *
 * Context: the firmware's world.
 */
void efi_mode_apic_init(void)
{
	u64 base = efi_mode_read_msr(MSR_IA32_APICBASE);

	x2apic = base & X2APIC_ENABLE;
	apic_base = base & GENMASK_ULL(51, 12);
}

/**
 * efi_mode_apic_read() - read a register of the local APIC
 * @reg:	offset of the register, APIC_*
 *
 * Context: the firmware's world.
 * Return: value of the register.
 */
u32 efi_mode_apic_read(u32 reg)
{
	if (x2apic)
		return efi_mode_read_msr(APIC_BASE_MSR + (reg >> 4));
	return readl((void __iomem *)(apic_base + reg));
}

static void apic_write(u32 reg, u32 value)
{
	if (x2apic)
		efi_mode_write_msr(APIC_BASE_MSR + (reg >> 4), value);
	else
		writel(value, (void __iomem *)(apic_base + reg));
}

/**
 * efi_mode_apic_eoi() - signal the end of an interrupt to the local APIC
 *
 * Context: the firmware's world.
 */
void efi_mode_apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

/**
 * efi_mode_apic_claim() - prepare the local APIC to end slices
 *
 * For a firmware that runs with interrupts off, and so does not use the local
 * APIC itself.
 *
 * Context: the firmware's world, interrupts off.
 */
void efi_mode_apic_claim(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(claims); i++) {
		claims[i].before = efi_mode_apic_read(claims[i].reg);
		apic_write(claims[i].reg, claims[i].claimed);
	}
	claimed = true;
}

/**
 * efi_mode_apic_release() - undo efi_mode_apic_claim()
 *
 * Does nothing if efi_mode_apic_claim() was not called.
 *
 * Context: the firmware's world, interrupts off.
 */
void efi_mode_apic_release(void)
{
	unsigned int i;

	for (i = 0; claimed && i < ARRAY_SIZE(claims); i++)
		apic_write(claims[i].reg, claims[i].before);
	claimed = false;
}
