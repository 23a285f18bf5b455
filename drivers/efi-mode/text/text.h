/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Firmware's text devices: one thread for all of them
 *
 * Terminals and keyboards are polled, since key events would come no sooner: firmware
 * polls, too. All that somebody listens to are asked with one switch, as often as
 * firmware looks, and in place of one of its regular slices; so it costs the same for
 * one and for ten. While Linux is idle it takes no switch, but for those of which there
 * is something to read. Output goes through the same thread.
 *
 * Read text.c first, then its drivers, and then what they use.
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
 * struct efi_text_ops - what a driver of text devices does
 * @work:	do what there is to do besides reading: write some output, for instance.
 *		Returns whether there is more of it. Optional.
 * @has_room:	can a key be taken? What is not read firmware keeps. Optional.
 * @key:	a key was pressed. The state is valid only if it says so.
 * @state:	there are no more keys, and these are the modifiers. Optional.
 * @read:	what is read is no key: a pointer's state is in @input, of efi_text.
 *		Optional.
 * @needs_polling: is there something that its event does not tell of? Optional.
 * @only_keys:	there is nothing else to these devices
 *
 * Context: the thread, which calls one at a time; sleeps.
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
 * How keys are read, best first. The next one is for firmware that does not do well
 * with this one.
 */
enum efi_text_way {
	EFI_TEXT_EX,		/* SimpleTextInputEx */
	EFI_TEXT_EX_CHECKED,	/* only when its event says that there is one */
	EFI_TEXT_SIMPLE,	/* SimpleTextInput */
	EFI_TEXT_SIMPLE_CHECKED,
	EFI_TEXT_POINTER,	/* a pointer's state */
	EFI_TEXT_NOT,
};

/**
 * struct efi_text - a text device
 * @edev:	the device
 * @ops:	its driver
 * @input:	what firmware reads into, and room for the driver's own arguments behind
 *		%EFI_TEXT_INPUT bytes
 * @ex:		SimpleTextInputEx, or NULL
 * @simple:	SimpleTextInput, or NULL
 * @pointer:	another protocol that is read, or NULL
 * @is_tablet:	@pointer is an AbsolutePointer, and not a SimplePointer
 * @pointer_event: offset of the event that goes with it
 */
struct efi_text {
	struct efi_device *edev;
	const struct efi_text_ops *ops;
	struct efi_buffer *input;
	struct efi_protocol *ex, *simple, *pointer;
	bool is_tablet;
	size_t pointer_event;

	/* private: of text.c */
	struct list_head list;
	enum efi_text_way way;
	u64 event;			/* of this way, 0 if it has none */
	bool listening;
	bool more;			/* in this round */
	bool checked;			/* the event has been signalled */
	bool slow;			/* the last call */
	unsigned int prompt;		/* calls in a row that were not */
};

#define EFI_TEXT_INPUT	64

int efi_text_open_input(struct efi_text *t, bool simple_first);
void efi_text_make_room(const struct efi_text *t);
void efi_text_add(struct efi_text *t);
void efi_text_remove(struct efi_text *t);
void efi_text_listen(struct efi_text *t, bool listen);
void efi_text_wake(void);
bool efi_text_has_keys(void);

/* vt.c: a terminal on EFI's text output */

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

/* keymap.c: keys of Linux for those of EFI */

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
