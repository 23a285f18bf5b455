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

#include <efi-mode/call.h>
#include <efi-mode/event.h>
#include <efi-mode/slice.h>

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

/* Protocols */

struct efi_protocol;

/**
 * efi_protocol_open() - begin to use a protocol
 * @edev:	the device, which the caller is bound to
 * @guid:	of the protocol
 * @tpl:	task priority at which its functions are called: EFI_TPL_APPLICATION,
 *		EFI_TPL_CALLBACK or EFI_TPL_NOTIFY
 *
 * UEFI 2.10, section 7.1, says how high @tpl may be. The higher the safer: from
 * looking the interface up until the function returns nothing can happen in firmware
 * that wants @tpl or less, and USB devices come and go at TPL_CALLBACK. Only
 * protocols of text input, and functions that wait for something that happens at
 * that level themselves, need EFI_TPL_APPLICATION.
 *
 * Firmware's own drivers stay where they are. Linux opens the protocol with
 * GET_PROTOCOL: firmware then lists it as a user and asks nobody to leave. BY_DRIVER
 * would be refused where firmware has a driver, and where it has none keep it from
 * binding one; EXCLUSIVE would make firmware disconnect its drivers, and the console
 * or the disk that it uses with them.
 *
 * Context: task context; sleeps.
 * Return: the protocol, or an ERR_PTR: -ENODEV if it is not on the handle, -EIO if
 * firmware has stopped, -ENOMEM.
 */
struct efi_protocol *efi_protocol_open(struct efi_device *edev,
				       const efi_guid_t *guid,
				       unsigned long tpl);

/**
 * efi_protocol_question() - ask for an event in the interface while Linux is idle
 * @protocol:	as of efi_protocol_open()
 * @offset:	of the event in the interface, in bytes
 * @event:	what is there, as of efi_protocol_event()
 * @question:	is filled in, for efi_mode_poll_ask()
 *
 * Context: any.
 */
void efi_protocol_question(const struct efi_protocol *protocol, size_t offset,
			   u64 event, struct efi_mode_question *question);

/**
 * efi_protocol_event() - read an event in the interface
 * @protocol:	as of efi_protocol_open()
 * @offset:	of the event in the interface, in bytes
 *
 * An event is an address to most firmware, which reads what is there before it knows that
 * it is none. So it is only taken for one if there is something that can be read.
 *
 * Context: task context; sleeps.
 * Return: the event, or 0 if there is none.
 */
u64 efi_protocol_event(struct efi_protocol *protocol, size_t offset);

/**
 * efi_protocol_close() - end using a protocol, before remove()
 * @protocol:	as of efi_protocol_open()
 *
 * Context: task context; sleeps.
 */
void efi_protocol_close(struct efi_protocol *protocol);

/**
 * __efi_protocol_call() - call a function of a protocol
 * @protocol:	as of efi_protocol_open()
 * @name:	of the function, for logs and traces; stays valid
 * @slot:	offset of the function pointer in the interface, in bytes
 * @status:	what the function returns
 * @args:	arguments but for the first, which is the interface
 * @nargs:	number of @args, at most %EFI_MODE_MAX_ARGS - 1
 *
 * Context: task context; sleeps.
 * Return: 0 if the function was called. -ENODEV if the protocol is not on the handle
 * any more, -EIO if firmware has stopped, in this function or before, -ESHUTDOWN
 * if the system ends. @status is set in all cases, to an error if it was not called.
 */
int __efi_protocol_call(struct efi_protocol *protocol, const char *name,
			size_t slot, efi_status_t *status, const u64 *args,
			unsigned int nargs);

/**
 * efi_protocol_call() - call a function of a protocol
 * @protocol:	as of efi_protocol_open()
 * @status:	efi_status_t *: what the function returns
 * @type:	type of the protocol interface
 * @func:	member of @type
 * @...:	arguments but for the first, each a u64
 *
 * Context: task context; sleeps.
 * Return: as __efi_protocol_call().
 */
#define efi_protocol_call(protocol, status, type, func, ...)		\
	__efi_protocol_call(protocol, #type ": " #func,			\
			    offsetof(type, func), status,		\
			    (const u64[]){ __VA_ARGS__ },		\
			    sizeof((const u64[]){ __VA_ARGS__ }) /	\
			    sizeof(u64))

/**
 * __efi_protocol_call_panic() - call a function of a protocol in a dying kernel
 * @protocol:	as of efi_protocol_open()
 * @name:	of the function, for logs and traces; stays valid
 * @slot:	offset of the function pointer in the interface, in bytes
 * @args:	arguments but for the first, which is the interface
 * @nargs:	number of @args, at most %EFI_MODE_MAX_ARGS - 1
 *
 * The function is called at %EFI_TPL_APPLICATION.
 *
 * Context: as efi_mode_call_panic().
 * Return: the EFI status.
 */
efi_status_t __efi_protocol_call_panic(struct efi_protocol *protocol,
				       const char *name, size_t slot,
				       const u64 *args, unsigned int nargs);

