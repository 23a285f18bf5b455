/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Firmware events for drivers on the bus
 *
 * UEFI 2.10, section 7.1. <efi-mode/bus.h> includes this file.
 */
#ifndef _EFI_MODE_BUS_EVENT_H
#define _EFI_MODE_BUS_EVENT_H

#include <linux/efi-protocols.h>
#include <linux/types.h>

#include <efi-mode/event.h>

struct efi_device;
struct efi_event;

/**
 * typedef efi_event_handler_t - handle an event that the firmware has signalled
 * @event:	the event
 * @data:	as passed to efi_event_create()
 *
 * The handler runs after the slice in which the firmware signalled the event.
 * It runs once, even if the event was signalled several times in that slice.
 *
 * Context: hard interrupt.
 */
typedef void (*efi_event_handler_t)(struct efi_event *event, void *data);

/**
 * efi_event_create() - create a firmware event that wakes Linux
 * @edev:	the device, which the calling driver is bound to
 * @type:	%EFI_EVT_TIMER for a timer event, or 0
 * @handler:	called when the event has been signalled
 * @data:	passed to @handler
 *
 * Creates an event of the type EVT_NOTIFY_SIGNAL. Its notify function runs at
 * TPL_NOTIFY in the resident half of Linux, and only records that the event was
 * signalled.
 *
 * The event is closed when the driver is unbound from @edev.
 *
 * Context: task context; sleeps.
 * Return: the event, or an ERR_PTR: -EINVAL if @type has other bits, -ENOMEM,
 * -ENOSPC if all events are in use or the firmware has no memory, -EIO if
 * CreateEvent() fails otherwise.
 */
struct efi_event *efi_event_create(struct efi_device *edev, u32 type,
				   efi_event_handler_t handler, void *data);

/**
 * efi_event_value() - get the EFI_EVENT of an event
 * @event:	the event
 *
 * Context: any.
 * Return: the EFI_EVENT, to be passed to a function or to be put into a token.
 */
u64 efi_event_value(const struct efi_event *event);

/**
 * efi_event_set_timer() - start or cancel the timer of an event
 * @event:	the event, of the type %EFI_EVT_TIMER
 * @delay:	%EfiTimerCancel, %EfiTimerPeriodic or %EfiTimerRelative
 * @time:	period or delay in units of 100 ns
 *
 * Calls SetTimer().
 *
 * Context: task context; sleeps.
 * Return: 0, or -EIO if SetTimer() fails.
 */
int efi_event_set_timer(struct efi_event *event, EFI_TIMER_DELAY delay,
			u64 time);

/**
 * efi_event_submit() - mark an event as in flight
 * @event:	the event
 *
 * Call it before the firmware function that takes a token with this event.
 * Until the event is signalled, the firmware may write to the memory that the
 * token names. Meanwhile the event is not closed, and Linux does not return to
 * the firmware, because it would give that memory back.
 *
 * Context: any.
 */
void efi_event_submit(struct efi_event *event);

/**
 * efi_event_cancel() - undo efi_event_submit()
 * @event:	the event
 *
 * Call it if the firmware has refused the token.
 *
 * Context: any.
 */
void efi_event_cancel(struct efi_event *event);

/**
 * efi_event_destroy() - close an event before the driver is unbound
 * @edev:	the device, as passed to efi_event_create()
 * @event:	the event
 *
 * When the function returns, the handler is not running, and will not be called
 * again. If the event is in flight, the firmware keeps it, and signalling it
 * has no effect.
 *
 * Context: task context; sleeps.
 */
void efi_event_destroy(struct efi_device *edev, struct efi_event *event);

#endif /* _EFI_MODE_BUS_EVENT_H */
