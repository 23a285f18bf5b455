// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device whose driver takes long to start
 *
 * The UEFI shell loads this driver. The driver starts when the firmware
 * connects its drivers. It waits for one second, then computes for another,
 * both at TPL_CALLBACK, as drivers of host controllers do.
 */
#include "machine.h"

#define WAITS		200
#define WAIT_US		5000
#define COMPUTE_MS	1000

/* In 100 ns */
#define LATER_IN	(100 * 10000)

#define DEVICE_GUID { 0x5e0c7b1a, 0x3d4f, 0x4a86,			\
	{ 0x9b, 0x57, 0x60, 0x1d, 0xc2, 0x8e, 0x4f, 0x33 } }

static EFI_GUID device_guid = DEVICE_GUID;
static EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
static EFI_GUID binding_guid = EFI_DRIVER_BINDING_PROTOCOL_GUID;

static struct {
	VENDOR_DEVICE_PATH vendor;
	EFI_DEVICE_PATH end;
} __attribute__((packed)) path = {
	.vendor = {
		.Header = {
			.Type = HARDWARE_DEVICE_PATH,
			.SubType = HW_VENDOR_DP,
			.Length = { sizeof(VENDOR_DEVICE_PATH), 0 },
		},
		.Guid = DEVICE_GUID,
	},
	.end = {
		.Type = END_DEVICE_PATH_TYPE,
		.SubType = END_ENTIRE_DEVICE_PATH_SUBTYPE,
		.Length = { sizeof(EFI_DEVICE_PATH), 0 },
	},
};

static EFI_HANDLE device;
static UINT64 interface;
static UINT64 cycles_per_ms;
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
	EFI_TPL old = uefi_call_wrapper(BS->RaiseTPL, 1, TPL_CALLBACK);
	unsigned int i;
	UINT64 end;

	(void)this;
	(void)controller;
	(void)rest;
	started = TRUE;
	for (i = 0; i < WAITS; i++)
		uefi_call_wrapper(BS->Stall, 1, WAIT_US);
	end = rdtsc() + COMPUTE_MS * cycles_per_ms;
	while (rdtsc() < end)
		;
	uefi_call_wrapper(BS->RestoreTPL, 1, old);
	return EFI_SUCCESS;
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

static VOID EFIAPI install(EFI_EVENT event, VOID *unused)
{
	(void)unused;
	uefi_call_wrapper(BS->CloseEvent, 1, event);
	uefi_call_wrapper(BS->InstallMultipleProtocolInterfaces, 6, &device,
			  &path_guid, &path, &device_guid, &interface, NULL);
}

/* Not at once, because edk2's StartImage() connects new handles */
static EFI_STATUS install_later(void)
{
	EFI_EVENT event;
	EFI_STATUS status;

	status = uefi_call_wrapper(BS->CreateEvent, 5,
				   EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK,
				   (EFI_EVENT_NOTIFY)install, NULL, &event);
	if (EFI_ERROR(status))
		return status;
	return uefi_call_wrapper(BS->SetTimer, 3, event, TimerRelative, LATER_IN);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	EFI_STATUS status;

	InitializeLib(image, systab);
	cycles_per_ms = tsc_cycles_per_ms();
	binding.ImageHandle = image;
	binding.DriverBindingHandle = image;
	status = uefi_call_wrapper(BS->InstallProtocolInterface, 4, &image,
				   &binding_guid, EFI_NATIVE_INTERFACE, &binding);
	return EFI_ERROR(status) ? status : install_later();
}
