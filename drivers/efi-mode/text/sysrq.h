/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Alt-SysRq on firmware's keyboards
 */
#ifndef _EFI_MODE_SYSRQ_H
#define _EFI_MODE_SYSRQ_H

#include <efi-mode/bus.h>

#ifdef CONFIG_MAGIC_SYSRQ
bool efi_sysrq_watch(struct efi_protocol *keyboard);
bool efi_sysrq_is_watched(u16 unicode, u32 modifiers);
#else
static inline bool efi_sysrq_watch(struct efi_protocol *keyboard)
{
	return false;
}

static inline bool efi_sysrq_is_watched(u16 unicode, u32 modifiers)
{
	return false;
}
#endif

#endif /* _EFI_MODE_SYSRQ_H */
