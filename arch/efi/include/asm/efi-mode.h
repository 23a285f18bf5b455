/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the files of arch/efi/kernel
 *
 * Calls run one way: setup and platform at the start, then
 *
 *	call.c -> firmware.c -> apic.c, ticks.c, irq.c -> handoff.c
 *
 * Drivers use <efi-mode/firmware.h>.
 */
#ifndef _ASM_EFI_MODE_H
#define _ASM_EFI_MODE_H

#include <linux/init.h>
#include <linux/time64.h>
#include <linux/types.h>

#include <efi-mode/handoff.h>

/* handoff.c */

extern struct efi_mode_handoff *efi_mode_handoff;

void efi_mode_find_handoff(void);
void efi_mode_map_handoff(void);
void efi_mode_switch_to_firmware(void);

/* platform.c */

void efi_mode_platform_setup(void);

/* ticks.c */

/**
 * struct efi_mode_ticks - what firmware's clock is owed
 * @period:	time between two ticks, in counts; 0 if the clock does not tick
 * @carry:	counts that firmware has not had a tick for, less than @period;
 *		negative when firmware is ahead
 */
struct efi_mode_ticks {
	u64 period;
	s64 carry;
};

void efi_mode_ticks_set_period(struct efi_mode_ticks *t, u64 period);
u32 efi_mode_ticks_owed(struct efi_mode_ticks *t, u64 elapsed);
u32 efi_mode_ticks_slice(struct efi_mode_ticks *t, u64 elapsed, u64 remaining);

/* irq.c */

void efi_mode_record_init(void);
void efi_mode_record_vectors(struct efi_mode_handoff *h);
u64 efi_mode_recorded(void);

/* apic.c */

void efi_mode_apic_take_over(void);
u32 efi_mode_apic_period(void);
bool efi_mode_apic_to_firmware(void);
void efi_mode_apic_to_linux(void);
u32 efi_mode_apic_hold(void);
void efi_mode_apic_release(u32 priority);
u64 efi_mode_tick_period_ns(void);

/* firmware.c */

bool efi_mode_bare_slice(void);
void efi_mode_slice(void);
void efi_mode_quiet_slice(void);

/* time.c */

void efi_mode_time_setup(void);

/* early_console.c */

void efi_mode_early_console(void);

/* exit.c */

void efi_mode_exit_setup(void);

#endif /* _ASM_EFI_MODE_H */
