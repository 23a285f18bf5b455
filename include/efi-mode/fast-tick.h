/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A faster clock for the firmware: implemented by arch/efi/kernel/fast-tick.c
 */
#ifndef _EFI_MODE_FAST_TICK_H
#define _EFI_MODE_FAST_TICK_H

/**
 * efi_mode_fast_tick_get() - ask for a faster clock of the firmware
 *
 * The firmware does its own work, such as the transfers that it has tokens for, at the
 * ticks of its clock. While there is at least one user, the clock ticks more often, if
 * that is possible and allowed (``efi_mode.fast_tick=``).
 *
 * Context: task context; sleeps.
 */
void efi_mode_fast_tick_get(void);

/**
 * efi_mode_fast_tick_put() - undo efi_mode_fast_tick_get()
 *
 * Context: any but NMI.
 */
void efi_mode_fast_tick_put(void);

#endif /* _EFI_MODE_FAST_TICK_H */
