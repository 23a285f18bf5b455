// SPDX-License-Identifier: GPL-2.0-only
/*
 * DRM driver for the screens of the firmware
 *
 * Clients draw in a shadow buffer. The driver copies what has changed to the
 * frame buffer of the screen, if that has an address, or by firmware calls.
 * Both take time. Therefore there are at most 60 frames per second, and fewer
 * if a frame takes long, so that at most half of the time is spent on copying.
 * A client that commits meanwhile has to wait. fbcon does not wait; its damage
 * is collected.
 *
 * At boot, simpledrm drives the screen that the EFI stub has chosen, and hands
 * it over to this driver. simpledrm could keep the frame buffer. But only the
 * firmware can set a mode, and draw on a second screen or on a screen without a
 * frame buffer. So this driver drives all screens.
 */
#define pr_fmt(fmt) "efi-gop: " fmt

#include <linux/aperture.h>
#include <linux/delay.h>
#include <linux/ioport.h>
#include <linux/iosys-map.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/limits.h>
#include <linux/screen_info.h>
#include <linux/sysfb.h>

#include <drm/clients/drm_client_setup.h>
#include <drm/drm_atomic.h>
#include <drm/drm_atomic_helper.h>
#include <drm/drm_crtc.h>
#include <drm/drm_crtc_helper.h>
#include <drm/drm_damage_helper.h>
#include <drm/drm_drv.h>
#include <drm/drm_fbdev_shmem.h>
#include <drm/drm_format_helper.h>
#include <drm/drm_framebuffer.h>
#include <drm/drm_gem_atomic_helper.h>
#include <drm/drm_gem_framebuffer_helper.h>
#include <drm/drm_gem_shmem_helper.h>
#include <drm/drm_managed.h>
#include <drm/drm_modeset_helper_vtables.h>
#include <drm/drm_modeset_lock.h>
#include <drm/drm_panic.h>
#include <drm/drm_print.h>
#include <drm/drm_probe_helper.h>

#include <efi-mode/time-limits.h>

#include "screen.h"

/*
 * A firmware call takes as long as copying this number of pixels. For
 * virtio-gpu, for example, a call includes two commands to the host.
 */
#define CALL_PIXELS	4096

/*
 * The members from @gop on belong to the current commit. There is only one at a
 * time, because there is one CRTC.
 */
struct screen {
	struct drm_device drm;
	struct drm_plane plane;
	struct drm_crtc crtc;
	struct drm_encoder encoder;
	struct drm_connector connector;
	struct efi_gop gop;
	struct efi_gop_frame_buffer fb;
	struct drm_scanout_buffer scanout;	/* under drm_panic_lock() */
	ktime_t next_frame;
	bool stale;			/* draw everything with the next frame */
};

#define to_screen(d) container_of(d, struct screen, drm)

/*
 * Map the frame buffer again if it has another address or size in the new mode.
 */
static int edrm_map_frame_buffer(struct screen *s)
{
	struct efi_gop_frame_buffer old = s->fb, new = {
		.base	= s->gop.base,
		.size	= (size_t)s->gop.mode.pitch * s->gop.mode.height,
	};
	int ret;

	if (!s->gop.mode.format ||
	    (new.base == old.base && new.size == old.size))
		return 0;
	ret = efi_gop_map(&new);
	if (ret)
		return ret;
	s->fb = new;
	efi_gop_unmap(&old);
	s->fb.region = request_mem_region(new.base, new.size, "efi-gop");
	return 0;
}

/* The plane */

/*
 * Keep the pixels mapped while they are shown, so that a panic can draw into
 * them.
 */
static int edrm_plane_prepare_fb(struct drm_plane *plane,
				 struct drm_plane_state *state)
{
	return drm_gem_plane_helper_prepare_fb(plane, state) ?:
	       drm_gem_begin_shadow_fb_access(plane, state);
}

