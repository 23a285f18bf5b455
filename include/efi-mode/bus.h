/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bus of firmware's handles: what its drivers see
 *
 * A handle of firmware with a protocol of hardware is a device. A driver names the
 * protocols that it is for, by GUID:
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
 * In probe it opens the protocol, allocates what firmware gets the address of, and
 * calls:
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
 * What a driver has opened, allocated and created belongs to its binding to the
 * device, like all that is managed by devres: it goes back by itself after remove(),
 * or when probe() fails, the last first. Functions that give it back earlier are
 * there for those who need that. Nothing stays behind in firmware.
 *
 * Firmware can take a device away at any time, in the middle of a call too. A driver
 * never holds the address of an interface: at each call firmware is asked for it
 * by handle and GUID, immediately before, unless nothing has run in firmware since it
 * was asked. Once it is not there any more, calls return -ENODEV, and remove() follows.
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

/* Protocols that make a handle a device, those of drivers among them */
#define EFI_MAX_WATCHED	192

/**
 * struct efi_device - a handle of firmware
 * @dev:	the device; its parent is that of the handle
 * @handle:	by what firmware knows it
 * @path:	its device path, with the node at the end, or NULL
 * @path_size:	bytes of @path
 * @path_text:	@path as text, or NULL
 * @guids:	the protocols on it
 * @nr_guids:	how many
 *
 * @guids changes when firmware installs or removes a protocol, the rest does not: a
 * handle with another path is another device. Drivers use @dev, and may read @path.
 */
struct efi_device {
	struct device dev;
	u64 handle;
	struct efi_generic_dev_path *path;
	size_t path_size;
	char *path_text;
	efi_guid_t *guids;
	unsigned int nr_guids;

	/* private: of the bus */
	struct list_head list;
	const struct efi_device_id *bound;
	DECLARE_BITMAP(mask, EFI_MAX_WATCHED);
	bool gone;
	bool changed;
	unsigned int id;
};

#define to_efi_device(d) container_of_const(d, struct efi_device, dev)

/**
 * struct efi_device_id - what a driver is for
 * @guid:	of the protocol
 * @driver_data: of use to the driver only
 *
 * A table of them ends with an empty one.
 */
struct efi_device_id {
	efi_guid_t guid;
	kernel_ulong_t driver_data;
};

/**
 * struct efi_driver - a driver of firmware's devices
 * @driver:	name and owner
 * @id_table:	the protocols that it is for, best first
 * @probe:	take the device; @id is the entry that matches. Returns 0, or an
 *		error; what was opened by then is closed.
 * @remove:	let go of the device. If it is there no more, calls return -ENODEV.
 *		Optional.
 * @changed:	the protocol has been installed again on the same handle: another
 *		medium is in the drive, for instance. Optional.
 * @protocols_changed: other protocols have come to the handle, or have gone: firmware
 *		has found a file system on it, for instance. Optional.
 *
 * Context: all of them in task context, with the device locked.
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
 * @owner:	its module
 *
 * Handles with a protocol of its table become devices, if they are none yet.
 *
 * Context: task context; sleeps.
 * Return: 0 or an error.
 */
int __efi_driver_register(struct efi_driver *drv, struct module *owner);

/**
 * efi_driver_register() - register a driver
 * @drv:	the driver
 *
 * Context: task context; sleeps.
 * Return: 0 or an error.
 */
#define efi_driver_register(drv) __efi_driver_register(drv, THIS_MODULE)

/**
 * efi_driver_unregister() - undo efi_driver_register()
 * @drv:	the driver; it is removed from its devices
 *
 * Context: task context; sleeps.
 */
void efi_driver_unregister(struct efi_driver *drv);

/**
 * module_efi_driver() - a module that is a driver and nothing else
 * @drv:	a struct efi_driver
 */
#define module_efi_driver(drv) \
	module_driver(drv, efi_driver_register, efi_driver_unregister)

/**
 * MODULE_ALIAS_EFI() - let this module be loaded for a protocol
 * @guid:	of the protocol, a string in lower case
 *
 * The alias of a device has all its GUIDs.
 */
#define MODULE_ALIAS_EFI(guid) MODULE_ALIAS("efi:*" guid "*")

static inline void *efi_device_get_drvdata(const struct efi_device *edev)
{
	return dev_get_drvdata(&edev->dev);
}

static inline void efi_device_set_drvdata(struct efi_device *edev, void *data)
{
	dev_set_drvdata(&edev->dev, data);
}

/**
 * efi_device_has_protocol() - is there such a protocol on the handle?
 * @edev:	the device
 * @guid:	of the protocol
 *
 * Context: task context; sleeps. In probe(), remove() and changed() it is as when they
 * were called, else it may not be true any more.
 * Return: true if it is.
 */
bool efi_device_has_protocol(struct efi_device *edev, const efi_guid_t *guid);

/**
 * efi_device_replaced() - the handle is another device than the driver has probed
 * @edev:	the device
 *
 * For a driver that finds out what the bus cannot see. Calls return -ENODEV from then on.
 * Soon the bus removes the device, and adds a new one for the handle.
 *
 * Context: task context; sleeps.
 */
void efi_device_replaced(struct efi_device *edev);

#endif /* _EFI_MODE_BUS_H */
