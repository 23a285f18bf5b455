/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events for the drivers on the bus
 *
 * <efi-mode/bus.h> includes this.
 */
#ifndef _EFI_MODE_BUS_EVENT_H
#define _EFI_MODE_BUS_EVENT_H

#include <linux/efi-protocols.h>
#include <linux/types.h>

#include <efi-mode/event.h>

struct efi_device;
struct efi_event;

/**
 * typedef efi_event_handler_t - an event of firmware has been signalled
 * @event:	the event
 * @data:	as of efi_event_create()
 *
 * Context: hard interrupt, after the slice in which it was signalled. However
 * often that was, it is called once.
 */
typedef void (*efi_event_handler_t)(struct efi_event *event, void *data);

/**
 * efi_event_create() - create an event that wakes Linux
 * @edev:	the device that it is for, which the caller is bound to
 * @type:	%EFI_EVT_TIMER or 0
 * @handler:	is called when it has been signalled
 * @data:	for @handler
 *
 * The event is of type EVT_NOTIFY_SIGNAL. Its notify function is at TPL_NOTIFY in the
 * resident half of Linux, and only notes that it ran.
 *
 * Context: task context; sleeps.
 * Return: the event, or an ERR_PTR: -ENOMEM, -ENOSPC if there are too many, -EIO.
 */
struct efi_event *efi_event_create(struct efi_device *edev, u32 type,
				   efi_event_handler_t handler, void *data);

/**
 * efi_event_value() - what firmware calls the event
 * @event:	as of efi_event_create()
 *
 * Context: any.
 * Return: the EFI_EVENT, for an argument or a token.
 */
u64 efi_event_value(const struct efi_event *event);

/**
 * efi_event_set_timer() - arm or cancel the timer of an event
 * @event:	as of efi_event_create(), of type %EFI_EVT_TIMER
 * @delay:	EfiTimerCancel, EfiTimerPeriodic or EfiTimerRelative
 * @time:	in units of 100 ns
 *
 * Context: task context; sleeps.
 * Return: 0, or -EIO.
 */
int efi_event_set_timer(struct efi_event *event, EFI_TIMER_DELAY delay,
			u64 time);

/**
 * efi_event_submit() - note that the firmware is about to get the event in a token
 * @event:	as of efi_event_create()
 *
 * Firmware has it, and the memory that the token names, until it is signalled. Linux does
 * not return to firmware before, and the event is not closed.
 *
 * Context: any, before the call.
 */
void efi_event_submit(struct efi_event *event);

/**
 * efi_event_cancel() - undo efi_event_submit(), because the firmware refused the token
 * @event:	as of efi_event_create()
 *
 * Context: any.
 */
void efi_event_cancel(struct efi_event *event);

/**
 * efi_event_destroy() - close an event, before remove()
 * @edev:	as of efi_event_create()
 * @event:	as of efi_event_create()
 *
 * When it returns the handler does not run and will not. If firmware has it in a token
 * it stays with firmware, and nothing comes of it.
 *
 * Context: task context; sleeps.
 */
void efi_event_destroy(struct efi_device *edev, struct efi_event *event);

#endif /* _EFI_MODE_BUS_EVENT_H */
