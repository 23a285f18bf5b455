// SPDX-License-Identifier: GPL-2.0-only
/*
 * Convert keys of EFI to keys of Linux
 *
 * The firmware has a keyboard layout and returns characters. Linux expects
 * keys, and has a layout of its own. So each character becomes the key that it
 * has on an American keyboard. The layout of Linux must be the American one,
 * too, which is the default. Then a program gets the characters of the
 * firmware's layout.
 *
 * A character that is not on an American keyboard is typed by its number on the
 * keypad with Alt held, as on any PC. The virtual terminal converts that to the
 * character; a program that reads the input device gets the digits.
 */
#include <linux/array_size.h>
#include <linux/input-event-codes.h>
#include <linux/types.h>

#include <efi-mode/call.h>
#include <efi-mode/text.h>

#include "text.h"

#define S	0x80	/* with shift */

static const u8 characters[] = {
	[' '] = KEY_SPACE,
	['!'] = KEY_1 | S,		['"'] = KEY_APOSTROPHE | S,
	['#'] = KEY_3 | S,		['$'] = KEY_4 | S,
	['%'] = KEY_5 | S,		['&'] = KEY_7 | S,
	['\''] = KEY_APOSTROPHE,	['('] = KEY_9 | S,
	[')'] = KEY_0 | S,		['*'] = KEY_8 | S,
	['+'] = KEY_EQUAL | S,		[','] = KEY_COMMA,
	['-'] = KEY_MINUS,		['.'] = KEY_DOT,
	['/'] = KEY_SLASH,
	['0'] = KEY_0, ['1'] = KEY_1, ['2'] = KEY_2, ['3'] = KEY_3,
	['4'] = KEY_4, ['5'] = KEY_5, ['6'] = KEY_6, ['7'] = KEY_7,
	['8'] = KEY_8, ['9'] = KEY_9,
	[':'] = KEY_SEMICOLON | S,	[';'] = KEY_SEMICOLON,
	['<'] = KEY_COMMA | S,		['='] = KEY_EQUAL,
	['>'] = KEY_DOT | S,		['?'] = KEY_SLASH | S,
	['@'] = KEY_2 | S,
	['A'] = KEY_A | S, ['B'] = KEY_B | S, ['C'] = KEY_C | S,
	['D'] = KEY_D | S, ['E'] = KEY_E | S, ['F'] = KEY_F | S,
	['G'] = KEY_G | S, ['H'] = KEY_H | S, ['I'] = KEY_I | S,
	['J'] = KEY_J | S, ['K'] = KEY_K | S, ['L'] = KEY_L | S,
	['M'] = KEY_M | S, ['N'] = KEY_N | S, ['O'] = KEY_O | S,
	['P'] = KEY_P | S, ['Q'] = KEY_Q | S, ['R'] = KEY_R | S,
	['S'] = KEY_S | S, ['T'] = KEY_T | S, ['U'] = KEY_U | S,
	['V'] = KEY_V | S, ['W'] = KEY_W | S, ['X'] = KEY_X | S,
	['Y'] = KEY_Y | S, ['Z'] = KEY_Z | S,
	['['] = KEY_LEFTBRACE,		['\\'] = KEY_BACKSLASH,
	[']'] = KEY_RIGHTBRACE,		['^'] = KEY_6 | S,
	['_'] = KEY_MINUS | S,		['`'] = KEY_GRAVE,
	['a'] = KEY_A, ['b'] = KEY_B, ['c'] = KEY_C, ['d'] = KEY_D,
	['e'] = KEY_E, ['f'] = KEY_F, ['g'] = KEY_G, ['h'] = KEY_H,
	['i'] = KEY_I, ['j'] = KEY_J, ['k'] = KEY_K, ['l'] = KEY_L,
	['m'] = KEY_M, ['n'] = KEY_N, ['o'] = KEY_O, ['p'] = KEY_P,
	['q'] = KEY_Q, ['r'] = KEY_R, ['s'] = KEY_S, ['t'] = KEY_T,
	['u'] = KEY_U, ['v'] = KEY_V, ['w'] = KEY_W, ['x'] = KEY_X,
	['y'] = KEY_Y, ['z'] = KEY_Z,
	['{'] = KEY_LEFTBRACE | S,	['|'] = KEY_BACKSLASH | S,
	['}'] = KEY_RIGHTBRACE | S,	['~'] = KEY_GRAVE | S,
};

