// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bus for the firmware's handles: driver registration, start and teardown
 *
 * scan.c finds the handles, and device.c makes devices of them. The interface
 * for drivers is <efi-mode/bus.h>.
 */
#define pr_fmt(fmt) "efi-bus: " fmt

#include <linux/device.h>
#include <linux/init.h>
#include <linux/notifier.h>

#include <efi-mode/teardown.h>

#include "bus.h"

/* Set once the bus and its scan have started */
static bool ready;

/* Interface for drivers */

struct efi_device *efi_device_from(struct device *dev)
{
	return dev && dev->bus == &efi_bus_type ? to_efi_device(dev) : NULL;
}
EXPORT_SYMBOL_GPL(efi_device_from);

void efi_device_replaced(struct efi_device *edev)
{
	mutex_lock(&efi_devices_mutex);
	WRITE_ONCE(edev->gone, true);
	mutex_unlock(&efi_devices_mutex);
	efi_rescan();
}
EXPORT_SYMBOL_GPL(efi_device_replaced);

int __efi_driver_register(struct efi_driver *drv, struct module *owner)
{
	int ret;

	if (!ready)
		return -ENODEV;
	ret = efi_scan_watch(drv->id_table);
	if (ret)
		return ret;
	drv->driver.bus = &efi_bus_type;
	drv->driver.owner = owner;
	return driver_register(&drv->driver);
}
EXPORT_SYMBOL_GPL(__efi_driver_register);

void efi_driver_unregister(struct efi_driver *drv)
{
	driver_unregister(&drv->driver);
}
EXPORT_SYMBOL_GPL(efi_driver_unregister);

/* Teardown */

static int ebus_release_driver(struct device *dev, void *unused)
{
	device_release_driver(dev);
	return 0;
}

/*
 * Take back everything that the bus and its drivers have registered with the
 * firmware, because Linux is about to end.
 */
static int ebus_release(struct notifier_block *nb, unsigned long unused,
			void *data)
{
	efi_scan_stop();
	bus_for_each_dev(&efi_bus_type, NULL, NULL, ebus_release_driver);
	efi_scan_end();
	return NOTIFY_DONE;
}

static struct notifier_block release_nb = {
	.notifier_call	= ebus_release,
};

static int __init ebus_init(void)
{
	int ret = efi_device_bus_register();

	if (ret)
		goto fail;
	ret = efi_scan_start();
	if (ret) {
		efi_device_bus_unregister();
		goto fail;
	}
	ready = true;
	efi_mode_register_release(&release_nb);
	return 0;

fail:
	pr_err("cannot set up the bus (error %d): firmware devices are not available\n",
	       ret);
	return ret;
}
subsys_initcall_sync(ebus_init);
