/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A faster clock for the firmware: implemented by arch/efi/kernel/fast-tick.c
 */
#ifndef _EFI_MODE_FAST_TICK_H
#define _EFI_MODE_FAST_TICK_H

/**
 * efi_mode_fast_tick_get() - make the firmware's clock tick faster
 *
 * The firmware does its background work at the ticks of its clock, for example
 * the transfers of tokens. While the fast tick has at least one user, the clock
 * ticks more often, if the clock and ``efi_mode.fast_tick=`` allow it.
 *
 * Context: task context; sleeps.
 */
void efi_mode_fast_tick_get(void);

/**
 * efi_mode_fast_tick_put() - undo efi_mode_fast_tick_get()
 *
 * The clock ticks as before a tenth of a second after the last user has gone.
 *
 * Context: any except NMI.
 */
void efi_mode_fast_tick_put(void);

#endif /* _EFI_MODE_FAST_TICK_H */
