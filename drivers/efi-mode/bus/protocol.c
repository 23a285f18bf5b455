// SPDX-License-Identifier: GPL-2.0-only
/*
 * What drivers have of firmware's, and firmware of theirs: the ledger
 *
 * Protocols, buffers and events are resources of the device (devres). The driver core
 * gives them back when a driver is gone from its device, or has failed to take it,
 * whatever the driver does. The ledger counts them, so that it can be seen.
 */
#define pr_fmt(fmt) "efi-bus: " fmt

#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <asm/tsc.h>

#include "bus.h"

#define MAX_OFFSETS	5

/* A device that changes all the time would keep a caller here for ever */
#define MAX_NEWS	100

static atomic_t nr_protocols, nr_buffers, nr_watches, nr_abandoned;
atomic_t efi_nr_events;

struct efi_protocol {
	struct efi_device *edev;
	struct efi_mode_target target;
	efi_guid_t guid;
	u64 interface;			/* OpenProtocol() writes it; never used */
};

struct key_watch {
	u64 id;				/* of the resident half's */
};

/**
 * efi_is_resource() - is it this one?
 * @dev:	the device
 * @res:	a resource of it
 * @data:	the one that is looked for
 *
 * Context: any.
 * Return: 1 if it is; for devres_release() and the like.
 */
int efi_is_resource(struct device *dev, void *res, void *data)
{
	return res == data;
}

/* Protocols */

