// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the terminal emulator
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "text.h"

/* A terminal of EFI that only notes the last colours and counts the characters */
struct fake {
	struct efi_vt vt;
	u8 attribute;
	unsigned int characters;
};

static struct fake *to_fake(struct efi_vt *vt)
{
	return container_of(vt, struct fake, vt);
}

static void fake_text(struct efi_vt *vt, const u16 *s, unsigned int len)
{
	to_fake(vt)->characters += len;
}

static void fake_move(struct efi_vt *vt, unsigned int column, unsigned int row)
{
}

static void fake_where(struct efi_vt *vt, unsigned int *column, unsigned int *row,
		       unsigned int *columns, unsigned int *rows)
{
	*column = 0;
	*row = 0;
	*columns = 80;
	*rows = 25;
}

static void fake_attribute(struct efi_vt *vt, u8 attribute)
{
	to_fake(vt)->attribute = attribute;
}

static void fake_clear(struct efi_vt *vt)
{
}

static void fake_show(struct efi_vt *vt, bool visible)
{
}

static void fake_reply(struct efi_vt *vt, const char *s, unsigned int len)
{
}

static const struct efi_vt_ops fake_ops = {
	.text		= fake_text,
	.move		= fake_move,
	.where		= fake_where,
	.attribute	= fake_attribute,
	.clear		= fake_clear,
	.show		= fake_show,
	.reply		= fake_reply,
};

/* EFI's colours: the background is in the upper half */
#define BLUE	1
#define GREEN	2
#define CYAN	3
#define RED	4
#define GREY	7
#define BRIGHT	8
#define ON(c)	((c) << 4)

static void colours(struct kunit *test)
{
	static const struct {
		const char *sequence;
		u8 attribute;
	} cases[] = {
		{ "\e[m", GREY },
		{ "\e[31m", RED },
		{ "\e[1;34;42m", BLUE | BRIGHT | ON(GREEN) },
		{ "\e[91m", RED | BRIGHT },
		/* Numbers that are also attributes by themselves */
		{ "\e[38;5;1m", RED },
		{ "\e[38;5;7m", GREY },
		{ "\e[48;5;4m", GREY | ON(BLUE) },
		{ "\e[38;5;12m", BLUE | BRIGHT },
		{ "\e[38;5;44m", CYAN | BRIGHT },
		{ "\e[38;5;22m", GREEN },
		{ "\e[38;5;232m", 0 },
		{ "\e[38;5;255m", GREY | BRIGHT },
		{ "\e[38;5;999m", GREY | BRIGHT },
		{ "\e[38;5;240m", BRIGHT },
		{ "\e[38:5:1m", RED },
		{ "\e[48;2;7;1;40m", GREY },
		{ "\e[38;2;255;0;0m", RED | BRIGHT },
		{ "\e[38;2;160;0;0;48;2;0;0;160m", RED | ON(BLUE) },
		{ "\e[38;2;999;0;0m", RED | BRIGHT },
		/* Later parameters count, too */
		{ "\e[38;5;1;42m", RED | ON(GREEN) },
		/* Sequences that are cut off have no effect */
		{ "\e[38;5m", GREY },
		{ "\e[38;2;1;2m", GREY },
		{ "\e[48m", GREY },
		/* More parameters than a terminal keeps */
		{ "\e[0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;31;32;33;99999m", RED },
	};
	struct fake *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *s = cases[i].sequence;

		efi_vt_init(&f->vt, &fake_ops);
		f->attribute = 0xff;
		efi_vt_write(&f->vt, s, strlen(s));
		KUNIT_EXPECT_EQ_MSG(test, f->attribute, cases[i].attribute, "\\e%s",
				    s + 1);
	}
	KUNIT_EXPECT_EQ(test, f->characters, 0);
}

static struct kunit_case vt_cases[] = {
	KUNIT_CASE(colours),
	{ }
};

static struct kunit_suite vt_suite = {
	.name		= "efi-mode-vt",
	.test_cases	= vt_cases,
};
kunit_test_suite(vt_suite);