static int edrm_plane_check(struct drm_plane *plane,
			    struct drm_atomic_commit *state)
{
	struct drm_plane_state *new = drm_atomic_get_new_plane_state(state,
								     plane);
	struct drm_shadow_plane_state *shadow = to_drm_shadow_plane_state(new);
	struct drm_crtc_state *crtc = NULL;
	int ret;

	if (new->crtc)
		crtc = drm_atomic_get_new_crtc_state(state, new->crtc);
	ret = drm_atomic_helper_check_plane_state(new, crtc,
						  DRM_PLANE_NO_SCALING,
						  DRM_PLANE_NO_SCALING,
						  false, false);
	if (ret || !new->visible)
		return ret;
	/*
	 * Reserve a line in the format of the frame buffer: no format needs
	 * more bytes.
	 */
	if (!drm_format_conv_state_reserve(&shadow->fmtcnv_state,
					   new->fb->pitches[0], GFP_KERNEL))
		return -ENOMEM;
	return 0;
}

/* The first pixel of the plane in its framebuffer */
static void *edrm_first_pixel(struct drm_plane_state *state)
{
	const struct iosys_map *data = to_drm_shadow_plane_state(state)->data;
	struct drm_rect src;

	drm_rect_fp_to_int(&src, &state->src);
	return data->vaddr + src.y1 * state->fb->pitches[0] +
	       src.x1 * state->fb->format->cpp[0];
}

typedef void (*edrm_convert_t)(struct iosys_map *dst,
			       const unsigned int *pitch,
			       const struct iosys_map *src,
			       const struct drm_framebuffer *fb,
			       const struct drm_rect *clip,
			       struct drm_format_conv_state *state);

static void edrm_convert_nothing(struct iosys_map *dst,
				 const unsigned int *pitch,
				 const struct iosys_map *src,
				 const struct drm_framebuffer *fb,
				 const struct drm_rect *clip,
				 struct drm_format_conv_state *state)
{
	drm_fb_memcpy(dst, pitch, src, fb, clip);
}

/* Choose the function for a @format of modes.c. All clients use XRGB8888. */
static edrm_convert_t edrm_converter(u32 format)
{
	switch (format) {
	case DRM_FORMAT_XBGR8888:
		return drm_fb_xrgb8888_to_xbgr8888;
	case DRM_FORMAT_XRGB2101010:
		return drm_fb_xrgb8888_to_xrgb2101010;
	case DRM_FORMAT_RGB888:
		return drm_fb_xrgb8888_to_rgb888;
	case DRM_FORMAT_RGB565:
		return drm_fb_xrgb8888_to_rgb565;
	case DRM_FORMAT_XRGB1555:
		return drm_fb_xrgb8888_to_xrgb1555;
	default:
		return edrm_convert_nothing;
	}
}

static void edrm_copy_to_frame_buffer(struct screen *s,
				      struct drm_plane_state *state,
				      const struct drm_rect *rect)
{
	const struct efi_gop_mode *mode = &s->gop.mode;
	const struct drm_format_info *format = drm_format_info(mode->format);
	edrm_convert_t convert = edrm_converter(mode->format);
	struct iosys_map src, dst = s->fb.map;

	iosys_map_set_vaddr(&src, edrm_first_pixel(state));
	iosys_map_incr(&dst, drm_fb_clip_offset(mode->pitch, format, rect));
	convert(&dst, &mode->pitch, &src, state->fb, rect,
		&to_drm_shadow_plane_state(state)->fmtcnv_state);
}

static int edrm_copy(struct screen *s, struct drm_plane_state *state,
		     const struct efi_gop_damage *damage)
{
	const struct drm_rect *r;
	int ret = 0;

	for (r = damage->rects; !ret && r < damage->rects + damage->nr; r++) {
		if (s->gop.mode.format)
			edrm_copy_to_frame_buffer(s, state, r);
		else
			ret = efi_gop_copy(&s->gop, edrm_first_pixel(state),
					   state->fb->pitches[0], r);
	}
	return ret;
}

