// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the pure functions of the screen driver: modes and damage
 */
#include <kunit/test.h>

#include <drm/drm_fourcc.h>

#include "screen.h"

struct mode_case {
	const char *name;
	efi_graphics_output_mode_info_t info;
	bool usable;
	u32 format;
	unsigned int pitch;
};

#define INFO(w, h, pixel_format, line, ...) \
	{ 0, w, h, pixel_format, { __VA_ARGS__ }, line }

static const struct mode_case mode_cases[] = {
	{ "RGBX", INFO(800, 600, PIXEL_RGB_RESERVED_8BIT_PER_COLOR, 832),
	  true, DRM_FORMAT_XBGR8888, 832 * 4 },
	{ "BGRX", INFO(800, 600, PIXEL_BGR_RESERVED_8BIT_PER_COLOR, 800),
	  true, DRM_FORMAT_XRGB8888, 800 * 4 },
	{ "565", INFO(800, 600, PIXEL_BIT_MASK, 800, 0xf800, 0x7e0, 0x1f, 0),
	  true, DRM_FORMAT_RGB565, 800 * 2 },
	{ "24 bits", INFO(800, 600, PIXEL_BIT_MASK, 800, 0xff0000, 0xff00, 0xff,
			  0),
	  true, DRM_FORMAT_RGB888, 800 * 3 },
	{ "unknown masks", INFO(800, 600, PIXEL_BIT_MASK, 800, 0xff,
				       0xff0000, 0xff00, 0),
	  true, 0, 0 },
	{ "Blt() only", INFO(800, 600, PIXEL_BLT_ONLY, 0), true, 0, 0 },
	{ "unknown format", INFO(800, 600, PIXEL_FORMAT_MAX, 800), true, 0, 0 },
	{ "short lines", INFO(800, 600, PIXEL_BGR_RESERVED_8BIT_PER_COLOR, 799),
	  true, 0, 0 },
	{ "long lines", INFO(800, 600, PIXEL_BGR_RESERVED_8BIT_PER_COLOR,
			     0x40000000),
	  true, 0, 0 },
	{ "no width", INFO(0, 600, PIXEL_BLT_ONLY, 0), false },
	{ "no height", INFO(800, 0, PIXEL_BLT_ONLY, 0), false },
	{ "too wide", INFO(0x80000000, 600, PIXEL_BLT_ONLY, 0), false },
};

static void mode(struct kunit *test)
{
	const struct mode_case *c;
	struct efi_gop_mode m;

	for (c = mode_cases; c < mode_cases + ARRAY_SIZE(mode_cases); c++) {
		KUNIT_EXPECT_EQ_MSG(test, c->usable,
				    efi_gop_mode_from_info(&m, 7, &c->info),
				    "%s", c->name);
		if (!c->usable)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, m.number, 7, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, m.width, 800, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, m.height, 600, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, m.format, c->format, "%s", c->name);
		KUNIT_EXPECT_EQ_MSG(test, m.pitch, c->pitch, "%s", c->name);
	}
}

static void list(struct kunit *test)
{
	static const struct efi_gop_mode modes[] = {
		{ 0, 640, 480, 0, 0 },
		{ 1, 800, 600, 0, 0 },
		{ 2, 800, 600, DRM_FORMAT_XRGB8888, 3200 },
		{ 3, 800, 600, DRM_FORMAT_XBGR8888, 3200 },
		{ 4, 640, 480, DRM_FORMAT_XRGB8888, 2560 },
		{ 5, 600, 800, 0, 0 },
	};
	struct efi_gop_mode found[ARRAY_SIZE(modes)];
	const struct efi_gop_mode *m;
	unsigned int i, nr = 0;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		nr = efi_gop_add_mode(found, nr, &modes[i], 0);
	KUNIT_EXPECT_EQ(test, nr, 3);

	/*
	 * The current mode stays. Otherwise the first mode with a frame buffer
	 * is kept.
	 */
	m = efi_gop_find_mode(found, nr, 640, 480);
	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_EXPECT_EQ(test, m->number, 0);
	m = efi_gop_find_mode(found, nr, 800, 600);
	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_EXPECT_EQ(test, m->number, 2);
	m = efi_gop_find_mode(found, nr, 600, 800);
	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_EXPECT_EQ(test, m->number, 5);
	KUNIT_EXPECT_NULL(test, efi_gop_find_mode(found, nr, 640, 600));
}