/**
 * efi_protocol_call_panic() - call a function of a protocol in a dying kernel
 * @protocol:	as of efi_protocol_open()
 * @type:	type of the protocol interface
 * @func:	member of @type
 * @...:	arguments but for the first, each a u64
 *
 * Context: as efi_mode_call_panic().
 * Return: the EFI status.
 */
#define efi_protocol_call_panic(protocol, type, func, ...)		\
	__efi_protocol_call_panic(protocol, #type ": " #func,		\
				  offsetof(type, func),			\
				  (const u64[]){ __VA_ARGS__ },		\
				  sizeof((const u64[]){ __VA_ARGS__ }) / \
				  sizeof(u64))

#define EFI_CALL_ARGS	4

/**
 * struct efi_call - one of several calls that are made with one switch
 * @protocol:	as of efi_protocol_open(), or NULL for a boot service
 * @slot:	offset of the function pointer in the interface, or in the table of boot
 *		services, in bytes
 * @args:	arguments but for the interface
 * @nargs:	number of @args
 * @status:	what the function returns
 * @error:	as __efi_protocol_call() returns it
 * @msecs:	how long it took
 */
struct efi_call {
	struct efi_protocol *protocol;
	size_t slot;
	u64 args[EFI_CALL_ARGS];
	unsigned int nargs;
	efi_status_t status;
	int error;
	unsigned int msecs;
};

/**
 * efi_call_all() - make several calls with one switch
 * @name:	of what they are for, for logs and traces; stays valid
 * @calls:	the calls; @status, @error and @msecs of each are set
 * @nr:		number of @calls
 *
 * For what is asked often and has little to say. Each call is made, whatever has
 * become of those before it.
 *
 * Context: task context; sleeps.
 * Return: 0, or -ENOMEM if none has been made.
 */
int efi_call_all(const char *name, struct efi_call *calls, unsigned int nr);

/**
 * efi_call_all_in() - make several calls with one switch, and allocate nothing
 * @name:	of what they are for, for logs and traces; stays valid
 * @calls:	the calls; @status, @error and @msecs of each are set
 * @nr:		number of @calls
 * @prealloc:	memory for @nr requests, from kmalloc()
 *
 * Otherwise as efi_call_all().
 *
 * Context: task context; sleeps.
 */
void efi_call_all_in(const char *name, struct efi_call *calls, unsigned int nr,
		     struct efi_mode_request *prealloc);

/**
 * __efi_protocol_read() - read data of an interface, or what it points to
 * @protocol:	as of efi_protocol_open()
 * @buf:	where to
 * @size:	bytes
 * @offsets:	of pointers, the first in the interface, the second in what that
 *		points to, and so on; the last is of the data
 * @nr:		number of @offsets, 1 to 5
 *
 * All of it is looked up and copied in firmware's world at TPL_NOTIFY, so that it is
 * of one moment.
 *
 * Context: task context; sleeps.
 * Return: 0, -ENODEV and -EIO as __efi_protocol_call(), -ENOMEM, -ENOENT if a pointer is
 * NULL.
 */
int __efi_protocol_read(struct efi_protocol *protocol, void *buf, size_t size,
			const size_t *offsets, unsigned int nr);

/**
 * efi_protocol_read() - read data of an interface, or what it points to
 * @protocol:	as of efi_protocol_open()
 * @buf:	where to
 * @size:	bytes
 * @...:	offsets, as of __efi_protocol_read()
 *
 * The media of a disk, for instance, to which its BlockIo interface has a pointer:
 *
 *	efi_protocol_read(io, &media, sizeof(media),
 *			  offsetof(efi_block_io_protocol_t, media), 0)
 *
 * Context: task context; sleeps.
 * Return: as __efi_protocol_read().
 */
#define efi_protocol_read(protocol, buf, size, ...)			\
	__efi_protocol_read(protocol, buf, size,			\
			    (const size_t[]){ __VA_ARGS__ },		\
			    sizeof((const size_t[]){ __VA_ARGS__ }) /	\
			    sizeof(size_t))

/**
 * efi_protocol_watch_keys() - let a keyboard tell of keys at once
 * @keyboard:	SimpleTextInputEx, as of efi_protocol_open()
 * @keys:	physical address of an array of EFI_KEY_DATA
 * @nr:		number of them
 *
 * In whatever state Linux and the reader of the keyboard are: efi_mode_event_watch_keys() says
 * who is told. It ends when the driver is gone from the device.
 *
 * Context: task context; sleeps.
 * Return: 0, -EOPNOTSUPP if firmware does it for none of the keys, or as
 * efi_protocol_call().
 */
int efi_protocol_watch_keys(struct efi_protocol *keyboard, phys_addr_t keys,
			    unsigned int nr);

/* Memory */

