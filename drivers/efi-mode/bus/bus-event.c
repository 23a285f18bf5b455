// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware events that wake a driver
 */
#include <linux/atomic.h>
#include <linux/device.h>

#include "bus.h"

struct efi_event {
	int signal;
	efi_event_handler_t handler;
	void *data;
};

static void eevent_signalled(void *data)
{
	struct efi_event *e = data;

	e->handler(e, e->data);
}

static void eevent_close(struct device *dev, void *res)
{
	struct efi_event *e = res;

	efi_mode_event_close(e->signal);
	atomic_dec(&efi_devres.events);
}

struct efi_event *efi_event_create(struct efi_device *edev, u32 type,
				   efi_event_handler_t handler, void *data)
{
	struct efi_event *e;
	int signal;

	if (WARN_ON_ONCE(type & ~EFI_EVT_TIMER))
		return ERR_PTR(-EINVAL);
	e = devres_alloc(eevent_close, sizeof(*e), GFP_KERNEL);
	if (!e)
		return ERR_PTR(-ENOMEM);
	e->handler = handler;
	e->data = data;
	signal = efi_mode_event_open(type, false, eevent_signalled, e);
	if (signal < 0) {
		devres_free(e);
		return ERR_PTR(signal);
	}
	e->signal = signal;
	atomic_inc(&efi_devres.events);
	devres_add(&edev->dev, e);
	return e;
}
EXPORT_SYMBOL_GPL(efi_event_create);

u64 efi_event_value(const struct efi_event *e)
{
	return efi_mode_event_value(e->signal);
}
EXPORT_SYMBOL_GPL(efi_event_value);

int efi_event_set_timer(struct efi_event *e, EFI_TIMER_DELAY delay, u64 time)
{
	return efi_bs_call(set_timer, (efi_event_t)efi_event_value(e), delay,
			   time) ? -EIO : 0;
}
EXPORT_SYMBOL_GPL(efi_event_set_timer);

void efi_event_submit(struct efi_event *e)
{
	efi_mode_event_submit(e->signal);
}
EXPORT_SYMBOL_GPL(efi_event_submit);

void efi_event_cancel(struct efi_event *e)
{
	efi_mode_event_cancel(e->signal);
}
EXPORT_SYMBOL_GPL(efi_event_cancel);

void efi_event_destroy(struct efi_device *edev, struct efi_event *e)
{
	WARN_ON(devres_release(&edev->dev, eevent_close, efi_devres_match, e));
}
EXPORT_SYMBOL_GPL(efi_event_destroy);
