// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dispatch firmware events to their handlers, like an interrupt controller
 *
 * When an event is signalled in a slice, the resident half sets the event's
 * byte in the handoff. After the slice, slice.c calls
 * efi_mode_dispatch_events(), which queues an irq_work. The irq_work calls the
 * handlers as soon as interrupts are enabled. This file makes no firmware
 * calls: event.c, a layer above the calls, creates the events.
 */
#include <linux/bitmap.h>
#include <linux/compiler.h>
#include <linux/irq_work.h>
#include <linux/irqflags.h>

#include <asm/efi-mode.h>

struct efi_mode_event_table efi_mode_events;

/* Clear the flag first: a later event then causes another pass */
static void eevt_dispatch(struct irq_work *work)
{
	struct efi_mode_event_table *t = &efi_mode_events;
	struct efi_mode_handoff *h = efi_mode_handoff;
	unsigned int i;

	WRITE_ONCE(h->signalled, 0);
	for_each_set_bit(i, t->used, EFI_MODE_NR_EVENTS) {
		if (!READ_ONCE(h->signals[i]))
			continue;
		clear_bit(i, t->in_flight);
		if (i != EFI_MODE_EVENT_PROTOCOL)
			WRITE_ONCE(h->signals[i], 0);
		if (t->handlers[i].fn)
			t->handlers[i].fn(t->handlers[i].data);
	}
}

static struct irq_work dispatch_work = IRQ_WORK_INIT_HARD(eevt_dispatch);

/**
 * efi_mode_dispatch_events() - call the handlers of all signalled events
 *
 * Context: any. The handlers run in hard interrupt context.
 */
void efi_mode_dispatch_events(void)
{
	irq_work_queue(&dispatch_work);
}

/**
 * efi_mode_event_set_handler() - set or clear the handler of an event
 * @nr:		number of the event
 * @fn:		the handler, or NULL
 * @data:	argument of the handler
 *
 * When the function returns, the previous handler is not running any more.
 *
 * Context: task context; sleeps.
 */
void efi_mode_event_set_handler(int nr, efi_mode_event_handler_t fn, void *data)
{
	struct efi_mode_event_table *t = &efi_mode_events;

	local_irq_disable();
	t->handlers[nr].fn = fn;
	t->handlers[nr].data = data;
	local_irq_enable();
	irq_work_sync(&dispatch_work);
}
