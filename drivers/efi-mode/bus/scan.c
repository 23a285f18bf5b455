// SPDX-License-Identifier: GPL-2.0-only
/*
 * Find out which devices exist
 *
 * The firmware reports when a protocol is installed, if it is asked to for the
 * GUID (RegisterProtocolNotify). It does not report when a protocol is removed.
 * So there are two ways to find changes:
 *
 *  - Notifications: the firmware has signalled the event for installed
 *    protocols. The handles on which they were installed tell whether a device
 *    is still the same. The resident half refuses calls to protocols until the
 *    bus has processed the notifications.
 *  - A scan: the bus compares all handles that have a watched protocol with the
 *    list of devices. A scan follows each notification and each call that does
 *    not find its handle. It also runs once a second.
 *
 * A handle is an address, and the firmware reuses addresses. If the device path
 * has been installed again on a handle, the handle is another device. If a
 * device has no path, this holds for any watched protocol that it had.
 *
 * efi_devices_mutex protects the list and the contents of the devices. Only the
 * scan adds and removes devices, and it does not hold the mutex while it does
 * so. A task that holds the mutex must not wait for pages to be written to a
 * disk, because the disk driver may have to process notifications first, which
 * takes the mutex.
 */
#define pr_fmt(fmt) "efi-bus: " fmt

#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/kstrtox.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>

#include <efi-mode/time-limits.h>

#include "bus.h"

/* Watched protocols: first those that names.c knows, then those of drivers */
struct watched {
	efi_guid_t guid;
	u64 registration;
};

static struct watched watched[EFI_MAX_WATCHED];
static unsigned int nr_watched;
static int news_signal = -1;

/* A handle that the scan has found, and its device if it has one already */
struct found {
	u64 handle;
	DECLARE_BITMAP(mask, EFI_MAX_WATCHED);
	struct efi_device *edev;
};

/*
 * A scan in progress. @asked are the indices in @watched of the protocols that
 * it asks for.
 */
struct scan {
	struct found *found;
	unsigned int nr, capacity;
	unsigned int asked[EFI_MAX_WATCHED];
	unsigned int nr_asked;
};

static struct workqueue_struct *scan_queue;
static void escan_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(scan_next, escan_work);

/* Notifications */

static bool escan_is_path(const efi_guid_t *guid)
{
	return !efi_guidcmp(*guid, EFI_DEVICE_PATH_PROTOCOL_GUID);
}

/* The firmware has installed @watched[i] on the handle of a device */
static void escan_note_installation(struct efi_device *edev, unsigned int i)
{
	if (escan_is_path(&watched[i].guid) ||
	    (!edev->path && test_bit(i, edev->mask)))
		WRITE_ONCE(edev->gone, true);
	else if (test_bit(i, edev->mask))
		edev->changed = true;
}

static void escan_read_news(unsigned int i, bool tell)
{
	struct efi_device *edev;
	u64 handle;

	while (efi_handles_installed(watched[i].registration, &handle) > 0) {
		if (!tell)
			continue;
		list_for_each_entry(edev, &efi_devices, list)
			if (edev->handle == handle)
				escan_note_installation(edev, i);
	}
}

static void escan_look_at_news(void)
{
	unsigned int i;

	lockdep_assert_held(&efi_devices_mutex);
	/*
	 * The event is cleared first, so protocols installed from here on
	 * signal it again
	 */
	while (efi_mode_event_take_protocol())
		for (i = 0; i < nr_watched; i++)
			escan_read_news(i, true);
}

/**
 * efi_scan_notifications() - process the notifications of installed protocols
 *
 * If a handle has become another object, its device is marked as gone. The scan
 * removes such devices.
 *
 * Context: task context; sleeps. The caller does not hold efi_devices_mutex.
 */
void efi_scan_notifications(void)
{
	unsigned int noio = memalloc_noio_save();

	mutex_lock(&efi_devices_mutex);
	escan_look_at_news();
	mutex_unlock(&efi_devices_mutex);
	memalloc_noio_restore(noio);
}

