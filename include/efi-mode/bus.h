/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bus of the firmware's handles: the interface for drivers
 *
 * Each firmware handle with a hardware protocol is a device on the bus "efi". A
 * driver lists the GUIDs of the protocols that it drives:
 *
 *	static const struct efi_device_id disk_ids[] = {
 *		{ EFI_BLOCK_IO_PROTOCOL_GUID },
 *		{ }
 *	};
 *	MODULE_ALIAS_EFI("964e5b21-6459-11d2-8e39-00a0c969723b");
 *
 *	static struct efi_driver disk_driver = {
 *		.driver.name	= "efi-disk",
 *		.id_table	= disk_ids,
 *		.probe		= disk_probe,
 *		.remove		= disk_remove,
 *	};
 *	module_efi_driver(disk_driver);
 *
 * In probe(), the driver opens the protocol, allocates the memory whose address
 * it passes to the firmware, and calls the firmware:
 *
 *	disk->io = efi_protocol_open(edev, &id->guid, EFI_TPL_CALLBACK);
 *	if (IS_ERR(disk->io))
 *		return PTR_ERR(disk->io);
 *	disk->data = efi_buffer_alloc(edev, SZ_64K, 0, 0);
 *	...
 *	ret = efi_protocol_call(disk->io, &status, efi_block_io_protocol_t,
 *				read_blocks, media_id, lba, size,
 *				disk->data->phys);
 *
 * Protocols, buffers and events are resources that are managed by devres. They
 * are released after remove() has returned, or if probe() fails, in the reverse
 * order of their allocation. A driver can also release them earlier. Nothing of
 * the driver stays behind in the firmware.
 *
 * The firmware can remove a device at any time, even during a call. A driver
 * therefore never holds the address of an interface. Immediately before each
 * call, the resident half of Linux asks the firmware for the interface by
 * handle and GUID, unless no code of the firmware has run since it last asked.
 * If the protocol is gone, calls return -ENODEV, and the bus calls remove().
 */
#ifndef _EFI_MODE_BUS_H
#define _EFI_MODE_BUS_H

#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/device.h>
#include <linux/efi.h>
#include <linux/list.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/types.h>

#include <efi-mode/buffer.h>
#include <efi-mode/bus-event.h>
#include <efi-mode/protocol.h>

/*
 * Maximum number of watched protocols: those that the bus knows and those of
 * drivers
 */
#define EFI_MAX_WATCHED	192

/**
 * struct efi_device - a firmware handle
 * @dev:	the device. Its parent is the device of the parent handle.
 * @handle:	the EFI_HANDLE
 * @path:	device path of the handle, including the end node, or NULL if
 *		the handle has none
 * @path_size:	size of @path in bytes
 * @path_text:	@path as text, or NULL
 * @guids:	GUIDs of the protocols on the handle
 * @nr_guids:	number of @guids
 *
 * @guids changes when the firmware installs or removes a protocol. The other
 * members do not change: if the device path of a handle changes, the bus
 * replaces the device. Drivers may use @dev and read @path.
 */
struct efi_device {
	struct device dev;
	u64 handle;
	struct efi_generic_dev_path *path;
	size_t path_size;
	char *path_text;
	efi_guid_t *guids;
	unsigned int nr_guids;

	/* private: for the bus only */
	struct list_head list;
	const struct efi_device_id *bound;
	DECLARE_BITMAP(mask, EFI_MAX_WATCHED);
	bool gone;
	bool changed;
	unsigned int id;
};

#define to_efi_device(d) container_of_const(d, struct efi_device, dev)

/**
 * struct efi_device_id - a protocol that a driver supports
 * @guid:	GUID of the protocol
 * @driver_data: data private to the driver
 *
 * The last entry of a table is empty.
 */
struct efi_device_id {
	efi_guid_t guid;
	kernel_ulong_t driver_data;
};

/**
 * struct efi_driver - a driver for devices on the bus
 * @driver:	the driver-core structure. The driver sets @driver.name.
 * @id_table:	the supported protocols. The bus binds the driver by the first
 *		entry whose protocol is on the handle.
 * @probe:	start to use the device. @id is the entry that matched. Returns
 *		0 or an error. After an error, devres releases all resources of
 *		the driver.
 * @remove:	stop using the device. If the firmware has removed the device,
 *		calls return -ENODEV. Optional.
 * @changed:	the firmware has reinstalled a protocol on the same handle, for
 *		example because another medium is in the drive. Optional.
 * @protocols_changed: a protocol was installed or reinstalled on the handle, or
 *		removed from it, for example because the firmware has found a
 *		file system on a disk. Called after @changed. Optional.
 *
 * Context: all callbacks run in task context and may sleep. The caller holds
 * the device lock.
 */
