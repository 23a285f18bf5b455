// SPDX-License-Identifier: GPL-2.0-only
/*
 * More devices like that in bus.c, and unusual answers to the bus
 *
 * The devices of the flock appear while a caller asks the firmware for handles.
 * Real devices do this, too, if the timer event of a driver detects them at
 * that moment.
 */
#include "bus-device.h"

struct numbered_path {
	VENDOR_DEVICE_PATH vendor;
	UINT64 number;
	EFI_DEVICE_PATH end;
} __attribute__((packed));

#define FLOCK_GUID { 0x2c0a7c5b, 0x93d5, 0x4b0f,			\
	{ 0x8e, 0x61, 0x0d, 0x5f, 0x7b, 0x1c, 0x42, 0xa9 } }

#define END_OF_PATH {							\
	.Type = END_DEVICE_PATH_TYPE,					\
	.SubType = END_ENTIRE_DEVICE_PATH_SUBTYPE,			\
	.Length = { sizeof(EFI_DEVICE_PATH), 0 },			\
}

#define ODD_NAME	TEST_BUS_ODD_NAME

static struct numbered_path paths[TEST_BUS_MAX_FLOCK] = {
	[0 ... TEST_BUS_MAX_FLOCK - 1] = {
		.vendor = {
			.Header = {
				.Type = HARDWARE_DEVICE_PATH,
				.SubType = HW_VENDOR_DP,
				.Length = { sizeof(VENDOR_DEVICE_PATH) + 8, 0 },
			},
			.Guid = FLOCK_GUID,
		},
		.end = END_OF_PATH,
	},
};

static struct {
	EFI_DEVICE_PATH header;
	CHAR16 name[sizeof(ODD_NAME)];
	EFI_DEVICE_PATH end;
} __attribute__((packed)) odd_path = {
	.header = {
		.Type = MEDIA_DEVICE_PATH,
		.SubType = MEDIA_FILEPATH_DP,
		.Length = { sizeof(EFI_DEVICE_PATH) + 2 * sizeof(ODD_NAME), 0 },
	},
	.end = END_OF_PATH,
};

static EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
static EFI_GUID reader_guid = { 0x2a4d1adf, 0x21dc, 0x4b81,
	{ 0xa4, 0x2f, 0x8b, 0x8e, 0xe2, 0x38, 0x00, 0x60 } };

static struct efi_mode_test_device device;
static EFI_HANDLE flock[TEST_BUS_MAX_FLOCK], child, odd;
static UINT64 flock_size, countdown;
static UINT64 reader;

static EFI_LOCATE_HANDLE locate_handle;
static EFI_PROTOCOLS_PER_HANDLE protocols_per_handle;
static BOOLEAN mute;

static void join(void)
{
	EFI_STATUS status;

	bus_fill_in(&device);
	paths[flock_size].number = flock_size;
	status = uefi_call_wrapper(BS->InstallMultipleProtocolInterfaces, 6,
				   &flock[flock_size], &path_guid,
				   &paths[flock_size], &bus_guid, &device, NULL);
	if (!EFI_ERROR(status))
		flock_size++;
}

static EFI_STATUS EFIAPI locate(EFI_LOCATE_SEARCH_TYPE type, EFI_GUID *protocol,
				void *key, UINTN *size, EFI_HANDLE *handles)
{
	if (type == ByProtocol && countdown && !--countdown)
		join();
	return locate_handle(type, protocol, key, size, handles);
}

static EFI_STATUS join_later(UINT64 calls)
{
	if (flock_size == TEST_BUS_MAX_FLOCK)
		return EFI_OUT_OF_RESOURCES;
	if (!locate_handle) {
		locate_handle = BS->LocateHandle;
		BS->LocateHandle = locate;
	}
	countdown = calls;
	return EFI_SUCCESS;
}

static EFI_STATUS disperse(void)
{
	EFI_STATUS status = EFI_SUCCESS;

	if (locate_handle) {
		BS->LocateHandle = locate_handle;
		locate_handle = NULL;
	}
	while (flock_size && !EFI_ERROR(status)) {
		flock_size--;
		status = uefi_call_wrapper(BS->UninstallMultipleProtocolInterfaces,
					   6, flock[flock_size], &path_guid,
					   &paths[flock_size], &bus_guid,
					   &device, NULL);
		flock[flock_size] = NULL;
	}
	return status;
}

static EFI_STATUS has_reader(EFI_HANDLE *handle, BOOLEAN has)
{
	if (has)
		return uefi_call_wrapper(BS->InstallProtocolInterface, 4, handle,
					 &reader_guid, EFI_NATIVE_INTERFACE,
					 &reader);
	return uefi_call_wrapper(BS->UninstallProtocolInterface, 3, *handle,
				 &reader_guid, &reader);
}

static EFI_STATUS gain(BOOLEAN has)
{
	EFI_HANDLE handle = bus_handle();

	return handle ? has_reader(&handle, has) : EFI_NOT_STARTED;
}

/* A driver makes a handle a child by opening a protocol of the parent for it */
static EFI_STATUS have_child(BOOLEAN has)
{
	EFI_STATUS status;
	void *interface;

	if (!has) {
		uefi_call_wrapper(BS->CloseProtocol, 4, bus_handle(), &bus_guid,
				  driver_image, child);
		status = has_reader(&child, FALSE);
		child = NULL;
		return status;
	}
	status = has_reader(&child, TRUE);
	if (EFI_ERROR(status))
		return status;
	return uefi_call_wrapper(BS->OpenProtocol, 6, bus_handle(), &bus_guid,
				 &interface, driver_image, child,
				 EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER);
}

static EFI_STATUS EFIAPI protocols(EFI_HANDLE handle, EFI_GUID ***guids,
				   UINTN *count)
{
	if (mute && handle == bus_handle())
		return EFI_OUT_OF_RESOURCES;
	return protocols_per_handle(handle, guids, count);
}

static EFI_STATUS be_mute(BOOLEAN is_mute)
{
	mute = is_mute;
	if (mute) {
		protocols_per_handle = BS->ProtocolsPerHandle;
		BS->ProtocolsPerHandle = protocols;
	} else {
		BS->ProtocolsPerHandle = protocols_per_handle;
	}
	return EFI_SUCCESS;
}

static EFI_STATUS be_odd(BOOLEAN there)
{
	EFI_STATUS status;
	UINTN i;

	if (there) {
		for (i = 0; i < sizeof(ODD_NAME); i++)
			odd_path.name[i] = ODD_NAME[i];
		return uefi_call_wrapper(BS->InstallMultipleProtocolInterfaces,
					 6, &odd, &path_guid, &odd_path,
					 &reader_guid, &reader, NULL);
	}
	status = uefi_call_wrapper(BS->UninstallMultipleProtocolInterfaces, 6,
				   odd, &path_guid, &odd_path, &reader_guid,
				   &reader, NULL);
	odd = NULL;
	return status;
}

EFI_STATUS flock_do(UINT64 what, UINT64 argument, UINT64 *value)
{
	switch (what) {
	case TEST_BUS_FLOCK:
		return join_later(argument);
	case TEST_BUS_FLOCK_SIZE:
		*value = flock_size;
		return EFI_SUCCESS;
	case TEST_BUS_FLOCK_REMOVE:
		return disperse();
	case TEST_BUS_CHILD:
		return have_child(argument);
	case TEST_BUS_GAIN:
		return gain(argument);
	case TEST_BUS_MUTE:
		return be_mute(argument);
	case TEST_BUS_ODD:
		return be_odd(argument);
	default:
		return EFI_INVALID_PARAMETER;
	}
}
