/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Protocols of the devices on the bus
 *
 * <efi-mode/bus.h> has an example, and includes this.
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
 * efi_protocol_open_above() - begin to use a protocol of what a device is behind
 * @edev:	the device, which the caller is bound to
 * @guid:	of the protocol, which the controller of @edev has, or what is above it
 * @tpl:	as of efi_protocol_open()
 *
 * The protocol belongs to the binding to @edev. When the controller has gone calls return
 * -ENODEV.
 *
 * Context: task context; sleeps.
 * Return: as efi_protocol_open(); -ENODEV also if nothing above @edev has the protocol.
 */
struct efi_protocol *efi_protocol_open_above(struct efi_device *edev,
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
 * efi_protocol_submit() - call functions of protocols
 * @calls:	the calls, as of efi_call_submit(). Those with @protocol are for its
 *		interface, and their target is filled in here unless it is set. Those
 *		without are made as they are.
 * @nr:		number of @calls, at least 1; exactly 1 if the call has a flag
 *
 * If the firmware has installed protocols, the bus looks at the news first, and the calls
 * that were refused are made again. With %EFI_CALL_PANIC the function is called at
 * %EFI_TPL_APPLICATION.
 *
 * Context: task context, may sleep; see the flags for other contexts.
 * Return: as efi_call_submit(). -ENODEV also if the protocol is not on the handle any
 * more.
 */
int efi_protocol_submit(struct efi_call *calls, unsigned int nr);

/**
 * EFI_PROTOCOL_CALL() - initializer of a struct efi_call for a function of a protocol
 * @proto:	as of efi_protocol_open()
 * @type:	type of the protocol interface
 * @func:	member of @type
 * @...:	arguments but for the first, which is the interface, of the types in the
 *		prototype
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
 * efi_protocol_call_flags() - call a function of a protocol
 * @call_flags:	EFI_CALL_*
 * @protocol:	as of efi_protocol_open()
 * @efi_status:	efi_status_t *: set to what the function returns, or to an error
 * @type:	type of the protocol interface
 * @func:	member of @type
 * @...:	arguments but for the first, which is the interface
 *
 * Context: as the flags say.
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
 * @protocol:	as of efi_protocol_open()
 * @efi_status:	efi_status_t *: set to what the function returns, or to an error
 * @type:	type of the protocol interface
 * @func:	member of @type
 * @...:	arguments but for the first, which is the interface
 *
 * Context: task context; sleeps.
 * Return: 0 if the function was called, or an error as efi_protocol_submit().
 */
#define efi_protocol_call(protocol, efi_status, type, func, ...)	\
	efi_protocol_call_flags(0, protocol, efi_status, type, func,	\
				##__VA_ARGS__)

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
 * Return: 0, an error as efi_protocol_submit(), -ENOMEM, or -ENOENT if a pointer is
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

#endif /* _EFI_MODE_PROTOCOL_H */
