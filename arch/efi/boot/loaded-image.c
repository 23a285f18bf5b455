// SPDX-License-Identifier: GPL-2.0-only
/*
 * A copy of the image's loaded image protocol, for the EFI stub
 *
 * The load options in this copy are always a clean command line. The stub reads
 * the options twice, once for the kernel and once for the names of files, so
 * they are cleaned in the protocol that it reads them from. The loader's own
 * protocol does not change. Options that are already clean are passed on
 * unchanged, because the stub measures them into the TPM.
 */
#include "boot.h"
#include "load-options.h"

static const efi_boot_services_t *services;
static efi_status_t (__efiapi *firmware_handle_protocol)(efi_handle_t, efi_guid_t *,
							 void **);
static efi_loaded_image_t image;

static void image_report(enum efi_mode_options_state state, const void *options,
			 size_t size, size_t length)
{
	const u8 *bytes = options;
	size_t i;

	if (state == EFI_MODE_OPTIONS_CUT)
		efi_warn("efi-mode: ignoring the load options after character %lu: not text\n",
			 length);
	if (state != EFI_MODE_OPTIONS_NOT_TEXT)
		return;
	efi_warn("efi-mode: the load options are not UTF-16 text and are ignored:");
	for (i = 0; i < min_t(size_t, size, 16); i++)
		efi_printk(" %02x", bytes[i]);
	efi_printk("%s\n", i < size ? " ..." : "");
}

static efi_status_t image_clean_options(void)
{
	const void *options = image.load_options;
	enum efi_mode_options_state state;
	u32 size = image.load_options_size;
	efi_status_t status;
	size_t length;
	u16 *text;

	if (!options)
		size = 0;
	efi_apply_loadoptions_quirk(&options, &size);
	image.load_options = (void *)options;
	image.load_options_size = size;
	if (!size)
		return EFI_SUCCESS;

	status = services->allocate_pool(EFI_LOADER_DATA, size + sizeof(*text),
					 (void **)&text);
	if (status != EFI_SUCCESS)
		return status;
	state = efi_mode_clean_load_options(options, size, text, &length);
	if (state == EFI_MODE_OPTIONS_GOOD) {
		services->free_pool(text);
		return EFI_SUCCESS;
	}
	image_report(state, options, size, length);
	image.load_options = text;
	image.load_options_size = (length + 1) * sizeof(*text);
	return EFI_SUCCESS;
}

static efi_status_t __efiapi image_handle_protocol(efi_handle_t handle,
						   efi_guid_t *guid, void **interface)
{
	efi_status_t status = firmware_handle_protocol(handle, guid, interface);

	if (status != EFI_SUCCESS || efi_guidcmp(*guid, LOADED_IMAGE_PROTOCOL_GUID))
		return status;
	image = *(const efi_loaded_image_t *)*interface;
	*interface = &image;
	return image_clean_options();
}

/**
 * efi_mode_loaded_image_init() - give the EFI stub clean load options
 * @bs:	the stub's copy of the boot services; the ledger records its allocations
 *
 * Replaces HandleProtocol() in @bs.
 *
 * Context: the firmware's world, TPL_APPLICATION, before the stub opens its
 * loaded image protocol.
 */
void efi_mode_loaded_image_init(efi_boot_services_t *bs)
{
	services = bs;
	firmware_handle_protocol = bs->handle_protocol;
	bs->handle_protocol = image_handle_protocol;
}
