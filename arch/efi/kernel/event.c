// SPDX-License-Identifier: GPL-2.0-only
/*
 * Create and close firmware events that wake Linux
 *
 * Each event has a number, and a byte in the handoff. The notify function in
 * the resident half sets that byte. See event-dispatch.c for the rest of the
 * path.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/mutex.h>

#include <asm/efi-mode.h>
#include <efi-mode/call.h>
#include <efi-mode/event.h>

static DEFINE_MUTEX(events_mutex);

static int eevt_take_number(bool protocol)
{
	int nr = EFI_MODE_EVENT_PROTOCOL;

	if (!protocol) {
		nr = find_next_zero_bit(efi_mode_events.used, EFI_MODE_NR_EVENTS,
					EFI_MODE_EVENT_POLL + 1);
		if (nr == EFI_MODE_NR_EVENTS)
			return -ENOSPC;
	} else if (test_bit(nr, efi_mode_events.used)) {
		return -EBUSY;
	}
	set_bit(nr, efi_mode_events.used);
	return nr;
}

/*
 * CreateEvent() stores the event in the handoff, so that the resident half can
 * close the event however Linux ends.
 */
int efi_mode_event_open(u32 type, bool protocol,
			efi_mode_event_handler_t handler, void *data)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	efi_status_t status;
	int nr;

	mutex_lock(&events_mutex);
	nr = eevt_take_number(protocol);
	if (nr < 0)
		goto out;
	h->signals[nr] = 0;
	efi_mode_event_set_handler(nr, handler, data);
	status = efi_bs_call(create_event, type | EFI_EVT_NOTIFY_SIGNAL,
			     EFI_TPL_NOTIFY, h->resident.notify,
			     efi_phys(&h->signals[nr]),
			     efi_phys((efi_event_t *)&h->events[nr]));
	if (status != EFI_SUCCESS) {
		efi_mode_event_set_handler(nr, NULL, NULL);
		h->events[nr] = 0;
		clear_bit(nr, efi_mode_events.used);
		nr = status == EFI_OUT_OF_RESOURCES ? -ENOSPC : -EIO;
	}
out:
	mutex_unlock(&events_mutex);
	return nr;
}
EXPORT_SYMBOL_GPL(efi_mode_event_open);

u64 efi_mode_event_value(int nr)
{
	return efi_mode_handoff->events[nr];
}
EXPORT_SYMBOL_GPL(efi_mode_event_value);

/*
 * The number stays in use if the firmware cannot be called any more, or if the
 * event is in flight, because then the firmware will still signal it.
 */
void efi_mode_event_close(int nr)
{
	struct efi_mode_handoff *h = efi_mode_handoff;

	mutex_lock(&events_mutex);
	efi_mode_event_set_handler(nr, NULL, NULL);
	if (!test_bit(nr, efi_mode_events.in_flight) &&
	    efi_bs_call(close_event, (efi_event_t)h->events[nr]) == EFI_SUCCESS) {
		h->events[nr] = 0;
		clear_bit(nr, efi_mode_events.used);
	}
	mutex_unlock(&events_mutex);
}
EXPORT_SYMBOL_GPL(efi_mode_event_close);

void efi_mode_event_submit(int nr)
{
	WRITE_ONCE(efi_mode_handoff->signals[nr], 0);
	set_bit(nr, efi_mode_events.in_flight);
}
EXPORT_SYMBOL_GPL(efi_mode_event_submit);

void efi_mode_event_cancel(int nr)
{
	clear_bit(nr, efi_mode_events.in_flight);
}
EXPORT_SYMBOL_GPL(efi_mode_event_cancel);

/**
 * efi_mode_events_in_flight() - count the tokens that the firmware still has
 *
 * An event that has been signalled does not count, even if its handler has not
 * run yet.
 *
 * Context: any.
 * Return: the number of tokens. The firmware may write to the memory that they
 * name.
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
	return xchg(&efi_mode_handoff->signals[EFI_MODE_EVENT_PROTOCOL], 0);
}
EXPORT_SYMBOL_GPL(efi_mode_event_take_protocol);

/* Set the handler of a number without an EFI event */
static void eevt_watch(int nr, efi_mode_event_handler_t handler)
{
	mutex_lock(&events_mutex);
	efi_mode_event_set_handler(nr, handler, NULL);
	set_bit(nr, efi_mode_events.used);
	mutex_unlock(&events_mutex);
}

void efi_mode_event_watch_keys(efi_mode_event_handler_t handler)
{
	eevt_watch(EFI_MODE_EVENT_KEYS, handler);
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
	/*
	 * If the slice has ended between the writes to head and to key, this is
	 * 0. The resident half then signals the event after it has written key.
	 */
	*key = xchg(&keys->key[keys->tail % EFI_MODE_NR_KEYS], 0);
	if (!*key)
		return false;
	keys->tail++;
	return true;
}
EXPORT_SYMBOL_GPL(efi_mode_event_take_key);

/**
 * efi_mode_event_watch_poll() - set the handler for answers to questions
 * @handler:	called after the slice in which the answer came, or NULL
 *
 * See efi_mode_poll_ask().
 *
 * Context: task context; sleeps.
 */
void efi_mode_event_watch_poll(efi_mode_event_handler_t handler)
{
	eevt_watch(EFI_MODE_EVENT_POLL, handler);
}
