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
 * efi_mode_systab() - the EFI system table
 *
 * Context: any, after setup_arch().
 * Return: a pointer to a copy as of the start of the kernel. Its pointers are
 * physical addresses.
 */
const efi_system_table_t *efi_mode_systab(void);

/**
 * efi_mode_resident() - the functions of the resident half
 *
 * Context: any.
 * Return: a pointer for efi_table_call(): its value is a physical address.
 */
const struct efi_mode_resident *efi_mode_resident(void);

/**
 * efi_mode_image() - the handle of the EFI image that Linux is
 *
 * Context: any.
 * Return: the handle: the agent when Linux opens a protocol.
 */
u64 efi_mode_image(void);

#endif /* _EFI_MODE_SYSTAB_H */
