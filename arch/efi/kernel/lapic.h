/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between apic.c and lapic-timer.c: the registers themselves
 */
#ifndef _EFI_MODE_LAPIC_H
#define _EFI_MODE_LAPIC_H

#include <linux/types.h>

#include <asm/apic.h>

#define EFI_MODE_LAPIC_REGS	0x40	/* 16 bytes apart */

/* What Linux has in each register, whoever has the local APIC now */
extern u32 efi_mode_lapic_linux[EFI_MODE_LAPIC_REGS];

static inline u32 lapic_linux(u32 reg)
{
	return efi_mode_lapic_linux[reg >> 4];
}

/* Not by way of apic_read() and apic_write(), which speak for Linux */
static inline u32 lapic_read(u32 reg)
{
	if (unlikely(x2apic_mode))
		return native_apic_msr_read(reg);
	return native_apic_mem_read(reg);
}

static inline void lapic_write(u32 reg, u32 value)
{
	if (unlikely(x2apic_mode))
		native_apic_msr_write(reg, value);
	else
		native_apic_mem_write(reg, value);
}

/* lapic-timer.c */

void efi_mode_timer_take_over(void);
void efi_mode_timer_written(u32 reg, u32 value);
void efi_mode_timer_stop(void);
void efi_mode_timer_to_firmware(void);
void efi_mode_timer_from_firmware(void);
void efi_mode_timer_to_linux(void);

#endif /* _EFI_MODE_LAPIC_H */
