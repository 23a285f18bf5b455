/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Internal header of the bus for the firmware's handles
 *
 * Each handle with a hardware protocol becomes a device. The files in this
 * directory find the handles, bind drivers to the devices, and provide these
 * drivers with protocols, buffers and events. Drivers include <efi-mode/bus.h>
 * only, or <efi-mode/bus-pump.h>. The functions of bus.c, protocol.c, buffer.c,
 * bus-event.c and bus-pump.c are declared in the public header of the same name. Read the files from bus.c
 * downwards.
 *
 * Calls run downwards. Files on a line do not call each other:
 *
 *	bus-pump
 *	bus, protocol, buffer, bus-event
 *	scan, devres, ptr-check
 *	device, connect
 *	handles, names
 *	path
 *
 * names.c and path.c contain pure functions and tables only.
 */
#ifndef _EFI_MODE_BUS_INTERNAL_H
#define _EFI_MODE_BUS_INTERNAL_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/list.h>
#include <linux/mutex.h>

#include <efi-mode/bus.h>

/* names.c */

/*
 * A hardware protocol: a handle that has it becomes a device. Protocols without
 * this flag only have a name.
 */
#define EFI_KNOWN_DEVICE	BIT(0)

/**
 * struct efi_known_protocol - a protocol that the bus knows by name
 * @guid:	GUID of the protocol
 * @name:	name in the UEFI specification, without "EFI" and "PROTOCOL"
 * @flags:	EFI_KNOWN_*
 */
struct efi_known_protocol {
	efi_guid_t guid;
	const char *name;
	unsigned int flags;
};

extern const struct efi_known_protocol efi_known_protocols[];
extern const unsigned int efi_nr_known_protocols;

const char *efi_protocol_name(const efi_guid_t *guid);
bool efi_is_device_protocol(const efi_guid_t *guid);

/* path.c */

/* Type and subtype of a device path node (UEFI 2.10, section 10.3) */
#define EFI_NODE_HARDWARE	0x01
#define EFI_NODE_ACPI		0x02
#define EFI_NODE_MESSAGING	0x03
#define EFI_NODE_MEDIA		0x04
#define EFI_NODE(type, sub)	((type) << 8 | (sub))

size_t efi_path_body(const void *path, size_t size);
const struct efi_generic_dev_path *efi_path_last(const void *path, size_t size);
bool efi_path_is_below(const void *path, size_t size, const void *above,
		       size_t above_size);
char *efi_path_to_text(const void *path, size_t size);

/* handles.c */

#define EFI_OPEN_BY_HANDLE	0x01
#define EFI_OPEN_GET_PROTOCOL	0x02
#define EFI_OPEN_BY_CHILD	0x08
#define EFI_OPEN_BY_DRIVER	0x10

/**
 * struct efi_open_entry - one user of a protocol
 * @agent:	handle of the image or driver that has opened the protocol
 * @controller:	handle of the controller that it was opened for
 * @attributes:	EFI_OPEN_*
 * @count:	number of times that @agent has opened it with these attributes
 *
 * EFI_OPEN_PROTOCOL_INFORMATION_ENTRY (UEFI 2.10, section 7.3).
 */
struct efi_open_entry {
	u64 agent;
	u64 controller;
	u32 attributes;
	u32 count;
};

int efi_handles_with(const efi_guid_t *guid, u64 **handles);

/*
 * Called with the @n handles that have protocol number @i. Return: 0 to
 * continue, or an error to stop.
 */
typedef int (*efi_handles_found_t)(unsigned int i, const u64 *handles,
				   unsigned int n, void *data);

int efi_handles_with_each(const efi_guid_t *guids, unsigned int nr,
			  efi_handles_found_t found, void *data);
int efi_handles_installed(u64 registration, u64 *handle);
int efi_handle_guids(u64 handle, efi_guid_t **guids);
int efi_handle_openers(u64 handle, const efi_guid_t *guid,
		       struct efi_open_entry **entries);
void *efi_handle_path(u64 handle, size_t *size);
char *efi_handle_path_text(const void *path, size_t size);
int efi_watch_protocol(const efi_guid_t *guid, int signal, u64 *registration);

/* connect.c */

int efi_handle_connect(u64 handle);
int efi_handle_disconnect(u64 handle);
int efi_handle_disconnect_child(u64 handle, u64 child);
void efi_handle_disconnect_users(u64 handle, const efi_guid_t *guid);
void efi_connect_all(void);

/* ptr-check.c */

bool efi_map_ptr_is_valid(const void *map, size_t size, size_t desc_size,
			  u64 address);
bool efi_ptr_is_valid(u64 address);

/* devres.c */

/**
 * struct efi_devres_counts - number of firmware resources that drivers hold
 * @protocols:	open protocols
 * @buffers:	allocated buffers
 * @events:	events that have been created
 * @keys:	keyboards whose key presses are watched
 * @pumps:	instances of the Managed Network Protocol
 * @abandoned:	pieces of memory that will never be freed
 */
struct efi_devres_counts {
	atomic_t protocols;
	atomic_t buffers;
	atomic_t events;
	atomic_t keys;
	atomic_t pumps;
	atomic_t abandoned;
};

extern struct efi_devres_counts efi_devres;

int efi_devres_match(struct device *dev, void *res, void *data);

/* scan.c */

int efi_scan_watch(const struct efi_device_id *ids);
void efi_rescan(void);
void efi_scan_notifications(void);
int efi_scan_start(void);
void efi_scan_stop(void);
void efi_scan_end(void);

/* device.c */

extern struct list_head efi_devices;
extern struct mutex efi_devices_mutex;
extern const struct bus_type efi_bus_type;

bool efi_device_has(const struct efi_device *edev, const efi_guid_t *guid);
struct efi_device *efi_device_alloc(void);
int efi_device_add(struct efi_device *edev, struct device *parent);
void efi_device_tell_changed(struct efi_device *edev, bool reinstalled);
int efi_device_bus_register(void);
void efi_device_bus_unregister(void);

#endif /* _EFI_MODE_BUS_INTERNAL_H */
