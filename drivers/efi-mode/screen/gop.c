// SPDX-License-Identifier: GPL-2.0-only
/*
 * A screen of firmware: EFI_GRAPHICS_OUTPUT_PROTOCOL
 *
 * Its functions are called at TPL_NOTIFY, as firmware's text console calls them, so
 * that neither comes into the middle of the other. Firmware's drivers of screens are
 * not made for that.
 *
 * What mode the screen is in is asked for whenever one is set, and not remembered from
 * the last time: text consoles set modes, too.
 */
#define pr_fmt(fmt) "efi-gop: " fmt

#include <linux/init.h>
#include <linux/io.h>
#include <linux/mutex.h>
#include <linux/screen_info.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfb.h>

#include <efi-mode/bus.h>
#include <efi-mode/text.h>

#include <asm/mtrr.h>

#include "screen.h"

#define MAX_MODES	256

/* Of pixels, for one Blt(): so that no call is long */
#define BUFFER_SIZE	SZ_1M

/* UEFI 2.10, section 12.9.2.3 */
enum blt_operation {
	EFI_BLT_VIDEO_FILL,
	EFI_BLT_VIDEO_TO_BLT_BUFFER,
	EFI_BLT_BUFFER_TO_VIDEO,
};

#define BYTES_PER_PIXEL	4	/* of EFI_GRAPHICS_OUTPUT_BLT_PIXEL: XRGB8888 */

struct efi_gop_shared {
	efi_graphics_output_mode_info_t *info;
	unsigned long info_size;
	efi_graphics_output_mode_info_t copy;
	u32 black;
};

static int egop_error_of(int ret, efi_status_t status)
{
	return ret ?: efi_status_to_err(status);
}

/* The answer is in memory that firmware has allocated for it */
static int egop_query_mode(struct efi_gop *gop, u32 number)
{
	struct efi_gop_shared *shared = gop->shared;
	efi_status_t status;
	int ret;

	shared->info = NULL;
	ret = efi_protocol_call(gop->protocol, &status,
				efi_graphics_output_protocol_t, query_mode,
				number, efi_phys(&shared->info_size),
				efi_phys(&shared->info));
	if (ret || status != EFI_SUCCESS)
		return egop_error_of(ret, status);
	if (!shared->info)
		return -EINVAL;

	ret = -EINVAL;
	if (shared->info_size >= sizeof(shared->copy))
		ret = efi_status_to_err(efi_mode_read((unsigned long)shared->info,
						      &shared->copy,
						      sizeof(shared->copy)));
	efi_bs_call(free_pool, shared->info);
	return ret;
}

static int egop_read_mode(struct efi_gop *gop,
			  efi_graphics_output_protocol_mode_t *mode)
{
	return efi_protocol_read(gop->protocol, mode, sizeof(*mode),
				 offsetof(efi_graphics_output_protocol_t, mode),
				 0);
}

/*
 * Which mode is the screen in, and where is its frame buffer? One without an address, or
 * that is too small, cannot be used.
 */
static int egop_read_current(struct efi_gop *gop, struct efi_gop_mode *mode,
			     u64 *base)
{
	efi_graphics_output_protocol_mode_t current_mode;
	efi_graphics_output_mode_info_t info;
	int ret;

	ret = egop_read_mode(gop, &current_mode);
	if (ret)
		return ret;
	ret = efi_protocol_read(gop->protocol, &info, sizeof(info),
				offsetof(efi_graphics_output_protocol_t, mode),
				offsetof(efi_graphics_output_protocol_mode_t,
					 info), 0);
	if (ret)
		return ret;
	if (!efi_gop_mode_from_info(mode, current_mode.mode, &info))
		return -ERANGE;

	*base = current_mode.frame_buffer_base;
	if (!*base || current_mode.frame_buffer_size <
	    (u64)mode->pitch * mode->height)
		mode->format = 0;
	return 0;
}

