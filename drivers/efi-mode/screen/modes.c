// SPDX-License-Identifier: GPL-2.0-only
/*
 * Convert the firmware's descriptions of modes to formats of DRM
 */
#include <linux/kernel.h>

#include <drm/drm_fourcc.h>

#include "screen.h"

struct mask_format {
	efi_pixel_bitmask_t mask;
	u32 format;
	unsigned int bytes;	/* up to the highest bit of all masks */
};

static const struct mask_format mask_formats[] = {
	{ { 0x00ff0000, 0x0000ff00, 0x000000ff, 0xff000000 },
	  DRM_FORMAT_XRGB8888, 4 },
	{ { 0x000000ff, 0x0000ff00, 0x00ff0000, 0xff000000 },
	  DRM_FORMAT_XBGR8888, 4 },
	{ { 0x3ff00000, 0x000ffc00, 0x000003ff, 0xc0000000 },
	  DRM_FORMAT_XRGB2101010, 4 },
	{ { 0x00ff0000, 0x0000ff00, 0x000000ff, 0 },
	  DRM_FORMAT_RGB888, 3 },
	{ { 0xf800, 0x07e0, 0x001f, 0 }, DRM_FORMAT_RGB565, 2 },
	{ { 0x7c00, 0x03e0, 0x001f, 0x8000 }, DRM_FORMAT_XRGB1555, 2 },
};

static void emodes_set_format(struct efi_gop_mode *mode, u32 format,
			      unsigned int pixels, unsigned int bytes)
{
	if (pixels < mode->width || pixels > EFI_GOP_MAX_SIZE)
		return;
	mode->format = format;
	mode->pitch = pixels * bytes;
}

static void emodes_set_mask_format(struct efi_gop_mode *mode,
				   const efi_graphics_output_mode_info_t *info)
{
	const efi_pixel_bitmask_t *m = &info->pixel_information;
	const struct mask_format *f;

	for (f = mask_formats; f < mask_formats + ARRAY_SIZE(mask_formats);
	     f++) {
		if (f->mask.red_mask == m->red_mask &&
		    f->mask.green_mask == m->green_mask &&
		    f->mask.blue_mask == m->blue_mask &&
		    f->mask.reserved_mask == m->reserved_mask) {
			emodes_set_format(mode, f->format,
					  info->pixels_per_scan_line, f->bytes);
			return;
		}
	}
}

/**
 * efi_gop_mode_from_info() - convert a mode of the firmware
 * @mode:	filled in
 * @number:	number of the mode
 * @info:	from QueryMode(): UEFI 2.10, section 12.9
 *
 * If DRM has no format for the frame buffer, or if its lines are shorter than
 * the screen is wide, @mode->format is 0. The driver then draws by Blt(), which
 * converts the pixels.
 *
 * Context: any.
 * Return: false if the width or the height is 0, or larger than
 * %EFI_GOP_MAX_SIZE.
 */
bool efi_gop_mode_from_info(struct efi_gop_mode *mode, u32 number,
			    const efi_graphics_output_mode_info_t *info)
{
	*mode = (struct efi_gop_mode) {
		.number	= number,
		.width	= info->horizontal_resolution,
		.height	= info->vertical_resolution,
	};
	if (!mode->width || !mode->height || mode->width > EFI_GOP_MAX_SIZE ||
	    mode->height > EFI_GOP_MAX_SIZE)
		return false;

	switch (info->pixel_format) {
	case PIXEL_RGB_RESERVED_8BIT_PER_COLOR:
		emodes_set_format(mode, DRM_FORMAT_XBGR8888,
				  info->pixels_per_scan_line, 4);
		break;
	case PIXEL_BGR_RESERVED_8BIT_PER_COLOR:
		emodes_set_format(mode, DRM_FORMAT_XRGB8888,
				  info->pixels_per_scan_line, 4);
		break;
	case PIXEL_BIT_MASK:
		emodes_set_mask_format(mode, info);
		break;
	}
	return true;
}

static bool emodes_is_better(const struct efi_gop_mode *mode,
			     const struct efi_gop_mode *than, u32 current_mode)
{
	if (mode->number == current_mode || than->number == current_mode)
		return mode->number == current_mode;
	return mode->format && !than->format;
}

/**
 * efi_gop_add_mode() - add a mode to a list that has each size once
 * @modes:	the list, with room for one more mode
 * @nr:		number of modes in the list
 * @mode:	the mode to add
 * @current_mode: number of the mode that the screen is in
 *
 * If the list already has a mode of this size, the order of preference is: the
 * current mode, a mode with a usable frame buffer, the mode that was added
 * first.
 *
 * Context: any.
 * Return: the number of modes that the list has now.
 */
unsigned int efi_gop_add_mode(struct efi_gop_mode *modes, unsigned int nr,
			      const struct efi_gop_mode *mode, u32 current_mode)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (modes[i].width != mode->width ||
		    modes[i].height != mode->height)
			continue;
		if (emodes_is_better(mode, &modes[i], current_mode))
			modes[i] = *mode;
		return nr;
	}
	modes[nr] = *mode;
	return nr + 1;
}

/**
 * efi_gop_find_mode() - find a mode by its size
 * @modes:	the list
 * @nr:		number of modes in the list
 * @width:	in pixels
 * @height:	in pixels
 *
 * Context: any.
 * Return: the mode, or NULL if no mode has this size.
 */
const struct efi_gop_mode *
efi_gop_find_mode(const struct efi_gop_mode *modes, unsigned int nr,
		  unsigned int width, unsigned int height)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (modes[i].width == width && modes[i].height == height)
			return &modes[i];
	return NULL;
}
