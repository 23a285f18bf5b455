// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that makes the device from which it was loaded look like a firmware volume
 *
 * The firmware trusts all images from such a device. The volume has no files.
 */
#include <efi.h>
#include <efilib.h>

/* Platform Initialization Specification, volume 3, section 3.4 */
#define VOLUME_GUID { 0x220e73b6, 0x6bdb, 0x4413,			\
	{ 0x84, 0x05, 0xb9, 0x74, 0xb1, 0x08, 0x61, 0x9a } }

static EFI_STATUS EFIAPI nothing(void)
{
	return EFI_NOT_FOUND;
}

/* EFI_FIRMWARE_VOLUME2_PROTOCOL */
static struct {
	EFI_STATUS (EFIAPI *functions[6])(void);
	UINT32 key_size;
	EFI_HANDLE parent;
	EFI_STATUS (EFIAPI *get_info)(void);
	EFI_STATUS (EFIAPI *set_info)(void);
} volume = {
	.functions = { nothing, nothing, nothing, nothing, nothing, nothing },
	.get_info = nothing,
	.set_info = nothing,
};

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	static EFI_GUID guid = VOLUME_GUID;
	EFI_LOADED_IMAGE *loaded;
	EFI_STATUS status;

	InitializeLib(image, systab);
	status = uefi_call_wrapper(BS->HandleProtocol, 3, image, &LoadedImageProtocol,
				   (VOID **)&loaded);
	if (EFI_ERROR(status))
		return status;
	return uefi_call_wrapper(BS->InstallProtocolInterface, 4, &loaded->DeviceHandle,
				 &guid, EFI_NATIVE_INTERFACE, &volume);
}
