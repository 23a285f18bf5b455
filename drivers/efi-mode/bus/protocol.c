// SPDX-License-Identifier: GPL-2.0-only
/*
 * Protocols: opening them, calling their functions, reading their data
 */
#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <asm/tsc.h>

#include "bus.h"

#define MAX_OFFSETS	5

/* A device that changes all the time would keep a caller here for ever */
#define MAX_NEWS	100

struct efi_protocol {
	struct efi_device *edev;
	struct efi_mode_target target;
	efi_guid_t guid;
	u64 interface;			/* OpenProtocol() writes it; never used */
};

struct key_watch {
	u64 id;				/* of the resident half's */
};

/* Protocols */

static int eproto_error_of(u32 refused)
{
	switch (refused) {
	case EFI_MODE_REFUSED_NOT:
		return 0;
	case EFI_MODE_REFUSED_STOPPED:
		return -EIO;
	case EFI_MODE_REFUSED_CLOSED:
		return -ESHUTDOWN;
	default:
		return -ENODEV;
	}
}

/*
 * If protocols have been installed the handle may be another by now: then the news
 * come first. What has not changed is called after that.
 */
static int eproto_call(struct efi_protocol *p,
		       const struct efi_mode_target *target, const char *name,
		       phys_addr_t table, size_t slot, efi_status_t *status,
		       const u64 *args, unsigned int nargs)
{
	unsigned int i;
	u32 refused;

	for (i = 0; i < MAX_NEWS; i++) {
		*status = EFI_NOT_FOUND;
		if (READ_ONCE(p->edev->gone))
			return -ENODEV;
		*status = efi_mode_call_target(target, &refused, name, table,
					       slot, args, nargs);
		if (refused != EFI_MODE_REFUSED_NEWS) {
			if (refused == EFI_MODE_REFUSED_GONE)
				efi_rescan();
			return eproto_error_of(refused);
		}
		efi_scan_notifications();
	}
	return -ENODEV;
}

int __efi_protocol_call(struct efi_protocol *p, const char *name, size_t slot,
			efi_status_t *status, const u64 *args,
			unsigned int nargs)
{
	u64 all[EFI_MODE_MAX_ARGS] = {};

	*status = EFI_INVALID_PARAMETER;
	if (WARN_ON_ONCE(nargs >= ARRAY_SIZE(all)))
		return -EINVAL;
	/* The first will be the interface */
	memcpy(all + 1, args, nargs * sizeof(*args));
	return eproto_call(p, &p->target, name, 0, slot, status, all,
			   nargs + 1);
}
EXPORT_SYMBOL_GPL(__efi_protocol_call);

efi_status_t __efi_protocol_call_panic(struct efi_protocol *p,
				       const char *name, size_t slot,
				       const u64 *args, unsigned int nargs)
{
	struct efi_mode_target target = p->target;
	u64 all[EFI_MODE_MAX_ARGS] = {};

	if (nargs >= ARRAY_SIZE(all))
		return EFI_INVALID_PARAMETER;
	/* Nobody looks at news any more, and nothing restores a task priority */
	target.known = 0;
	target.tpl = EFI_TPL_APPLICATION;
	memcpy(all + 1, args, nargs * sizeof(*args));
	return efi_mode_call_panic_target(&target, name, 0, slot, all,
					  nargs + 1);
}
EXPORT_SYMBOL_GPL(__efi_protocol_call_panic);

/* Several calls */

static void eproto_fill_request(struct efi_mode_request *r,
				const struct efi_call *c)
{
	bool self = c->protocol;

	memset(r, 0, sizeof(*r));
	if (self)
		r->target = c->protocol->target;
	else
		r->table = (unsigned long)efi_mode_systab()->boottime;
	r->slot = c->slot;
	memcpy(r->args + self, c->args, c->nargs * sizeof(*c->args));
	r->nargs = c->nargs + self;
}

/* Return: whether it is to be made again */
static bool eproto_take_answer(struct efi_call *c,
			       const struct efi_mode_request *r)
{
	c->status = r->status;
	c->msecs = div_u64(r->cycles, tsc_khz);
	c->error = eproto_error_of(r->refused);
	if (r->refused == EFI_MODE_REFUSED_GONE)
		efi_rescan();
	return r->refused == EFI_MODE_REFUSED_NEWS;
}

/* Return: how many are to be made again */
static unsigned int eproto_call_all(const char *name, struct efi_call *calls,
				    unsigned int nr,
				    struct efi_mode_request *requests)
{
	unsigned int i, n = 0, again = 0;

	for (i = 0; i < nr; i++) {
		if (calls[i].error != -EAGAIN)
			continue;
		calls[i].status = EFI_NOT_FOUND;
		if (calls[i].protocol &&
		    READ_ONCE(calls[i].protocol->edev->gone))
			calls[i].error = -ENODEV;
		else
			eproto_fill_request(&requests[n++], &calls[i]);
	}
	if (!n)
		return 0;
	efi_mode_call_chain(name, requests, n);
	for (i = 0, n = 0; i < nr; i++) {
		if (calls[i].error != -EAGAIN)
			continue;
		if (eproto_take_answer(&calls[i], &requests[n++])) {
			calls[i].error = -EAGAIN;
			again++;
		}
	}
	return again;
}