/* All that firmware says of, in a list with room for one more */
static int egop_query_all(struct efi_gop *gop, struct efi_gop_mode **modes,
			  unsigned int *nr_modes)
{
	efi_graphics_output_protocol_mode_t all;
	struct efi_gop_mode mode;
	unsigned int i, nr;
	int ret;

	ret = egop_read_mode(gop, &all);
	if (ret)
		return ret;
	nr = min(all.max_mode, MAX_MODES);
	*modes = kcalloc(nr + 1, sizeof(mode), GFP_KERNEL);
	if (!*modes)
		return -ENOMEM;

	*nr_modes = 0;
	for (i = 0; i < nr && ret != -ENODEV; i++) {
		ret = egop_query_mode(gop, i);
		if (!ret && efi_gop_mode_from_info(&mode, i,
						   &gop->shared->copy))
			*nr_modes = efi_gop_add_mode(*modes, *nr_modes, &mode,
						     all.mode);
	}
	return 0;
}

/**
 * efi_gop_query_modes() - ask for all modes
 * @gop:	the screen
 *
 * Context: task context; sleeps. Not more than one at a time.
 * Return: 0 or an error: -ENODEV also if there is no mode in which something can be
 * seen, -ENOMEM.
 */
int efi_gop_query_modes(struct efi_gop *gop)
{
	struct efi_gop_mode *modes, mode;
	unsigned int nr;
	u64 base;
	int ret;

	ret = egop_query_all(gop, &modes, &nr);
	if (ret)
		return ret;
	/* The screen can be in one that is not listed */
	if (!egop_read_current(gop, &mode, &base))
		nr = efi_gop_add_mode(modes, nr, &mode, mode.number);

	mutex_lock(&gop->lock);
	swap(gop->modes, modes);
	gop->nr_modes = nr;
	mutex_unlock(&gop->lock);
	kfree(modes);
	return nr ? 0 : -ENODEV;
}

/**
 * efi_gop_find() - find a mode by its size
 * @gop:	the screen
 * @width:	in pixels
 * @height:	in pixels
 * @mode:	is filled in
 *
 * Context: task context; sleeps.
 * Return: false if there is none.
 */
bool efi_gop_find(struct efi_gop *gop, unsigned int width, unsigned int height,
		  struct efi_gop_mode *mode)
{
	const struct efi_gop_mode *found;

	mutex_lock(&gop->lock);
	found = efi_gop_find_mode(gop->modes, gop->nr_modes, width, height);
	if (found)
		*mode = *found;
	mutex_unlock(&gop->lock);
	return found;
}

/* A line at least; more lines are fewer calls */
static int egop_alloc_buffer(struct efi_gop *gop)
{
	size_t size, line = gop->mode.width * BYTES_PER_PIXEL;
	struct efi_buffer *buffer;

	if (gop->buffer && gop->buffer->size >= line)
		return 0;
	for (size = BUFFER_SIZE; size >= line; size /= 2) {
		buffer = efi_buffer_alloc(gop->edev, size, 0, 0);
		if (IS_ERR(buffer))
			continue;
		if (gop->buffer)
			efi_buffer_free(gop->edev, gop->buffer);
		gop->buffer = buffer;
		return 0;
	}
	return -ENOMEM;
}

/**
 * efi_gop_init() - begin to use a screen
 * @gop:	is filled in
 * @edev:	the handle
 *
 * Context: probe of @edev.
 * Return: 0 or an error, as efi_gop_query_modes(). efi_gop_exit() is wanted in any case.
 */
int efi_gop_init(struct efi_gop *gop, struct efi_device *edev)
{
	efi_guid_t guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	int ret;

	mutex_init(&gop->lock);
	gop->edev = edev;
	gop->protocol = efi_protocol_open(edev, &guid, EFI_TPL_NOTIFY);
	if (IS_ERR(gop->protocol))
		return PTR_ERR(gop->protocol);
	gop->shared_buffer = efi_buffer_alloc(edev, sizeof(*gop->shared), 0, 0);
	if (IS_ERR(gop->shared_buffer))
		return PTR_ERR(gop->shared_buffer);
	gop->shared = gop->shared_buffer->virt;

	ret = efi_gop_query_modes(gop);
	if (ret)
		return ret;
	/* If it is in none, that is what it is given back in */
	if (egop_read_current(gop, &gop->mode, &gop->base))
		gop->mode = gop->modes[0];
	gop->first = gop->mode.number;
	return 0;
}

/**
 * efi_gop_exit() - free what efi_gop_init() has allocated
 * @gop:	the screen
 *
 * Protocol and buffers are the device's. This can be later than that has gone.
 */
void efi_gop_exit(struct efi_gop *gop)
{
	kfree(gop->modes);
}