struct efi_driver {
	struct device_driver driver;
	const struct efi_device_id *id_table;
	int (*probe)(struct efi_device *edev, const struct efi_device_id *id);
	void (*remove)(struct efi_device *edev);
	void (*changed)(struct efi_device *edev);
	void (*protocols_changed)(struct efi_device *edev);
};

#define to_efi_driver(d) container_of_const(d, struct efi_driver, driver)

/**
 * __efi_driver_register() - register a driver
 * @drv:	the driver
 * @owner:	the module of the driver
 *
 * Drivers use efi_driver_register().
 *
 * Context: task context; sleeps.
 * Return: see efi_driver_register().
 */
int __efi_driver_register(struct efi_driver *drv, struct module *owner);

/**
 * efi_driver_register() - register a driver
 * @drv:	the driver
 *
 * Handles with a protocol from the table of the driver become devices, unless
 * they are devices already. All such devices exist when the function returns.
 *
 * Context: task context; sleeps.
 * Return: 0, or an error: -ENODEV if there is no bus, -ENOSPC if more than
 * %EFI_MAX_WATCHED protocols would be watched, -ENOMEM, -EIO if the firmware
 * does not watch a protocol, or an error of driver_register().
 */
#define efi_driver_register(drv) __efi_driver_register(drv, THIS_MODULE)

/**
 * efi_driver_unregister() - undo efi_driver_register()
 * @drv:	the driver. It is unbound from its devices.
 *
 * Context: task context; sleeps.
 */
void efi_driver_unregister(struct efi_driver *drv);

/**
 * module_efi_driver() - define a module that only registers a driver
 * @drv:	a struct efi_driver
 */
#define module_efi_driver(drv) \
	module_driver(drv, efi_driver_register, efi_driver_unregister)

/**
 * MODULE_ALIAS_EFI() - let udev load the module for devices with a protocol
 * @guid:	GUID of the protocol: a string literal in lower case
 *
 * Matches the modalias of a device, which contains the GUIDs of its protocols.
 */
#define MODULE_ALIAS_EFI(guid) MODULE_ALIAS("efi:*" guid "*")

/**
 * efi_device_get_drvdata() - get the private data of a driver
 * @edev:	the device
 *
 * Context: any.
 * Return: the pointer that efi_device_set_drvdata() has stored, or NULL.
 */
static inline void *efi_device_get_drvdata(const struct efi_device *edev)
{
	return dev_get_drvdata(&edev->dev);
}

/**
 * efi_device_set_drvdata() - store the private data of a driver
 * @edev:	the device, which the calling driver is bound to
 * @data:	the data. The driver core forgets it when the driver is unbound.
 *
 * Context: any.
 */
static inline void efi_device_set_drvdata(struct efi_device *edev, void *data)
{
	dev_set_drvdata(&edev->dev, data);
}

/**
 * efi_device_from() - get the device on the bus
 * @dev:	a device, or NULL
 *
 * Context: any. The caller holds a reference to @dev.
 * Return: the struct efi_device that contains @dev, or NULL if @dev is not on
 * the bus.
 */
struct efi_device *efi_device_from(struct device *dev);

/**
 * efi_device_find() - find a device on the bus by its name
 * @name:	the name, as in /sys/bus/efi/devices
 *
 * Context: task context; sleeps.
 * Return: the device, with a reference that the caller puts, or NULL if the bus
 * has no device with this name.
 */
struct efi_device *efi_device_find(const char *name);

/**
 * efi_device_has_protocol() - check whether a handle has a protocol
 * @edev:	the device
 * @guid:	GUID of the protocol
 *
 * The result is that of the last scan of the bus, and may be out of date when
 * the function returns. If the protocols of the handle change, the bus calls
 * protocols_changed().
 *
 * Context: task context; sleeps.
 * Return: true if the handle has the protocol; false also if the device is
 * gone.
 */
bool efi_device_has_protocol(struct efi_device *edev, const efi_guid_t *guid);

/**
 * efi_device_replaced() - report that a handle has become another device
 * @edev:	the device
 *
 * For a driver that detects a replacement which the bus cannot see. From then
 * on calls return -ENODEV. The bus soon removes the device, and adds a new one
 * for the handle.
 *
 * Context: task context; sleeps.
 */
void efi_device_replaced(struct efi_device *edev);

#endif /* _EFI_MODE_BUS_H */
