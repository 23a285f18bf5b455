/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Firmware events that wake Linux: implemented by arch/efi/kernel/event.c
 *
 * UEFI 2.10, section 7.1.
 */
#ifndef _EFI_MODE_EVENT_H
#define _EFI_MODE_EVENT_H

#include <linux/types.h>

/**
 * typedef efi_mode_event_handler_t - handle a signalled event
 * @data:	as passed to efi_mode_event_open()
 *
 * Context: hard interrupt.
 */
typedef void (*efi_mode_event_handler_t)(void *data);

/**
 * efi_mode_event_open() - create a firmware event that wakes Linux
 * @type:	%EFI_EVT_TIMER, or 0
 * @protocol:	true if the event is for RegisterProtocolNotify(). There can be
 *		only one such event.
 * @handler:	called after the slice in which the event was signalled
 * @data:	passed to @handler
 *
 * Drivers on the bus use efi_event_create() instead.
 *
 * Context: task context; sleeps.
 * Return: the number of the event; -ENOSPC if all numbers are in use or the
 * firmware has no memory, -EBUSY if there already is an event for protocols,
 * -EIO if CreateEvent() fails otherwise.
 */
int efi_mode_event_open(u32 type, bool protocol,
			efi_mode_event_handler_t handler, void *data);

/**
 * efi_mode_event_value() - get the EFI_EVENT of an event
 * @nr:		number of the event
 *
 * Context: any.
 * Return: the EFI_EVENT.
 */
u64 efi_mode_event_value(int nr);

/**
 * efi_mode_event_submit() - mark an event as in flight
 * @nr:		number of the event
 *
 * Call it before the firmware function that takes a token with this event.
 * Until the event is signalled, the firmware may write to the memory that the
 * token names. Therefore Linux does not give its memory back to the firmware
 * meanwhile.
 *
 * Context: any.
 */
void efi_mode_event_submit(int nr);

/**
 * efi_mode_event_cancel() - undo efi_mode_event_submit()
 * @nr:		number of the event
 *
 * Call it if the firmware has refused the token.
 *
 * Context: any.
 */
void efi_mode_event_cancel(int nr);

/**
 * efi_mode_event_close() - close an event
 * @nr:		number of the event
 *
 * When the function returns, the handler is not running, and will not be called
 * again. If the event is in flight, it is not closed, and its number is never
 * used again.
 *
 * Context: task context; sleeps.
 */
void efi_mode_event_close(int nr);

/**
 * efi_mode_event_take_protocol() - check for new protocols, and clear the event
 *
 * The caller asks the firmware which protocols were installed, and repeats this
 * until the function returns false. From then on until it returns true again,
 * the kernel knows which object each handle belongs to.
 *
 * Context: any.
 * Return: true if the firmware has installed protocols since the last call.
 */
bool efi_mode_event_take_protocol(void);

/**
 * efi_mode_event_watch_keys() - set the handler for watched keys
 * @handler:	called after the slice in which a watched key was pressed, or
 *		NULL
 *
 * efi_protocol_watch_keys() says which keys of which keyboards are watched.
 *
 * Context: task context; sleeps.
 */
void efi_mode_event_watch_keys(efi_mode_event_handler_t handler);

/**
 * efi_mode_event_take_key() - get the next watched key that was pressed
 * @key:	set to the Unicode character of the key
 *
 * Context: the handler of efi_mode_event_watch_keys().
 * Return: true, or false if there are no more keys.
 */
bool efi_mode_event_take_key(u16 *key);

#endif /* _EFI_MODE_EVENT_H */
