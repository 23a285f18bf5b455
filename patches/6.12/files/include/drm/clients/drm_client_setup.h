/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions of DRM that newer kernels have in this form
 */
#ifndef _EFI_MODE_DRM_CLIENT_SETUP_H
#define _EFI_MODE_DRM_CLIENT_SETUP_H

#include <drm/drm_fbdev_shmem.h>
#include <drm/drm_format_helper.h>

#define drm_client_setup(drm, format)	drm_fbdev_shmem_setup(drm, 32)

static inline void
efi_mode_xrgb8888_to_rgb565(struct iosys_map *dst, const unsigned int *pitch,
			    const struct iosys_map *src,
			    const struct drm_framebuffer *fb,
			    const struct drm_rect *clip,
			    struct drm_format_conv_state *state)
{
	drm_fb_xrgb8888_to_rgb565(dst, pitch, src, fb, clip, state, false);
}

#define drm_fb_xrgb8888_to_rgb565	efi_mode_xrgb8888_to_rgb565

#endif /* _EFI_MODE_DRM_CLIENT_SETUP_H */
