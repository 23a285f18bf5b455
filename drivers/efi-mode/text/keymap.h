/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what EFI says of a key to keys of Linux's
 */
#ifndef _EFI_MODE_KEYMAP_H
#define _EFI_MODE_KEYMAP_H

#include <linux/types.h>

/* What a character wants of the shift keys */
enum efi_key_shift {
	EFI_KEY_SHIFT_AS_IS,	/* it is the same with and without */
	EFI_KEY_SHIFT_UP,
	EFI_KEY_SHIFT_DOWN,
};

/**
 * struct efi_key_press - a key, and what must be held with it
 * @code:	KEY_*
 * @shift:	what to do about the shift keys
 * @control:	a control key must be held
 */
struct efi_key_press {
	u16 code;
	enum efi_key_shift shift;
	bool control;
};

/* The most digits that a character has as a decimal number */
#define EFI_KEYPAD_DIGITS	5

#define EFI_NR_MODIFIERS	10

extern const u16 efi_modifier_keys[EFI_NR_MODIFIERS];

bool efi_keymap(u16 scan, u16 unicode, struct efi_key_press *press);
unsigned int efi_keypad_digits(u16 unicode, u16 *codes);
u32 efi_key_modifiers(const struct efi_key_press *press, u32 told, u32 held);
void efi_keymap_for_each(void (*fn)(u16 code, void *data), void *data);

#endif /* _EFI_MODE_KEYMAP_H */
