// SPDX-License-Identifier: GPL-2.0-only
/*
 * Start the EFI image that follows Linux
 *
 * Linux has loaded the image by the firmware's LoadImage(). When Linux has
 * ended, and the firmware has all its memory back, this image is started on the
 * firmware's own stack. To the image it looks as if the program that has started
 * Linux had started the image instead. Only the code and data of the resident
 * half are still there, because the firmware frees them when Linux returns.
 *
 * The image may be a Linux beside the firmware, too, which starts another image in
 * the end. If it started that image by itself, its own image and initrd would stay
 * in memory, and so would those of each Linux in a chain. So it passes the other
 * image on to the Linux below, and returns; see child_pass_on().
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

/*
 * A Linux that is started by another finds this protocol on the handle of its own
 * image. No other image gets it. The two may be of different versions, so the GUID
 * must change if struct efi_mode_child does.
 */
#define CHILD_STARTER_GUID \
	EFI_GUID(0x5cd1c9a4, 0x0f6e, 0x4b0b, 0x9d, 0x53, 0x4e, 0x8a, 0xb5, 0x27, 0xc1, 0x60)

/**
 * struct child_starter - the protocol
 * @next:	the image to start when this Linux has returned
 */
struct child_starter {
	struct efi_mode_child next;
};

static efi_guid_t starter_guid = CHILD_STARTER_GUID;
static struct child_starter starter;

static struct efi_mode_child child;
static efi_handle_t own_handle;
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
	/* It may have been loaded by a Linux that has returned */
	image->parent_handle = own_handle;
	return EFI_SUCCESS;
}

static void child_offer_starter(const efi_boot_services_t *bs)
{
	efi_handle_t handle = (efi_handle_t)child.handle;

	if (child.ours)
		bs->install_multiple_protocol_interfaces(&handle, &starter_guid, &starter,
							 NULL);
}

/* The handle exists as long as it has a protocol */
static void child_withdraw_starter(const efi_boot_services_t *bs)
{
	if (child.ours)
		bs->uninstall_multiple_protocol_interfaces((efi_handle_t)child.handle,
							   &starter_guid, &starter,
							   NULL);
}

/* Return: false if no other Linux has started this one */
static bool child_pass_on(const efi_boot_services_t *bs)
{
	struct child_starter *below;

	if (bs->handle_protocol(own_handle, &starter_guid, (void **)&below))
		return false;
	below->next = child;
	return true;
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
	if (status == EFI_SUCCESS) {
		child_offer_starter(bs);
		status = bs->start_image((efi_handle_t)child.handle, &size, &data);
		child_withdraw_starter(bs);
	} else {
		efi_mode_unload_image((efi_handle_t)child.handle);
	}
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
	own_handle = (efi_handle_t)h->image;
	must_start = h->start_child;
}

/**
 * efi_mode_child_run() - start the child and all that follow it, or unload it
 * @status:	the EFI status with which Linux has ended
 *
 * Context: the firmware's world, TPL_APPLICATION, when Linux's memory is freed
 * and the settings of the firmware are restored.
 * Return: the status of the last child. If none was started, @status.
 */
efi_status_t efi_mode_child_run(efi_status_t status)
{
	const efi_boot_services_t *bs;

	if (!child.handle)
		return status;
	bs = efi_mode_firmware_systab()->boottime;
	if (must_start && child_pass_on(bs)) {
		child.handle = 0;
		return EFI_SUCCESS;
	}
	do {
		starter.next.handle = 0;
		if (must_start)
			status = child_start(bs);
		else
			efi_mode_unload_image((efi_handle_t)child.handle);
		if (child.pages)
			bs->free_pages(child.pages, child.nr_pages);
		child = starter.next;
	} while (child.handle);
	return status;
}