/* UEFI 2.10, section 12.1.2 */
static const struct {
	u16 scan;
	u16 code;
} scan_codes[] = {
	{ 0x01, KEY_UP },		{ 0x02, KEY_DOWN },
	{ 0x03, KEY_RIGHT },		{ 0x04, KEY_LEFT },
	{ 0x05, KEY_HOME },		{ 0x06, KEY_END },
	{ 0x07, KEY_INSERT },		{ 0x08, KEY_DELETE },
	{ 0x09, KEY_PAGEUP },		{ 0x0a, KEY_PAGEDOWN },
	{ 0x0b, KEY_F1 },		{ 0x0c, KEY_F2 },
	{ 0x0d, KEY_F3 },		{ 0x0e, KEY_F4 },
	{ 0x0f, KEY_F5 },		{ 0x10, KEY_F6 },
	{ 0x11, KEY_F7 },		{ 0x12, KEY_F8 },
	{ 0x13, KEY_F9 },		{ 0x14, KEY_F10 },
	{ 0x15, KEY_F11 },		{ 0x16, KEY_F12 },
	{ 0x17, KEY_ESC },		{ 0x48, KEY_PAUSE },
	{ 0x68, KEY_F13 },		{ 0x69, KEY_F14 },
	{ 0x6a, KEY_F15 },		{ 0x6b, KEY_F16 },
	{ 0x6c, KEY_F17 },		{ 0x6d, KEY_F18 },
	{ 0x6e, KEY_F19 },		{ 0x6f, KEY_F20 },
	{ 0x70, KEY_F21 },		{ 0x71, KEY_F22 },
	{ 0x72, KEY_F23 },		{ 0x73, KEY_F24 },
	{ 0x7f, KEY_MUTE },		{ 0x80, KEY_VOLUMEUP },
	{ 0x81, KEY_VOLUMEDOWN },	{ 0x100, KEY_BRIGHTNESSUP },
	{ 0x101, KEY_BRIGHTNESSDOWN },	{ 0x102, KEY_SLEEP },
	{ 0x103, KEY_SUSPEND },		{ 0x104, KEY_SWITCHVIDEOMODE },
	{ 0x105, KEY_VENDOR },		{ 0x106, KEY_EJECTCD },
};

/* Indexed by the bits of EFI's shift state */
const u16 efi_modifier_keys[EFI_NR_MODIFIERS] = {
	KEY_RIGHTSHIFT, KEY_LEFTSHIFT, KEY_RIGHTCTRL, KEY_LEFTCTRL,
	KEY_RIGHTALT, KEY_LEFTALT, KEY_RIGHTMETA, KEY_LEFTMETA,
	KEY_COMPOSE, KEY_SYSRQ,
};

static const u16 keypad[] = {
	KEY_KP0, KEY_KP1, KEY_KP2, KEY_KP3, KEY_KP4, KEY_KP5, KEY_KP6, KEY_KP7,
	KEY_KP8, KEY_KP9,
};

#define SHIFTS		(EFI_LEFT_SHIFT_PRESSED | EFI_RIGHT_SHIFT_PRESSED)
#define CONTROLS	(EFI_LEFT_CONTROL_PRESSED | EFI_RIGHT_CONTROL_PRESSED)

/*
 * Control characters that have their own key. The others are typed with Ctrl.
 */
static u16 ekeymap_control_key(u16 unicode)
{
	switch (unicode) {
	case '\b':
	case 0x7f:
		return KEY_BACKSPACE;
	case '\t':
		return KEY_TAB;
	case '\n':
	case '\r':
		return KEY_ENTER;
	case 0x1b:
		return KEY_ESC;
	default:
		return 0;
	}
}

