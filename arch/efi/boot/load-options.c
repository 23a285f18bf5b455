// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load options as a command line
 *
 * The specification leaves the content of load options to the image that they are for. The
 * EFI stub expects UTF-16. Boot managers also pass 8-bit text, records of another operating
 * system, and lines that end as those of a DOS file. On the command line of the kernel such
 * bytes become parameters for init, or a part of the name of the initrd.
 */
#include <linux/unaligned.h>

#include "load-options.h"

#define BYTE_ORDER_MARK	0xfeff

/* A tab, a line feed, a vertical tab, a form feed, a carriage return */
static bool options_is_white(u16 c)
{
	return c >= '\t' && c <= '\r';
}

/* Control characters, and the two code points that are never a character */
static bool options_is_text(u16 c)
{
	return c >= ' ' && (c < 0x7f || c >= 0xa0) && c < 0xfffe;
}

/*
 * 8-bit text, read as UTF-16, consists of ideographs: no unit is an ASCII character,
 * except the last one, which an odd number of bytes makes. A command line is ASCII but for
 * some names in it.
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
 * efi_mode_clean_load_options() - make a command line of load options
 * @options:	what the loader passed, at any alignment
 * @size:	bytes in @options
 * @text:	room for @size / 2 + 1 units, for the command line and a NUL
 * @length:	set to the units in @text without the NUL
 *
 * The command line ends at a NUL, and at the first unit that is not a character. A lone
 * surrogate is one: file systems of the firmware accept it in a name.
 *
 * Return: how the command line has come about.
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
