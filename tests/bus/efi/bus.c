// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that appears and disappears, and counters of what Linux uses
 *
 * The interface of the device is at a fixed address. While the device does not
 * exist, all its functions point to stray(), which counts the calls. There
 * should be none.
 */
#include "bus-device.h"

#define DEVICE_GUID { 0x8b1f2c40, 0x5b0e, 0x4f6e,			\
	{ 0x9d, 0x3a, 0x21, 0x77, 0xc4, 0x0e, 0x5d, 0x92 } }

EFI_GUID bus_guid = DEVICE_GUID;
static EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;

static struct vendor_path path = VENDOR_PATH(DEVICE_GUID);

static struct efi_mode_test_device device;
static UINT64 number = EFI_MODE_TEST_NUMBER;
static EFI_HANDLE handle;
static EFI_EVENT removal;
static volatile UINT64 strays, calls;
static volatile BOOLEAN hanging;

static EFI_STATUS EFIAPI fill(void *this, UINT64 *to, UINT64 count,
			      UINT64 value)
{
	(void)this;
	calls++;
	while (count--)
		*to++ = value;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI signal(void *this, EFI_EVENT event)
{
	(void)this;
	calls++;
	return uefi_call_wrapper(BS->SignalEvent, 1, event);
}

static EFI_STATUS EFIAPI dawdle(void *this, UINT64 usec)
{
	UINT64 end = rdtsc() + cycles(usec);

	(void)this;
	calls++;
	while (hanging || rdtsc() < end)
		;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI stray(void *this)
{
	(void)this;
	strays++;
	return EFI_DEVICE_ERROR;
}

EFI_HANDLE bus_handle(void)
{
	return handle;
}

void bus_fill_in(struct efi_mode_test_device *to)
{
	to->fill = (UINT64)fill;
	to->signal = (UINT64)signal;
	to->dawdle = (UINT64)dawdle;
	to->number = (UINT64)&number;
}

static EFI_STATUS install(void)
{
	if (handle)
		return EFI_ALREADY_STARTED;
	bus_fill_in(&device);
	return uefi_call_wrapper(BS->InstallMultipleProtocolInterfaces, 6,
				 &handle, &path_guid, &path, &bus_guid,
				 &device, NULL);
}

static EFI_STATUS remove(void)
{
	EFI_STATUS status;

	if (!handle)
		return EFI_NOT_STARTED;
	status = uefi_call_wrapper(BS->UninstallMultipleProtocolInterfaces, 6,
				   handle, &path_guid, &path, &bus_guid,
				   &device, NULL);
	if (EFI_ERROR(status))
		return status;
	handle = NULL;
	device.fill = (UINT64)stray;
	device.signal = (UINT64)stray;
	device.dawdle = (UINT64)stray;
	device.number = 0;
	return EFI_SUCCESS;
}

/* Like the USB bus driver, use a timer event at TPL_CALLBACK */
static VOID EFIAPI remove_now(EFI_EVENT event, VOID *unused)
{
	(void)event;
	(void)unused;
	remove();
}

static EFI_STATUS remove_later(UINT64 ms)
{
	EFI_STATUS status = EFI_SUCCESS;

	if (!removal)
		status = uefi_call_wrapper(BS->CreateEvent, 5,
					   EVT_TIMER | EVT_NOTIFY_SIGNAL,
					   TPL_CALLBACK,
					   (EFI_EVENT_NOTIFY)remove_now, NULL,
					   &removal);
	if (EFI_ERROR(status))
		return status;
	return uefi_call_wrapper(BS->SetTimer, 3, removal, TimerRelative,
				 ms * 10000);
}

/*
 * Let the next handle get the memory of the handle that was freed last, if this
 * memory has @size bytes. The firmware reuses the most recently freed memory
 * first, and allocates memory for a protocol before that for its handle. So
 * free another piece of this size last, which the protocol then gets.
 */
static void swap_free(UINTN size)
{
	void *a = NULL, *b = NULL;

	uefi_call_wrapper(BS->AllocatePool, 3, EfiBootServicesData, size, &a);
	uefi_call_wrapper(BS->AllocatePool, 3, EfiBootServicesData, size, &b);
	if (a)
		uefi_call_wrapper(BS->FreePool, 1, a);
	if (b)
		uefi_call_wrapper(BS->FreePool, 1, b);
}

/*
 * Replace the device. Try several times, so that the new handle probably has
 * the address of the old one.
 */
static EFI_STATUS replace(UINT64 *same)
{
	EFI_HANDLE before = handle;
	EFI_STATUS status;
	UINTN size;

	for (size = 16; size <= 256 && !*same; size += 8) {
		status = remove();
		if (EFI_ERROR(status))
			return status;
		swap_free(size);
		status = install();
		if (EFI_ERROR(status))
			return status;
		*same = handle == before;
	}
	return EFI_SUCCESS;
}

static EFI_STATUS count_opens(UINT64 *value)
{
	EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries = NULL;
	EFI_STATUS status;
	UINTN count = 0;

	status = uefi_call_wrapper(BS->OpenProtocolInformation, 4, handle,
				   &bus_guid, &entries, &count);
	if (EFI_ERROR(status))
		return status;
	/* Do not count HandleProtocol() by the firmware's core */
	*value = 0;
	while (count--)
		if (entries[count].Attributes != EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL)
			*value += entries[count].OpenCount;
	if (entries)
		uefi_call_wrapper(BS->FreePool, 1, entries);
	return EFI_SUCCESS;
}

/* Count events by hooks in the boot services table, which all callers use */

static EFI_CREATE_EVENT create_event;
static EFI_CLOSE_EVENT close_event;
static volatile INT64 events;

static EFI_STATUS EFIAPI count_create(UINT32 type, EFI_TPL tpl,
				      EFI_EVENT_NOTIFY notify, VOID *context,
				      EFI_EVENT *event)
{
	EFI_STATUS status = create_event(type, tpl, notify, context, event);

	if (!EFI_ERROR(status))
		events++;
	return status;
}

static EFI_STATUS EFIAPI count_close(EFI_EVENT event)
{
	EFI_STATUS status = close_event(event);

	if (!EFI_ERROR(status))
		events--;
	return status;
}

static EFI_STATUS count_events(UINT64 *value)
{
	if (!create_event) {
		create_event = BS->CreateEvent;
		close_event = BS->CloseEvent;
		BS->CreateEvent = count_create;
		BS->CloseEvent = count_close;
	}
	*value = events;
	return EFI_SUCCESS;
}

/* Connect or disconnect the drivers of all handles with UsbIo */
static EFI_STATUS connect_usb(BOOLEAN connect)
{
	EFI_GUID usb_io = { 0x2b2f68d6, 0x0cd2, 0x44cf,
		{ 0x8e, 0x8b, 0xbb, 0xa2, 0x0b, 0x1b, 0x5b, 0x75 } };
	EFI_HANDLE *handles;
	EFI_STATUS status;
	UINTN count;

	status = uefi_call_wrapper(BS->LocateHandleBuffer, 5, ByProtocol,
				   &usb_io, NULL, &count, &handles);
	if (EFI_ERROR(status))
		return status;
	while (count--) {
		if (connect)
			uefi_call_wrapper(BS->ConnectController, 4,
					  handles[count], NULL, NULL, TRUE);
		else
			uefi_call_wrapper(BS->DisconnectController, 3,
					  handles[count], NULL, NULL);
	}
	uefi_call_wrapper(BS->FreePool, 1, handles);
	return EFI_SUCCESS;
}

/* See bus.h */
static EFI_STATUS EFIAPI bus(UINT64 what, UINT64 *value)
{
	UINT64 ms = what >> 8;

	*value = 0;
	switch (what & 0xff) {
	case TEST_BUS_INSTALL:
		return install();
	case TEST_BUS_REMOVE:
		return ms ? remove_later(ms) : remove();
	case TEST_BUS_REINSTALL:
		return uefi_call_wrapper(BS->ReinstallProtocolInterface, 4,
					 handle, &bus_guid, &device, &device);
	case TEST_BUS_REPLACE:
		return replace(value);
	case TEST_BUS_OPENS:
		return count_opens(value);
	case TEST_BUS_EVENTS:
		return count_events(value);
	case TEST_BUS_STRAY:
		*value = strays;
		return EFI_SUCCESS;
	case TEST_BUS_CALLS:
		*value = calls;
		return EFI_SUCCESS;
	case TEST_BUS_CONNECT:
		return connect_usb(TRUE);
	case TEST_BUS_DISCONNECT:
		return connect_usb(FALSE);
	case TEST_BUS_HANG:
		hanging = TRUE;
		return EFI_SUCCESS;
	default:
		return flock_do(what & 0xff, ms, value);
	}
}

TEST_FUNCTION(bus, bus, .max = TEST_MAX_MS << 8 | 0xff);
