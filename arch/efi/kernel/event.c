// SPDX-License-Identifier: GPL-2.0-only
/*
 * Create and close firmware events that wake Linux
 *
 * Each event has a number and a byte in the handoff. The resident half has the notify
 * function, which sets the byte. See event-dispatch.c for what happens then.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/mutex.h>

#include <asm/efi-mode.h>
#include <efi-mode/firmware.h>

static DEFINE_MUTEX(events_mutex);

static int take_number(bool protocol)
{
	int signal = EFI_MODE_EVENT_PROTOCOL;

	if (!protocol) {
		signal = find_next_zero_bit(efi_mode_events.used, EFI_MODE_NR_EVENTS,
					    EFI_MODE_EVENT_POLL + 1);
		if (signal == EFI_MODE_NR_EVENTS)
			return -ENOSPC;
	} else if (test_bit(signal, efi_mode_events.used)) {
		return -EBUSY;
	}
	set_bit(signal, efi_mode_events.used);
	return signal;
}

/*
 * CreateEvent() writes the event into the handoff itself: there it is found, and
 * closed, however Linux ends.
 */
int efi_mode_event_open(u32 type, bool protocol, efi_mode_event_handler_t handler,
			 void *data)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	efi_status_t status;
	int signal;

	mutex_lock(&events_mutex);
	signal = take_number(protocol);
	if (signal < 0)
		goto out;
	h->signals[signal] = 0;
	efi_mode_event_set_handler(signal, handler, data);
	status = efi_mode_bs_call(create_event, type | EFI_EVT_NOTIFY_SIGNAL,
				  EFI_TPL_NOTIFY, h->resident.notify,
				  virt_to_phys(&h->signals[signal]),
				  virt_to_phys(&h->events[signal]));
	if (status != EFI_SUCCESS) {
		efi_mode_event_set_handler(signal, NULL, NULL);
		h->events[signal] = 0;
		clear_bit(signal, efi_mode_events.used);
		signal = status == EFI_OUT_OF_RESOURCES ? -ENOSPC : -EIO;
	}
out:
	mutex_unlock(&events_mutex);
	return signal;
}
EXPORT_SYMBOL_GPL(efi_mode_event_open);

u64 efi_mode_event_value(int signal)
{
	return efi_mode_handoff->events[signal];
}
EXPORT_SYMBOL_GPL(efi_mode_event_value);

/*
 * If firmware cannot be called any more the number is not used again. Nor is that of an
 * event that is in a token: firmware is going to signal it, and nothing else may be there.
 */
void efi_mode_event_close(int signal)
{
	struct efi_mode_handoff *h = efi_mode_handoff;

	mutex_lock(&events_mutex);
	efi_mode_event_set_handler(signal, NULL, NULL);
	if (!test_bit(signal, efi_mode_events.in_flight) &&
	    efi_mode_bs_call(close_event, h->events[signal]) == EFI_SUCCESS) {
		h->events[signal] = 0;
		clear_bit(signal, efi_mode_events.used);
	}
	mutex_unlock(&events_mutex);
}
EXPORT_SYMBOL_GPL(efi_mode_event_close);

void efi_mode_event_submit(int signal)
{
	WRITE_ONCE(efi_mode_handoff->signals[signal], 0);
	set_bit(signal, efi_mode_events.in_flight);
}
EXPORT_SYMBOL_GPL(efi_mode_event_submit);

void efi_mode_event_cancel(int signal)
{
	clear_bit(signal, efi_mode_events.in_flight);
}
EXPORT_SYMBOL_GPL(efi_mode_event_cancel);

/**
 * efi_mode_events_in_flight() - how many tokens does firmware have?
 *
 * Context: any. What has been signalled counts no more, even if nobody has looked yet.
 * Return: their number. The memory that they name must stay what it is.
 */
unsigned int efi_mode_events_in_flight(void)
{
	unsigned int i, n = 0;

	for_each_set_bit(i, efi_mode_events.in_flight, EFI_MODE_NR_EVENTS)
		n += !READ_ONCE(efi_mode_handoff->signals[i]);
	return n;
}

bool efi_mode_event_take_protocol(void)
{
	u8 *news = &efi_mode_handoff->signals[EFI_MODE_EVENT_PROTOCOL];

	return xchg(news, 0);
}
EXPORT_SYMBOL_GPL(efi_mode_event_take_protocol);

/* It has a place in the handoff, and no event */
static void watch(int signal, efi_mode_event_handler_t handler)
{
	mutex_lock(&events_mutex);
	efi_mode_event_set_handler(signal, handler, NULL);
	set_bit(signal, efi_mode_events.used);
	mutex_unlock(&events_mutex);
}

void efi_mode_event_watch_keys(efi_mode_event_handler_t handler)
{
	watch(EFI_MODE_EVENT_KEYS, handler);
}
EXPORT_SYMBOL_GPL(efi_mode_event_watch_keys);

bool efi_mode_event_take_key(u16 *key)
{
	struct efi_mode_keys *keys = &efi_mode_handoff->keys;
	u32 head = READ_ONCE(keys->head);

	if (head == keys->tail)
		return false;
	if (head - keys->tail > EFI_MODE_NR_KEYS)
		keys->tail = head - EFI_MODE_NR_KEYS;
	/* The slice may have ended between head and key; it is signalled again */
	*key = xchg(&keys->key[keys->tail % EFI_MODE_NR_KEYS], 0);
	if (!*key)
		return false;
	keys->tail++;
	return true;
}
EXPORT_SYMBOL_GPL(efi_mode_event_take_key);

/**
 * efi_mode_event_watch_poll() - be told when a question to firmware has been answered
 * @handler:	called after the slice, or NULL
 *
 * Context: task context; sleeps.
 */
void efi_mode_event_watch_poll(efi_mode_event_handler_t handler)
{
	watch(EFI_MODE_EVENT_POLL, handler);
}