/*
 * The character that gives this control character with Ctrl; letters are lower
 * case
 */
static u16 ekeymap_without_control(u16 unicode)
{
	u16 c = unicode + '@';

	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/**
 * efi_keymap() - convert a key of EFI to a key of Linux
 * @scan:	scan code, or 0 for a character
 * @unicode:	character, or 0 for a key without one
 * @press:	filled in with the key to press
 *
 * If both @scan and @unicode are given, as by some firmware, @unicode is used.
 *
 * Context: any.
 * Return: false if there is no such key.
 */
bool efi_keymap(u16 scan, u16 unicode, struct efi_key_press *press)
{
	unsigned int i;
	u8 c;

	press->shift = EFI_KEY_SHIFT_AS_IS;
	press->control = false;
	press->code = ekeymap_control_key(unicode);
	if (press->code)
		return true;
	if (unicode && unicode < ' ') {
		press->control = true;
		unicode = ekeymap_without_control(unicode);
	}
	if (unicode) {
		c = unicode < ARRAY_SIZE(characters) ? characters[unicode] : 0;
		press->code = c & ~S;
		if (c != KEY_SPACE)
			press->shift = c & S ? EFI_KEY_SHIFT_DOWN :
					       EFI_KEY_SHIFT_UP;
		return c;
	}
	for (i = 0; i < ARRAY_SIZE(scan_codes); i++) {
		if (scan_codes[i].scan == scan) {
			press->code = scan_codes[i].code;
			return true;
		}
	}
	return false;
}

/**
 * efi_keypad_digits() - convert a character to the keypad keys of its number
 * @unicode:	the character
 * @codes:	filled in; room for %EFI_KEYPAD_DIGITS keys
 *
 * Context: any.
 * Return: the number of keys.
 */
unsigned int efi_keypad_digits(u16 unicode, u16 *codes)
{
	unsigned int n = 1, i;
	u32 rest = unicode;

	while (rest /= 10)
		n++;
	for (i = n; i--; unicode /= 10)
		codes[i] = keypad[unicode % 10];
	return n;
}

/**
 * efi_key_modifiers() - get the modifiers to hold while a key is pressed
 * @press:	the key
 * @told:	modifiers that the firmware reports, in bits of EFI's shift
 *		state
 * @held:	modifiers that are held already, in bits of EFI's shift state
 *
 * If the shift key has become part of the character, some firmware still
 * reports it, and some does not. In both cases the character determines whether
 * it is needed.
 *
 * Context: any.
 * Return: the modifiers, in bits of EFI's shift state.
 */
u32 efi_key_modifiers(const struct efi_key_press *press, u32 told, u32 held)
{
	told &= GENMASK(EFI_NR_MODIFIERS - 1, 0);
	if (press->shift == EFI_KEY_SHIFT_UP)
		told &= ~SHIFTS;
	if (press->shift == EFI_KEY_SHIFT_DOWN && !(told & SHIFTS))
		told |= (held & SHIFTS) ?: EFI_LEFT_SHIFT_PRESSED;
	if (press->control && !(told & CONTROLS))
		told |= EFI_LEFT_CONTROL_PRESSED;
	return told;
}

/**
 * efi_keymap_for_each() - call a function for each key that can occur
 * @fn:		the function; it may be called more than once for a key
 * @data:	passed to @fn
 *
 * Context: that of @fn.
 */
void efi_keymap_for_each(void (*fn)(u16 code, void *data), void *data)
{
	static const u16 others[] = {
		KEY_BACKSPACE, KEY_TAB, KEY_ENTER, KEY_ESC,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(characters); i++)
		if (characters[i])
			fn(characters[i] & ~S, data);
	for (i = 0; i < ARRAY_SIZE(scan_codes); i++)
		fn(scan_codes[i].code, data);
	for (i = 0; i < ARRAY_SIZE(efi_modifier_keys); i++)
		fn(efi_modifier_keys[i], data);
	for (i = 0; i < ARRAY_SIZE(keypad); i++)
		fn(keypad[i], data);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		fn(others[i], data);
}
