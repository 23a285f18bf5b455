// SPDX-License-Identifier: GPL-2.0-only
/*
 * Convert load options to a command line
 *
 * The UEFI specification leaves the format of load options to the image that
 * receives them. The EFI stub expects UTF-16. Boot managers also pass 8-bit
 * text, binary records of another operating system, and text with DOS line
 * ends. On the kernel's command line, such bytes would become parameters of
 * init, or part of the name of the initrd.
 */
#include <linux/unaligned.h>

#include "load-options.h"

#define BYTE_ORDER_MARK	0xfeff

/* Tab, line feed, vertical tab, form feed, carriage return */
static bool options_is_white(u16 c)
{
	return c >= '\t' && c <= '\r';
}

/* Neither a control character nor one of the noncharacters U+FFFE and U+FFFF */
static bool options_is_text(u16 c)
{
	return c >= ' ' && (c < 0x7f || c >= 0xa0) && c < 0xfffe;
}

/*
 * If 8-bit text is read as UTF-16, each unit combines two characters, and none
 * of the units is an ASCII character. Only the last unit can be one, if it
 * combines the last character and a NUL. A real command line consists of ASCII
 * characters, except for some names in it.
 */
static bool options_are_command_line(const u16 *text, size_t length)
{
	size_t i;

	for (i = 0; i + 1 < length || !i; i++)
		if (text[i] < 0x80)
			return true;
	return false;
}

static bool options_are_zero(const u8 *options, size_t size)
{
	while (size && !options[size - 1])
		size--;
	return !size;
}

static enum efi_mode_options_state
options_copy(const u8 *options, size_t units, u16 *text, size_t *length)
{
	enum efi_mode_options_state state = EFI_MODE_OPTIONS_GOOD;
	size_t i;

	for (i = 0, *length = 0; i < units; i++) {
		u16 c = get_unaligned_le16(options + i * sizeof(c));

		if (!c)
			break;
		if (options_is_white(c))
			c = ' ';
		else if (!options_is_text(c))
			return EFI_MODE_OPTIONS_CUT;
		if (c != get_unaligned_le16(options + i * sizeof(c)) ||
		    (!i && c == BYTE_ORDER_MARK))
			state = EFI_MODE_OPTIONS_CHANGED;
		if (i || c != BYTE_ORDER_MARK)
			text[(*length)++] = c;
	}
	return state;
}

/**
 * efi_mode_clean_load_options() - convert load options to a command line
 * @options:	load options that the loader passed, at any alignment
 * @size:	size of @options in bytes
 * @text:	buffer for the command line and a NUL: @size / 2 + 1 units
 * @length:	set to the length of the command line in units, without the NUL
 *
 * The command line ends at a NUL, or at the first unit that is not a character.
 * A lone surrogate counts as a character, because the firmware's file systems
 * accept it in file names.
 *
 * Context: any.
 * Return: how the command line differs from @options.
 */
enum efi_mode_options_state
efi_mode_clean_load_options(const void *options, size_t size, u16 *text, size_t *length)
{
	enum efi_mode_options_state state;

	state = options_copy(options, size / sizeof(*text), text, length);
	if (state == EFI_MODE_OPTIONS_CHANGED)
		while (*length && text[*length - 1] == ' ')
			--*length;
	if (*length ? !options_are_command_line(text, *length) :
		      state != EFI_MODE_OPTIONS_CHANGED &&
		      !options_are_zero(options, size)) {
		state = EFI_MODE_OPTIONS_NOT_TEXT;
		*length = 0;
	}
	text[*length] = 0;
	return state;
}
