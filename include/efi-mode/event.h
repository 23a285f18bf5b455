/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Firmware events that wake Linux: implemented by arch/efi/kernel/event.c
 */
#ifndef _EFI_MODE_EVENT_H
#define _EFI_MODE_EVENT_H

#include <linux/types.h>

/**
 * typedef efi_mode_event_handler_t - handle an event that the firmware has signalled
 * @data:	as of efi_mode_event_open()
 *
 * Context: hard interrupt.
 */
typedef void (*efi_mode_event_handler_t)(void *data);

/**
 * efi_mode_event_open() - create a firmware event that wakes Linux
 * @type:	%EFI_EVT_TIMER or 0
 * @protocol:	the event is for RegisterProtocolNotify(); there can be only one
 * @handler:	called after the slice in which the event was signalled
 * @data:	for @handler
 *
 * Drivers use efi_event_create().
 *
 * Context: task context; sleeps.
 * Return: the number of the event; -ENOSPC if there are no more numbers or the firmware
 * has no memory, -EBUSY if there is an event for protocols already, -EIO if
 * CreateEvent() fails otherwise.
 */
int efi_mode_event_open(u32 type, bool protocol,
			efi_mode_event_handler_t handler, void *data);

/**
 * efi_mode_event_value() - get the EFI_EVENT of an event
 * @nr:		as of efi_mode_event_open()
 *
 * Context: any.
 * Return: the EFI_EVENT.
 */
u64 efi_mode_event_value(int nr);

/**
 * efi_mode_event_submit() - mark an event as in flight
 * @nr:		as of efi_mode_event_open()
 *
 * The caller is about to pass the event to the firmware in a token. Until the event is
 * signalled, the firmware may write to the memory that the token names, so Linux does
 * not give back its memory meanwhile.
 *
 * Context: any, before the call.
 */
void efi_mode_event_submit(int nr);

/**
 * efi_mode_event_cancel() - undo efi_mode_event_submit()
 * @nr:		as of efi_mode_event_open()
 *
 * For a token that the firmware has refused.
 *
 * Context: any.
 */
void efi_mode_event_cancel(int nr);

/**
 * efi_mode_event_close() - close an event
 * @nr:		as of efi_mode_event_open(); its handler is not called any more
 *
 * An event that is in flight is not closed, and its number is not used again.
 *
 * Context: task context; sleeps.
 */
void efi_mode_event_close(int nr);

/**
 * efi_mode_event_take_protocol() - check for new protocols, and clear the event
 *
 * From then on until it returns true again, the kernel knows what each handle is.
 *
 * Context: any.
 * Return: true if protocols have been installed since the last time.
 */
bool efi_mode_event_take_protocol(void);

/**
 * efi_mode_event_watch_keys() - set the handler for watched keys
 * @handler:	called after the slice in which a watched key was pressed, or NULL
 *
 * The resident half asks the firmware for the keys: see arch/efi/boot/keys.c.
 *
 * Context: task context; sleeps.
 */
void efi_mode_event_watch_keys(efi_mode_event_handler_t handler);

/**
 * efi_mode_event_take_key() - take the next watched key that was pressed
 * @key:	where its character goes
 *
 * Context: the handler of efi_mode_event_watch_keys().
 * Return: false if there are no more.
 */
bool efi_mode_event_take_key(u16 *key);

#endif /* _EFI_MODE_EVENT_H */