/**
 * efi_rescan() - let the scan run now
 *
 * Returns at once. The scan runs in a workqueue.
 *
 * Context: any but NMI.
 */
void efi_rescan(void)
{
	if (scan_queue)
		mod_delayed_work(scan_queue, &scan_next, 0);
}

static void escan_news_arrived(void *unused)
{
	efi_rescan();
}

static int escan_watch(const efi_guid_t *guid)
{
	struct watched *w = &watched[nr_watched];
	int ret;

	if (nr_watched == ARRAY_SIZE(watched))
		return -ENOSPC;
	w->guid = *guid;
	ret = efi_watch_protocol(guid, news_signal, &w->registration);
	if (ret)
		return ret;
	/*
	 * Discard the notifications so far: the scan finds handles that have
	 * the protocol already
	 */
	escan_read_news(nr_watched++, false);
	return 0;
}

static bool escan_is_watched(const efi_guid_t *guid)
{
	unsigned int i;

	for (i = 0; i < nr_watched; i++)
		if (!efi_guidcmp(watched[i].guid, *guid))
			return true;
	return false;
}

/**
 * efi_scan_watch() - make devices of all handles with certain protocols
 * @ids:	ID table of a driver
 *
 * Returns when the handles that have one of the protocols already are devices.
 *
 * Context: task context; sleeps.
 * Return: 0; -ENOSPC if there are more than %EFI_MAX_WATCHED protocols; or
 * -ENOMEM or -EIO if the firmware cannot watch for a protocol.
 */
int efi_scan_watch(const struct efi_device_id *ids)
{
	unsigned int noio = memalloc_noio_save();
	int ret = 0;

	mutex_lock(&efi_devices_mutex);
	for (; efi_guidcmp(ids->guid, NULL_GUID) && !ret; ids++)
		if (!escan_is_watched(&ids->guid))
			ret = escan_watch(&ids->guid);
	mutex_unlock(&efi_devices_mutex);
	memalloc_noio_restore(noio);
	efi_rescan();
	flush_delayed_work(&scan_next);
	return ret;
}

/* sysfs */

/*
 * Write 1 to let firmware drivers bind to the handle and to all handles below
 * it, 0 to unbind them
 */
static ssize_t connect_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	struct efi_device *edev = to_efi_device(dev);
	bool wanted;
	int ret;

	ret = kstrtobool(buf, &wanted);
	if (ret)
		return ret;
	/* By now the handle may stand for another device */
	efi_scan_notifications();
	if (READ_ONCE(edev->gone))
		return -ENODEV;
	ret = wanted ? efi_handle_connect(edev->handle) :
		       efi_handle_disconnect(edev->handle);
	efi_rescan();
	return ret ?: count;
}
static DEVICE_ATTR_WO(connect);

static struct attribute *scan_attrs[] = {
	&dev_attr_connect.attr,
	NULL
};
ATTRIBUTE_GROUPS(scan);

/* The scan: find the handles */

static struct found *escan_find_handle(struct scan *s, u64 handle)
{
	unsigned int i;

	for (i = 0; i < s->nr; i++)
		if (s->found[i].handle == handle)
			return &s->found[i];
	return NULL;
}

static struct found *escan_add_handle(struct scan *s, u64 handle)
{
	struct found *f;

	if (s->nr == s->capacity) {
		f = krealloc_array(s->found, s->capacity + 64, sizeof(*f),
				   GFP_KERNEL);
		if (!f)
			return NULL;
		s->found = f;
		s->capacity += 64;
	}
	f = &s->found[s->nr++];
	memset(f, 0, sizeof(*f));
	f->handle = handle;
	return f;
}

/*
 * A known protocol makes a device only if it is a hardware protocol, so a
 * device path alone does not. A protocol that only a driver knows always does.
 */
static bool escan_makes_device(unsigned int i)
{
	return i >= efi_nr_known_protocols ||
	       (efi_known_protocols[i].flags & EFI_KNOWN_DEVICE);
}

