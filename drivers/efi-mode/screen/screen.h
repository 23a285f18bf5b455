/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The screens of the firmware, for the files of their driver
 *
 * Each handle with the Graphics Output Protocol is a DRM device. drm.c is the
 * driver, gop.c makes the firmware calls. Read from drm.c downwards.
 *
 * Calls run downwards. Files on a line do not call each other:
 *
 *	drm
 *	gop
 *	modes
 *
 * drm.c and gop.c use the bus. modes.c is pure, and so is efi_gop_add_damage().
 */
#ifndef _EFI_MODE_GOP_H
#define _EFI_MODE_GOP_H

#include <linux/iosys-map.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include <drm/drm_rect.h>

#include <efi-mode/bus.h>

/*
 * Largest width and height of a mode, in pixels. The area then fits into an
 * int.
 */
#define EFI_GOP_MAX_SIZE	16384

/**
 * struct efi_gop_mode - a mode of a screen
 * @number:	number of the mode for SetMode()
 * @width:	in pixels
 * @height:	in pixels
 * @format:	DRM_FORMAT_* of the frame buffer, or 0 if the frame buffer
 *		cannot be used, so that the driver has to draw by Blt()
 * @pitch:	bytes from one line of the frame buffer to the next
 */
struct efi_gop_mode {
	u32 number;
	unsigned int width;
	unsigned int height;
	u32 format;
	unsigned int pitch;
};

/* modes.c */

bool efi_gop_mode_from_info(struct efi_gop_mode *mode, u32 number,
			    const efi_graphics_output_mode_info_t *info);
unsigned int efi_gop_add_mode(struct efi_gop_mode *modes, unsigned int nr,
			      const struct efi_gop_mode *mode, u32 current_mode);
const struct efi_gop_mode *
efi_gop_find_mode(const struct efi_gop_mode *modes, unsigned int nr,
		  unsigned int width, unsigned int height);

/* gop.c */

/**
 * struct efi_gop_frame_buffer - the frame buffer of a mode
 * @map:	mapping in the kernel
 * @region:	entry in /proc/iomem, or NULL
 * @base:	physical address
 * @size:	size in bytes
 */
struct efi_gop_frame_buffer {
	struct iosys_map map;
	struct resource *region;
	u64 base;
	size_t size;
};

struct efi_gop_shared;

/**
 * struct efi_gop - a screen of the firmware
 * @edev:	device of the handle
 * @protocol:	EFI_GRAPHICS_OUTPUT_PROTOCOL
 * @lock:	protects @modes and @nr_modes
 * @modes:	all usable modes, each size once
 * @nr_modes:	number of @modes
 * @mode:	the current mode. Its width is 0 if a mode could not be set.
 * @base:	physical address of the frame buffer, if @mode has a format
 * @first:	number of the mode in which the driver has found the screen
 * @shared:	memory for results of the firmware
 * @shared_buffer: the buffer that contains @shared
 * @buffer:	pixels for Blt(), or NULL if no mode has needed them
 *
 * @lock protects only the modes. The callers serialize the access to the other
 * members.
 */
struct efi_gop {
	struct efi_device *edev;
	struct efi_protocol *protocol;
	struct mutex lock;		/* protects modes and nr_modes */
	struct efi_gop_mode *modes;
	unsigned int nr_modes;
	struct efi_gop_mode mode;
	u64 base;
	u32 first;
	struct efi_gop_shared *shared;
	struct efi_buffer *shared_buffer;
	struct efi_buffer *buffer;
};

int efi_gop_init(struct efi_gop *gop, struct efi_device *edev);
void efi_gop_exit(struct efi_gop *gop);
int efi_gop_query_modes(struct efi_gop *gop);
bool efi_gop_find(struct efi_gop *gop, unsigned int width, unsigned int height,
		  struct efi_gop_mode *mode);
int efi_gop_set_mode(struct efi_gop *gop, const struct efi_gop_mode *mode);
int efi_gop_fill_black(struct efi_gop *gop);
int efi_gop_copy(struct efi_gop *gop, const void *pixels, unsigned int pitch,
		 const struct drm_rect *rect);
void efi_gop_copy_panic(struct efi_gop *gop, const void *pixels,
			unsigned int pitch);
void efi_gop_give_back(struct efi_gop *gop);
int efi_gop_map(struct efi_gop_frame_buffer *fb);
void efi_gop_unmap(struct efi_gop_frame_buffer *fb);

/* drm.c */

#define EFI_GOP_MAX_RECTS	16

/**
 * struct efi_gop_damage - areas of the screen that have to be drawn again
 * @rects:	the areas, none of which is empty
 * @nr:		number of @rects
 */
struct efi_gop_damage {
	struct drm_rect rects[EFI_GOP_MAX_RECTS];
	unsigned int nr;
};

void efi_gop_add_damage(struct efi_gop_damage *damage,
			const struct drm_rect *rect);

#endif /* _EFI_MODE_GOP_H */
