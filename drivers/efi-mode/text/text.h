/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The firmware's text devices: keyboards, terminals and pointers
 *
 * One thread reads all devices and writes to all terminals. It polls, because
 * key events would not be faster: the firmware polls, too. At each poll it
 * reads all devices that have a listener with one switch, in place of a regular
 * slice of the firmware, so reading ten devices costs as much as reading one.
 * While Linux is idle, polling needs no switch: the resident half checks the
 * events of the devices, and wakes the thread if a device can be read.
 *
 * Read text.c first, then the drivers, and then what they use.
 *
 * Calls run downwards. Files on a line do not call each other:
 *
 *	console, keyboard, pointer
 *	text, vt, keymap, sysrq
 *
 * text.c and its drivers use the bus. vt.c and keymap.c are pure.
 */
#ifndef _EFI_MODE_TEXT_DEVICES_H
#define _EFI_MODE_TEXT_DEVICES_H

#include <linux/list.h>
#include <linux/types.h>

#include <efi-mode/bus.h>
#include <efi-mode/poll.h>
#include <efi-mode/text.h>

/* text.c */

struct efi_text;

/**
 * struct efi_text_ops - callbacks of a driver for text devices
 * @work:	do work other than reading, for example write a piece of output.
 *		Returns true if there is more work. Optional.
 * @has_room:	return true if the driver can take a key. The firmware keeps
 *		keys that are not read. Optional.
 * @key:	handle a key. The state in @key is valid only if its flags say
 *		so.
 * @state:	handle the state of the modifiers when no more keys can be read.
 *		Optional.
 * @read:	handle the state of a pointer, which is in @input of struct
 *		efi_text. Optional.
 * @needs_polling: return true if the event of the device does not report
 *		everything, so that the thread must poll the device even while
 *		Linux is idle. Optional.
 * @only_keys:	the devices of this driver are only keyboards
 *
 * Context: the thread, which calls one callback at a time; may sleep.
 */
struct efi_text_ops {
	bool (*work)(struct efi_text *t);
	bool (*has_room)(struct efi_text *t);
	void (*key)(struct efi_text *t, const struct efi_key_data *key);
	void (*state)(struct efi_text *t, const struct efi_key_state *state);
	void (*read)(struct efi_text *t);
	bool (*needs_polling)(const struct efi_text *t);
	bool only_keys;
};

/*
 * Ways to read a device, best first. If the firmware does not implement one
 * correctly, the thread uses the next.
 */
enum efi_text_way {
	EFI_TEXT_EX,		/* SimpleTextInputEx */
	EFI_TEXT_EX_CHECKED,	/* the same, only if its event is signalled */
	EFI_TEXT_SIMPLE,	/* SimpleTextInput */
	EFI_TEXT_SIMPLE_CHECKED,
	EFI_TEXT_POINTER,	/* the state of a pointer */
	EFI_TEXT_NOT,
};

/**
 * struct efi_text - a text device
 * @edev:	the device
 * @ops:	callbacks of its driver
 * @input:	buffer into which the firmware writes input. The driver can use
 *		the bytes from offset %EFI_TEXT_INPUT for its own arguments.
 * @ex:		SimpleTextInputEx, or NULL
 * @simple:	SimpleTextInput, or NULL
 * @pointer:	AbsolutePointer or SimplePointer, or NULL
 * @is_tablet:	true if @pointer is AbsolutePointer
 * @pointer_event: offset of the event in the interface of @pointer, in bytes
 */
struct efi_text {
	struct efi_device *edev;
	const struct efi_text_ops *ops;
	struct efi_buffer *input;
	struct efi_protocol *ex, *simple, *pointer;
	bool is_tablet;
	size_t pointer_event;

	/* private: for text.c only */
	struct list_head list;
	enum efi_text_way way;
	u64 event;			/* event of @way, or 0 */
	bool listening;
	bool more;			/* input may be left in this poll */
	bool checked;			/* the event was signalled */
	bool slow;			/* the last call blocked */
	unsigned int prompt;		/* consecutive prompt calls */
};

#define EFI_TEXT_INPUT	64

int efi_text_open_input(struct efi_text *t, bool simple_first);
void efi_text_make_room(const struct efi_text *t);
void efi_text_add(struct efi_text *t);
void efi_text_remove(struct efi_text *t);
void efi_text_listen(struct efi_text *t, bool listen);
void efi_text_wake(void);
bool efi_text_has_keys(void);

/* vt.c: a terminal emulator that writes to EFI's text output */

#define EFI_VT_TEXT	128	/* UTF-16 characters that are written at once */
#define EFI_VT_PARAMS	16

struct efi_vt;

/**
 * struct efi_vt_ops - EFI's text output for the terminal emulator
 * @text:	write @len characters at the cursor; CR, LF and BS move the
 *		cursor
 * @move:	set the cursor; column and row count from 0
 * @where:	read the cursor and the size of the screen
 * @attribute:	set the colours: EFI_TEXT_ATTR()
 * @clear:	clear the screen and move the cursor to the top left corner
 * @show:	show or hide the cursor
 * @reply:	pass on input that the terminal itself generates
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
 * struct efi_vt - a terminal emulator
 * @ops:	where it writes
 * @state:	state of the escape sequence
 * @private:	the parameters began with '?', '>' or '='
 * @params:	numeric parameters of the sequence
 * @nparams:	number of parameters; those that do not fit into @params are ignored
 * @utf8:	bits of an incomplete UTF-8 character
 * @utf8_left:	number of bytes that the character lacks
 * @fg:		foreground colour, by its ANSI number
 * @bg:		background colour, by its ANSI number
 * @bold:	bright foreground
 * @reverse:	foreground and background are exchanged
 * @saved_column: column that ESC 7 has saved
 * @saved_row:	row that ESC 7 has saved
 * @text:	characters that are not written yet
 * @len:	number of characters in @text
 *
 * It understands the sequences of TERM=linux, as far as EFI has functions for
 * them.
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

/* Maximum number of bytes that efi_vt_key() returns */
#define EFI_VT_KEY_MAX	5

/* keymap.c: convert keys of EFI to keys of Linux */

/* State of the shift keys that a character needs */
enum efi_key_shift {
	EFI_KEY_SHIFT_AS_IS,	/* any state */
	EFI_KEY_SHIFT_UP,
	EFI_KEY_SHIFT_DOWN,
};

/**
 * struct efi_key_press - a key, and the modifiers that must be held with it
 * @code:	KEY_*
 * @shift:	state of the shift keys
 * @control:	a control key must be held
 */
struct efi_key_press {
	u16 code;
	enum efi_key_shift shift;
	bool control;
};

/* Maximum number of decimal digits of a UTF-16 character */
#define EFI_KEYPAD_DIGITS	5

#define EFI_NR_MODIFIERS	10

extern const u16 efi_modifier_keys[EFI_NR_MODIFIERS];

bool efi_keymap(u16 scan, u16 unicode, struct efi_key_press *press);
unsigned int efi_keypad_digits(u16 unicode, u16 *codes);
u32 efi_key_modifiers(const struct efi_key_press *press, u32 told, u32 held);
void efi_keymap_for_each(void (*fn)(u16 code, void *data), void *data);

/* sysrq.c: Alt-SysRq on the firmware's keyboards */

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

#endif /* _EFI_MODE_TEXT_DEVICES_H */
