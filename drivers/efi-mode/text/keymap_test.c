// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the conversion of EFI's keys
 */
#include <kunit/test.h>
#include <linux/input-event-codes.h>

#include <efi-mode/call.h>
#include <efi-mode/text.h>

#include "text.h"

/* The keys of an American keyboard without and with shift */
static const char plain[] = "`1234567890-=[]\\;',./abcdefghijklmnopqrstuvwxyz";
static const char shifted[] = "~!@#$%^&*()_+{}|:\"<>?ABCDEFGHIJKLMNOPQRSTUVWXYZ";

static void characters(struct kunit *test)
{
	struct efi_key_press a, b;
	unsigned int i;

	for (i = 0; i < sizeof(plain) - 1; i++) {
		KUNIT_ASSERT_TRUE(test, efi_keymap(0, plain[i], &a));
		KUNIT_ASSERT_TRUE(test, efi_keymap(0, shifted[i], &b));
		KUNIT_EXPECT_EQ(test, a.code, b.code);
		KUNIT_EXPECT_EQ(test, a.shift, EFI_KEY_SHIFT_UP);
		KUNIT_EXPECT_EQ(test, b.shift, EFI_KEY_SHIFT_DOWN);
		KUNIT_EXPECT_FALSE(test, a.control || b.control);
	}
	KUNIT_EXPECT_TRUE(test, efi_keymap(0, ' ', &a));
	KUNIT_EXPECT_EQ(test, a.code, KEY_SPACE);
	KUNIT_EXPECT_EQ(test, a.shift, EFI_KEY_SHIFT_AS_IS);
	KUNIT_EXPECT_FALSE(test, efi_keymap(0, 0xe4, &a));
	KUNIT_EXPECT_FALSE(test, efi_keymap(0, 0x20ac, &a));
}

static void controls(struct kunit *test)
{
	static const struct {
		u16 unicode, code;
		bool control;
	} table[] = {
		{ 0x01, KEY_A, true },		{ 0x03, KEY_C, true },
		{ 0x08, KEY_BACKSPACE, false },	{ 0x09, KEY_TAB, false },
		{ 0x0a, KEY_ENTER, false },	{ 0x0d, KEY_ENTER, false },
		{ 0x1a, KEY_Z, true },		{ 0x1b, KEY_ESC, false },
		{ 0x1c, KEY_BACKSLASH, true },	{ 0x1d, KEY_RIGHTBRACE, true },
		{ 0x7f, KEY_BACKSPACE, false },
	};
	struct efi_key_press p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		KUNIT_ASSERT_TRUE(test, efi_keymap(0, table[i].unicode, &p));
		KUNIT_EXPECT_EQ(test, p.code, table[i].code);
		KUNIT_EXPECT_EQ(test, p.control, table[i].control);
	}
}

/* All scan codes of UEFI 2.10, section 12.1.2, tables 12.3 and 12.4 */
static const struct {
	u16 scan, code;
} scan_table[] = {
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
	{ 0x17, KEY_ESC },
	{ 0x48, KEY_PAUSE },
	{ 0x68, KEY_F13 },		{ 0x69, KEY_F14 },
	{ 0x6a, KEY_F15 },		{ 0x6b, KEY_F16 },
	{ 0x6c, KEY_F17 },		{ 0x6d, KEY_F18 },
	{ 0x6e, KEY_F19 },		{ 0x6f, KEY_F20 },
	{ 0x70, KEY_F21 },		{ 0x71, KEY_F22 },
	{ 0x72, KEY_F23 },		{ 0x73, KEY_F24 },
	{ 0x7f, KEY_MUTE },		{ 0x80, KEY_VOLUMEUP },
	{ 0x81, KEY_VOLUMEDOWN },
	{ 0x100, KEY_BRIGHTNESSUP },	{ 0x101, KEY_BRIGHTNESSDOWN },
	{ 0x102, KEY_SLEEP },		{ 0x103, KEY_SUSPEND },
	{ 0x104, KEY_SWITCHVIDEOMODE },	{ 0x105, KEY_VENDOR },
	{ 0x106, KEY_EJECTCD },
};

