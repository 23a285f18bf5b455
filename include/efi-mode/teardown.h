/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Teardown at a reboot, power-off or return: implemented by
 * arch/efi/kernel/teardown.c
 */
#ifndef _EFI_MODE_TEARDOWN_H
#define _EFI_MODE_TEARDOWN_H

#include <linux/notifier.h>

/**
 * efi_mode_register_release() - register a notifier for the teardown
 * @nb:		called in the order of priority, after all user processes have
 *		stopped
 *
 * In the notifier, a driver takes back what the firmware holds of it, and gives
 * back what it holds of the firmware: events, notifications, buffers. After
 * that it must not call the firmware. The notifier is not called in a panic.
 *
 * Context: task context; sleeps. The notifier may sleep, too.
 * Return: 0.
 */
int efi_mode_register_release(struct notifier_block *nb);

/**
 * efi_mode_unregister_release() - undo efi_mode_register_release()
 * @nb:		the notifier
 *
 * Context: task context; sleeps.
 * Return: 0, or -ENOENT if @nb is not registered.
 */
int efi_mode_unregister_release(struct notifier_block *nb);

#endif /* _EFI_MODE_TEARDOWN_H */
