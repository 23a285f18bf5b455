/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the bytes that a Linux tty writes to what EFI's text output can do
 */
#ifndef _EFI_MODE_VT_H
#define _EFI_MODE_VT_H

#include <linux/types.h>

#define EFI_VT_TEXT	128	/* UTF-16 characters in one piece of text */
#define EFI_VT_PARAMS	8

struct efi_vt;

/**
 * struct efi_vt_ops - EFI's text output, as the terminal sees it
 * @text:	write characters at the cursor; CR, LF and BS move it
 * @move:	set the cursor, both from 0
 * @where:	read the cursor and the size of the screen
 * @attribute:	set the colours: EFI_TEXT_ATTR()
 * @clear:	clear the screen; the cursor goes to the top left
 * @show:	show or hide the cursor
 * @reply:	input that the terminal itself sends
 *
 * UEFI 2.10, section 12.4.
 */
struct efi_vt_ops {
	void (*text)(struct efi_vt *vt, const u16 *s, unsigned int len);
	void (*move)(struct efi_vt *vt, unsigned int column, unsigned int row);
	void (*where)(struct efi_vt *vt, unsigned int *column,
		      unsigned int *row, unsigned int *columns,
		      unsigned int *rows);
	void (*attribute)(struct efi_vt *vt, u8 attribute);
	void (*clear)(struct efi_vt *vt);
	void (*show)(struct efi_vt *vt, bool visible);
	void (*reply)(struct efi_vt *vt, const char *s, unsigned int len);
};

/**
 * struct efi_vt - a terminal of the kind "linux", as far as EFI can be one
 * @ops:	where it writes
 * @state:	of the escape sequence
 * @private:	a '?' has begun the parameters
 * @params:	numeric parameters
 * @nparams:	how many there are
 * @utf8:	bits of a character whose bytes are not all there yet
 * @utf8_left:	how many bytes are missing
 * @fg:		foreground colour, as ANSI counts
 * @bg:		background colour
 * @bold:	bright foreground
 * @reverse:	foreground and background exchanged
 * @saved_column: of ESC 7
 * @saved_row:	of ESC 7
 * @text:	characters not written yet
 * @len:	how many
 */
struct efi_vt {
	const struct efi_vt_ops *ops;
	int state;
	bool private;
	unsigned int params[EFI_VT_PARAMS];
	unsigned int nparams;
	u32 utf8;
	unsigned int utf8_left;
	u8 fg, bg;
	bool bold, reverse;
	unsigned int saved_column, saved_row;
	u16 text[EFI_VT_TEXT];
	unsigned int len;
};

void efi_vt_init(struct efi_vt *vt, const struct efi_vt_ops *ops);
void efi_vt_write(struct efi_vt *vt, const u8 *s, unsigned int n);
unsigned int efi_vt_key(u16 scan, u16 unicode, u8 *out);

/* The longest that efi_vt_key() writes */
#define EFI_VT_KEY_MAX	5

#endif /* _EFI_MODE_VT_H */
