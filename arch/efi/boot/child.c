// SPDX-License-Identifier: GPL-2.0-only
/*
 * Start the EFI image that follows Linux
 *
 * Linux has loaded the image by the firmware's LoadImage(). When Linux has
 * ended, and the firmware has all its memory back, this image is started on the
 * firmware's own stack. To the image it looks as if the program that has started
 * Linux had started the image instead. Only the code and data of the resident
 * half are still there, because the firmware frees them when Linux returns.
 */
#include "boot.h"

struct child_initrd_path {
	struct efi_vendor_dev_path vendor;
	struct efi_generic_dev_path end;
} __packed;

static const struct child_initrd_path initrd_path = {
	.vendor = {
		.header = {
			.type = EFI_DEV_MEDIA,
			.sub_type = EFI_DEV_MEDIA_VENDOR,
			.length = sizeof(struct efi_vendor_dev_path),
		},
		.vendorguid = LINUX_EFI_INITRD_MEDIA_GUID,
	},
	.end = {
		.type = EFI_DEV_END_PATH,
		.sub_type = EFI_DEV_END_ENTIRE,
		.length = sizeof(struct efi_generic_dev_path),
	},
};

static efi_guid_t path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
static efi_guid_t load_file2_guid = EFI_LOAD_FILE2_PROTOCOL_GUID;

static struct efi_mode_child child;
static bool must_start;

/* LoadFile() of Load File 2 (UEFI 2.10, section 13.2) */
static efi_status_t __efiapi
child_load_file(efi_load_file_protocol_t *this, efi_device_path_protocol_t *path,
		bool boot_policy, unsigned long *size, void *buffer)
{
	unsigned long room;

	if (!this || !path || !size)
		return EFI_INVALID_PARAMETER;
	if (boot_policy)
		return EFI_UNSUPPORTED;
	room = *size;
	*size = child.initrd_size;
	if (!buffer || room < child.initrd_size)
		return EFI_BUFFER_TOO_SMALL;
	memcpy(buffer, (void *)child.initrd, child.initrd_size);
	return EFI_SUCCESS;
}

static efi_load_file2_protocol_t load_file2;

/* The initrd that the program below us offers: it was for Linux */
static efi_handle_t parent_handle;
static void *parent_path;

/*
 * Uninstall the device path of the parent's initrd. A second handle with the
 * same device path could not be installed, and the child must not find an initrd
 * that is not for it.
 */
static void child_hide_parent(const efi_boot_services_t *bs)
{
	efi_device_path_protocol_t *path = (void *)&initrd_path;
	efi_status_t status;

	parent_path = NULL;
	if (bs->locate_device_path(&load_file2_guid, &path, &parent_handle) ||
	    bs->handle_protocol(parent_handle, &path_guid, &parent_path))
		return;
	status = bs->uninstall_multiple_protocol_interfaces(parent_handle, &path_guid,
							    parent_path, NULL);
	if (status == EFI_SUCCESS)
		return;
	efi_warn("efi-mode: the initrd for Linux cannot be hidden (status 0x%lx)\n",
		 status);
	parent_path = NULL;
}

static void child_show_parent(const efi_boot_services_t *bs)
{
	if (parent_path)
		bs->install_multiple_protocol_interfaces(&parent_handle, &path_guid,
							 parent_path, NULL);
}

static efi_status_t child_offer_initrd(const efi_boot_services_t *bs,
				       efi_handle_t *handle)
{
	*handle = NULL;
	if (!child.initrd)
		return EFI_SUCCESS;
	/* A static initializer would be a relocation, which this code must not have */
	load_file2.load_file = child_load_file;
	return bs->install_multiple_protocol_interfaces(handle, &path_guid,
							&initrd_path,
							&load_file2_guid,
							&load_file2, NULL);
}

static void child_withdraw_initrd(const efi_boot_services_t *bs, efi_handle_t handle)
{
	if (handle)
		bs->uninstall_multiple_protocol_interfaces(handle, &path_guid,
							   &initrd_path,
							   &load_file2_guid,
							   &load_file2, NULL);
}

static efi_status_t child_set_options(const efi_boot_services_t *bs)
{
	efi_guid_t guid = LOADED_IMAGE_PROTOCOL_GUID;
	efi_loaded_image_t *image;
	efi_status_t status;

	status = bs->handle_protocol((efi_handle_t)child.handle, &guid,
				     (void **)&image);
	if (status != EFI_SUCCESS)
		return status;
	image->load_options = (void *)child.options;
	image->load_options_size = child.options_size;
	return EFI_SUCCESS;
}

static efi_status_t child_start(const efi_boot_services_t *bs)
{
	efi_char16_t *data = NULL;
	unsigned long size = 0;
	efi_handle_t initrd;
	efi_status_t status;

	child_hide_parent(bs);
	status = child_offer_initrd(bs, &initrd);
	if (status == EFI_SUCCESS)
		status = child_set_options(bs);
	if (status == EFI_SUCCESS)
		status = bs->start_image((efi_handle_t)child.handle, &size, &data);
	else
		efi_mode_unload_image((efi_handle_t)child.handle);
	if (data)
		bs->free_pool(data);
	child_withdraw_initrd(bs, initrd);
	child_show_parent(bs);
	return status;
}

/**
 * efi_mode_child_take() - remember the child until Linux's memory is freed
 * @h:		the handoff, which is in that memory
 *
 * Context: the firmware's world, after the last world switch.
 */
void efi_mode_child_take(const struct efi_mode_handoff *h)
{
	child = h->child;
	must_start = h->start_child;
}

/**
 * efi_mode_child_run() - start the child, or unload it
 * @status:	the EFI status with which Linux has ended
 *
 * Context: the firmware's world, TPL_APPLICATION, when Linux's memory is freed
 * and the settings of the firmware are restored.
 * Return: the status of the child. If it was not started, @status.
 */
efi_status_t efi_mode_child_run(efi_status_t status)
{
	const efi_boot_services_t *bs;

	if (!child.handle)
		return status;
	bs = efi_mode_firmware_systab()->boottime;
	if (must_start)
		status = child_start(bs);
	else
		efi_mode_unload_image((efi_handle_t)child.handle);
	if (child.pages)
		bs->free_pages(child.pages, child.nr_pages);
	child.handle = 0;
	return status;
}