static int error_of(u32 refused)
{
	switch (refused) {
	case EFI_MODE_REFUSED_NONE:
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
static int call_protocol(struct efi_protocol *p,
			 const struct efi_mode_target *target,
			 const char *name, phys_addr_t table, size_t slot,
			 efi_status_t *status, const u64 *args,
			 unsigned int nargs)
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
			return error_of(refused);
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
	return call_protocol(p, &p->target, name, 0, slot, status, all,
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
	target.must_be_current = 0;
	target.tpl = EFI_TPL_APPLICATION;
	memcpy(all + 1, args, nargs * sizeof(*args));
	return efi_mode_call_panic_target(&target, name, 0, slot, all,
					  nargs + 1);
}
EXPORT_SYMBOL_GPL(__efi_protocol_call_panic);

/* Several calls */

static void fill_request(struct efi_mode_request *r, const struct efi_call *c)
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
static bool take_answer(struct efi_call *c, const struct efi_mode_request *r)
{
	c->status = r->status;
	c->msecs = div_u64(r->cycles, tsc_khz);
	c->error = error_of(r->refused);
	if (r->refused == EFI_MODE_REFUSED_GONE)
		efi_rescan();
	return r->refused == EFI_MODE_REFUSED_NEWS;
}

/* Return: how many are to be made again */
static unsigned int call_all(const char *name, struct efi_call *calls,
			     unsigned int nr, struct efi_mode_request *requests)
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
			fill_request(&requests[n++], &calls[i]);
	}
	if (!n)
		return 0;
	efi_mode_call_chain(name, requests, n);
	for (i = 0, n = 0; i < nr; i++) {
		if (calls[i].error != -EAGAIN)
			continue;
		if (take_answer(&calls[i], &requests[n++])) {
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
	for (i = 0; i < MAX_NEWS && call_all(name, calls, nr, prealloc); i++)
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
static int call_resident(struct efi_protocol *p, unsigned long tpl,
			 const char *name, size_t slot, efi_status_t *status,
			 const u64 *args, unsigned int nargs)
{
	struct efi_mode_target target = p->target;

	target.tpl = tpl;
	return call_protocol(p, &target, name, efi_mode_resident(), slot,
			     status, args, nargs);
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
	ret = call_resident(p, EFI_TPL_NOTIFY, "read an interface",
			    offsetof(struct efi_mode_resident, read), &status,
			    args, ARRAY_SIZE(args));
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
static void close_protocol(struct device *dev, void *res)
{
	struct efi_protocol *p = res;

	efi_mode_bs_call(close_protocol, p->target.handle,
			 virt_to_phys(&p->guid), efi_mode_image(), 0);
	atomic_dec(&nr_protocols);
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
	p = devres_alloc(close_protocol, sizeof(*p), GFP_KERNEL);
	if (!p)
		return ERR_PTR(-ENOMEM);

	p->edev = edev;
	p->guid = *guid;
	p->target.handle = edev->handle;
	memcpy(p->target.guid, guid, sizeof(p->target.guid));
	p->target.tpl = tpl;
	p->target.must_be_current = 1;
	status = efi_mode_bs_call(open_protocol, edev->handle,
				  virt_to_phys(&p->guid),
				  virt_to_phys(&p->interface),
				  efi_mode_image(), 0, EFI_OPEN_GET_PROTOCOL);
	if (status != EFI_SUCCESS) {
		devres_free(p);
		return ERR_PTR(status == EFI_OUT_OF_RESOURCES ? -ENOMEM :
			       status == EFI_ABORTED ? -EIO : -ENODEV);
	}
	atomic_inc(&nr_protocols);
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
	WARN_ON(devres_release(&p->edev->dev, close_protocol, efi_is_resource, p));
}
EXPORT_SYMBOL_GPL(efi_protocol_close);

/* Keys */

/* The resident half knows whether the keyboard is still there */
static void unwatch_keys(struct device *dev, void *res)
{
	struct key_watch *w = res;

	efi_mode_call_args(efi_mode_call, "unwatch keys", efi_mode_resident(),
			   offsetof(struct efi_mode_resident, unwatch_keys),
			   w->id);
	atomic_dec(&nr_watches);
}

int efi_protocol_watch_keys(struct efi_protocol *keyboard, phys_addr_t keys,
			    unsigned int nr)
{
	struct key_watch *w;
	efi_status_t status;
	int ret;

	w = devres_alloc(unwatch_keys, sizeof(*w), GFP_KERNEL);
	if (!w)
		return -ENOMEM;
	ret = call_resident(keyboard, EFI_TPL_APPLICATION, "watch keys",
			    offsetof(struct efi_mode_resident, watch_keys),
			    &status,
			    (const u64[]){ 0, keyboard->target.handle, keys,
					   nr, virt_to_phys(&w->id) }, 5);
	if (!ret && status != EFI_SUCCESS)
		ret = status == EFI_OUT_OF_RESOURCES ? -ENOMEM : -EOPNOTSUPP;
	if (ret) {
		devres_free(w);
		return ret;
	}
	atomic_inc(&nr_watches);
	devres_add(&keyboard->edev->dev, w);
	return 0;
}
EXPORT_SYMBOL_GPL(efi_protocol_watch_keys);

/* Memory that is firmware's for ever */

void efi_memory_abandon(phys_addr_t phys, size_t size)
{
	unsigned long pfn;

	for (pfn = PHYS_PFN(phys); pfn < PFN_UP(phys + size); pfn++)
		get_page(pfn_to_page(pfn));
	atomic_inc(&nr_abandoned);
}
EXPORT_SYMBOL_GPL(efi_memory_abandon);

/* Buffers */

/*
 * Firmware that has stopped in the middle of a call has not told the device, which may
 * still write. Nobody knows what it had then, and there will be no calls any more: what
 * is left of the buffers stays.
 */
static void free_buffer(struct device *dev, void *res)
{
	struct efi_buffer *b = res;

	atomic_dec(&nr_buffers);
	if (efi_mode_is_stopped())
		atomic_inc(&nr_abandoned);
	else
		free_pages_exact(b->virt, b->size);
}

/* Pages have the alignment of the block that they come from */
static void *alloc_aligned(size_t size, size_t align, gfp_t gfp)
{
	unsigned int order = get_order(max(size, align));
	unsigned long i, used = PFN_UP(size);
	struct page *page = alloc_pages(gfp, order);

	if (!page)
		return NULL;
	split_page(page, order);
	for (i = used; i < 1UL << order; i++)
		__free_page(page + i);
	return page_address(page);
}

struct efi_buffer *efi_buffer_alloc(struct efi_device *edev, size_t size,
				    size_t align, unsigned int flags)
{
	gfp_t gfp = GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN;
	struct efi_buffer *b;

	if (!size || (align && !is_power_of_2(align)) ||
	    (flags & ~EFI_BUFFER_BELOW_4G))
		return ERR_PTR(-EINVAL);
	if (get_order(max(size, align)) > MAX_PAGE_ORDER)
		return ERR_PTR(-ENOMEM);
	b = devres_alloc(free_buffer, sizeof(*b), GFP_KERNEL);
	if (!b)
		return ERR_PTR(-ENOMEM);
	if (flags & EFI_BUFFER_BELOW_4G)
		gfp |= __GFP_DMA32;
	b->size = size;
	b->virt = alloc_aligned(size, align, gfp);
	if (!b->virt) {
		devres_free(b);
		return ERR_PTR(-ENOMEM);
	}
	b->phys = virt_to_phys(b->virt);
	atomic_inc(&nr_buffers);
	devres_add(&edev->dev, b);
	return b;
}
EXPORT_SYMBOL_GPL(efi_buffer_alloc);

void efi_buffer_free(struct efi_device *edev, struct efi_buffer *b)
{
	WARN_ON(devres_release(&edev->dev, free_buffer, efi_is_resource, b));
}
EXPORT_SYMBOL_GPL(efi_buffer_free);

void efi_buffer_abandon(struct efi_device *edev, struct efi_buffer *b)
{
	if (WARN_ON(devres_remove(&edev->dev, free_buffer, efi_is_resource,
				  b) != b))
		return;
	atomic_dec(&nr_buffers);
	atomic_inc(&nr_abandoned);
	devres_free(b);
}
EXPORT_SYMBOL_GPL(efi_buffer_abandon);

/* The ledger */

static int ledger_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "protocols %d\nbuffers %d\nevents %d\nkeys %d\nabandoned %d\n",
		   atomic_read(&nr_protocols), atomic_read(&nr_buffers),
		   atomic_read(&efi_nr_events), atomic_read(&nr_watches),
		   atomic_read(&nr_abandoned));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(ledger);

static int __init ledger_init(void)
{
	struct dentry *dir = debugfs_lookup("efi-mode", NULL);

	debugfs_create_file("ledger", 0444, dir, NULL, &ledger_fops);
	dput(dir);
	return 0;
}
late_initcall_sync(ledger_init);
