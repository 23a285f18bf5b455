/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of the firmware: implemented by arch/efi/kernel/slice.c
 */
#ifndef _EFI_MODE_SLICE_H
#define _EFI_MODE_SLICE_H

#include <linux/types.h>

/**
 * efi_mode_is_stopped() - check whether the firmware has been stopped
 *
 * Linux stops the firmware for good after a fatal exception in it, and after a
 * call with EFI_CALL_ATOMIC that does not return in time.
 *
 * Context: any.
 * Return: true if the firmware has been stopped. All calls fail then.
 */
bool efi_mode_is_stopped(void);

#endif /* _EFI_MODE_SLICE_H */
