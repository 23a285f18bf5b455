// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware calls for a screen: EFI_GRAPHICS_OUTPUT_PROTOCOL
 *
 * UEFI 2.10, section 12.9. The functions are called at TPL_NOTIFY, because the
 * firmware's text console calls them at this level. At a lower level a text
 * console could interrupt a call of Linux, for which the firmware's screen
 * drivers are not made.
 *
 * Each function that sets a mode first reads which mode the screen is in,
 * because the text consoles of the firmware also set modes.
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

/* Bytes of pixels for one Blt(). The limit keeps each call short. */
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

/*
 * QueryMode() returns its result in pool memory of the firmware, which is freed
 * here.
 */
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
 * Read the current mode and the address of its frame buffer. A frame buffer
 * without an address, or one that is too small, cannot be used.
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

/* Query all modes of the firmware. The list has room for one more mode. */
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
 * efi_gop_query_modes() - read all modes of a screen from the firmware
 * @gop:	the screen
 *
 * Context: task context; sleeps. Callers must serialize the calls for one
 * screen.
 * Return: 0, -ENOMEM, -ENODEV if the screen is gone or has no usable mode, or
 * another error of the firmware call.
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
	/*
	 * The current mode need not be one of those that QueryMode() returns.
	 */
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
 * @mode:	filled in with a copy of the mode
 *
 * Context: task context; sleeps.
 * Return: false if no mode has this size.
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

/* The buffer has room for at least one line. More lines need fewer calls. */
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
 * efi_gop_init() - start to use a screen
 * @gop:	filled in
 * @edev:	device of the handle
 *
 * The caller must call efi_gop_exit() later, even after an error.
 *
 * Context: probe() of @edev; sleeps.
 * Return: 0, or an error of efi_protocol_open(), efi_buffer_alloc() or
 * efi_gop_query_modes().
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
	/*
	 * If the screen is in no mode, efi_gop_give_back() sets the first one.
	 */
	if (egop_read_current(gop, &gop->mode, &gop->base))
		gop->mode = gop->modes[0];
	gop->first = gop->mode.number;
	return 0;
}

/**
 * efi_gop_exit() - free the memory of efi_gop_init()
 * @gop:	the screen
 *
 * The last user of the DRM device may call this after the device on the bus has
 * gone. The protocol and the buffers belong to that device, so they are not
 * touched here.
 *
 * Context: task context.
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
 * The screen becomes black, unless it is in that mode already.
 *
 * Context: task context; sleeps.
 * Return: 0 or an error. After an error, @gop->mode has a width of 0, and
 * nothing can be drawn.
 */
int efi_gop_set_mode(struct efi_gop *gop, const struct efi_gop_mode *mode)
{
	int ret = egop_read_current(gop, &gop->mode, &gop->base);

	if (ret || gop->mode.number != mode->number)
		ret = egop_set_mode(gop, mode->number) ?:
		      egop_read_current(gop, &gop->mode, &gop->base);
	/*
	 * The caller draws in the size that it has asked for, so another size
	 * is an error.
	 */
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

/*
 * Copy lines of @rect, beginning with line @y, to the buffer until it is full.
 *
 * Return: the number of lines.
 */
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
 * @pixels:	the pixels of the whole screen, in XRGB8888
 * @pitch:	bytes from one line of @pixels to the next
 * @rect:	the area to copy, in pixels
 *
 * Context: task context; sleeps.
 * Return: 0 or an error; -EIO if the firmware has been stopped.
 */
int efi_gop_copy(struct efi_gop *gop, const void *pixels, unsigned int pitch,
		 const struct drm_rect *rect)
{
	u64 width = drm_rect_width(rect);
	efi_status_t status;
	unsigned int lines;
	int ret, y;

	/*
	 * Do not make the call, because it would log an error. The log message
	 * would change the screen, and so lead to the next call, without end.
	 */
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
 * efi_gop_copy_panic() - copy all pixels to the screen by Blt() in a panic
 * @gop:	the screen
 * @pixels:	the pixels of the whole screen, in XRGB8888
 * @pitch:	bytes from one line of @pixels to the next
 *
 * If a Blt() is in progress, the firmware finishes it first. Its pixels may be
 * wrong, because this function overwrites the buffer, but the whole screen is
 * then drawn again.
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
 * efi_gop_give_back() - return the screen to the firmware
 * @gop:	the screen
 *
 * Sets the mode in which the driver has found the screen. If the handle has a
 * text console, clears it, because its text has been overwritten.
 *
 * Context: remove() of the device; sleeps.
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
		dev_warn(&gop->edev->dev, "cannot restore mode %u, the screen stays in its mode\n",
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
 * The firmware maps the frame buffer with the memory type of the MTRRs. Linux
 * must not use a conflicting type at the same time. The only exception is an
 * uncached frame buffer: no CPU has any of it in its cache, and writes are much
 * faster if they are combined. For all other memory Linux asks for write-back,
 * as the firmware does. If the MTRRs say otherwise, the kernel maps it
 * uncached.
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
 * @fb:		the frame buffer with @base and @size filled in; sets @map
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
 * @fb:		the frame buffer, or a zeroed structure; zeroed on return
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
 * simpledrm maps every frame buffer write-combining. If that type is wrong for
 * the frame buffer, keep simpledrm from it. The firmware's console then shows
 * the messages until this driver takes the screen over, as on screens without a
 * frame buffer.
 */
static int __init egop_keep_from_simpledrm(void)
{
	const struct screen_info *si = &sysfb_primary_display.screen;

	if (si->orig_video_isVGA == VIDEO_TYPE_EFI &&
	    !egop_is_uncached(__screen_info_lfb_base(si), si->lfb_size)) {
		pr_info("no simpledrm: it would map the frame buffer write-combining\n");
		sysfb_disable(NULL);
	}
	return 0;
}
subsys_initcall(egop_keep_from_simpledrm);
