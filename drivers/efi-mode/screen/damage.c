// SPDX-License-Identifier: GPL-2.0-only
/*
 * What has to be drawn again, in as few rectangles as it is worth
 *
 * To copy a rectangle is a firmware call, which costs as much as some pixels do. Two
 * rectangles become one if that adds fewer pixels.
 */
#include <linux/kernel.h>
#include <linux/limits.h>

#include "screen.h"

/* What a call costs, in pixels: virtio-gpu has two commands to its host in it */
#define CALL_PIXELS	4096

static struct drm_rect bounds(const struct drm_rect *a,
			      const struct drm_rect *b)
{
	const struct drm_rect both = {
		.x1 = min(a->x1, b->x1),
		.y1 = min(a->y1, b->y1),
		.x2 = max(a->x2, b->x2),
		.y2 = max(a->y2, b->y2),
	};

	return both;
}

static int area(const struct drm_rect *r)
{
	return drm_rect_width(r) * drm_rect_height(r);
}

/* How many pixels more it is to have both in one; less than nothing if they overlap */
static int price(const struct drm_rect *a, const struct drm_rect *b)
{
	struct drm_rect both = bounds(a, b);

	return area(&both) - area(a) - area(b);
}

static int cheapest(const struct efi_gop_damage *damage,
		    const struct drm_rect *rect, unsigned int *which)
{
	int p, best = INT_MAX;
	unsigned int i;

	for (i = 0; i < damage->nr; i++) {
		p = price(&damage->rects[i], rect);
		if (p < best) {
			best = p;
			*which = i;
		}
	}
	return best;
}

/**
 * efi_gop_add_damage() - add a rectangle
 * @damage:	what there is
 * @rect:	one more, of no more than %EFI_GOP_MAX_SIZE in each direction
 *
 * One that has grown may be worth merging with others again.
 */
void efi_gop_add_damage(struct efi_gop_damage *damage,
			const struct drm_rect *rect)
{
	struct drm_rect r = *rect;
	unsigned int i = 0;

	if (!drm_rect_visible(&r))
		return;
	while (cheapest(damage, &r, &i) < CALL_PIXELS ||
	       damage->nr == EFI_GOP_MAX_RECTS) {
		r = bounds(&damage->rects[i], &r);
		damage->rects[i] = damage->rects[--damage->nr];
	}
	damage->rects[damage->nr++] = r;
}
