/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of the firmware: implemented by arch/efi/kernel/slice.c
 */
#ifndef _EFI_MODE_SLICE_H
#define _EFI_MODE_SLICE_H

#include <linux/types.h>

/**
 * efi_mode_is_stopped() - check whether the firmware is disabled
 *
 * Context: any.
 * Return: true if an exception in the firmware has disabled it. From then on every call
 * fails.
 */
bool efi_mode_is_stopped(void);

#endif /* _EFI_MODE_SLICE_H */