/*
 * The handle of an image can have hardware protocols: the UEFI shell installs a
 * console on its own handle. Such a handle is no device, unless a driver has
 * asked for a protocol that only drivers know.
 */
static void escan_forget_images(struct scan *s, const u64 *handles,
				unsigned int n)
{
	struct found *f;
	unsigned int i;

	for (i = 0; i < n; i++) {
		f = escan_find_handle(s, handles[i]);
		if (f && find_last_bit(f->mask, EFI_MAX_WATCHED) <
			 efi_nr_known_protocols)
			*f = s->found[--s->nr];
	}
}

/* The last answer is the list of image handles */
static int escan_note_handles(unsigned int i, const u64 *handles,
			      unsigned int n, void *data)
{
	struct scan *s = data;
	struct found *f;
	unsigned int j;

	if (i == s->nr_asked) {
		escan_forget_images(s, handles, n);
		return 0;
	}
	for (j = 0; j < n; j++) {
		f = escan_find_handle(s, handles[j]) ?:
		    escan_add_handle(s, handles[j]);
		if (!f)
			return -ENOMEM;
		set_bit(s->asked[i], f->mask);
	}
	return 0;
}

static int escan_find_all(struct scan *s)
{
	efi_guid_t *guids __free(kfree) = NULL;
	unsigned int i;

	guids = kcalloc(nr_watched + 1, sizeof(*guids), GFP_KERNEL);
	if (!guids)
		return -ENOMEM;
	for (i = 0; i < nr_watched; i++) {
		if (!escan_makes_device(i))
			continue;
		guids[s->nr_asked] = watched[i].guid;
		s->asked[s->nr_asked++] = i;
	}
	guids[s->nr_asked] = LOADED_IMAGE_PROTOCOL_GUID;
	return efi_handles_with_each(guids, s->nr_asked + 1, escan_note_handles,
				     s);
}

/* The scan: remove devices that are gone, and their children */

static bool escan_has_lost_parent(const struct efi_device *edev)
{
	const struct device *parent = edev->dev.parent;

	return parent->bus == &efi_bus_type && to_efi_device(parent)->gone;
}

/*
 * In the list, parents precede their children. list_move() reverses the order,
 * so children are removed before their parents.
 */
static void escan_remove_gone(struct scan *s)
{
	struct efi_device *edev, *next;
	LIST_HEAD(doomed);
	struct found *f;

	list_for_each_entry_safe(edev, next, &efi_devices, list) {
		f = escan_find_handle(s, edev->handle);
		if (!f || escan_has_lost_parent(edev))
			WRITE_ONCE(edev->gone, true);
		if (edev->gone)
			list_move(&edev->list, &doomed);
		else
			f->edev = edev;
	}
	mutex_unlock(&efi_devices_mutex);
	list_for_each_entry_safe(edev, next, &doomed, list) {
		list_del_init(&edev->list);
		device_unregister(&edev->dev);
	}
	mutex_lock(&efi_devices_mutex);
}

/* The scan: devices whose protocols have changed */

/*
 * Return: false if the firmware does not return the protocols; the next scan
 * asks again
 */
static bool escan_update(struct efi_device *edev, const unsigned long *mask)
{
	efi_guid_t *guids;
	int n = efi_handle_guids(edev->handle, &guids);

	if (n <= 0)
		return false;
	kfree(edev->guids);
	edev->guids = guids;
	edev->nr_guids = n;
	bitmap_copy(edev->mask, mask, EFI_MAX_WATCHED);
	return true;
}

static bool escan_has_changed(struct efi_device *edev,
			      const unsigned long *mask)
{
	return !bitmap_equal(edev->mask, mask, EFI_MAX_WATCHED) &&
	       escan_update(edev, mask);
}

/*
 * Return: the next device that has changed, with a reference, or NULL if there
 * are no more
 */
