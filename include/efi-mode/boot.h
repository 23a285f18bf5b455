/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions of arch/efi/boot that the EFI stub calls to run the kernel next to
 * the firmware instead of replacing it
 */
#ifndef _EFI_MODE_BOOT_H
#define _EFI_MODE_BOOT_H

#include <linux/efi.h>

struct boot_params;

/*
 * If the stub calls Exit(), the entry point of the EFI image continues at
 * efi_mode_entry (a buffer for __builtin_setjmp()) and returns
 * efi_mode_exit_status. See efi_mode_prepare_undo().
 */
extern void *efi_mode_entry[5];
extern efi_status_t efi_mode_exit_status;

#ifdef __CHECKER__
/* sparse does not know these compiler builtins. */
int __builtin_setjmp(void **buffer);
void __noreturn __builtin_longjmp(void **buffer, int value);
#endif

/**
 * efi_mode_prepare_undo() - record the state that Exit() restores
 * @systab:	the EFI system table that the firmware passed to the entry point
 *
 * Use the returned copy of the system table instead of @systab. Its memory and
 * configuration table services record what they allocate and install.
 *
 * Its Exit() service first removes the hooks of the resident half, restores the
 * settings of the firmware, and frees the memory and configuration tables that
 * the stub and efi_mode_start() have taken. Then it makes the entry point of
 * the image return. The caller must have filled in efi_mode_entry with
 * __builtin_setjmp() before.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 * Return: the system table for the EFI stub.
 */
efi_system_table_t *efi_mode_prepare_undo(efi_system_table_t *systab);

/**
 * efi_mode_start() - run the kernel next to the firmware
 * @handle:		handle of the EFI image
 * @boot_params:	boot parameters, complete except for the memory map
 * @kernel_entry:	address of startup_64 in the decompressed kernel
 *
 * Replaces ExitBootServices(). When it returns, the caller must call the Exit()
 * service of the system table that efi_mode_prepare_undo() returned.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 * Return: the EFI status with which the kernel has ended. If the kernel could
 * not be started, the EFI status that says why; a message is then on the
 * firmware's console.
 */
efi_status_t efi_mode_start(efi_handle_t handle,
			    struct boot_params *boot_params,
			    unsigned long kernel_entry);

#endif /* _EFI_MODE_BOOT_H */
