// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refuse kexec and kdump
 *
 * The new kernel would run on a machine whose memory and devices the firmware
 * still uses.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/errno.h>
#include <linux/kexec.h>
#include <linux/printk.h>

/**
 * arch_kexec_load_check() - refuse to load an image
 *
 * kexec_load(2) and kexec_file_load(2) call it before they read the image.
 *
 * Context: any.
 * Return: -EOPNOTSUPP.
 */
int arch_kexec_load_check(void)
{
	pr_err_ratelimited("kexec and kdump do not work beside the firmware\n");
	return -EOPNOTSUPP;
}