static struct efi_device *escan_next_changed(struct scan *s, bool *reinstalled)
{
	struct efi_device *edev;
	unsigned int i;

	for (i = 0; i < s->nr; i++) {
		edev = s->found[i].edev;
		if (!edev)
			continue;
		s->found[i].edev = NULL;
		*reinstalled = edev->changed;
		edev->changed = false;
		if (!escan_has_changed(edev, s->found[i].mask) && !*reinstalled)
			continue;
		get_device(&edev->dev);
		return edev;
	}
	return NULL;
}

static void escan_tell_changed(struct scan *s)
{
	struct efi_device *edev;
	bool reinstalled;

	while ((edev = escan_next_changed(s, &reinstalled))) {
		mutex_unlock(&efi_devices_mutex);
		efi_device_tell_changed(edev, reinstalled);
		put_device(&edev->dev);
		mutex_lock(&efi_devices_mutex);
	}
}

/* The scan: add new devices */

/*
 * Return: the device that @handle belongs to, or NULL. The list holds the
 * reference.
 */
static struct efi_device *escan_device_of(u64 handle)
{
	struct efi_device *edev;

	list_for_each_entry(edev, &efi_devices, list)
		if (edev->handle == handle)
			return edev;
	return NULL;
}

static bool escan_opened_for(const struct efi_device *parent,
			     const struct efi_device *child)
{
	struct efi_open_entry *entries;
	bool found = false;
	unsigned int i;
	int n, j;

	for (i = 0; i < parent->nr_guids && !found; i++) {
		n = efi_handle_openers(parent->handle, &parent->guids[i],
				       &entries);
		for (j = 0; j < n && !found; j++)
			found = (entries[j].attributes & EFI_OPEN_BY_CHILD) &&
				entries[j].controller == child->handle;
		kfree(entries);
	}
	return found;
}

/*
 * The parent is the device with the longest path that the path of @child begins
 * with. If there is none, because the handle has no path or its path does not
 * begin with that of a device, the parent is the device whose protocol was
 * opened on behalf of the handle (BY_CHILD_CONTROLLER). If this is true for
 * several devices, there is no parent: the firmware's virtual console, which
 * stands for all consoles, is an example.
 */
static struct efi_device *escan_find_parent(const struct efi_device *child)
{
	struct efi_device *edev, *best = NULL;

	list_for_each_entry(edev, &efi_devices, list)
		if (efi_path_is_below(child->path, child->path_size,
				      edev->path, edev->path_size) &&
		    (!best || edev->path_size > best->path_size))
			best = edev;
	if (best)
		return best;
	list_for_each_entry(edev, &efi_devices, list) {
		if (!escan_opened_for(edev, child))
			continue;
		if (best)
			return NULL;
		best = edev;
	}
	return best;
}

static int escan_ask_new(struct efi_device *edev, const struct found *f)
{
	int n;

	edev->handle = f->handle;
	bitmap_copy(edev->mask, f->mask, EFI_MAX_WATCHED);
	edev->path = efi_handle_path(f->handle, &edev->path_size);
	if (edev->path)
		edev->path_text = efi_handle_path_text(edev->path,
						       edev->path_size);
	n = efi_handle_guids(f->handle, &edev->guids);
	if (n < 0)
		return n;
	edev->nr_guids = n;
	return n ? 0 : -ENODEV;
}

/*
 * Sort by the length of the path, so that parents precede their children.
 * Handles without a path come last.
 */
static int escan_by_path(const void *a, const void *b)
{
	const struct efi_device *x = *(const struct efi_device **)a;
	const struct efi_device *y = *(const struct efi_device **)b;

	const size_t n = x->path ? x->path_size : SIZE_MAX;
	const size_t m = y->path ? y->path_size : SIZE_MAX;

	return n < m ? -1 : n > m;
}