void efi_call_all_in(const char *name, struct efi_call *calls, unsigned int nr,
		     struct efi_mode_request *prealloc)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		calls[i].error = -EAGAIN;
	for (i = 0; i < MAX_NEWS && eproto_call_all(name, calls, nr, prealloc);
	     i++)
		efi_scan_notifications();
	for (i = 0; i < nr; i++)
		if (calls[i].error == -EAGAIN)
			calls[i].error = -ENODEV;
}
EXPORT_SYMBOL_GPL(efi_call_all_in);

int efi_call_all(const char *name, struct efi_call *calls, unsigned int nr)
{
	struct efi_mode_request *requests;

	requests = kmalloc_array(nr, sizeof(*requests), GFP_KERNEL);
	if (!requests)
		return -ENOMEM;
	efi_call_all_in(name, calls, nr, requests);
	kfree(requests);
	return 0;
}
EXPORT_SYMBOL_GPL(efi_call_all);

/* Data */

/* A function of the resident half's, with the interface as its first argument */
static int eproto_call_resident(struct efi_protocol *p, unsigned long tpl,
				const char *name, size_t slot,
				efi_status_t *status, const u64 *args,
				unsigned int nargs)
{
	struct efi_mode_target target = p->target;

	target.tpl = tpl;
	return eproto_call(p, &target, name, efi_mode_resident(), slot, status,
			   args, nargs);
}

int __efi_protocol_read(struct efi_protocol *p, void *buf, size_t size,
			const size_t *offsets, unsigned int nr)
{
	u64 args[4 + MAX_OFFSETS] = {};
	efi_status_t status;
	void *copy;
	int ret;

	if (WARN_ON_ONCE(!nr || nr > MAX_OFFSETS))
		return -EINVAL;
	copy = kzalloc(size, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;

	args[1] = virt_to_phys(copy);
	args[2] = size;
	args[3] = nr;
	while (nr--)
		args[4 + nr] = offsets[nr];
	ret = eproto_call_resident(p, EFI_TPL_NOTIFY, "read an interface",
				   offsetof(struct efi_mode_resident, read),
				   &status, args, ARRAY_SIZE(args));
	if (!ret && status != EFI_SUCCESS)
		ret = -ENOENT;
	if (!ret)
		memcpy(buf, copy, size);
	kfree(copy);
	return ret;
}
EXPORT_SYMBOL_GPL(__efi_protocol_read);

/*
 * If the handle has gone, firmware has forgotten who had opened its protocols. It does
 * not mind being told again.
 */
static void eproto_close(struct device *dev, void *res)
{
	struct efi_protocol *p = res;

	efi_mode_bs_call(close_protocol, p->target.handle,
			 virt_to_phys(&p->guid), efi_mode_image(), 0);
	atomic_dec(&efi_devres.protocols);
}

struct efi_protocol *efi_protocol_open(struct efi_device *edev,
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

	p->edev = edev;
	p->guid = *guid;
	p->target.handle = edev->handle;
	memcpy(p->target.guid, guid, sizeof(p->target.guid));
	p->target.tpl = tpl;
	p->target.known = 1;
	status = efi_mode_bs_call(open_protocol, edev->handle,
				  virt_to_phys(&p->guid),
				  virt_to_phys(&p->interface),
				  efi_mode_image(), 0, EFI_OPEN_GET_PROTOCOL);
	if (status != EFI_SUCCESS) {
		devres_free(p);
		return ERR_PTR(status == EFI_OUT_OF_RESOURCES ? -ENOMEM :
			       status == EFI_ABORTED ? -EIO : -ENODEV);
	}
	atomic_inc(&efi_devres.protocols);
	devres_add(&edev->dev, p);
	return p;
}
EXPORT_SYMBOL_GPL(efi_protocol_open);

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
	WARN_ON(devres_release(&p->edev->dev, eproto_close, efi_devres_match,
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

/* The resident half knows whether the keyboard is still there */
static void eproto_unwatch_keys(struct device *dev, void *res)
{
	struct key_watch *w = res;

	efi_mode_call_args(efi_mode_call, "unwatch keys", efi_mode_resident(),
			   offsetof(struct efi_mode_resident, unwatch_keys),
			   w->id);
	atomic_dec(&efi_devres.keys);
}

int efi_protocol_watch_keys(struct efi_protocol *keyboard, phys_addr_t keys,
			    unsigned int nr)
{
	struct key_watch *w;
	efi_status_t status;
	int ret;

	w = devres_alloc(eproto_unwatch_keys, sizeof(*w), GFP_KERNEL);
	if (!w)
		return -ENOMEM;
	ret = eproto_call_resident(keyboard, EFI_TPL_APPLICATION, "watch keys",
				   offsetof(struct efi_mode_resident, watch_keys),
				   &status,
				   (const u64[]){ 0, keyboard->target.handle,
						  keys, nr,
						  virt_to_phys(&w->id) }, 5);
	if (!ret && status != EFI_SUCCESS)
		ret = status == EFI_OUT_OF_RESOURCES ? -ENOMEM : -EOPNOTSUPP;
	if (ret) {
		devres_free(w);
		return ret;
	}
	atomic_inc(&efi_devres.keys);
	devres_add(&keyboard->edev->dev, w);
	return 0;
}
EXPORT_SYMBOL_GPL(efi_protocol_watch_keys);