static void add(struct efi_gop_damage *damage, int x, int y, int width,
		int height)
{
	const struct drm_rect rect = DRM_RECT_INIT(x, y, width, height);

	efi_gop_add_damage(damage, &rect);
}

static void expect_rect(struct kunit *test, const struct drm_rect *r, int x,
			int y, int width, int height)
{
	const struct drm_rect wanted = DRM_RECT_INIT(x, y, width, height);

	KUNIT_EXPECT_TRUE_MSG(test, drm_rect_equals(r, &wanted),
			      DRM_RECT_FMT, DRM_RECT_ARG(r));
}

static void merge(struct kunit *test)
{
	struct efi_gop_damage damage = {};

	add(&damage, 10, 10, 0, 100);
	KUNIT_EXPECT_EQ(test, damage.nr, 0);

	/*
	 * The second rectangle adjoins the first, and the third is inside the
	 * first
	 */
	add(&damage, 0, 0, 100, 100);
	add(&damage, 100, 0, 100, 100);
	add(&damage, 50, 50, 10, 10);
	KUNIT_ASSERT_EQ(test, damage.nr, 1);
	expect_rect(test, &damage.rects[0], 0, 0, 200, 100);

	/* Too far away to be merged */
	add(&damage, 1000, 700, 8, 16);
	KUNIT_EXPECT_EQ(test, damage.nr, 2);

	/* A rectangle that covers all others replaces them */
	add(&damage, 0, 0, 1280, 800);
	KUNIT_ASSERT_EQ(test, damage.nr, 1);
	expect_rect(test, &damage.rects[0], 0, 0, 1280, 800);

	add(&damage, 0, 0, EFI_GOP_MAX_SIZE, EFI_GOP_MAX_SIZE);
	KUNIT_ASSERT_EQ(test, damage.nr, 1);
	expect_rect(test, &damage.rects[0], 0, 0, EFI_GOP_MAX_SIZE,
		    EFI_GOP_MAX_SIZE);
}

static bool is_covered(const struct efi_gop_damage *damage, int x, int y)
{
	unsigned int i;

	for (i = 0; i < damage->nr; i++) {
		const struct drm_rect *r = &damage->rects[i];

		if (x >= r->x1 && x < r->x2 && y >= r->y1 && y < r->y2)
			return true;
	}
	return false;
}

/* If there are more rectangles than the array can hold, no pixel is lost. */
static void many(struct kunit *test)
{
	struct efi_gop_damage damage = {};
	int i, forgotten = 0;

	for (i = 0; i < 4 * EFI_GOP_MAX_RECTS; i++)
		add(&damage, i % 8 * 500, i / 8 * 400, 8, 16);
	KUNIT_EXPECT_LE(test, damage.nr, EFI_GOP_MAX_RECTS);
	for (i = 0; i < 4 * EFI_GOP_MAX_RECTS; i++)
		forgotten += !is_covered(&damage, i % 8 * 500, i / 8 * 400) ||
			     !is_covered(&damage, i % 8 * 500 + 7,
					 i / 8 * 400 + 15);
	KUNIT_EXPECT_EQ(test, forgotten, 0);
}

static struct kunit_case gop_cases[] = {
	KUNIT_CASE(mode),
	KUNIT_CASE(list),
	KUNIT_CASE(merge),
	KUNIT_CASE(many),
	{}
};

static struct kunit_suite gop_suite = {
	.name = "efi-mode-gop",
	.test_cases = gop_cases,
};

kunit_test_suite(gop_suite);

MODULE_DESCRIPTION("KUnit tests of the driver for EFI screens");
MODULE_LICENSE("GPL");
