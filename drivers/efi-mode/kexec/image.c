// SPDX-License-Identifier: GPL-2.0-only
/*
 * Let the firmware load an image
 *
 * LoadImage() decides whether the image is trusted (UEFI 2.10, section 32.5), and
 * measures it into the TPM. Under shim, the function is shim's. No other code can
 * make the image start.
 */
#define pr_fmt(fmt) "kexec: " fmt

#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xxhash.h>

#include <efi-mode/call.h>

#include "efi-kexec.h"

#define SHIM_LOADED_IMAGE_GUID						\
	EFI_GUID(0x6e6baeb8, 0x7108, 0x4179, 0x94, 0x9d, 0xa3, 0x49, 0x34, 0x15, \
		 0xec, 0x97)

/*
 * The image that is loaded. If the same file is loaded again, this image is used
 * again, because LoadImage() would extend PCR 4 once more. The core serializes
 * all loads.
 */
static struct efi_kexec_image *eimage_last;

static bool eimage_is(const struct efi_kexec_image *image, u64 hash, size_t size,
		      const struct efi_kexec_origin *origin)
{
	return image->hash == hash && image->size == size &&
	       image->origin.path_size == origin->path_size &&
	       !memcmp(image->origin.path, origin->path, origin->path_size);
}

/**
 * efi_kexec_is_verified() - check whether LoadImage() verifies images
 *
 * Context: any.
 * Return: false if Secure Boot is off, or shim is told not to verify.
 */
bool efi_kexec_is_verified(void)
{
	return efi_enabled(EFI_SECURE_BOOT);
}

static void eimage_unload(u64 handle)
{
	if (handle)
		efi_table_call(0, "resident", efi_mode_resident(), unload_image,
			       (efi_handle_t)handle);
}

/*
 * The firmware returns a handle together with EFI_SECURITY_VIOLATION: the image
 * is loaded, but must not be started (UEFI 2.10, section 7.4.1)
 */
static int eimage_result(efi_status_t status, u64 handle)
{
	switch (status) {
	case EFI_SUCCESS:
		return 0;
	case EFI_SECURITY_VIOLATION:
		eimage_unload(handle);
		fallthrough;
	case EFI_ACCESS_DENIED:
		pr_err("the firmware does not trust the image, and has refused it\n");
		return -EKEYREJECTED;
	case EFI_OUT_OF_RESOURCES:
		pr_err("the firmware has not enough memory for the image: start Linux with a larger efi_mode.reserve=\n");
		return -ENOMEM;
	case EFI_UNSUPPORTED:
	case EFI_LOAD_ERROR:
	case EFI_INVALID_PARAMETER:
		pr_err("the firmware cannot load the image (status %#lx)\n", status);
		return -ENOEXEC;
	default:
		pr_err("LoadImage() failed (status %#lx)\n", status);
		return -EIO;
	}
}

static int eimage_call(struct efi_kexec_image *image,
		       const struct efi_kexec_memory *file)
{
	efi_handle_t *out = kzalloc(sizeof(*out), GFP_KERNEL);
	efi_status_t status;
	u64 handle;

	if (!out)
		return -ENOMEM;
	status = efi_table_call(0, "resident", efi_mode_resident(), load_image,
				(efi_handle_t)efi_mode_image(),
				efi_phys((efi_device_path_protocol_t *)image->origin.path),
				(void *)file->base, image->size, efi_phys(out));
	handle = (u64)*out;
	kfree(out);
	if (status == EFI_SUCCESS)
		image->handle = handle;
	return eimage_result(status, handle);
}

/* shim's LoadImage() installs a protocol of its own on the handles of its images */
static enum efi_kexec_verifier eimage_verifier(u64 handle)
{
	struct {
		efi_guid_t guid;
		void *interface;
	} *shim;
	enum efi_kexec_verifier verifier = EFI_KEXEC_FIRMWARE;

	if (!efi_kexec_is_verified())
		return EFI_KEXEC_UNVERIFIED;
	shim = kzalloc(sizeof(*shim), GFP_KERNEL);
	if (!shim)
		return verifier;
	shim->guid = SHIM_LOADED_IMAGE_GUID;
	if (efi_bs_call(handle_protocol, (efi_handle_t)handle, efi_phys(&shim->guid),
			efi_phys(&shim->interface)) == EFI_SUCCESS)
		verifier = EFI_KEXEC_SHIM;
	kfree(shim);
	return verifier;
}

/*
 * Check that there is memory for the image. LoadImage() allocates it only when it has
 * extended PCR 4, so if it failed, another try would extend PCR 4 again.
 */
static int eimage_make_room(const void *buf)
{
	struct efi_kexec_memory room;
	int ret = efi_kexec_allocate(&room, efi_pe_memory(buf));

	efi_kexec_free(&room);
	return ret;
}

static int eimage_load(struct efi_kexec_image *image, const void *buf)
{
	struct efi_kexec_memory file;
	int ret;

	ret = efi_kexec_allocate(&file, image->size);
	if (ret)
		return ret;
	ret = eimage_make_room(buf);
	if (!ret)
		ret = efi_kexec_write(&file, 0, buf, image->size);
	if (!ret)
		ret = eimage_call(image, &file);
	/* LoadImage() has copied what it needs */
	efi_kexec_free(&file);
	if (!ret)
		image->verifier = eimage_verifier(image->handle);
	return ret;
}

/**
 * efi_kexec_image_get() - load an image, or get the same image once more
 * @buf:	the file, from vmalloc()
 * @size:	size of @buf in bytes
 * @origin:	where the file comes from. The function takes over what it points to.
 *
 * Context: task context; sleeps. The caller serializes calls.
 * Return: the image, or an ERR_PTR: -EKEYREJECTED if the firmware does not trust
 * it, -ENOEXEC if the firmware cannot load it, -ENOMEM or -EIO.
 */
struct efi_kexec_image *efi_kexec_image_get(const void *buf, size_t size,
					    struct efi_kexec_origin *origin)
{
	u64 hash = xxh64(buf, size, 0);
	struct efi_kexec_image *image;
	int ret;

	if (eimage_last && eimage_is(eimage_last, hash, size, origin)) {
		eimage_last->users++;
		efi_kexec_free_origin(origin);
		return eimage_last;
	}
	image = kzalloc(sizeof(*image), GFP_KERNEL);
	if (!image) {
		efi_kexec_free_origin(origin);
		return ERR_PTR(-ENOMEM);
	}
	*image = (struct efi_kexec_image) {
		.users = 1, .hash = hash, .size = size, .origin = *origin,
		.ours = efi_pe_is_ours(buf, size),
	};
	ret = eimage_load(image, buf);
	if (ret) {
		efi_kexec_free_origin(origin);
		kfree(image);
		return ERR_PTR(ret);
	}
	eimage_last = image;
	return image;
}

/**
 * efi_kexec_image_put() - the counterpart of efi_kexec_image_get()
 * @image:	the image. The firmware unloads it after the last call.
 *
 * Context: task context; sleeps. The caller serializes calls.
 */
void efi_kexec_image_put(struct efi_kexec_image *image)
{
	if (--image->users)
		return;
	if (eimage_last == image)
		eimage_last = NULL;
	eimage_unload(image->handle);
	efi_kexec_free_origin(&image->origin);
	kfree(image);
}
