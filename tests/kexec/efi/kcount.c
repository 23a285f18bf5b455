// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that counts the events of all programs
 *
 * It replaces functions in the boot services table, which all programs use.
 */
#include <efi.h>
#include <efilib.h>

#include "kcount.h"

static EFI_CREATE_EVENT create_event;
static EFI_CREATE_EVENT_EX create_event_ex;
static EFI_CLOSE_EVENT close_event;
static struct kcount count;

static EFI_STATUS EFIAPI count_create(UINT32 type, EFI_TPL tpl, EFI_EVENT_NOTIFY notify,
				      VOID *context, EFI_EVENT *event)
{
	EFI_STATUS status = create_event(type, tpl, notify, context, event);

	if (!EFI_ERROR(status))
		count.events++;
	return status;
}

static EFI_STATUS EFIAPI count_create_ex(UINT32 type, EFI_TPL tpl,
					 EFI_EVENT_NOTIFY notify, const VOID *context,
					 const EFI_GUID *group, EFI_EVENT *event)
{
	EFI_STATUS status = create_event_ex(type, tpl, notify, context, group, event);

	if (!EFI_ERROR(status))
		count.events++;
	return status;
}

static EFI_STATUS EFIAPI count_close(EFI_EVENT event)
{
	EFI_STATUS status = close_event(event);

	if (!EFI_ERROR(status))
		count.events--;
	return status;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	EFI_GUID guid = KCOUNT_GUID;

	InitializeLib(image, systab);
	create_event = BS->CreateEvent;
	create_event_ex = BS->CreateEventEx;
	close_event = BS->CloseEvent;
	BS->CreateEvent = count_create;
	BS->CreateEventEx = count_create_ex;
	BS->CloseEvent = count_close;
	return BS->InstallProtocolInterface(&image, &guid, EFI_NATIVE_INTERFACE, &count);
}
