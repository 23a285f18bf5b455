// SPDX-License-Identifier: GPL-2.0-only
/*
 * A terminal emulator on EFI's text output
 *
 * Programs write UTF-8 with control sequences of ECMA-48. EFI's text output
 * takes UTF-16, CR, LF and BS, and has functions for the cursor, the colours
 * and the whole screen (UEFI 2.10, section 12.4). This file translates. If EFI
 * lacks a function, such as erasing a line, the emulator uses the functions
 * that it has. It calls only its ops.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "text.h"

enum {
	GROUND,
	ESCAPE,
	CSI,
	STRING,		/* an operating system command or similar: ignored */
	STRING_ESCAPE,
	CHARSET,	/* one more byte: ignored */
};

#define DEFAULT_FG	7
#define DEFAULT_BG	0
#define REPLACEMENT	0xfffd

static void evt_flush(struct efi_vt *vt)
{
	unsigned int len = vt->len;

	/*
	 * Clear it first: in a panic, this function may be called while an
	 * earlier call of it sleeps in the callback.
	 */
	vt->len = 0;
	if (len)
		vt->ops->text(vt, vt->text, len);
}

static void evt_put(struct efi_vt *vt, u16 c)
{
	vt->text[vt->len++] = c;
	if (vt->len == EFI_VT_TEXT)
		evt_flush(vt);
}

static void evt_where(struct efi_vt *vt, unsigned int *column,
		      unsigned int *row, unsigned int *columns,
		      unsigned int *rows)
{
	evt_flush(vt);
	vt->ops->where(vt, column, row, columns, rows);
}

/* EFI's colours have red and blue exchanged, compared with ANSI's. */
static u8 efi_colour(u8 ansi)
{
	return (ansi & 2) | (ansi & 1) << 2 | (ansi & 4) >> 2;
}

static void evt_set_attribute(struct efi_vt *vt)
{
	u8 fg = vt->reverse ? vt->bg : vt->fg;
	u8 bg = vt->reverse ? vt->fg : vt->bg;

	evt_flush(vt);
	vt->ops->attribute(vt, efi_colour(fg) | (vt->bold ? 8 : 0) |
			       efi_colour(bg) << 4);
}

static void evt_reset_attribute(struct efi_vt *vt)
{
	vt->fg = DEFAULT_FG;
	vt->bg = DEFAULT_BG;
	vt->bold = false;
	vt->reverse = false;
}

/* Level of a colour in the cube of 6x6x6 colours */
static u8 evt_cube_level(unsigned int n)
{
	return n ? 55 + 40 * n : 0;
}

/* Convert one of the 256 colours behind the first 16 to red, green and blue */
static void evt_indexed_colour(unsigned int n, u8 *rgb)
{
	if (n >= 232) {
		memset(rgb, 8 + 10 * (min(n, 255U) - 232), 3);
		return;
	}
	rgb[0] = evt_cube_level((n - 16) / 36);
	rgb[1] = evt_cube_level((n - 16) / 6 % 6);
	rgb[2] = evt_cube_level((n - 16) % 6);
}

/*
 * Find the colour of EFI that is nearest to @rgb
 *
 * Return: the colour, 0 to 15; those from 8 on are bright.
 */
static u8 evt_nearest_colour(const u8 *rgb)
{
	u8 most = max3(rgb[0], rgb[1], rgb[2]);
	u8 colour = (rgb[0] > most / 2) | (rgb[1] > most / 2) << 1 |
		    (rgb[2] > most / 2) << 2;

	if (most < 0x30)
		return 0;
	/* Bright black is a dark grey */
	if (colour == 7 && most < 0x90)
		return 8;
	return colour | (most > 0xc8 ? 8 : 0);
}

/* A background has no bright colours */
static void evt_set_colour(struct efi_vt *vt, bool background, u8 colour)
{
	if (background) {
		vt->bg = colour & 7;
		return;
	}
	vt->fg = colour & 7;
	vt->bold = colour & 8;
}

/*
 * 38 or 48, and then 5 and a number, or 2 and red, green and blue
 *
 * Return: the number of parameters behind the first that belong to it.
 */
