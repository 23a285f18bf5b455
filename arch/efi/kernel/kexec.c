// SPDX-License-Identifier: GPL-2.0-only
/*
 * Refuse kexec_load(2)
 *
 * Its segments have addresses that user space has chosen, where the firmware may
 * have its memory, and nothing says how to start them beside the firmware.
 * kexec_file_load(2) passes the image to the firmware: drivers/efi-mode/kexec.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/errno.h>
#include <linux/kexec.h>
#include <linux/printk.h>

/**
 * efi_kexec_load_check() - refuse to load segments
 *
 * kexec_load(2) calls it before it reads the segments.
 *
 * Context: any.
 * Return: -EOPNOTSUPP.
 */
int efi_kexec_load_check(void)
{
	pr_err_ratelimited("kexec_load(2) cannot work beside the firmware, use kexec_file_load(2): kexec -s\n");
	return -EOPNOTSUPP;
}