/*
 * Damage: areas that have to be drawn again, in few rectangles
 *
 * Each rectangle needs a firmware call, which takes as long as CALL_PIXELS
 * pixels. Two rectangles are merged if that adds fewer pixels.
 */

static struct drm_rect edrm_bounds(const struct drm_rect *a,
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

static int edrm_area(const struct drm_rect *r)
{
	return drm_rect_width(r) * drm_rect_height(r);
}

/* The number of pixels that merging adds; negative if the rectangles overlap */
static int edrm_price(const struct drm_rect *a, const struct drm_rect *b)
{
	struct drm_rect both = edrm_bounds(a, b);

	return edrm_area(&both) - edrm_area(a) - edrm_area(b);
}

static int edrm_cheapest(const struct efi_gop_damage *damage,
			 const struct drm_rect *rect, unsigned int *which)
{
	int p, best = INT_MAX;
	unsigned int i;

	for (i = 0; i < damage->nr; i++) {
		p = edrm_price(&damage->rects[i], rect);
		if (p < best) {
			best = p;
			*which = i;
		}
	}
	return best;
}

/**
 * efi_gop_add_damage() - add a rectangle to the damage
 * @damage:	the damage
 * @rect:	the rectangle, at most %EFI_GOP_MAX_SIZE pixels in each
 *		direction
 *
 * A rectangle that has grown by merging is compared with the others again.
 *
 * Context: any.
 */
void efi_gop_add_damage(struct efi_gop_damage *damage,
			const struct drm_rect *rect)
{
	struct drm_rect r = *rect;
	unsigned int i = 0;

	if (!drm_rect_visible(&r))
		return;
	while (edrm_cheapest(damage, &r, &i) < CALL_PIXELS ||
	       damage->nr == EFI_GOP_MAX_RECTS) {
		r = edrm_bounds(&damage->rects[i], &r);
		damage->rects[i] = damage->rects[--damage->nr];
	}
	damage->rects[damage->nr++] = r;
}

static void edrm_collect_damage(struct screen *s, struct drm_plane_state *old,
				struct drm_plane_state *new,
				struct efi_gop_damage *damage)
{
	struct drm_atomic_helper_damage_iter iter;
	struct drm_rect rect, src;

	damage->nr = 0;
	if (s->stale) {
		efi_gop_add_damage(damage, &new->dst);
		return;
	}
	drm_rect_fp_to_int(&src, &new->src);
	drm_atomic_helper_damage_iter_init(&iter, old, new);
	drm_atomic_for_each_plane_damage(&iter, &rect) {
		drm_rect_translate(&rect, -src.x1, -src.y1);
		if (drm_rect_intersect(&rect, &new->dst))
			efi_gop_add_damage(damage, &rect);
	}
}

/*
 * The scanout buffer for a panic
 *
 * A panic can interrupt a commit, when the plane already has its new state but
 * the screen is still in the old mode. Therefore mode, frame buffer and pixels
 * are recorded together, and the record is empty while they change.
 */

static void edrm_set_scanout(struct screen *s,
			     const struct drm_scanout_buffer *sb)
{
	unsigned long flags;

	drm_panic_lock(&s->drm, flags);
	s->scanout = *sb;
	drm_panic_unlock(&s->drm, flags);
}

static void edrm_no_scanout(struct screen *s)
{
	const struct drm_scanout_buffer none = {};

	edrm_set_scanout(s, &none);
}

static void edrm_note_scanout(struct screen *s, struct drm_plane_state *state)
{
	const struct efi_gop_mode *mode = &s->gop.mode;
	struct drm_scanout_buffer sb = {
		.width	= mode->width,
		.height	= mode->height,
	};

	if (mode->format) {
		sb.format = drm_format_info(mode->format);
		sb.pitch[0] = mode->pitch;
		sb.map[0] = s->fb.map;
	} else {
		sb.format = state->fb->format;
		sb.pitch[0] = state->fb->pitches[0];
		iosys_map_set_vaddr(&sb.map[0], edrm_first_pixel(state));
	}
	edrm_set_scanout(s, &sb);
}

/* If drawing fails, the next frame draws everything again. */
static void edrm_plane_update(struct drm_plane *plane,
			      struct drm_atomic_commit *state)
{
	struct drm_plane_state *new = drm_atomic_get_new_plane_state(state,
								     plane);
	struct drm_plane_state *old = drm_atomic_get_old_plane_state(state,
								     plane);
	struct screen *s = to_screen(plane->dev);
	struct efi_gop_damage damage;
	int idx, ret;

	/*
	 * No mode or no screen. The scanout buffer may be in @old, which is
	 * freed.
	 */
	if (!s->gop.mode.width || !drm_dev_enter(plane->dev, &idx)) {
		edrm_no_scanout(s);
		return;
	}
	edrm_note_scanout(s, new);
	ret = drm_gem_fb_begin_cpu_access(new->fb, DMA_FROM_DEVICE);
	if (!ret) {
		edrm_collect_damage(s, old, new, &damage);
		ret = edrm_copy(s, new, &damage);
		drm_gem_fb_end_cpu_access(new->fb, DMA_FROM_DEVICE);
	}
	if (ret && ret != -ENODEV && !s->stale)
		drm_err(&s->drm,
			"cannot draw on the screen: error %d, retrying with the next frame\n",
			ret);
	s->stale = ret;
	drm_dev_exit(idx);
}

static int edrm_plane_get_scanout_buffer(struct drm_plane *plane,
					 struct drm_scanout_buffer *sb)
{
	struct screen *s = to_screen(plane->dev);

	if (!s->scanout.width)
		return -ENODEV;
	*sb = s->scanout;
	return 0;
}

static void edrm_plane_panic_flush(struct drm_plane *plane)
{
	struct screen *s = to_screen(plane->dev);

	if (!s->gop.mode.format)
		efi_gop_copy_panic(&s->gop, s->scanout.map[0].vaddr,
				   s->scanout.pitch[0]);
}

static const struct drm_plane_helper_funcs plane_helper_funcs = {
	.prepare_fb		= edrm_plane_prepare_fb,
	.cleanup_fb		= drm_gem_end_shadow_fb_access,
	.atomic_check		= edrm_plane_check,
	.atomic_update		= edrm_plane_update,
	.get_scanout_buffer	= edrm_plane_get_scanout_buffer,
	.panic_flush		= edrm_plane_panic_flush,
};

static const struct drm_plane_funcs plane_funcs = {
	.update_plane		= drm_atomic_helper_update_plane,
	.disable_plane		= drm_atomic_helper_disable_plane,
	.destroy		= drm_plane_cleanup,
	DRM_GEM_SHADOW_PLANE_FUNCS,
};

/* The format of Blt(). Converting from other formats is not worth the time. */
static const u32 formats[] = { DRM_FORMAT_XRGB8888 };

static const u64 modifiers[] = {
	DRM_FORMAT_MOD_LINEAR,
	DRM_FORMAT_MOD_INVALID
};

/* The CRTC */

static enum drm_mode_status
edrm_crtc_mode_valid(struct drm_crtc *crtc, const struct drm_display_mode *mode)
{
	struct efi_gop_mode found;

	return efi_gop_find(&to_screen(crtc->dev)->gop, mode->hdisplay,
			    mode->vdisplay, &found) ? MODE_OK : MODE_BAD;
}

static void edrm_crtc_enable(struct drm_crtc *crtc,
			     struct drm_atomic_commit *state)
{
	struct drm_crtc_state *new = drm_atomic_get_new_crtc_state(state, crtc);
	struct screen *s = to_screen(crtc->dev);
	struct efi_gop_mode mode;
	int idx, ret = -EINVAL;

	if (!drm_dev_enter(crtc->dev, &idx))
		return;
	if (efi_gop_find(&s->gop, new->mode.hdisplay, new->mode.vdisplay,
			 &mode))
		ret = efi_gop_set_mode(&s->gop, &mode);
	if (!ret)
		ret = edrm_map_frame_buffer(s);
	if (ret) {
		s->gop.mode.width = 0;
		if (ret != -ENODEV)
			drm_err(&s->drm,
				"cannot set %ux%u: error %d, the screen stays unused\n",
				new->mode.hdisplay, new->mode.vdisplay, ret);
	}
	s->stale = false;
	drm_dev_exit(idx);
}

/*
 * Setting a mode makes the screen black, so this is only needed if none
 * follows.
 */
static void edrm_crtc_disable(struct drm_crtc *crtc,
			      struct drm_atomic_commit *state)
{
	struct drm_crtc_state *new = drm_atomic_get_new_crtc_state(state, crtc);
	struct screen *s = to_screen(crtc->dev);
	int idx;

	edrm_no_scanout(s);
	if (new->active || !s->gop.mode.width ||
	    !drm_dev_enter(crtc->dev, &idx))
		return;
	efi_gop_fill_black(&s->gop);
	drm_dev_exit(idx);
}

static const struct drm_crtc_helper_funcs crtc_helper_funcs = {
	.mode_valid	= edrm_crtc_mode_valid,
	.atomic_check	= drm_crtc_helper_atomic_check,
	.atomic_enable	= edrm_crtc_enable,
	.atomic_disable	= edrm_crtc_disable,
};

static const struct drm_crtc_funcs crtc_funcs = {
	.reset			= drm_atomic_helper_crtc_reset,
	.destroy		= drm_crtc_cleanup,
	.set_config		= drm_atomic_helper_set_config,
	.page_flip		= drm_atomic_helper_page_flip,
	.atomic_duplicate_state	= drm_atomic_helper_crtc_duplicate_state,
	.atomic_destroy_state	= drm_atomic_helper_crtc_destroy_state,
};

static const struct drm_encoder_funcs encoder_funcs = {
	.destroy = drm_encoder_cleanup,
};

/* The connector */

static int edrm_connector_get_modes(struct drm_connector *connector)
{
	struct screen *s = to_screen(connector->dev);
	const struct efi_gop_mode *m;
	int nr = 0;

	mutex_lock(&s->gop.lock);
	for (m = s->gop.modes; m < s->gop.modes + s->gop.nr_modes; m++) {
		const struct drm_display_mode fixed = {
			DRM_MODE_INIT(60, m->width, m->height,
				      DRM_MODE_RES_MM(m->width, 96ul),
				      DRM_MODE_RES_MM(m->height, 96ul))
		};
		struct drm_display_mode *mode;

		mode = drm_mode_duplicate(connector->dev, &fixed);
		if (!mode)
			break;
		drm_mode_set_name(mode);
		if (m->number == s->gop.first)
			mode->type |= DRM_MODE_TYPE_PREFERRED;
		drm_mode_probed_add(connector, mode);
		nr++;
	}
	mutex_unlock(&s->gop.lock);
	return nr;
}

static const struct drm_connector_helper_funcs connector_helper_funcs = {
	.get_modes = edrm_connector_get_modes,
};

static const struct drm_connector_funcs connector_funcs = {
	.reset			= drm_atomic_helper_connector_reset,
	.fill_modes		= drm_helper_probe_single_connector_modes,
	.destroy		= drm_connector_cleanup,
	.atomic_duplicate_state	= drm_atomic_helper_connector_duplicate_state,
	.atomic_destroy_state	= drm_atomic_helper_connector_destroy_state,
};

/* Frames */

static void edrm_commit_tail(struct drm_atomic_commit *state)
{
	struct screen *s = to_screen(state->dev);
	s64 early = ktime_us_delta(s->next_frame, ktime_get());
	ktime_t start, end;

	if (early > 0)
		fsleep(early);
	start = ktime_get();
	/* This variant sets the mode before it updates the plane. */
	drm_atomic_helper_commit_tail_rpm(state);
	end = ktime_get();
	s->next_frame = max(ktime_add_us(start, EFI_MODE_FRAME_US),
			    ktime_add(end, ktime_sub(end, start)));
}

static const struct drm_mode_config_helper_funcs mode_config_helper_funcs = {
	.atomic_commit_tail = edrm_commit_tail,
};

static const struct drm_mode_config_funcs mode_config_funcs = {
	.fb_create	= drm_gem_fb_create_with_dirty,
	.atomic_check	= drm_atomic_helper_check,
	.atomic_commit	= drm_atomic_helper_commit,
};

/* The device */

DEFINE_DRM_GEM_FOPS(fops);

static const struct drm_driver driver = {
	DRM_GEM_SHMEM_DRIVER_OPS,
	DRM_FBDEV_SHMEM_DRIVER_OPS,
	.name			= "efi-gop",
	.desc			= "Screens of the EFI firmware",
	.major			= 1,
	.driver_features	= DRIVER_ATOMIC | DRIVER_GEM | DRIVER_MODESET,
	.fops			= &fops,
};

static int edrm_init_pipe(struct screen *s)
{
	struct drm_device *drm = &s->drm;
	int ret;

	ret = drm_universal_plane_init(drm, &s->plane, 0, &plane_funcs, formats,
				       ARRAY_SIZE(formats), modifiers,
				       DRM_PLANE_TYPE_PRIMARY, NULL);
	if (ret)
		return ret;
	drm_plane_helper_add(&s->plane, &plane_helper_funcs);
	drm_plane_enable_fb_damage_clips(&s->plane);

	ret = drm_crtc_init_with_planes(drm, &s->crtc, &s->plane, NULL,
					&crtc_funcs, NULL);
	if (ret)
		return ret;
	drm_crtc_helper_add(&s->crtc, &crtc_helper_funcs);

	ret = drm_encoder_init(drm, &s->encoder, &encoder_funcs,
			       DRM_MODE_ENCODER_NONE, NULL);
	if (ret)
		return ret;
	s->encoder.possible_crtcs = drm_crtc_mask(&s->crtc);

	ret = drm_connector_init(drm, &s->connector, &connector_funcs,
				 DRM_MODE_CONNECTOR_Unknown);
	if (ret)
		return ret;
	drm_connector_helper_add(&s->connector, &connector_helper_funcs);
	/* A panel that is mounted on its side is known by the machine's name only */
	drm_connector_set_panel_orientation_with_quirk(&s->connector,
						       DRM_MODE_PANEL_ORIENTATION_UNKNOWN,
						       s->gop.mode.width,
						       s->gop.mode.height);
	return drm_connector_attach_encoder(&s->connector, &s->encoder);
}

static int edrm_init_drm(struct screen *s)
{
	struct drm_device *drm = &s->drm;
	int ret;

	ret = drmm_mode_config_init(drm);
	if (ret)
		return ret;
	drm->mode_config.max_width = EFI_GOP_MAX_SIZE;
	drm->mode_config.max_height = EFI_GOP_MAX_SIZE;
	drm->mode_config.preferred_depth = 24;
	drm->mode_config.funcs = &mode_config_funcs;
	drm->mode_config.helper_private = &mode_config_helper_funcs;

	ret = edrm_init_pipe(s);
	if (ret)
		return ret;
	drm_mode_config_reset(drm);
	return 0;
}

/*
 * aperture_remove_conflicting_devices() removes simpledrm, whatever its screen
 * is. So it is called only for the screen that simpledrm drives. fbcon then
 * moves to this device, because it uses the first free framebuffer device.
 */
static void edrm_take_from_simpledrm(struct screen *s)
{
	const struct screen_info *si = &sysfb_primary_display.screen;
	size_t size = (size_t)s->gop.mode.pitch * s->gop.mode.height;

	if (s->gop.mode.format &&
	    si->orig_video_isVGA == VIDEO_TYPE_EFI &&
	    s->gop.base == __screen_info_lfb_base(si))
		aperture_remove_conflicting_devices(s->gop.base, size,
						    driver.name);
}

static void edrm_exit(struct drm_device *drm, void *unused)
{
	efi_gop_exit(&to_screen(drm)->gop);
}

static int edrm_probe(struct efi_device *edev, const struct efi_device_id *id)
{
	struct screen *s;
	int ret;

	/*
	 * The handle of the console splitter has no path. Its Blt() draws on
	 * all screens.
	 */
	if (!edev->path) {
		dev_info(&edev->dev, "no device path, probably the console splitter: ignored\n");
		return -ENODEV;
	}
	s = devm_drm_dev_alloc(&edev->dev, &driver, struct screen, drm);
	if (IS_ERR(s))
		return PTR_ERR(s);
	ret = drmm_add_action(&s->drm, edrm_exit, NULL);
	if (ret)
		return ret;
	ret = efi_gop_init(&s->gop, edev);
	if (ret) {
		dev_err(&edev->dev, "the screen cannot be used: error %d\n", ret);
		return ret;
	}
	ret = edrm_init_drm(s);
	if (ret)
		return ret;
	edrm_take_from_simpledrm(s);
	efi_device_set_drvdata(edev, s);
	ret = drm_dev_register(&s->drm, 0);
	if (ret)
		return ret;
	drm_info(&s->drm, "%ux%u, %u modes, %s\n", s->gop.mode.width,
		 s->gop.mode.height, s->gop.nr_modes,
		 s->gop.mode.format ? "with a frame buffer" : "Blt() only");
	drm_client_setup(&s->drm, NULL);
	return 0;
}

static void edrm_remove(struct efi_device *edev)
{
	struct screen *s = efi_device_get_drvdata(edev);

	drm_dev_unplug(&s->drm);
	drm_atomic_helper_shutdown(&s->drm);
	efi_gop_unmap(&s->fb);
	efi_gop_give_back(&s->gop);
}

/*
 * Switch the screen off, read its modes, and switch it on again. If its mode
 * does not exist any more, the screen stays off until a client, which gets a
 * hotplug event, sets another.
 */
static int edrm_query_modes_anew(struct screen *s,
				 struct drm_modeset_acquire_ctx *ctx)
{
	struct drm_atomic_commit *shown;
	int ret;

	shown = drm_atomic_helper_duplicate_state(&s->drm, ctx);
	if (IS_ERR(shown))
		return PTR_ERR(shown);
	ret = drm_atomic_helper_disable_all(&s->drm, ctx);
	if (ret)
		goto out;
	ret = efi_gop_query_modes(&s->gop);
	if (ret)
		drm_err(&s->drm, "cannot read the modes again: error %d\n", ret);
	ret = drm_atomic_helper_commit_duplicated_state(shown, ctx);
out:
	drm_atomic_commit_put(shown);
	return ret;
}

/*
 * The protocol was reinstalled: the screen may have other modes, and none is
 * set. Clients must not commit meanwhile.
 */
static void edrm_changed(struct efi_device *edev)
{
	struct screen *s = efi_device_get_drvdata(edev);
	struct drm_modeset_acquire_ctx ctx;
	struct drm_device *drm = &s->drm;
	int ret;

	DRM_MODESET_LOCK_ALL_BEGIN(drm, ctx, 0, ret);
	ret = edrm_query_modes_anew(s, &ctx);
	DRM_MODESET_LOCK_ALL_END(drm, ctx, ret);
	if (ret)
		drm_dbg_kms(drm, "cannot show the old picture: error %d\n", ret);
	drm_kms_helper_hotplug_event(drm);
}

static const struct efi_device_id gop_ids[] = {
	{ EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID },
	{ }
};
MODULE_ALIAS_EFI("9042a9de-23dc-4a38-96fb-7aded080516a");

static struct efi_driver gop_driver = {
	.driver.name	= "efi-gop",
	.id_table	= gop_ids,
	.probe		= edrm_probe,
	.remove		= edrm_remove,
	.changed	= edrm_changed,
};
module_efi_driver(gop_driver);

MODULE_DESCRIPTION("DRM driver for screens of the EFI firmware");
MODULE_LICENSE("GPL");