static unsigned int evt_extended_colour(struct efi_vt *vt, unsigned int at,
					unsigned int nr)
{
	bool background = vt->params[at] == 48;
	unsigned int left = nr - at - 1, n;
	u8 rgb[3];

	if (left >= 2 && vt->params[at + 1] == 5) {
		n = vt->params[at + 2];
		if (n < 16) {
			evt_set_colour(vt, background, n);
		} else {
			evt_indexed_colour(n, rgb);
			evt_set_colour(vt, background, evt_nearest_colour(rgb));
		}
		return 2;
	}
	if (left >= 4 && vt->params[at + 1] == 2) {
		for (n = 0; n < 3; n++)
			rgb[n] = min(vt->params[at + 2 + n], 255U);
		evt_set_colour(vt, background, evt_nearest_colour(rgb));
		return 4;
	}
	return left;
}

static void evt_select_graphics(struct efi_vt *vt)
{
	unsigned int nr = clamp(vt->nparams, 1U, EFI_VT_PARAMS), i;

	for (i = 0; i < nr; i++) {
		unsigned int p = vt->params[i];

		switch (p) {
		case 0:
			evt_reset_attribute(vt);
			break;
		case 1:
		case 22:
			vt->bold = p == 1;
			break;
		case 7:
		case 27:
			vt->reverse = p == 7;
			break;
		case 30 ... 37:
			vt->fg = p - 30;
			break;
		case 38:
		case 48:
			i += evt_extended_colour(vt, i, nr);
			break;
		case 39:
			vt->fg = DEFAULT_FG;
			break;
		case 40 ... 47:
			vt->bg = p - 40;
			break;
		case 49:
			vt->bg = DEFAULT_BG;
			break;
		case 90 ... 97:
			vt->fg = p - 90;
			vt->bold = true;
			break;
		}
	}
	evt_set_attribute(vt);
}

/*
 * Write blanks in a range of columns. The last column of a row is left out,
 * because writing to it moves the cursor to the next row, which may scroll the
 * screen.
 */
static void evt_erase(struct efi_vt *vt, unsigned int row, unsigned int from,
		      unsigned int to, unsigned int columns)
{
	to = min(to, columns - 1);
	if (from >= to)
		return;
	vt->ops->move(vt, from, row);
	while (from++ < to)
		evt_put(vt, ' ');
	evt_flush(vt);
}

static void evt_erase_line(struct efi_vt *vt, unsigned int what)
{
	unsigned int column, row, columns, rows;

	evt_where(vt, &column, &row, &columns, &rows);
	evt_erase(vt, row, what == 0 ? column : 0,
		  what == 1 ? column + 1 : columns, columns);
	vt->ops->move(vt, column, row);
}

static void evt_erase_display(struct efi_vt *vt, unsigned int what)
{
	unsigned int column, row, columns, rows, i;

	evt_where(vt, &column, &row, &columns, &rows);
	if (what >= 2 || (what == 0 && !row && !column)) {
		vt->ops->clear(vt);
		if (row || column)
			vt->ops->move(vt, column, row);
		return;
	}

	evt_erase_line(vt, what);
	for (i = what ? 0 : row + 1; i < (what ? row : rows); i++)
		evt_erase(vt, i, 0, columns, columns);
	vt->ops->move(vt, column, row);
}

static void evt_move_to(struct efi_vt *vt, int column, int row)
{
	unsigned int old_column, old_row, columns, rows;

	evt_where(vt, &old_column, &old_row, &columns, &rows);
	vt->ops->move(vt, clamp(column, 0, (int)columns - 1),
		      clamp(row, 0, (int)rows - 1));
}

static void evt_move_by(struct efi_vt *vt, int columns, int rows)
{
	unsigned int column, row, width, height;

	evt_where(vt, &column, &row, &width, &height);
	evt_move_to(vt, (int)column + columns, (int)row + rows);
}

static void evt_report_cursor(struct efi_vt *vt)
{
	unsigned int column, row, columns, rows;
	char reply[24];
	int len;

	evt_where(vt, &column, &row, &columns, &rows);
	len = scnprintf(reply, sizeof(reply), "\e[%u;%uR", row + 1, column + 1);
	vt->ops->reply(vt, reply, len);
}

static void evt_save_cursor(struct efi_vt *vt)
{
	unsigned int columns, rows;

	evt_where(vt, &vt->saved_column, &vt->saved_row, &columns, &rows);
}

static void evt_set_private_mode(struct efi_vt *vt, bool on)
{
	if (vt->params[0] != 25)
		return;
	evt_flush(vt);
	vt->ops->show(vt, on);
}

