// SPDX-License-Identifier: GPL-2.0-only
/*
 * The devices of the bus: the interface to the driver core and to sysfs
 *
 * scan.c decides which devices exist. bus.c registers the drivers.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/idr.h>
#include <linux/init.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "bus.h"

/*
 * Limit the alias, so that it fits into a uevent together with the other
 * variables
 */
#define ALIAS_GUIDS	32
#define ALIAS_SIZE	(sizeof("efi:") + ALIAS_GUIDS * (UUID_STRING_LEN + 1))

LIST_HEAD(efi_devices);
/* Protects the list, and the protocols of each device */
DEFINE_MUTEX(efi_devices_mutex);

static DEFINE_IDA(device_ids);
static struct device *root;

/**
 * efi_device_has() - check whether a device has a protocol
 * @edev:	the device
 * @guid:	GUID of the protocol
 *
 * Context: any; the caller holds efi_devices_mutex.
 * Return: true if the handle had the protocol at the last scan.
 */
bool efi_device_has(const struct efi_device *edev, const efi_guid_t *guid)
{
	unsigned int i;

	for (i = 0; i < edev->nr_guids; i++)
		if (!efi_guidcmp(edev->guids[i], *guid))
			return true;
	return false;
}

/* sysfs */

static ssize_t handle_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "0x%llx\n", to_efi_device(dev)->handle);
}
/* Root only: it is an address in the firmware's heap */
static DEVICE_ATTR_ADMIN_RO(handle);

static ssize_t path_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	const char *text = to_efi_device(dev)->path_text;

	return sysfs_emit(buf, "%s\n", text ?: "");
}
static DEVICE_ATTR_RO(path);

static ssize_t protocols_show(struct device *dev,
			      struct device_attribute *attr, char *buf)
{
	const struct efi_device *edev = to_efi_device(dev);
	unsigned int i;
	int len = 0;

	mutex_lock(&efi_devices_mutex);
	for (i = 0; i < edev->nr_guids; i++) {
		const char *name = efi_protocol_name(&edev->guids[i]);

		len += sysfs_emit_at(buf, len, "%pUl%s%s\n", &edev->guids[i],
				     name ? " " : "", name ?: "");
	}
	mutex_unlock(&efi_devices_mutex);
	return len;
}
static DEVICE_ATTR_RO(protocols);

/*
 * Hardware protocols come first, because drivers match on them and a long list
 * is cut off
 */
static void edev_put_alias(const struct efi_device *edev, char *alias)
{
	unsigned int pass, i, n = 0;
	int len = sprintf(alias, "efi:");

	mutex_lock(&efi_devices_mutex);
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < edev->nr_guids && n < ALIAS_GUIDS; i++) {
			if (efi_is_device_protocol(&edev->guids[i]) != !pass)
				continue;
			len += sprintf(alias + len, "%pUl:", &edev->guids[i]);
			n++;
		}
	}
	mutex_unlock(&efi_devices_mutex);
}

static ssize_t modalias_show(struct device *dev,
			     struct device_attribute *attr, char *buf)
{
	char *alias = kmalloc(ALIAS_SIZE, GFP_KERNEL);
	ssize_t len;

	if (!alias)
		return -ENOMEM;
	edev_put_alias(to_efi_device(dev), alias);
	len = sysfs_emit(buf, "%s\n", alias);
	kfree(alias);
	return len;
}
static DEVICE_ATTR_RO(modalias);

static struct attribute *efi_device_attrs[] = {
	&dev_attr_handle.attr,
	&dev_attr_path.attr,
	&dev_attr_protocols.attr,
	&dev_attr_modalias.attr,
	NULL
};
ATTRIBUTE_GROUPS(efi_device);

/* Callbacks for the driver core */

static const struct efi_device_id *edev_find_id(const struct efi_device *edev,
						const struct efi_driver *drv)
{
	const struct efi_device_id *id, *found = NULL;

	mutex_lock(&efi_devices_mutex);
	for (id = drv->id_table; efi_guidcmp(id->guid, NULL_GUID); id++) {
		if (efi_device_has(edev, &id->guid)) {
			found = id;
			break;
		}
	}
	mutex_unlock(&efi_devices_mutex);
	return found;
}

static int edev_match(struct device *dev, const struct device_driver *drv)
{
	return !!edev_find_id(to_efi_device(dev), to_efi_driver(drv));
}

static int edev_uevent(const struct device *dev, struct kobj_uevent_env *env)
{
	char *alias = kmalloc(ALIAS_SIZE, GFP_KERNEL);
	int ret;

	if (!alias)
		return -ENOMEM;
	edev_put_alias(to_efi_device(dev), alias);
	ret = add_uevent_var(env, "MODALIAS=%s", alias);
	kfree(alias);
	return ret;
}

static int edev_probe(struct device *dev)
{
	struct efi_device *edev = to_efi_device(dev);
	const struct efi_driver *drv = to_efi_driver(dev->driver);
	const struct efi_device_id *id = edev_find_id(edev, drv);
	int ret;

	/* The device may have been removed since it matched */
	if (!id || READ_ONCE(edev->gone))
		return -ENODEV;
	edev->bound = id;
	ret = drv->probe(edev, id);
	if (ret)
		edev->bound = NULL;
	return ret;
}

