/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Protocols of the devices on the bus
 *
 * <efi-mode/bus.h> includes this file, and has an example.
 */
#ifndef _EFI_MODE_PROTOCOL_H
#define _EFI_MODE_PROTOCOL_H

#include <linux/efi.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include <efi-mode/call.h>
#include <efi-mode/slice.h>

struct efi_device;
struct efi_protocol;

/**
 * efi_protocol_open() - open a protocol of a device
 * @edev:	the device, which the calling driver is bound to
 * @guid:	GUID of the protocol
 * @tpl:	task priority level at which its functions are called:
 *		%EFI_TPL_APPLICATION, %EFI_TPL_CALLBACK or %EFI_TPL_NOTIFY
 *
 * UEFI 2.10, section 7.1, lists the highest @tpl for each protocol. A higher
 * level is safer: the firmware does not handle events at or below @tpl between
 * the lookup of the interface and the return of the function, and it adds and
 * removes USB devices at TPL_CALLBACK. Use EFI_TPL_APPLICATION only for the text
 * input protocols, and for functions that wait for an event at TPL_CALLBACK or
 * below.
 *
 * The firmware's own drivers stay bound. Linux opens the protocol with
 * GET_PROTOCOL (UEFI 2.10, section 7.3), so that the firmware only records Linux
 * as a user. The other attributes do not fit. BY_DRIVER fails if a firmware
 * driver is bound to the device, and otherwise keeps a firmware driver from
 * binding to it. EXCLUSIVE makes the firmware disconnect its drivers, and with
 * them its console or its disk.
 *
 * The protocol is closed when the driver is unbound from @edev.
 *
 * Context: task context; sleeps.
 * Return: the protocol, or an ERR_PTR: -ENODEV if the handle does not have the
 * protocol, -EIO if the firmware has been stopped, -ENOMEM, -EINVAL if @tpl is
 * out of range.
 */
struct efi_protocol *efi_protocol_open(struct efi_device *edev,
				       const efi_guid_t *guid,
				       unsigned long tpl);

/**
 * efi_protocol_open_above() - open a protocol of a parent of a device
 * @edev:	the device, which the calling driver is bound to
 * @guid:	GUID of the protocol
 * @tpl:	as for efi_protocol_open()
 *
 * Opens the protocol on the nearest parent of @edev that has it, for example on
 * the controller of a disk. The protocol is closed when the driver is unbound
 * from @edev. If the parent is gone, calls return -ENODEV.
 *
 * Context: task context; sleeps.
 * Return: as efi_protocol_open(); -ENODEV also if no parent has the protocol.
 */
struct efi_protocol *efi_protocol_open_above(struct efi_device *edev,
					     const efi_guid_t *guid,
					     unsigned long tpl);

/**
 * efi_protocol_open_below() - open a protocol of a child of a device
 * @edev:	the device
 * @guid:	the protocol
 * @tpl:	the TPL of the calls, as for efi_protocol_open()
 *
 * Opens the protocol of any child that has it, and closes it when the driver is
 * unbound from @edev. If the child is gone, calls return -ENODEV.
 *
 * Context: task context; sleeps.
 * Return: as efi_protocol_open(); -ENODEV also if no child has the protocol.
 */
struct efi_protocol *efi_protocol_open_below(struct efi_device *edev,
					     const efi_guid_t *guid,
					     unsigned long tpl);

/**
 * efi_protocol_question() - fill in a question about an event in an interface
 * @protocol:	the protocol
 * @offset:	offset of the event in the interface, in bytes
 * @event:	the event, from efi_protocol_event()
 * @question:	filled in, for efi_mode_poll_ask()
 *
 * Context: any.
 */
void efi_protocol_question(const struct efi_protocol *protocol, size_t offset,
			   u64 event, struct efi_mode_question *question);

/**
 * efi_protocol_event() - read an event in an interface
 * @protocol:	the protocol
 * @offset:	offset of the event in the interface, in bytes
 *
 * Most firmware implements an EFI_EVENT as a pointer, and dereferences it
 * before it checks that it is valid. Therefore a value is only accepted if it
 * is the address of memory that the firmware or a firmware driver has
 * allocated.
 *
 * Context: task context; sleeps.
 * Return: the event, or 0 if there is none.
 */
u64 efi_protocol_event(struct efi_protocol *protocol, size_t offset);

/**
 * efi_protocol_close() - close a protocol before the driver is unbound
 * @protocol:	the protocol
 *
 * Context: task context; sleeps.
 */
void efi_protocol_close(struct efi_protocol *protocol);

/**
 * efi_protocol_submit() - call functions of protocols
 * @calls:	the calls, as for efi_call_submit(). If @protocol of a call is
 *		set, the call gets the target of the protocol, unless its target
 *		is filled in already. A call without @protocol is made as it is.
 * @nr:		number of @calls, at least 1; exactly 1 if the call has a flag
 *
 * If the firmware has installed protocols, the resident half refuses calls of
 * protocols, because their handles may belong to other objects now. The bus
 * then finds out what was installed, and makes the refused calls again. Calls
 * with a flag are not made again.
 *
 * With %EFI_CALL_PANIC and %EFI_CALL_LAST, the function is called at
 * %EFI_TPL_APPLICATION.
 *
 * Context: task context; may sleep. See the flags for other contexts.
 * Return: as efi_call_submit(), but -ENODEV instead of -EAGAIN. -ENODEV also if
 * the device of the protocol is gone.
 */
