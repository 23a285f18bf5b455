// SPDX-License-Identifier: GPL-2.0-only
/*
 * Open protocols, call their functions, and read their data
 */
#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "bus.h"

#define MAX_OFFSETS	5

/*
 * Limit the retries: if the firmware installed protocols all the time, a caller
 * would otherwise stay here for ever.
 */
#define MAX_NEWS	100

/*
 * @owner is the device that the driver is bound to. @edev is the device that
 * has the protocol.
 */
struct efi_protocol {
	struct efi_device *owner;
	struct efi_device *edev;
	struct efi_mode_target target;
	efi_guid_t guid;
	void *interface;		/* OpenProtocol() writes it; unused */
};

struct key_watch {
	void *id;			/* issued by the resident half */
};

/* Calls */

/*
 * When the kernel is dying, nothing processes protocol notifications, so the
 * call must not depend on them. It runs at TPL_APPLICATION, so that a function
 * that does not return leaves no raised TPL behind.
 */
static void eproto_aim(struct efi_call *c)
{
	if (!c->protocol)
		return;
	if (!c->target.handle)
		c->target = c->protocol->target;
	if (c->flags & (EFI_CALL_PANIC | EFI_CALL_LAST)) {
		c->target.must_be_current = 0;
		c->target.tpl = EFI_TPL_APPLICATION;
	}
}

static bool eproto_is_gone(const struct efi_call *c)
{
	return c->protocol && !c->flags && READ_ONCE(c->protocol->edev->gone);
}

static void eproto_drop_gone(struct efi_call *calls, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (calls[i].error == -EAGAIN && eproto_is_gone(&calls[i])) {
			calls[i].status = EFI_NOT_FOUND;
			calls[i].error = -ENODEV;
		}
	}
}

/*
 * Submit the remaining calls, which have the error -EAGAIN, as contiguous
 * groups.
 *
 * Return: true if some calls have to be submitted again.
 */
static bool eproto_submit_left(struct efi_call *calls, unsigned int nr)
{
	bool again = false, lost = false;
	unsigned int i, n;

	for (i = 0; i < nr; i += n + 1) {
		for (n = 0; i + n < nr && calls[i + n].error == -EAGAIN; n++)
			;
		if (n)
			efi_call_submit(&calls[i], n);
	}
	for (i = 0; i < nr; i++) {
		again |= calls[i].error == -EAGAIN;
		lost |= calls[i].error == -ENODEV && !eproto_is_gone(&calls[i]);
	}
	if (lost && !calls->flags)
		efi_rescan();
	return again;
}

/*
 * If the firmware has installed protocols since the last look, a handle may be
 * another object by now, and the resident half refuses the call. The bus then
 * processes the notifications, and calls to handles that have not changed are
 * submitted again.
 */
int efi_protocol_submit(struct efi_call *calls, unsigned int nr)
{
	unsigned int i, tries;
	int ret = 0;

	for (i = 0; i < nr; i++) {
		eproto_aim(&calls[i]);
		calls[i].error = -EAGAIN;
	}
	for (tries = 0; tries < MAX_NEWS; tries++) {
		eproto_drop_gone(calls, nr);
		if (!eproto_submit_left(calls, nr) || calls->flags)
			break;
		efi_scan_notifications();
	}
	for (i = 0; i < nr; i++) {
		if (calls[i].error == -EAGAIN)
			calls[i].error = -ENODEV;
		ret = ret ?: calls[i].error;
	}
	return ret;
}
EXPORT_SYMBOL_GPL(efi_protocol_submit);

/* Data */

/*
 * Call the function @c of the resident half, whose first argument is the
 * interface
 */
static int eproto_call_resident(struct efi_protocol *p, unsigned long tpl,
				struct efi_call *c)
{
	c->protocol = p;
	c->target = p->target;
	c->target.tpl = tpl;
	return efi_protocol_submit(c, 1);
}