/**
 * efi_memory_abandon() - never use memory again
 * @phys:	its address; the pages are somebody's, who gives them back some time
 * @size:	bytes
 *
 * For what is not in a buffer, when firmware has stopped in the call that had its address:
 * a device that it has told to may still read or write there.
 *
 * Context: any.
 */
void efi_memory_abandon(phys_addr_t phys, size_t size);

/* Devices that have only 32 bits for an address can use it */
#define EFI_BUFFER_BELOW_4G	BIT(0)

/**
 * struct efi_buffer - memory that firmware gets the address of
 * @virt:	for Linux
 * @phys:	for firmware, and for a device that it hands it to: both address memory
 *		physically, and an IOMMU that firmware uses is its own affair
 * @size:	bytes
 */
struct efi_buffer {
	void *virt;
	phys_addr_t phys;
	size_t size;
};

/**
 * efi_buffer_alloc() - allocate a buffer
 * @edev:	the device that it is for, which the caller is bound to
 * @size:	bytes
 * @align:	of the physical address: a power of two, or 0. It is a page at least.
 * @flags:	EFI_BUFFER_*
 *
 * The buffer is contiguous and full of zeros. When the driver is gone from the device
 * it is freed, so it must not be with firmware any more when remove() returns. If firmware
 * has stopped it is not freed: a device may still have it.
 *
 * Context: task context; sleeps.
 * Return: the buffer, or an ERR_PTR: -ENOMEM, -EINVAL.
 */
struct efi_buffer *efi_buffer_alloc(struct efi_device *edev, size_t size,
				    size_t align, unsigned int flags);

/**
 * efi_buffer_free() - free a buffer, before remove()
 * @edev:	as of efi_buffer_alloc()
 * @buffer:	the buffer, which firmware has no use for any more
 *
 * Context: task context; sleeps.
 */
void efi_buffer_free(struct efi_device *edev, struct efi_buffer *buffer);

/**
 * efi_buffer_abandon() - never free a buffer
 * @edev:	as of efi_buffer_alloc()
 * @buffer:	the buffer, which a token of firmware's names that has not come back
 *
 * The memory is nobody's from then on. Only @buffer itself is freed.
 *
 * Context: task context.
 */
void efi_buffer_abandon(struct efi_device *edev, struct efi_buffer *buffer);

/* Events */

struct efi_event;

/**
 * typedef efi_event_handler_t - an event of firmware has been signalled
 * @event:	the event
 * @data:	as of efi_event_create()
 *
 * Context: hard interrupt, after the slice in which it was signalled. However
 * often that was, it is called once.
 */
typedef void (*efi_event_handler_t)(struct efi_event *event, void *data);

/**
 * efi_event_create() - create an event that wakes Linux
 * @edev:	the device that it is for, which the caller is bound to
 * @type:	%EFI_EVT_TIMER or 0
 * @handler:	is called when it has been signalled
 * @data:	for @handler
 *
 * The event is of type EVT_NOTIFY_SIGNAL. Its notify function is at TPL_NOTIFY in the
 * resident half of Linux, and only notes that it ran.
 *
 * Context: task context; sleeps.
 * Return: the event, or an ERR_PTR: -ENOMEM, -ENOSPC if there are too many, -EIO.
 */
struct efi_event *efi_event_create(struct efi_device *edev, u32 type,
				   efi_event_handler_t handler, void *data);

/**
 * efi_event_value() - what firmware calls the event
 * @event:	as of efi_event_create()
 *
 * Context: any.
 * Return: the EFI_EVENT, for an argument or a token.
 */
u64 efi_event_value(const struct efi_event *event);

/**
 * efi_event_set_timer() - arm or cancel the timer of an event
 * @event:	as of efi_event_create(), of type %EFI_EVT_TIMER
 * @delay:	EfiTimerCancel, EfiTimerPeriodic or EfiTimerRelative
 * @time:	in units of 100 ns
 *
 * Context: task context; sleeps.
 * Return: 0, or -EIO.
 */
int efi_event_set_timer(struct efi_event *event, EFI_TIMER_DELAY delay,
			u64 time);

/**
 * efi_event_submit() - note that the firmware is about to get the event in a token
 * @event:	as of efi_event_create()
 *
 * Firmware has it, and the memory that the token names, until it is signalled. Linux does
 * not return to firmware before, and the event is not closed.
 *
 * Context: any, before the call.
 */
void efi_event_submit(struct efi_event *event);

/**
 * efi_event_cancel() - undo efi_event_submit(), because the firmware refused the token
 * @event:	as of efi_event_create()
 *
 * Context: any.
 */
void efi_event_cancel(struct efi_event *event);

/**
 * efi_event_destroy() - close an event, before remove()
 * @edev:	as of efi_event_create()
 * @event:	as of efi_event_create()
 *
 * When it returns the handler does not run and will not. If firmware has it in a token
 * it stays with firmware, and nothing comes of it.
 *
 * Context: task context; sleeps.
 */
void efi_event_destroy(struct efi_device *edev, struct efi_event *event);

#endif /* _EFI_MODE_BUS_H */
