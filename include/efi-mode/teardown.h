/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of the system: implemented by arch/efi/kernel/teardown.c
 */
#ifndef _EFI_MODE_TEARDOWN_H
#define _EFI_MODE_TEARDOWN_H

#include <linux/notifier.h>

/**
 * efi_mode_register_release() - be told when the system ends
 * @nb:		is called when no process runs any more, in the order of priority
 *
 * A driver gives back all that firmware holds of its own or the reverse: events,
 * notifications, buffers. Afterwards it makes no call any more. Not called when
 * the kernel dies.
 *
 * Context: task context; sleeps. The notifier, too.
 * Return: 0.
 */
int efi_mode_register_release(struct notifier_block *nb);

/**
 * efi_mode_unregister_release() - undo efi_mode_register_release()
 * @nb:		the notifier
 *
 * Context: task context; sleeps.
 * Return: 0, or -ENOENT.
 */
int efi_mode_unregister_release(struct notifier_block *nb);

#endif /* _EFI_MODE_TEARDOWN_H */