static int egop_set_mode(struct efi_gop *gop, u32 number)
{
	efi_status_t status;
	int ret;

	ret = efi_protocol_call(gop->protocol, &status,
				efi_graphics_output_protocol_t, set_mode,
				number);
	return egop_error_of(ret, status);
}

/**
 * efi_gop_set_mode() - set a mode
 * @gop:	the screen
 * @mode:	one of its modes
 *
 * The screen is black then, unless it is in that mode already.
 *
 * Context: task context; sleeps.
 * Return: 0, or an error: then @gop->mode has a width of 0, and nothing can be drawn.
 */
int efi_gop_set_mode(struct efi_gop *gop, const struct efi_gop_mode *mode)
{
	int ret = egop_read_current(gop, &gop->mode, &gop->base);

	if (ret || gop->mode.number != mode->number)
		ret = egop_set_mode(gop, mode->number) ?:
		      egop_read_current(gop, &gop->mode, &gop->base);
	/* What is drawn is of the size that was asked for */
	if (!ret && (gop->mode.width != mode->width ||
		     gop->mode.height != mode->height))
		ret = -ERANGE;
	if (!ret && !gop->mode.format)
		ret = egop_alloc_buffer(gop);
	if (ret)
		gop->mode.width = 0;
	return ret;
}

/* Drawing */

/**
 * efi_gop_fill_black() - make the screen black
 * @gop:	the screen
 *
 * Context: task context; sleeps.
 * Return: 0 or an error.
 */
int efi_gop_fill_black(struct efi_gop *gop)
{
	efi_status_t status;
	int ret;

	ret = efi_protocol_call(gop->protocol, &status,
				efi_graphics_output_protocol_t, blt,
				efi_phys(&gop->shared->black),
				EFI_BLT_VIDEO_FILL, 0, 0, 0, 0, gop->mode.width, gop->mode.height,
				0);
	return egop_error_of(ret, status);
}

/* As many lines as there is room for */
static unsigned int egop_fill_buffer(struct efi_gop *gop, const void *pixels,
				     unsigned int pitch,
				     const struct drm_rect *rect, int y)
{
	size_t line = (size_t)drm_rect_width(rect) * BYTES_PER_PIXEL;
	unsigned int i, lines;

	lines = min(rect->y2 - y, (int)(gop->buffer->size / line));
	pixels += (size_t)y * pitch + (size_t)rect->x1 * BYTES_PER_PIXEL;
	for (i = 0; i < lines; i++)
		memcpy(gop->buffer->virt + i * line, pixels + i * pitch, line);
	return lines;
}

/**
 * efi_gop_copy() - copy pixels to the screen by Blt()
 * @gop:	the screen
 * @pixels:	the upper left pixel of the screen, XRGB8888
 * @pitch:	from one line of @pixels to the next, in bytes
 * @rect:	what to copy
 *
 * Context: task context; sleeps.
 * Return: 0 or an error.
 */
int efi_gop_copy(struct efi_gop *gop, const void *pixels, unsigned int pitch,
		 const struct drm_rect *rect)
{
	u64 width = drm_rect_width(rect);
	efi_status_t status;
	unsigned int lines;
	int ret, y;

	/* To say so each time would change the screen, and so go on for ever */
	if (efi_mode_is_stopped())
		return -EIO;
	for (y = rect->y1; y < rect->y2; y += lines) {
		lines = egop_fill_buffer(gop, pixels, pitch, rect, y);
		ret = efi_protocol_call(gop->protocol, &status,
					efi_graphics_output_protocol_t, blt,
					efi_phys(gop->buffer->virt),
					EFI_BLT_BUFFER_TO_VIDEO, 0, 0, rect->x1,
					y, width, lines,
					width * BYTES_PER_PIXEL);
		if (ret || status != EFI_SUCCESS)
			return egop_error_of(ret, status);
	}
	return 0;
}

/**
 * efi_gop_copy_panic() - efi_gop_copy() of all pixels, of a dying kernel
 * @gop:	the screen
 * @pixels:	the upper left pixel of the screen, XRGB8888
 * @pitch:	from one line of @pixels to the next, in bytes
 *
 * What firmware was just copying is finished with other pixels, and is then copied
 * over.
 *
 * Context: as %EFI_CALL_PANIC.
 */