int efi_protocol_submit(struct efi_call *calls, unsigned int nr);

/**
 * EFI_PROTOCOL_CALL() - initialize a struct efi_call for a protocol function
 * @proto:	the protocol
 * @type:	type of the interface
 * @func:	member of @type
 * @...:	all arguments except the first, which is the interface, with the
 *		types of the prototype
 */
#define EFI_PROTOCOL_CALL(proto, type, func, ...)			\
	{								\
		.name	  = #type ": " #func,				\
		.protocol = (proto),					\
		.slot	  = offsetof(type, func),			\
		.nargs	  = __efi_nargs(((type *)NULL)->func,		\
					(type *)NULL, ##__VA_ARGS__),	\
		.args	  = { __efi_args(0, ##__VA_ARGS__) },		\
	}

/**
 * efi_protocol_call_flags() - call a function of a protocol, with flags
 * @call_flags:	EFI_CALL_*
 * @protocol:	the protocol
 * @efi_status:	pointer to an efi_status_t, which is set as @status of struct
 *		efi_call
 * @type:	type of the interface
 * @func:	member of @type
 * @...:	all arguments except the first, which is the interface
 *
 * Context: depends on the flags.
 * Return: as efi_protocol_submit().
 */
#define efi_protocol_call_flags(call_flags, protocol, efi_status, type, func, ...) ({ \
	struct efi_call __call =					\
		EFI_PROTOCOL_CALL(protocol, type, func, ##__VA_ARGS__);	\
	int __ret;							\
									\
	__call.flags = (call_flags);					\
	__ret = efi_protocol_submit(&__call, 1);			\
	*(efi_status) = __call.status;					\
	__ret;								\
})

/**
 * efi_protocol_call() - call a function of a protocol
 * @protocol:	the protocol
 * @efi_status:	pointer to an efi_status_t, which is set as @status of struct
 *		efi_call
 * @type:	type of the interface
 * @func:	member of @type
 * @...:	all arguments except the first, which is the interface
 *
 * Context: task context; sleeps.
 * Return: 0 if the function has returned, whatever its EFI status is; otherwise
 * an error as for efi_protocol_submit().
 */
#define efi_protocol_call(protocol, efi_status, type, func, ...)	\
	efi_protocol_call_flags(0, protocol, efi_status, type, func,	\
				##__VA_ARGS__)

/**
 * __efi_protocol_read() - read data in an interface, or data that it points to
 * @protocol:	the protocol
 * @buf:	destination
 * @size:	number of bytes to read
 * @offsets:	offsets in bytes: of a pointer in the interface, of a pointer in
 *		the structure that it points to, and so on; the last offset is
 *		that of the data
 * @nr:		number of @offsets, 1 to 5
 *
 * Drivers use efi_protocol_read().
 *
 * Context: task context; sleeps.
 * Return: see efi_protocol_read().
 */
int __efi_protocol_read(struct efi_protocol *protocol, void *buf, size_t size,
			const size_t *offsets, unsigned int nr);

/**
 * efi_protocol_read() - read data in an interface, or data that it points to
 * @protocol:	the protocol
 * @buf:	destination
 * @size:	number of bytes to read
 * @...:	1 to 5 offsets in bytes: of a pointer in the interface, of a
 *		pointer in the structure that it points to, and so on; the last
 *		offset is that of the data
 *
 * The resident half looks up the interface, follows the pointers and copies the
 * data at TPL_NOTIFY, so that no firmware driver can change them in between.
 *
 * For example, the BlockIo interface of a disk holds a pointer to its media::
 *
 *	efi_protocol_read(io, &media, sizeof(media),
 *			  offsetof(efi_block_io_protocol_t, media), 0)
 *
 * Context: task context; sleeps.
 * Return: 0, -ENOENT if a pointer is NULL, -ENOMEM, -EINVAL if there are more
 * than 5 offsets, or an error of efi_protocol_submit().
 */
#define efi_protocol_read(protocol, buf, size, ...)			\
	__efi_protocol_read(protocol, buf, size,			\
			    (const size_t[]){ __VA_ARGS__ },		\
			    sizeof((const size_t[]){ __VA_ARGS__ }) /	\
			    sizeof(size_t))

/**
 * efi_protocol_watch_keys() - be notified of keys as soon as they are pressed
 * @keyboard:	SimpleTextInputEx of a keyboard
 * @keys:	physical address of an array of EFI_KEY_DATA
 * @nr:		number of @keys
 *
 * Registers the keys by RegisterKeyNotify() (UEFI 2.10, section 12.2). The
 * handler of efi_mode_event_watch_keys() is called for them even if no task
 * reads the keyboard, or if the task that reads it hangs. The keys are
 * unregistered when the driver is unbound.
 *
 * Context: task context; sleeps.
 * Return: 0, -EOPNOTSUPP if the firmware refuses all of the keys, -ENOMEM, or
 * an error of efi_protocol_submit().
 */
int efi_protocol_watch_keys(struct efi_protocol *keyboard, phys_addr_t keys,
			    unsigned int nr);

#endif /* _EFI_MODE_PROTOCOL_H */