static void edev_remove(struct device *dev)
{
	struct efi_device *edev = to_efi_device(dev);
	const struct efi_driver *drv = to_efi_driver(dev->driver);

	if (drv->remove)
		drv->remove(edev);
	edev->bound = NULL;
}

const struct bus_type efi_bus_type = {
	.name		= "efi",
	.dev_groups	= efi_device_groups,
	.match		= edev_match,
	.uevent		= edev_uevent,
	.probe		= edev_probe,
	.remove		= edev_remove,
};

/* Create and change devices, for scan.c */

static void edev_free(struct device *dev)
{
	struct efi_device *edev = to_efi_device(dev);

	ida_free(&device_ids, edev->id);
	kfree(edev->path);
	kfree(edev->path_text);
	kfree(edev->guids);
	kfree(edev);
}

/**
 * efi_device_alloc() - allocate a device that is not on the bus yet
 *
 * Context: task context; sleeps.
 * Return: the device, which put_device() frees, or NULL if there is no memory.
 */
struct efi_device *efi_device_alloc(void)
{
	struct efi_device *edev = kzalloc(sizeof(*edev), GFP_KERNEL);
	int id;

	if (!edev)
		return NULL;
	id = ida_alloc(&device_ids, GFP_KERNEL);
	if (id < 0) {
		kfree(edev);
		return NULL;
	}
	edev->id = id;
	INIT_LIST_HEAD(&edev->list);
	edev->dev.bus = &efi_bus_type;
	edev->dev.release = edev_free;
	device_initialize(&edev->dev);
	return edev;
}

/**
 * efi_device_add() - add a device to the bus
 * @edev:	the device
 * @parent:	its parent device, or NULL for a child of the root device
 *
 * Context: task context; sleeps. The caller does not hold efi_devices_mutex.
 * Return: 0, or an error as of device_add().
 */
int efi_device_add(struct efi_device *edev, struct device *parent)
{
	int ret = dev_set_name(&edev->dev, "efi%u", edev->id);

	edev->dev.parent = parent ?: root;
	return ret ?: device_add(&edev->dev);
}

static bool edev_has_lost_protocol(const struct efi_device *edev)
{
	bool lost;

	mutex_lock(&efi_devices_mutex);
	lost = edev->bound && !efi_device_has(edev, &edev->bound->guid);
	mutex_unlock(&efi_devices_mutex);
	return lost;
}

/**
 * efi_device_tell_changed() - report changed protocols of a device
 * @edev:	the device
 * @reinstalled: the firmware has installed a protocol again that the device
 *		still has
 *
 * If the protocol that the driver is bound to is gone, the driver is unbound.
 * Another driver may then bind to the device. Otherwise the driver's callbacks
 * are called.
 *
 * Context: task context; sleeps. The caller does not hold efi_devices_mutex.
 */
void efi_device_tell_changed(struct efi_device *edev, bool reinstalled)
{
	const struct efi_driver *drv;
	bool lost;

	device_lock(&edev->dev);
	lost = edev_has_lost_protocol(edev);
	if (!lost && edev->bound) {
		drv = to_efi_driver(edev->dev.driver);
		if (reinstalled && drv->changed)
			drv->changed(edev);
		if (drv->protocols_changed)
			drv->protocols_changed(edev);
	}
	device_unlock(&edev->dev);
	if (lost)
		device_release_driver(&edev->dev);
	kobject_uevent(&edev->dev.kobj, KOBJ_CHANGE);
	if (device_attach(&edev->dev) < 0)
		dev_warn(&edev->dev, "no driver can be bound after a change of protocols\n");
}

bool efi_device_has_protocol(struct efi_device *edev, const efi_guid_t *guid)
{
	bool has;

	mutex_lock(&efi_devices_mutex);
	has = !edev->gone && efi_device_has(edev, guid);
	mutex_unlock(&efi_devices_mutex);
	return has;
}
EXPORT_SYMBOL_GPL(efi_device_has_protocol);

struct efi_device *efi_device_find(const char *name)
{
	struct device *dev = bus_find_device_by_name(&efi_bus_type, NULL, name);

	return dev ? to_efi_device(dev) : NULL;
}

/**
 * efi_device_bus_register() - register the bus and the root of its devices
 *
 * Context: task context; sleeps.
 * Return: 0, or an error as of bus_register() or root_device_register().
 */
int __init efi_device_bus_register(void)
{
	int ret = bus_register(&efi_bus_type);

	if (ret)
		return ret;
	root = root_device_register("efi");
	if (IS_ERR(root)) {
		bus_unregister(&efi_bus_type);
		return PTR_ERR(root);
	}
	return 0;
}

/**
 * efi_device_bus_unregister() - undo efi_device_bus_register()
 *
 * Context: task context; sleeps. The bus has no devices.
 */
void __init efi_device_bus_unregister(void)
{
	root_device_unregister(root);
	bus_unregister(&efi_bus_type);
}
