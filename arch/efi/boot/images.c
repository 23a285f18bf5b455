// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load and unload images, and clean up after shim
 *
 * Under Secure Boot, shim replaces LoadImage(), StartImage() and UnloadImage() in
 * the table of boot services. If the LoadImage() of shim 16 refuses an image, the
 * handle of the image remains, and so does the handle of an image that its
 * UnloadImage() has unloaded. The interfaces on such a handle are in memory that
 * shim has freed. A program that reads all handles would read that memory, as the
 * UEFI shell does. So uninstall these interfaces here, without following them.
 */
#include "boot.h"

/* shim installs it on every image that it loads */
#define SHIM_LOADED_IMAGE_GUID \
	EFI_GUID(0x6e6baeb8, 0x7108, 0x4179, 0x94, 0x9d, 0xa3, 0x49, 0x34, 0x15, 0xec, 0x97)

static efi_guid_t shim_guid = SHIM_LOADED_IMAGE_GUID;
static efi_guid_t image_guid = LOADED_IMAGE_PROTOCOL_GUID;
static efi_guid_t path_guid = LOADED_IMAGE_DEVICE_PATH_PROTOCOL_GUID;

/**
 * struct image_interfaces - the interfaces that shim installs on an image
 * @shim:	shim's own
 * @image:	the Loaded Image protocol
 * @path:	the device path of the image, may be NULL
 */
struct image_interfaces {
	void *shim;
	void *image;
	void *path;
};

/**
 * struct image_handles - the handles of all images that shim has loaded
 * @handles:	array from AllocatePool(), or NULL
 * @nr:		number of handles
 */
struct image_handles {
	efi_handle_t *handles;
	unsigned long nr;
};

static bool images_are_shims(const efi_boot_services_t *bs, efi_handle_t handle,
			     struct image_interfaces *found)
{
	return bs->handle_protocol(handle, &shim_guid, &found->shim) == EFI_SUCCESS &&
	       bs->handle_protocol(handle, &image_guid, &found->image) == EFI_SUCCESS &&
	       bs->handle_protocol(handle, &path_guid, &found->path) == EFI_SUCCESS;
}

static void images_disown(const efi_boot_services_t *bs, efi_handle_t handle,
			  const struct image_interfaces *found)
{
	efi_status_t status;

	status = bs->uninstall_multiple_protocol_interfaces(handle,
							    &shim_guid, found->shim,
							    &image_guid, found->image,
							    &path_guid, found->path,
							    NULL);
	if (status != EFI_SUCCESS)
		efi_warn("efi-mode: shim has left an image behind (status 0x%lx)\n",
			 status);
}

/* Return: false if there is not enough memory */
static bool images_list(const efi_boot_services_t *bs, struct image_handles *list)
{
	unsigned long size = 0;
	efi_status_t status;

	*list = (struct image_handles){};
	status = bs->locate_handle(EFI_LOCATE_BY_PROTOCOL, &shim_guid, NULL, &size, NULL);
	if (status != EFI_BUFFER_TOO_SMALL)
		return true;
	if (bs->allocate_pool(EFI_LOADER_DATA, size, (void **)&list->handles))
		return false;
	status = bs->locate_handle(EFI_LOCATE_BY_PROTOCOL, &shim_guid, NULL, &size,
				   list->handles);
	if (status == EFI_SUCCESS)
		list->nr = size / sizeof(*list->handles);
	return true;
}

static bool images_has(const struct image_handles *list, efi_handle_t handle)
{
	unsigned long i;

	for (i = 0; i < list->nr; i++) {
		if (list->handles[i] == handle)
			return true;
	}
	return false;
}

/* Disown the handles that have come since @before */
static void images_sweep(const efi_boot_services_t *bs,
			 const struct image_handles *before)
{
	struct image_interfaces found;
	struct image_handles now;
	unsigned long i;

	if (!images_list(bs, &now))
		return;
	for (i = 0; i < now.nr; i++) {
		if (!images_has(before, now.handles[i]) &&
		    images_are_shims(bs, now.handles[i], &found))
			images_disown(bs, now.handles[i], &found);
	}
	if (now.handles)
		bs->free_pool(now.handles);
}

/**
 * efi_mode_unload_image() - unload an image that has not been started
 * @handle:	its handle
 *
 * Context: the firmware's world, TPL_APPLICATION.
 * Return: the status of UnloadImage().
 */
efi_status_t __efiapi efi_mode_unload_image(efi_handle_t handle)
{
	const efi_boot_services_t *bs = efi_mode_firmware_systab()->boottime;
	struct image_interfaces found;
	bool is_shims = images_are_shims(bs, handle, &found);
	efi_status_t status;

	status = bs->unload_image(handle);
	/* A later shim may uninstall the interfaces itself */
	if (status == EFI_SUCCESS && is_shims && images_are_shims(bs, handle, &found))
		images_disown(bs, handle, &found);
	return status;
}

/*
 * Load an image from memory. If shim refuses it, no handle remains.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 * Return: the status of LoadImage().
 */
static efi_status_t __efiapi
images_load(efi_handle_t parent, efi_device_path_protocol_t *path, void *file,
	    u64 size, efi_handle_t *handle)
{
	const efi_boot_services_t *bs = efi_mode_firmware_systab()->boottime;
	struct image_handles before;
	efi_status_t status;

	*handle = NULL;
	if (!images_list(bs, &before))
		return EFI_OUT_OF_RESOURCES;
	status = bs->load_image(false, parent, path, file, size, handle);
	/* With EFI_SECURITY_VIOLATION, the firmware returns a handle. It is not shim's. */
	if (status != EFI_SUCCESS)
		images_sweep(bs, &before);
	if (before.handles)
		bs->free_pool(before.handles);
	return status;
}

/**
 * efi_mode_images_init() - publish the functions of this file to the kernel
 * @h:		the handoff
 *
 * Context: the firmware's world.
 */
void efi_mode_images_init(struct efi_mode_handoff *h)
{
	h->resident.load_image = images_load;
	h->resident.unload_image = efi_mode_unload_image;
}
