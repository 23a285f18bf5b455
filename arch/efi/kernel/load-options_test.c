// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the conversion of load options to a command line
 *
 * The conversion is done in the firmware's world, by a file that is linked into
 * the EFI image. The file has no side effects, so it is also built into this
 * test.
 */
#include <kunit/test.h>

#include <linux/sizes.h>

#include "../boot/load-options.c"

/* The size does not include the NUL at the end of the string constant */
#define WIDE(s)		.options = (s), .size = sizeof(s) - sizeof(u16)
#define BYTES(s)	.options = (s), .size = sizeof(s) - 1

static const struct options_case {
	const char *name;
	const void *options;
	size_t size;
	enum efi_mode_options_state state;
	const u16 *text;
} options_cases[] = {
	{ "none", WIDE(L""), EFI_MODE_OPTIONS_GOOD, L"" },
	{ "one byte", BYTES("x"), EFI_MODE_OPTIONS_NOT_TEXT, L"" },
	{ "one zero byte", BYTES("\0"), EFI_MODE_OPTIONS_GOOD, L"" },
	{ "one character", WIDE(L"S"), EFI_MODE_OPTIONS_GOOD, L"S" },
	{ "a usual line", WIDE(L"bzImage initrd=\\a.img quiet"),
	  EFI_MODE_OPTIONS_GOOD, L"bzImage initrd=\\a.img quiet" },
	{ "bytes after the NUL", WIDE(L"quiet\0\x0001\xffff"),
	  EFI_MODE_OPTIONS_GOOD, L"quiet" },
	{ "an odd size", BYTES("i\0n\0i\0t\0="), EFI_MODE_OPTIONS_GOOD, L"init" },
	{ "white space at the end only", WIDE(L"quiet "),
	  EFI_MODE_OPTIONS_GOOD, L"quiet " },
	{ "CR LF", WIDE(L"initrd=\\a.img\r\n"), EFI_MODE_OPTIONS_CHANGED,
	  L"initrd=\\a.img" },
	{ "nothing but CR LF", WIDE(L"\r\n"), EFI_MODE_OPTIONS_CHANGED, L"" },
	{ "two lines", WIDE(L"root=/dev/x\ninit=/bin/y"),
	  EFI_MODE_OPTIONS_CHANGED, L"root=/dev/x init=/bin/y" },
	{ "a tab", WIDE(L"initrd=\\a.img\tquiet"), EFI_MODE_OPTIONS_CHANGED,
	  L"initrd=\\a.img quiet" },
	{ "quotes", WIDE(L"initrd=\"\\a b.img\"\r"), EFI_MODE_OPTIONS_CHANGED,
	  L"initrd=\"\\a b.img\"" },
	{ "a byte order mark", WIDE(L"\xfeffquiet"), EFI_MODE_OPTIONS_CHANGED,
	  L"quiet" },
	{ "umlauts", WIDE(L"initrd=\\\x00fcn\x00ef.img"), EFI_MODE_OPTIONS_GOOD,
	  L"initrd=\\\x00fcn\x00ef.img" },
	{ "a program with an ideographic name", WIDE(L"\x5185\x6838.efi quiet"),
	  EFI_MODE_OPTIONS_GOOD, L"\x5185\x6838.efi quiet" },
	{ "surrogates", WIDE(L"initrd=\\\xd83d\xde00.img"),
	  EFI_MODE_OPTIONS_GOOD, L"initrd=\\\xd83d\xde00.img" },
	{ "a lone surrogate", WIDE(L"initrd=\\\xd83d.img"),
	  EFI_MODE_OPTIONS_GOOD, L"initrd=\\\xd83d.img" },
	{ "bytes after text without a NUL", WIDE(L"init=/a\x0001\x0002 b"),
	  EFI_MODE_OPTIONS_CUT, L"init=/a" },
	{ "a code point that is no character", WIDE(L"init=/a\xffff"),
	  EFI_MODE_OPTIONS_CUT, L"init=/a" },
	{ "a boot entry of Windows", BYTES("WINDOWS\0\1\0\0\0\x88\0\0\0"),
	  EFI_MODE_OPTIONS_NOT_TEXT, L"" },
	{ "8-bit text", BYTES("WINDOWS"), EFI_MODE_OPTIONS_NOT_TEXT, L"" },
	{ "8-bit text, an even size", BYTES("initrd=\\a.img "),
	  EFI_MODE_OPTIONS_NOT_TEXT, L"" },
	{ "text after zeros", BYTES("\0\0a\0b\0c\0"), EFI_MODE_OPTIONS_NOT_TEXT, L"" },
	{ "zeros", BYTES("\0\0\0\0\0\0\0"), EFI_MODE_OPTIONS_GOOD, L"" },
	{ "control characters", BYTES("\1\0\2\0"), EFI_MODE_OPTIONS_NOT_TEXT, L"" },
};

static void options_describe(const struct options_case *c, char *name)
{
	strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(options, options_cases, options_describe);

static size_t options_count(const u16 *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	return n;
}

/*
 * Put the options at an odd address, and at the end of an allocation, so that
 * KASAN reports accesses past the end
 */
static void options_of_all_kinds(struct kunit *test)
{
	const struct options_case *c = test->param_value;
	size_t units = options_count(c->text), length = -1, room = c->size / 2 + 1;
	u16 *text = kunit_kmalloc_array(test, room, sizeof(*text), GFP_KERNEL);
	u8 *options = kunit_kmalloc(test, c->size + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, text);
	KUNIT_ASSERT_NOT_NULL(test, options);
	memcpy(options + 1, c->options, c->size);
	KUNIT_EXPECT_EQ(test, efi_mode_clean_load_options(options + 1, c->size, text,
							  &length), c->state);
	KUNIT_ASSERT_EQ(test, length, units);
	KUNIT_EXPECT_MEMEQ(test, text, c->text, (units + 1) * sizeof(*text));
}

static void options_of_any_size(struct kunit *test)
{
	static const size_t sizes[] = { 2047, 2048, 5000, 300 * SZ_1K };
	u16 *from, *text;
	size_t i, j, length;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		from = kunit_kmalloc_array(test, sizes[i], sizeof(*from), GFP_KERNEL);
		text = kunit_kmalloc_array(test, sizes[i] + 1, sizeof(*text), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, from);
		KUNIT_ASSERT_NOT_NULL(test, text);
		for (j = 0; j < sizes[i]; j++)
			from[j] = 'x';
		KUNIT_EXPECT_EQ(test,
				efi_mode_clean_load_options(from, sizes[i] * sizeof(*from),
							    text, &length),
				EFI_MODE_OPTIONS_GOOD);
		KUNIT_EXPECT_EQ(test, length, sizes[i]);
		KUNIT_EXPECT_EQ(test, text[length], 0);
	}
}

static struct kunit_case options_kunit_cases[] = {
	KUNIT_CASE_PARAM(options_of_all_kinds, options_gen_params),
	KUNIT_CASE(options_of_any_size),
	{}
};

static struct kunit_suite options_suite = {
	.name = "efi-mode-load-options",
	.test_cases = options_kunit_cases,
};

kunit_test_suite(options_suite);

MODULE_DESCRIPTION("KUnit tests of the conversion of load options to a command line");
MODULE_LICENSE("GPL");