static void evt_control_sequence(struct efi_vt *vt, u8 c)
{
	/* As distances, and as positions that count from 1 */
	int n = clamp(vt->params[0], 1U, 1000U);
	int m = clamp(vt->params[1], 1U, 1000U);
	unsigned int column, row, columns, rows;

	if (vt->private) {
		if (c == 'h' || c == 'l')
			evt_set_private_mode(vt, c == 'h');
		return;
	}

	switch (c) {
	case 'A':
		evt_move_by(vt, 0, -n);
		break;
	case 'B':
		evt_move_by(vt, 0, n);
		break;
	case 'C':
		evt_move_by(vt, n, 0);
		break;
	case 'D':
		evt_move_by(vt, -n, 0);
		break;
	case 'G':
		evt_where(vt, &column, &row, &columns, &rows);
		evt_move_to(vt, n - 1, row);
		break;
	case 'd':
		evt_where(vt, &column, &row, &columns, &rows);
		evt_move_to(vt, column, n - 1);
		break;
	case 'H':
	case 'f':
		evt_move_to(vt, m - 1, n - 1);
		break;
	case 'J':
		evt_erase_display(vt, vt->params[0]);
		break;
	case 'K':
		evt_erase_line(vt, vt->params[0]);
		break;
	case 'm':
		evt_select_graphics(vt);
		break;
	case 'n':
		if (vt->params[0] == 6)
			evt_report_cursor(vt);
		break;
	case 's':
		evt_save_cursor(vt);
		break;
	case 'u':
		evt_move_to(vt, vt->saved_column, vt->saved_row);
		break;
	}
}

static void evt_escape(struct efi_vt *vt, u8 c)
{
	vt->state = GROUND;
	switch (c) {
	case '[':
		vt->state = CSI;
		vt->private = false;
		vt->nparams = 0;
		memset(vt->params, 0, sizeof(vt->params));
		break;
	case ']':
	case 'P':
	case '^':
	case '_':
		vt->state = STRING;
		break;
	case '(':
	case ')':
	case '#':
	case '%':
		vt->state = CHARSET;
		break;
	case '7':
		evt_save_cursor(vt);
		break;
	case '8':
		evt_move_to(vt, vt->saved_column, vt->saved_row);
		break;
	case 'c':
		evt_reset_attribute(vt);
		evt_set_attribute(vt);
		vt->ops->clear(vt);
		break;
	}
}

static void evt_csi(struct efi_vt *vt, u8 c)
{
	unsigned int *param;

	if (c == '?' || c == '>' || c == '=') {
		vt->private = true;
	} else if (c >= '0' && c <= '9') {
		if (!vt->nparams)
			vt->nparams = 1;
		if (vt->nparams > EFI_VT_PARAMS)
			return;
		param = &vt->params[vt->nparams - 1];
		*param = min(*param * 10 + c - '0', 9999U);
	} else if (c == ';' || c == ':') {
		if (!vt->nparams)
			vt->nparams = 1;
		if (vt->nparams <= EFI_VT_PARAMS)
			vt->nparams++;
	} else if (c >= 0x40) {
		vt->state = GROUND;
		evt_control_sequence(vt, c);
	}
}

static void evt_tab(struct efi_vt *vt)
{
	unsigned int column, row, columns, rows, n;

	evt_where(vt, &column, &row, &columns, &rows);
	for (n = 8 - column % 8; n && column + 1 < columns; n--, column++)
		evt_put(vt, ' ');
}

static void evt_unicode(struct efi_vt *vt, u32 c)
{
	/* The specification guarantees only UCS-2. */
	if (c > 0xffff || (c >= 0xd800 && c < 0xe000))
		c = REPLACEMENT;
	evt_put(vt, c);
}