static void escan_add_device(struct efi_device *edev)
{
	struct efi_device *parent = escan_find_parent(edev);
	int ret;

	edev->dev.groups = scan_groups;
	list_add_tail(&edev->list, &efi_devices);
	mutex_unlock(&efi_devices_mutex);
	ret = efi_device_add(edev, parent ? &parent->dev : NULL);
	mutex_lock(&efi_devices_mutex);
	if (ret) {
		list_del(&edev->list);
		put_device(&edev->dev);
	}
}

static void escan_add_new(struct scan *s)
{
	struct efi_device **fresh, *edev;
	unsigned int i, n = 0;

	fresh = kcalloc(s->nr, sizeof(*fresh), GFP_KERNEL);
	if (!fresh)
		return;
	for (i = 0; i < s->nr; i++) {
		if (escan_device_of(s->found[i].handle))
			continue;
		edev = efi_device_alloc();
		if (!edev)
			break;
		if (escan_ask_new(edev, &s->found[i]))
			put_device(&edev->dev);
		else
			fresh[n++] = edev;
	}
	sort(fresh, n, sizeof(*fresh), escan_by_path, NULL);
	for (i = 0; i < n; i++)
		escan_add_device(fresh[i]);
	kfree(fresh);
}

/*
 * If the handles cannot be read, for lack of memory or because the firmware has
 * stopped, nothing changes.
 */
static void escan_run(void)
{
	unsigned int noio = memalloc_noio_save();
	struct scan s = {};

	mutex_lock(&efi_devices_mutex);
	escan_look_at_news();
	if (!escan_find_all(&s)) {
		/*
		 * Protocols that were installed during the scan are in its
		 * result. Process their notifications before new devices are
		 * added. Otherwise, a new device's own notification would make
		 * it look like a replacement.
		 */
		escan_look_at_news();
		escan_remove_gone(&s);
		escan_tell_changed(&s);
		escan_add_new(&s);
	}
	mutex_unlock(&efi_devices_mutex);
	memalloc_noio_restore(noio);
	kfree(s.found);
}

static void escan_work(struct work_struct *work)
{
	if (efi_mode_is_stopped())
		return;
	escan_run();
	queue_delayed_work(scan_queue, &scan_next,
			   msecs_to_jiffies(EFI_MODE_SCAN_INTERVAL_MS));
}

/**
 * efi_scan_start() - find the devices, and begin to watch for changes
 *
 * Context: task context; sleeps.
 * Return: 0; -ENOMEM; -ENOSPC; -EBUSY; or -EIO if the firmware cannot create
 * the event or watch for a protocol.
 */
int __init efi_scan_start(void)
{
	unsigned int i;
	int ret = 0;

	news_signal = efi_mode_event_open(0, true, escan_news_arrived, NULL);
	if (news_signal < 0)
		return news_signal;
	mutex_lock(&efi_devices_mutex);
	for (i = 0; i < efi_nr_known_protocols && !ret; i++)
		ret = escan_watch(&efi_known_protocols[i].guid);
	mutex_unlock(&efi_devices_mutex);
	if (!ret)
		scan_queue = alloc_ordered_workqueue("efi-bus", 0);
	if (!scan_queue) {
		efi_mode_event_close(news_signal);
		return ret ?: -ENOMEM;
	}
	efi_connect_all();
	efi_rescan();
	flush_delayed_work(&scan_next);
	pr_info("found %zu devices\n", list_count_nodes(&efi_devices));
	return 0;
}

/**
 * efi_scan_stop() - stop scanning
 *
 * Drivers can still make calls.
 *
 * Context: task context; sleeps.
 */
void efi_scan_stop(void)
{
	disable_delayed_work_sync(&scan_next);
}

/**
 * efi_scan_end() - stop the notifications
 *
 * Context: task context; sleeps. After efi_scan_stop(), when no driver is bound
 * any more.
 */
void efi_scan_end(void)
{
	mutex_lock(&efi_devices_mutex);
	/* The registrations become invalid with the event */
	nr_watched = 0;
	efi_mode_event_close(news_signal);
	mutex_unlock(&efi_devices_mutex);
}
