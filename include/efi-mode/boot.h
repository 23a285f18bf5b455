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
 * efi_mode_prepare_undo() - record the state of the firmware, for efi_mode_undo()
 * @systab:	the EFI system table that the firmware passed
 *
 * Context: the firmware's world, TPL_APPLICATION.
 * Return: a system table for the EFI stub, whose memory and configuration table
 * services write down what they give.
 */
efi_system_table_t *efi_mode_prepare_undo(efi_system_table_t *systab);

/**
 * efi_mode_undo() - make the firmware as it was before efi_mode_prepare_undo()
 *
 * Removes the hooks of the resident half, restores the firmware's settings, and gives
 * back the memory and the configuration tables that the stub and efi_mode_start() have
 * taken. Does nothing if efi_mode_prepare_undo() was not called.
 *
 * Context: the firmware's world, TPL_APPLICATION. The image must exit next.
 */
void efi_mode_undo(void);

/**
 * efi_mode_start() - run the kernel beside the firmware
 * @handle:		handle of the EFI image
 * @boot_params:	complete but for the memory map
 * @kernel_entry:	address of startup_64 in the decompressed kernel
 *
 * Takes the place of ExitBootServices(). The caller must call efi_mode_undo()
 * afterwards.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 * Return: the EFI status with which the kernel has ended. If the kernel cannot be
 * started, the reason, after a message on the firmware's console.
 */
efi_status_t efi_mode_start(efi_handle_t handle,
			    struct boot_params *boot_params,
			    unsigned long kernel_entry);

#endif /* _EFI_MODE_BOOT_H */
