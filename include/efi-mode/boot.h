/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the EFI stub calls in arch/efi/boot when the kernel is to run beside the
 * firmware instead of replacing it
 */
#ifndef _EFI_MODE_BOOT_H
#define _EFI_MODE_BOOT_H

#include <linux/efi.h>

struct boot_params;

/**
 * efi_mode_open_ledger() - begin to write down what is taken from firmware
 * @systab:	the EFI system table that the firmware passed
 *
 * Return: a system table for the stub. Its memory and configuration table services
 * write down what they give, and its Exit() gives everything back to the firmware:
 * pages, pools and configuration tables that the stub and efi_mode_start() have
 * taken.
 */
efi_system_table_t *efi_mode_open_ledger(efi_system_table_t *systab);

/**
 * efi_mode_start() - run the kernel beside the firmware
 * @handle:		handle of the EFI image
 * @boot_params:	complete but for the memory map
 * @kernel_entry:	address of startup_64 in the decompressed kernel
 *
 * Takes the place of ExitBootServices(). Runs at TPL_APPLICATION.
 *
 * Return: if the kernel cannot be started, the reason, after a message on the
 * firmware's console. Otherwise it returns when the kernel has ended.
 */
efi_status_t efi_mode_start(efi_handle_t handle,
			    struct boot_params *boot_params,
			    unsigned long kernel_entry);

#endif /* _EFI_MODE_BOOT_H */