void efi_gop_copy_panic(struct efi_gop *gop, const void *pixels,
			unsigned int pitch)
{
	const struct drm_rect all = DRM_RECT_INIT(0, 0, gop->mode.width,
						  gop->mode.height);
	unsigned int lines;
	efi_status_t status;
	int y, ret;

	for (y = 0; y < all.y2; y += lines) {
		lines = egop_fill_buffer(gop, pixels, pitch, &all, y);
		ret = efi_protocol_call_flags(EFI_CALL_PANIC, gop->protocol,
					      &status,
					      efi_graphics_output_protocol_t,
					      blt, efi_phys(gop->buffer->virt),
					      EFI_BLT_BUFFER_TO_VIDEO, 0, 0, 0,
					      y, all.x2, lines,
					      all.x2 * BYTES_PER_PIXEL);
		if (ret || status != EFI_SUCCESS)
			return;
	}
}

/**
 * efi_gop_give_back() - leave the screen to firmware
 * @gop:	the screen
 *
 * It is in the mode that it was in at first. If there is a text console on it, that
 * begins anew: what it had written has been overwritten.
 *
 * Context: remove of the device; sleeps.
 */
void efi_gop_give_back(struct efi_gop *gop)
{
	efi_guid_t guid = EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL_GUID;
	struct efi_protocol *text;
	efi_status_t status;
	int ret;

	ret = egop_read_current(gop, &gop->mode, &gop->base);
	if (ret == -ENODEV)
		return;
	if ((ret || gop->mode.number != gop->first) &&
	    egop_set_mode(gop, gop->first))
		dev_warn(&gop->edev->dev, "mode %u cannot be set again\n",
			 gop->first);
	if (!efi_device_has_protocol(gop->edev, &guid))
		return;
	text = efi_protocol_open(gop->edev, &guid, EFI_TPL_CALLBACK);
	if (!IS_ERR(text))
		efi_protocol_call(text, &status,
				  efi_simple_text_output_protocol_t,
				  clear_screen);
}

/*
 * The frame buffer
 *
 * Firmware maps all of it as the MTRRs say, and it must not be something else here at the
 * same time. Only uncached memory can be made better: nobody has any of it in a cache,
 * and it is written to much faster if writes are combined. For all other memory
 * write-back is asked for, as firmware does; where the MTRRs have something else, the
 * kernel makes uncached memory of it.
 */

static bool egop_is_uncached(u64 base, u64 size)
{
	u8 uniform;

	return mtrr_type_lookup(base, base + size, &uniform) ==
		       MTRR_TYPE_UNCACHABLE &&
	       uniform;
}

/**
 * efi_gop_map() - map a frame buffer
 * @fb:		its base and size; the rest is filled in
 *
 * Context: task context; sleeps.
 * Return: 0 or -ENOMEM.
 */
int efi_gop_map(struct efi_gop_frame_buffer *fb)
{
	if (egop_is_uncached(fb->base, fb->size))
		iosys_map_set_vaddr_iomem(&fb->map,
					  ioremap_wc(fb->base, fb->size));
	else
		iosys_map_set_vaddr(&fb->map,
				    memremap(fb->base, fb->size, MEMREMAP_WB));
	return iosys_map_is_null(&fb->map) ? -ENOMEM : 0;
}

/**
 * efi_gop_unmap() - undo efi_gop_map()
 * @fb:		the frame buffer, or one that is all zeros; it is that then
 *
 * Context: task context; sleeps.
 */
void efi_gop_unmap(struct efi_gop_frame_buffer *fb)
{
	if (fb->region)
		release_mem_region(fb->base, fb->size);
	if (fb->map.is_iomem)
		iounmap(fb->map.vaddr_iomem);
	else
		memunmap(fb->map.vaddr);
	memset(fb, 0, sizeof(*fb));
}

/*
 * simpledrm maps every frame buffer write-combining. It does not get one that this would
 * be wrong for: firmware's console has the screen until the driver finds it, as it has
 * those without a frame buffer.
 */
static int __init egop_keep_from_simpledrm(void)
{
	const struct screen_info *si = &screen_info;

	if (si->orig_video_isVGA == VIDEO_TYPE_EFI &&
	    !egop_is_uncached(__screen_info_lfb_base(si), si->lfb_size)) {
		pr_info("the frame buffer is not for write-combining: it waits for this driver\n");
		sysfb_disable(NULL);
	}
	return 0;
}
subsys_initcall(egop_keep_from_simpledrm);
