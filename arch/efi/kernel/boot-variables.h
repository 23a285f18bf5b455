/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Variables as they are after ExitBootServices(): between boot-variables.c and its test
 */
#ifndef _EFI_MODE_BOOT_VARIABLES_H
#define _EFI_MODE_BOOT_VARIABLES_H

#include <linux/efi.h>

/**
 * struct efi_mode_variable_store - where all variables are
 * @get:	GetVariable(). It sets the attributes on success; if the buffer is too small,
 *		it sets them to 0 or to what they are.
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
