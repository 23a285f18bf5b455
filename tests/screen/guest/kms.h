/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DRM ioctls for mode setting, for cards with one screen
 */
#ifndef _SELFTESTS_EFI_MODE_KMS_H
#define _SELFTESTS_EFI_MODE_KMS_H

#include <sys/mman.h>

/* The headers of the kernel tree are not processed, and use __user */
#define __user
#include "../../../../../include/uapi/drm/drm.h"
#include "../../../../../include/uapi/drm/drm_mode.h"

#include "common.h"

#define KMS_MAX_MODES	64

struct kms {
	int fd;
	uint32_t crtc, connector, fb;
	struct drm_mode_modeinfo modes[KMS_MAX_MODES];
	unsigned int nr_modes;
	unsigned int width, height, pitch;
	uint32_t *pixels;
	size_t size;
};

static inline uint64_t kms_pointer(const void *p)
{
	return (uintptr_t)p;
}

#define KMS_DRIVER	"/sys/bus/efi/drivers/efi-gop/"

/* Return: number of the card of a device on the bus, or -1 */
static inline int kms_card(const char *device)
{
	char path[128];
	unsigned int card;

	for (card = 0; card < 16; card++) {
		snprintf(path, sizeof(path), KMS_DRIVER "%s/drm/card%u", device,
			 card);
		if (!access(path, F_OK))
			return card;
	}
	return -1;
}

static inline bool kms_open_device(struct kms *k, const char *device)
{
	struct drm_mode_card_res resources = {};
	struct drm_mode_get_connector connector = {};
	char path[32];

	memset(k, 0, sizeof(*k));
	snprintf(path, sizeof(path), "/dev/dri/card%d", kms_card(device));
	k->fd = open(path, O_RDWR | O_CLOEXEC);
	if (k->fd < 0)
		return false;
	resources.count_crtcs = 1;
	resources.crtc_id_ptr = kms_pointer(&k->crtc);
	resources.count_connectors = 1;
	resources.connector_id_ptr = kms_pointer(&k->connector);
	if (ioctl(k->fd, DRM_IOCTL_MODE_GETRESOURCES, &resources))
		return false;
	connector.connector_id = k->connector;
	connector.count_modes = KMS_MAX_MODES;
	connector.modes_ptr = kms_pointer(k->modes);
	if (ioctl(k->fd, DRM_IOCTL_MODE_GETCONNECTOR, &connector))
		return false;
	k->nr_modes = connector.count_modes;
	return k->nr_modes && k->nr_modes <= KMS_MAX_MODES;
}

/*
 * Open the card @number, in the order of the numbers of the devices on the bus
 */
static inline bool kms_open(struct kms *k, unsigned int number)
{
	char device[16];
	unsigned int id;

	for (id = 0; id < 256; id++) {
		snprintf(device, sizeof(device), "efi%u", id);
		if (kms_card(device) >= 0 && !number--)
			return kms_open_device(k, device);
	}
	return false;
}

static inline const struct drm_mode_modeinfo *
kms_mode(const struct kms *k, unsigned int width, unsigned int height)
{
	unsigned int i;

	for (i = 0; i < k->nr_modes; i++)
		if (k->modes[i].hdisplay == width &&
		    k->modes[i].vdisplay == height)
			return &k->modes[i];
	return NULL;
}

/* Make and map a dumb buffer of this size, and a framebuffer of it */
static inline bool kms_create(struct kms *k, unsigned int width,
			      unsigned int height)
{
	struct drm_mode_create_dumb create = {
		.width = width, .height = height, .bpp = 32,
	};
	struct drm_mode_map_dumb map = {};
	struct drm_mode_fb_cmd fb = {
		.width = width, .height = height, .bpp = 32, .depth = 24,
	};

	if (ioctl(k->fd, DRM_IOCTL_MODE_CREATE_DUMB, &create))
		return false;
	fb.handle = create.handle;
	map.handle = create.handle;
	fb.pitch = create.pitch;
	if (ioctl(k->fd, DRM_IOCTL_MODE_ADDFB, &fb) ||
	    ioctl(k->fd, DRM_IOCTL_MODE_MAP_DUMB, &map))
		return false;
	k->fb = fb.fb_id;
	k->width = width;
	k->height = height;
	k->pitch = create.pitch;
	k->size = create.size;
	k->pixels = mmap(NULL, create.size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 k->fd, map.offset);
	if (k->pixels == MAP_FAILED)
		k->pixels = NULL;
	return k->pixels;
}

static inline uint32_t *kms_pixel(struct kms *k, unsigned int x, unsigned int y)
{
	return (uint32_t *)((char *)k->pixels + y * k->pitch) + x;
}

static inline bool kms_show(struct kms *k, const struct drm_mode_modeinfo *mode)
{
	struct drm_mode_crtc crtc = {
		.crtc_id = k->crtc, .fb_id = k->fb, .mode = *mode,
		.mode_valid = 1, .count_connectors = 1,
		.set_connectors_ptr = kms_pointer(&k->connector),
	};

	return !ioctl(k->fd, DRM_IOCTL_MODE_SETCRTC, &crtc);
}

static inline bool kms_off(struct kms *k)
{
	struct drm_mode_crtc crtc = { .crtc_id = k->crtc };

	return !ioctl(k->fd, DRM_IOCTL_MODE_SETCRTC, &crtc);
}

static inline bool kms_dirty(struct kms *k, const struct drm_clip_rect *clips,
			     unsigned int nr)
{
	struct drm_mode_fb_dirty_cmd dirty = {
		.fb_id = k->fb, .num_clips = nr, .clips_ptr = kms_pointer(clips),
	};

	return !ioctl(k->fd, DRM_IOCTL_MODE_DIRTYFB, &dirty);
}

/* Unmap first: a mapping keeps the file open, and its picture on the screen */
static inline void kms_close(struct kms *k)
{
	if (k->pixels)
		munmap(k->pixels, k->size);
	if (k->fd >= 0)
		close(k->fd);
	k->pixels = NULL;
	k->fd = -1;
}

#endif /* _SELFTESTS_EFI_MODE_KMS_H */