int __efi_protocol_read(struct efi_protocol *p, void *buf, size_t size,
			const size_t *offsets, unsigned int nr)
{
	u64 all[MAX_OFFSETS] = {};
	struct efi_call call;
	void *copy;
	int ret;

	if (WARN_ON_ONCE(!nr || nr > MAX_OFFSETS))
		return -EINVAL;
	copy = kzalloc(size, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;

	memcpy(all, offsets, nr * sizeof(*offsets));
	call = (struct efi_call)
		EFI_TABLE_CALL("resident half", efi_mode_resident(), read, NULL,
			       efi_phys(copy), size, nr, all[0], all[1], all[2],
			       all[3], all[4]);
	ret = eproto_call_resident(p, EFI_TPL_NOTIFY, &call);
	if (!ret && call.status != EFI_SUCCESS)
		ret = -ENOENT;
	if (!ret)
		memcpy(buf, copy, size);
	kfree(copy);
	return ret;
}
EXPORT_SYMBOL_GPL(__efi_protocol_read);

/*
 * If the handle is gone, the firmware has already forgotten which images had
 * opened its protocols. Closing the protocol again does no harm.
 */
static void eproto_close(struct device *dev, void *res)
{
	struct efi_protocol *p = res;

	efi_bs_call(close_protocol, (efi_handle_t)p->target.handle,
		    efi_phys(&p->guid), (efi_handle_t)efi_mode_image(), NULL);
	atomic_dec(&efi_devres.protocols);
	put_device(&p->edev->dev);
}

static struct efi_protocol *eproto_open(struct efi_device *owner,
					struct efi_device *edev,
					const efi_guid_t *guid,
					unsigned long tpl)
{
	struct efi_protocol *p;
	efi_status_t status;

	if (WARN_ON_ONCE(tpl != EFI_TPL_APPLICATION &&
			 tpl != EFI_TPL_CALLBACK && tpl != EFI_TPL_NOTIFY))
		return ERR_PTR(-EINVAL);
	if (READ_ONCE(edev->gone))
		return ERR_PTR(-ENODEV);
	p = devres_alloc(eproto_close, sizeof(*p), GFP_KERNEL);
	if (!p)
		return ERR_PTR(-ENOMEM);

	p->owner = owner;
	p->edev = edev;
	p->guid = *guid;
	p->target.handle = edev->handle;
	memcpy(p->target.guid, guid, sizeof(p->target.guid));
	p->target.tpl = tpl;
	p->target.must_be_current = 1;
	status = efi_bs_call(open_protocol, (efi_handle_t)edev->handle,
			     efi_phys(&p->guid), efi_phys(&p->interface),
			     (efi_handle_t)efi_mode_image(), NULL,
			     EFI_OPEN_GET_PROTOCOL);
	if (status != EFI_SUCCESS) {
		devres_free(p);
		return ERR_PTR(status == EFI_OUT_OF_RESOURCES ? -ENOMEM :
			       status == EFI_ABORTED ? -EIO : -ENODEV);
	}
	atomic_inc(&efi_devres.protocols);
	get_device(&edev->dev);
	devres_add(&owner->dev, p);
	return p;
}

struct efi_protocol *efi_protocol_open(struct efi_device *edev,
				       const efi_guid_t *guid,
				       unsigned long tpl)
{
	return eproto_open(edev, edev, guid, tpl);
}
EXPORT_SYMBOL_GPL(efi_protocol_open);

/*
 * A device holds a reference to its parent, so the parent exists for as long as
 * the driver is bound.
 */
struct efi_protocol *efi_protocol_open_above(struct efi_device *edev,
					     const efi_guid_t *guid,
					     unsigned long tpl)
{
	struct device *dev = edev->dev.parent;

	for (; dev && dev->bus == edev->dev.bus; dev = dev->parent)
		if (efi_device_has_protocol(to_efi_device(dev), guid))
			return eproto_open(edev, to_efi_device(dev), guid, tpl);
	return ERR_PTR(-ENODEV);
}
EXPORT_SYMBOL_GPL(efi_protocol_open_above);

struct eproto_search {
	const efi_guid_t *guid;
	struct efi_device *found;
};

static int eproto_match(struct device *dev, void *data)
{
	struct eproto_search *search = data;

	if (!efi_device_has_protocol(to_efi_device(dev), search->guid))
		return 0;
	search->found = to_efi_device(get_device(dev));
	return 1;
}

struct efi_protocol *efi_protocol_open_below(struct efi_device *edev,
					     const efi_guid_t *guid,
					     unsigned long tpl)
{
	struct eproto_search search = { .guid = guid };
	struct efi_protocol *p;

	if (!device_for_each_child(&edev->dev, &search, eproto_match))
		return ERR_PTR(-ENODEV);
	p = eproto_open(edev, search.found, guid, tpl);
	put_device(&search.found->dev);
	return p;
}
EXPORT_SYMBOL_GPL(efi_protocol_open_below);

void efi_protocol_question(const struct efi_protocol *p, size_t offset,
			   u64 event, struct efi_mode_question *question)
{
	question->target = p->target;
	question->offset = offset;
	question->event = event;
}
EXPORT_SYMBOL_GPL(efi_protocol_question);

void efi_protocol_close(struct efi_protocol *p)
{
	WARN_ON(devres_release(&p->owner->dev, eproto_close, efi_devres_match,
			       p));
}
EXPORT_SYMBOL_GPL(efi_protocol_close);

u64 efi_protocol_event(struct efi_protocol *p, size_t offset)
{
	u64 event = 0;

	if (efi_protocol_read(p, &event, sizeof(event), offset))
		return 0;
	return efi_ptr_is_valid(event) ? event : 0;
}
EXPORT_SYMBOL_GPL(efi_protocol_event);

/* Keys */

/* The resident half checks whether the keyboard still exists. */
static void eproto_unwatch_keys(struct device *dev, void *res)
{
	struct key_watch *w = res;

	efi_table_call(0, "resident half", efi_mode_resident(), unwatch_keys,
		       w->id);
	atomic_dec(&efi_devres.keys);
}

int efi_protocol_watch_keys(struct efi_protocol *keyboard, phys_addr_t keys,
			    unsigned int nr)
{
	struct efi_call call;
	struct key_watch *w;
	int ret;

	w = devres_alloc(eproto_unwatch_keys, sizeof(*w), GFP_KERNEL);
	if (!w)
		return -ENOMEM;
	call = (struct efi_call)
		EFI_TABLE_CALL("resident half", efi_mode_resident(), watch_keys,
			       NULL, (efi_handle_t)keyboard->target.handle,
			       (void *)keys, nr, efi_phys(&w->id));
	ret = eproto_call_resident(keyboard, EFI_TPL_APPLICATION, &call);
	if (!ret && call.status != EFI_SUCCESS)
		ret = call.status == EFI_OUT_OF_RESOURCES ? -ENOMEM :
							    -EOPNOTSUPP;
	if (ret) {
		devres_free(w);
		return ret;
	}
	atomic_inc(&efi_devres.keys);
	devres_add(&keyboard->owner->dev, w);
	return 0;
}
EXPORT_SYMBOL_GPL(efi_protocol_watch_keys);