/* The scan codes are those of the table, and there are no others */
static void scan_codes(struct kunit *test)
{
	struct efi_key_press p;
	unsigned int i = 0;
	u32 scan;
	bool known;

	for (scan = 0; scan <= U16_MAX; scan++) {
		known = efi_keymap(scan, 0, &p);
		if (i == ARRAY_SIZE(scan_table) || scan_table[i].scan != scan) {
			KUNIT_EXPECT_FALSE_MSG(test, known, "%#x", scan);
			continue;
		}
		KUNIT_EXPECT_TRUE_MSG(test, known, "%#x", scan);
		KUNIT_EXPECT_EQ_MSG(test, p.code, scan_table[i].code, "%#x",
				    scan);
		KUNIT_EXPECT_EQ(test, p.shift, EFI_KEY_SHIFT_AS_IS);
		KUNIT_EXPECT_FALSE(test, p.control);
		i++;
	}
	KUNIT_EXPECT_EQ(test, i, ARRAY_SIZE(scan_table));
	/* If both are given, the character is used */
	KUNIT_ASSERT_TRUE(test, efi_keymap(0x0d, '\r', &p));
	KUNIT_EXPECT_EQ(test, p.code, KEY_ENTER);
}

static void modifiers(struct kunit *test)
{
	struct efi_key_press p = { .code = KEY_A };
	const u32 left = EFI_LEFT_SHIFT_PRESSED, right = EFI_RIGHT_SHIFT_PRESSED;

	p.shift = EFI_KEY_SHIFT_DOWN;
	KUNIT_EXPECT_EQ(test, efi_key_modifiers(&p, 0, 0), left);
	KUNIT_EXPECT_EQ(test, efi_key_modifiers(&p, 0, right), right);
	KUNIT_EXPECT_EQ(test, efi_key_modifiers(&p, right, left), right);
	p.shift = EFI_KEY_SHIFT_UP;
	KUNIT_EXPECT_EQ(test, efi_key_modifiers(&p, 0, left), 0);
	KUNIT_EXPECT_EQ(test, efi_key_modifiers(&p, left, left), 0);
	p.shift = EFI_KEY_SHIFT_AS_IS;
	KUNIT_EXPECT_EQ(test, efi_key_modifiers(&p, left, 0), left);
	KUNIT_EXPECT_EQ(test, efi_key_modifiers(&p, 0, left), 0);
	p.control = true;
	KUNIT_EXPECT_EQ(test, efi_key_modifiers(&p, 0, 0),
			EFI_LEFT_CONTROL_PRESSED);
	KUNIT_EXPECT_EQ(test,
			efi_key_modifiers(&p, EFI_RIGHT_CONTROL_PRESSED, 0),
			EFI_RIGHT_CONTROL_PRESSED);
	KUNIT_EXPECT_EQ(test, efi_key_modifiers(&p, EFI_SHIFT_STATE_VALID, 0),
			EFI_LEFT_CONTROL_PRESSED);
}

static void numbers(struct kunit *test)
{
	u16 codes[EFI_KEYPAD_DIGITS];

	KUNIT_ASSERT_EQ(test, efi_keypad_digits(228, codes), 3);
	KUNIT_EXPECT_EQ(test, codes[0], KEY_KP2);
	KUNIT_EXPECT_EQ(test, codes[1], KEY_KP2);
	KUNIT_EXPECT_EQ(test, codes[2], KEY_KP8);
	KUNIT_EXPECT_EQ(test, efi_keypad_digits(9, codes), 1);
	KUNIT_EXPECT_EQ(test, efi_keypad_digits(0xffff, codes), 5);
	KUNIT_EXPECT_EQ(test, codes[0], KEY_KP6);
	KUNIT_EXPECT_EQ(test, codes[4], KEY_KP5);
}

static struct kunit_case keymap_cases[] = {
	KUNIT_CASE(characters),
	KUNIT_CASE(controls),
	KUNIT_CASE(scan_codes),
	KUNIT_CASE(modifiers),
	KUNIT_CASE(numbers),
	{ }
};

static struct kunit_suite keymap_suite = {
	.name		= "efi-mode-keymap",
	.test_cases	= keymap_cases,
};
kunit_test_suite(keymap_suite);
