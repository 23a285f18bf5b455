/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the EFI stub calls in arch/efi/boot when the kernel is to run beside the
 * firmware instead of replacing it
 */
#ifndef _EFI_MODE_BOOT_H
#define _EFI_MODE_BOOT_H

#include <linux/efi.h>

struct boot_params;

/*
 * Where the entry point of the EFI image goes on when the stub exits, and the status that
 * it then returns. See efi_mode_prepare_undo().
 */
extern void *efi_mode_entry[5];
extern efi_status_t efi_mode_exit_status;

#ifdef __CHECKER__
/* sparse does not know these builtins of the compiler */
int __builtin_setjmp(void **buffer);
void __noreturn __builtin_longjmp(void **buffer, int value);
#endif

/**
 * efi_mode_prepare_undo() - record the state of the firmware that Exit() restores
 * @systab:	the EFI system table that the firmware passed
 *
 * Context: the firmware's world, TPL_APPLICATION.
 * Return: a system table for the EFI stub. Its memory and configuration table services
 * write down what they give. Its Exit() first removes the hooks of the resident half,
 * restores the firmware's settings, and gives back the memory and the configuration
 * tables that the stub and efi_mode_start() have taken. Then it returns from the entry
 * point: the caller has filled in efi_mode_entry with __builtin_setjmp().
 */
efi_system_table_t *efi_mode_prepare_undo(efi_system_table_t *systab);

/**
 * efi_mode_start() - run the kernel beside the firmware
 * @handle:		handle of the EFI image
 * @boot_params:	complete but for the memory map
 * @kernel_entry:	address of startup_64 in the decompressed kernel
 *
 * Takes the place of ExitBootServices(). The caller must exit next, by the system
 * table that efi_mode_prepare_undo() returned.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 * Return: the EFI status with which the kernel has ended. If the kernel cannot be
 * started, the reason, after a message on the firmware's console.
 */
efi_status_t efi_mode_start(efi_handle_t handle,
			    struct boot_params *boot_params,
			    unsigned long kernel_entry);

#endif /* _EFI_MODE_BOOT_H */
