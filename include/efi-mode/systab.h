/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The firmware's tables: implemented by arch/efi/kernel/systab.c
 */
#ifndef _EFI_MODE_SYSTAB_H
#define _EFI_MODE_SYSTAB_H

#include <linux/efi.h>
#include <linux/types.h>

struct efi_mode_resident;

/**
 * efi_mode_systab() - get the EFI system table
 *
 * Context: any, after setup_arch().
 * Return: a pointer to a copy that was made when the kernel started. The
 * pointers in the table are physical addresses.
 */
const efi_system_table_t *efi_mode_systab(void);

/**
 * efi_mode_resident() - get the functions of the resident half
 *
 * Context: any.
 * Return: a pointer for efi_table_call(). Its value is a physical address.
 */
const struct efi_mode_resident *efi_mode_resident(void);

/**
 * efi_mode_image() - get the handle of the EFI image that contains Linux
 *
 * Context: any.
 * Return: the handle. It is the agent handle when Linux opens a protocol.
 */
u64 efi_mode_image(void);

#endif /* _EFI_MODE_SYSTAB_H */