static void evt_ground(struct efi_vt *vt, u8 c)
{
	if (vt->utf8_left) {
		if ((c & 0xc0) == 0x80) {
			vt->utf8 = vt->utf8 << 6 | (c & 0x3f);
			if (!--vt->utf8_left)
				evt_unicode(vt, vt->utf8);
			return;
		}
		/*
		 * Show that the character is incomplete, and handle the byte by
		 * itself.
		 */
		vt->utf8_left = 0;
		evt_unicode(vt, REPLACEMENT);
	}

	if (c >= 0x80) {
		if ((c & 0xe0) == 0xc0) {
			vt->utf8 = c & 0x1f;
			vt->utf8_left = 1;
		} else if ((c & 0xf0) == 0xe0) {
			vt->utf8 = c & 0x0f;
			vt->utf8_left = 2;
		} else if ((c & 0xf8) == 0xf0) {
			vt->utf8 = c & 0x07;
			vt->utf8_left = 3;
		} else {
			evt_unicode(vt, REPLACEMENT);
		}
	} else if (c >= 0x20 && c != 0x7f) {
		evt_put(vt, c);
	} else if (c == '\r' || c == '\n' || c == '\b') {
		evt_put(vt, c);
	} else if (c == '\t') {
		evt_tab(vt);
	}
}

/**
 * efi_vt_init() - initialize a terminal
 * @vt:		the terminal
 * @ops:	where it writes
 *
 * Context: any.
 */
void efi_vt_init(struct efi_vt *vt, const struct efi_vt_ops *ops)
{
	memset(vt, 0, sizeof(*vt));
	vt->ops = ops;
	evt_reset_attribute(vt);
}

/**
 * efi_vt_write() - write to a terminal
 * @vt:		the terminal
 * @s:		the bytes. Control sequences and characters may continue in the
 *		next call.
 * @n:		number of bytes
 *
 * Context: that of the ops.
 */
void efi_vt_write(struct efi_vt *vt, const u8 *s, unsigned int n)
{
	for (; n; n--, s++) {
		u8 c = *s;

		if (c == 0x1b) {
			vt->state = vt->state == STRING ? STRING_ESCAPE : ESCAPE;
			vt->utf8_left = 0;
			continue;
		}

		switch (vt->state) {
		case GROUND:
			evt_ground(vt, c);
			break;
		case ESCAPE:
			evt_escape(vt, c);
			break;
		case CSI:
			evt_csi(vt, c);
			break;
		case STRING:
			if (c == '\a')
				vt->state = GROUND;
			break;
		default:
			vt->state = GROUND;
		}
	}
	evt_flush(vt);
}

/**
 * efi_vt_key() - convert a key of EFI to the bytes that a terminal sends
 * @scan:	scan code, or 0 for a character
 * @unicode:	character, or 0 for a key without one
 * @out:	filled in; room for %EFI_VT_KEY_MAX bytes
 *
 * UEFI 2.10, section 12.1.2, tables of scan codes.
 *
 * Context: any.
 * Return: the number of bytes; 0 if a terminal does not have this key.
 */
unsigned int efi_vt_key(u16 scan, u16 unicode, u8 *out)
{
	static const char * const sequences[] = {
		[0x01] = "\e[A",	[0x02] = "\e[B",
		[0x03] = "\e[C",	[0x04] = "\e[D",
		[0x05] = "\e[1~",	[0x06] = "\e[4~",
		[0x07] = "\e[2~",	[0x08] = "\e[3~",
		[0x09] = "\e[5~",	[0x0a] = "\e[6~",
		[0x0b] = "\e[[A",	[0x0c] = "\e[[B",
		[0x0d] = "\e[[C",	[0x0e] = "\e[[D",
		[0x0f] = "\e[[E",	[0x10] = "\e[17~",
		[0x11] = "\e[18~",	[0x12] = "\e[19~",
		[0x13] = "\e[20~",	[0x14] = "\e[21~",
		[0x15] = "\e[23~",	[0x16] = "\e[24~",
		[0x17] = "\e",
	};
	size_t len;

	if (unicode == '\b') {
		out[0] = 0x7f;		/* the erase character of Linux */
		return 1;
	}
	if (unicode && unicode < 0x80) {
		out[0] = unicode;
		return 1;
	}
	if (unicode && unicode < 0x800) {
		out[0] = 0xc0 | unicode >> 6;
		out[1] = 0x80 | (unicode & 0x3f);
		return 2;
	}
	if (unicode) {
		out[0] = 0xe0 | unicode >> 12;
		out[1] = 0x80 | (unicode >> 6 & 0x3f);
		out[2] = 0x80 | (unicode & 0x3f);
		return 3;
	}

	if (scan >= ARRAY_SIZE(sequences) || !sequences[scan])
		return 0;
	len = strlen(sequences[scan]);
	memcpy(out, sequences[scan], len);
	return len;
}
