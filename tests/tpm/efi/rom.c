// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device whose driver loads a further driver when it starts, as the driver of a
 * bus does with the option ROM of a card
 *
 * With edk2, the option ROM of a real card is loaded at the start of the machine and
 * stays loaded, so this cannot be tested with one.
 */
#include "driver.h"

#include "rom.h"

/* A protocol that no driver of the firmware looks for, and that Linux shows */
#define SMART_CARD_READER_GUID { 0x2a4d1adf, 0x21dc, 0x4b81,		\
	{ 0xa4, 0x2f, 0x8b, 0x8e, 0xe2, 0x38, 0x00, 0x60 } }
#define ROM_GUID { 0x7d0a5c1e, 0x46b2, 0x4c0f,				\
	{ 0x93, 0x5b, 0x1f, 0xe8, 0x20, 0x6d, 0xb4, 0x77 } }

static EFI_GUID device_guid = SMART_CARD_READER_GUID;
static EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
static EFI_GUID binding_guid = EFI_DRIVER_BINDING_PROTOCOL_GUID;

static struct vendor_path path = VENDOR_PATH(ROM_GUID);
static EFI_HANDLE device;
static UINT64 interface;
static BOOLEAN started;

static EFI_STATUS EFIAPI supported(EFI_DRIVER_BINDING_PROTOCOL *this,
				   EFI_HANDLE controller, EFI_DEVICE_PATH *rest)
{
	(void)this;
	(void)rest;
	if (controller != device)
		return EFI_UNSUPPORTED;
	return started ? EFI_ALREADY_STARTED : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI start(EFI_DRIVER_BINDING_PROTOCOL *this,
			       EFI_HANDLE controller, EFI_DEVICE_PATH *rest)
{
	(void)this;
	(void)controller;
	(void)rest;
	started = TRUE;
	return load_driver_again();
}

static EFI_STATUS EFIAPI stop(EFI_DRIVER_BINDING_PROTOCOL *this,
			      EFI_HANDLE controller, UINTN children,
			      EFI_HANDLE *child)
{
	(void)this;
	(void)controller;
	(void)children;
	(void)child;
	started = FALSE;
	return EFI_SUCCESS;
}

static EFI_DRIVER_BINDING_PROTOCOL binding = {
	.Supported = supported,
	.Start = start,
	.Stop = stop,
	.Version = 0x10,
};

/* Install the device and its driver, which is not connected yet */
static EFI_STATUS EFIAPI tpm_rom(UINT64 unused, UINT64 *value)
{
	EFI_STATUS status;

	(void)unused;
	*value = 0;
	binding.ImageHandle = driver_image;
	binding.DriverBindingHandle = driver_image;
	status = uefi_call_wrapper(BS->InstallProtocolInterface, 4, &driver_image,
				   &binding_guid, EFI_NATIVE_INTERFACE, &binding);
	if (EFI_ERROR(status))
		return status;
	return uefi_call_wrapper(BS->InstallMultipleProtocolInterfaces, 6, &device,
				 &path_guid, &path, &device_guid, &interface, NULL);
}

TEST_FUNCTION(tpm_rom, tpm_rom);
