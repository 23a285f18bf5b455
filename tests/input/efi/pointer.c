// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mouse or a tablet that Linux moves. The tablet has no WaitForInput event.
 */
#include "driver.h"
#include "pointer.h"

#define TABLET_MAX	0x20000

struct mouse_state {
	INT32 x, y, z;
	BOOLEAN left, right;
};

struct tablet_state {
	UINT64 x, y, z;
	UINT32 buttons;
};

static struct {
	UINT64 min[3], max[3];
	UINT32 attributes;
} tablet_mode = {
	.max = { TABLET_MAX, TABLET_MAX, 0 },
};

static struct {
	void *reset, *get_state;
	EFI_EVENT event;
	void *mode;
} pointer;

static EFI_HANDLE handle;
static EFI_GUID *guid;
static BOOLEAN moved;
static struct tablet_state at;

static EFI_GUID mouse_guid = { 0x31878c87, 0x0b75, 0x11d5,
	{ 0x9a, 0x4f, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d } };
static EFI_GUID tablet_guid = { 0x8d59d32b, 0xc655, 0x4ae9,
	{ 0x9b, 0x15, 0xf2, 0x59, 0x04, 0x99, 0x2a, 0x43 } };
static EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;

static struct vendor_path path = VENDOR_PATH(
	{ 0x4d0a3ad1, 0x2b52, 0x4d3c,
	  { 0x9f, 0x0a, 0x6b, 0x59, 0x6d, 0x0f, 0x2e, 0x11 } });

static EFI_STATUS EFIAPI mouse_state(void *this, struct mouse_state *state)
{
	(void)this;
	if (!moved)
		return EFI_NOT_READY;
	moved = FALSE;
	state->x = (INT16)at.x;
	state->y = (INT16)at.y;
	state->z = 0;
	state->left = at.buttons & 1;
	state->right = at.buttons >> 1 & 1;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI tablet_state(void *this, struct tablet_state *state)
{
	(void)this;
	if (!moved)
		return EFI_NOT_READY;
	moved = FALSE;
	*state = at;
	return EFI_SUCCESS;
}

static VOID EFIAPI has_moved(EFI_EVENT event, VOID *context)
{
	(void)context;
	if (moved)
		uefi_call_wrapper(BS->SignalEvent, 1, event);
}

static EFI_STATUS plug(BOOLEAN tablet)
{
	EFI_STATUS status;

	if (handle)
		return EFI_ALREADY_STARTED;
	moved = FALSE;
	pointer.event = NULL;
	if (!tablet) {
		status = uefi_call_wrapper(BS->CreateEvent, 5, EVT_NOTIFY_WAIT,
					   TPL_NOTIFY,
					   (EFI_EVENT_NOTIFY)has_moved, NULL,
					   &pointer.event);
		if (EFI_ERROR(status))
			return status;
	}
	guid = tablet ? &tablet_guid : &mouse_guid;
	pointer.get_state = tablet ? (void *)tablet_state : (void *)mouse_state;
	pointer.mode = &tablet_mode;
	return uefi_call_wrapper(BS->InstallMultipleProtocolInterfaces, 6,
				 &handle, &path_guid, &path, guid, &pointer,
				 NULL);
}

static EFI_STATUS unplug(void)
{
	EFI_STATUS status;

	if (!handle)
		return EFI_NOT_STARTED;
	status = uefi_call_wrapper(BS->UninstallMultipleProtocolInterfaces, 6,
				   handle, &path_guid, &path, guid, &pointer,
				   NULL);
	if (EFI_ERROR(status))
		return status;
	handle = NULL;
	if (pointer.event)
		uefi_call_wrapper(BS->CloseEvent, 1, pointer.event);
	return EFI_SUCCESS;
}

static EFI_STATUS move(UINT64 to)
{
	at.x = to & 0xfffff;
	at.y = to >> 20 & 0xfffff;
	at.buttons = to >> 40;
	moved = TRUE;
	return EFI_SUCCESS;
}

/* See enum test_pointer in pointer.h */
static EFI_STATUS EFIAPI do_pointer(UINT64 what, UINT64 *value)
{
	*value = 0;
	switch (what & 0xf) {
	case TEST_POINTER_PLUG:
		return plug(what >> 4);
	case TEST_POINTER_UNPLUG:
		return unplug();
	case TEST_POINTER_MOVE:
		return move(what >> 4);
	default:
		return EFI_INVALID_PARAMETER;
	}
}

TEST_FUNCTION(pointer, do_pointer, .max = TEST_ANY);
