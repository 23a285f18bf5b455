// SPDX-License-Identifier: GPL-2.0-only
/*
 * One local APIC, two owners
 *
 * Each side has its own contents of the registers below, exchanged at every
 * switch. The mode (xAPIC or x2APIC) is firmware's choice and stays. Accesses are
 * what a switch costs most, so what Linux has in the registers is known from its
 * writes, and a register that is the same on both sides is not written. What
 * firmware has must be read: it may change any of them in a slice.
 *
 * The timer is in lapic-timer.c.
 *
 * Linux neither masks nor accepts the 8259: LINT0 stays as firmware has set it,
 * and what arrives there is recorded in irq.c.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/kernel.h>

#include <asm/apic.h>

#include <asm/efi-mode.h>
#include "lapic.h"

/* Both sides' contents differ, or might; the timer's are not among them */
static const u16 swapped[] = {
	APIC_SPIV,
	APIC_TASKPRI,
	APIC_LVT0,
	APIC_LVT1,
	APIC_LVTERR,
	APIC_LVTPC,
	APIC_LVTTHMR,
	APIC_DFR,
	APIC_LDR,
};

/* Those of them that this CPU has, in this mode, and what firmware has there */
struct firmware_reg {
	u32 reg;
	u32 value;
};

static struct firmware_reg firmware[ARRAY_SIZE(swapped)];
static struct firmware_reg *firmware_end __ro_after_init = firmware;

/* Those in which the two sides differ, until one of them writes to any */
static struct {
	u32 reg;
	u32 firmware;
	u32 linux_value;
} different[ARRAY_SIZE(swapped)];
static unsigned int nr_different;
static bool compare_again;

u32 efi_mode_lapic_linux[EFI_MODE_LAPIC_REGS];

static bool taken_over __ro_after_init;

/* In place of the native functions: what Linux writes is remembered */
static void remember(u32 reg, u32 v)
{
	switch (reg) {
	case APIC_LVTT:
	case APIC_TDCR:
	case APIC_TMICT:
		efi_mode_timer_written(reg, v);
		break;
	default:
		efi_mode_lapic_linux[reg >> 4] = v;
		compare_again = true;
	}
}

static void write_mem(u32 reg, u32 v)
{
	native_apic_mem_write(reg, v);
	remember(reg, v);
}

static void write_msr(u32 reg, u32 v)
{
	native_apic_msr_write(reg, v);
	remember(reg, v);
}

/*
 * An interrupt of Linux's that is pending. All of its vectors are in the last of
 * the eight words; any in the others is firmware's, and can wait for it.
 */
static bool linux_pending(void)
{
	BUILD_BUG_ON(FIRST_SYSTEM_VECTOR < 224);

	return lapic_read(APIC_IRR + 7 * 0x10);
}

/*
 * Firmware differs in whether it signals the end of its timer interrupt before
 * or after it dispatches events, in the middle of which the egress may be. What
 * is in service goes on being so, and firmware's handler ends it. It only must
 * not hold back Linux's own interrupts.
 */
static void end_interrupts(void)
{
	u32 in_service = lapic_read(APIC_ISR + 7 * 0x10);

	while (unlikely(in_service)) {
		apic_eoi();
		in_service &= in_service - 1;
	}
}

static void compare(void)
{
	struct firmware_reg *r;

	nr_different = 0;
	for (r = firmware; r < firmware_end; r++) {
		if (r->value == lapic_linux(r->reg))
			continue;
		different[nr_different].reg = r->reg;
		different[nr_different].firmware = r->value;
		different[nr_different++].linux_value = lapic_linux(r->reg);
	}
	compare_again = false;
}

/**
 * efi_mode_apic_to_firmware() - give the local APIC to firmware
 *
 * Interrupts for Linux that are pending are taken first: firmware would not
 * know what they are.
 *
 * Context: interrupts off, preemption disabled; interrupts may be on for a
 * moment.
 * Return: false if the local APIC is still firmware's own; nothing was done.
 */
bool efi_mode_apic_to_firmware(void)
{
	unsigned int i;

	if (!taken_over)
		return false;

	for (;;) {
		if (!linux_pending()) {
			efi_mode_timer_stop();
			/* Their interrupt is one that Linux sends itself another in */
			efi_mode_counters_stop();
			if (!linux_pending())
				break;
			efi_mode_counters_start();
		}
		local_irq_enable();
		/* STI takes effect after the next instruction */
		asm volatile("nop");
		local_irq_disable();
	}

	if (unlikely(compare_again))
		compare();
	for (i = 0; i < nr_different; i++)
		lapic_write(different[i].reg, different[i].firmware);
	efi_mode_timer_to_firmware();
	return true;
}

/**
 * efi_mode_apic_to_linux() - take the local APIC back
 *
 * Context: interrupts off, after efi_mode_apic_to_firmware().
 */
void efi_mode_apic_to_linux(void)
{
	struct firmware_reg *r;
	unsigned int i;
	u32 changed = 0;

	efi_mode_timer_from_firmware();
	end_interrupts();
	for (r = firmware; r < firmware_end; r++)
		changed |= lapic_read(r->reg) ^ r->value;
	if (unlikely(changed)) {
		for (r = firmware; r < firmware_end; r++)
			r->value = lapic_read(r->reg);
		compare();
	}
	for (i = 0; i < nr_different; i++)
		lapic_write(different[i].reg, different[i].linux_value);
	efi_mode_timer_to_linux();
	efi_mode_counters_start();
}

/**
 * efi_mode_apic_hold() - hold off all interrupts of the local APIC
 *
 * For a slice in which Linux's interrupts may be pending: they stay so.
 *
 * Context: interrupts off.
 * Return: what efi_mode_apic_release() wants.
 */
u32 efi_mode_apic_hold(void)
{
	u32 priority;

	if (!taken_over)
		return 0;
	priority = lapic_read(APIC_TASKPRI);
	lapic_write(APIC_TASKPRI, APIC_TPRI_MASK);
	return priority;
}

/**
 * efi_mode_apic_release() - undo efi_mode_apic_hold()
 * @priority:	what that returned
 *
 * Context: interrupts off.
 */
void efi_mode_apic_release(u32 priority)
{
	if (taken_over)
		lapic_write(APIC_TASKPRI, priority);
}

static bool __init is_present(u16 reg)
{
	switch (reg) {
	case APIC_LVTPC:
		return lapic_get_maxlvt() >= 4;
	case APIC_LVTTHMR:
		return lapic_get_maxlvt() >= 5;
	case APIC_DFR:
	case APIC_LDR:
		/* Not there, and read-only */
		return !x2apic_enabled();
	default:
		return true;
	}
}

/**
 * efi_mode_apic_take_over() - begin to share the local APIC
 *
 * What is in it now is firmware's. Afterwards Linux may set it up.
 *
 * Context: early boot, interrupts off, before Linux has written to it.
 */
void __init efi_mode_apic_take_over(void)
{
	unsigned int i;
	u32 value;

	if (apic_is_disabled)
		panic("efi-mode: the kernel needs the local APIC\n");

	for (i = 0; i < ARRAY_SIZE(swapped); i++) {
		if (!is_present(swapped[i]))
			continue;
		value = lapic_read(swapped[i]);
		firmware_end->reg = swapped[i];
		firmware_end++->value = value;
		efi_mode_lapic_linux[swapped[i] >> 4] = value;
	}
	efi_mode_timer_take_over();

	/* Braces: the macro is more than one statement */
	if (x2apic_enabled()) {
		apic_update_callback(write, write_msr);
	} else {
		apic_update_callback(write, write_mem);
	}
	taken_over = true;
}
