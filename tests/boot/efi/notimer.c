// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware without timer events at TPL_NOTIFY
 *
 * The UEFI shell loads this driver. From then on, CreateEvent() fails for such
 * events.
 */
#include <efi.h>
#include <efilib.h>

static EFI_CREATE_EVENT create_event;

static EFI_STATUS EFIAPI no_timer(UINT32 type, EFI_TPL tpl,
				  EFI_EVENT_NOTIFY notify, VOID *context,
				  EFI_EVENT *event)
{
	if ((type & EVT_TIMER) && tpl == TPL_NOTIFY)
		return EFI_OUT_OF_RESOURCES;
	return create_event(type, tpl, notify, context, event);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	create_event = BS->CreateEvent;
	BS->CreateEvent = (EFI_CREATE_EVENT)no_timer;
	return EFI_SUCCESS;
}
