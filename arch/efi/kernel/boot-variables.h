/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between boot-variables.c and its test
 */
#ifndef _EFI_MODE_BOOT_VARIABLES_H
#define _EFI_MODE_BOOT_VARIABLES_H

#include <linux/efi.h>

/**
 * struct efi_mode_variable_store - functions that access all variables
 * @get:	GetVariable(). On success it sets the attributes. If the buffer
 *		is too small, it sets them to the correct value or to 0.
 * @get_next:	GetNextVariableName()
 * @set:	SetVariable()
 */
struct efi_mode_variable_store {
	efi_get_variable_t *get;
	efi_get_next_variable_t *get_next;
	efi_set_variable_t *set;
};

efi_status_t efi_mode_bv_get(const struct efi_mode_variable_store *store,
			     efi_char16_t *name, efi_guid_t *vendor, u32 *attr,
			     unsigned long *data_size, void *data);
efi_status_t efi_mode_bv_get_next(const struct efi_mode_variable_store *store,
				  unsigned long *size, efi_char16_t *name,
				  efi_guid_t *vendor);
efi_status_t efi_mode_bv_set(const struct efi_mode_variable_store *store,
			     efi_char16_t *name, efi_guid_t *vendor, u32 attr,
			     unsigned long size, void *data);

#endif /* _EFI_MODE_BOOT_VARIABLES_H */
