/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calling the firmware: what drivers see
 *
 * Firmware has one stack and one address space, in which the kernel's virtual
 * addresses mean nothing. So functions are named by the physical address of a
 * table (or protocol interface) and the offset of the function pointer in it,
 * and every argument is a u64: a number, or the *physical* address of memory
 * that stays allocated, contiguous and untouched until the call returns. There
 * is no implicit conversion from a pointer.
 */
#ifndef _EFI_MODE_FIRMWARE_H
#define _EFI_MODE_FIRMWARE_H

#include <linux/efi.h>
#include <linux/list.h>
#include <linux/notifier.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <efi-mode/handoff.h>

/* The types of tables and protocols are the EFI stub's */
#include "../../drivers/firmware/efi/libstub/efistub.h"

/**
 * efi_mode_call() - call a firmware function
 * @name:	of the function, for logs and traces; stays valid
 * @table:	physical address of the table or protocol interface
 * @slot:	offset of the function pointer in @table, in bytes
 * @args:	arguments
 * @nargs:	number of @args, at most %EFI_MODE_MAX_ARGS
 *
 * The function runs at TPL_APPLICATION (UEFI 2.10, section 7.1), on the CPU of
 * the caller and on the firmware's stack. Calls are made one at a time, in the
 * order of their mutex. When firmware's time is over before the function has
 * returned, the caller is scheduled like any other task and goes on later.
 *
 * Context: task context; sleeps. There is no way to end a call early.
 * Return: the EFI status of the function; %EFI_ABORTED if an exception in it, or
 * an earlier one, has stopped the firmware; %EFI_NOT_READY if there is no
 * firmware to call, %EFI_INVALID_PARAMETER if there are too many arguments.
 */
efi_status_t efi_mode_call(const char *name, phys_addr_t table, size_t slot,
			   const u64 *args, unsigned int nargs);

/**
 * efi_mode_call_target() - call a function of a protocol on a handle
 * @target:	handle and protocol, or NULL
 * @refused:	EFI_MODE_REFUSED_*: whether the function was called, and why not
 * @name:	of the function, for logs and traces; stays valid
 * @table:	0 for a function of the interface itself, else the physical address of
 *		another table
 * @slot:	offset of the function pointer in the interface or @table, in bytes
 * @args:	arguments; the first is replaced by the address of the interface
 * @nargs:	number of @args, at most %EFI_MODE_MAX_ARGS
 *
 * Firmware is asked for the interface immediately before the call, at the task
 * priority of @target, and keeps that until the function returns. Drivers have
 * <efi-mode/bus.h>.
 *
 * Context: as efi_mode_call().
 * Return: as efi_mode_call(); %EFI_NOT_FOUND if firmware has refused.
 */
efi_status_t efi_mode_call_target(const struct efi_mode_target *target,
				  u32 *refused, const char *name,
				  phys_addr_t table, size_t slot,
				  const u64 *args, unsigned int nargs);

/**
 * efi_mode_call_chain() - make several calls with one switch
 * @name:	of what they are for, for logs and traces; stays valid
 * @requests:	in memory as kmalloc() gives it: @target, @table, @slot, @args and
 *		@nargs are set, the rest is 0. Afterwards @status, @refused and
 *		@cycles tell what became of each.
 * @nr:		number of @requests, at least 1
 *
 * Firmware makes one after the other, whatever they return. Drivers have
 * efi_call_all().
 *
 * Context: as efi_mode_call().
 */
void efi_mode_call_chain(const char *name, struct efi_mode_request *requests,
			 unsigned int nr);

/**
 * efi_mode_call_atomic() - call a firmware function that returns soon
 * @name:	of the function, for logs and traces; stays valid
 * @table:	physical address of the table or protocol interface
 * @slot:	offset of the function pointer in @table, in bytes
 * @args:	arguments
 * @nargs:	number of @args, at most %EFI_MODE_MAX_ARGS
 *
 * Interrupts are held off in both worlds until the function returns, so it must
 * be one that needs no timer event of firmware's: output to a console, reading
 * the clock.
 *
 * Context: any but NMI; does not sleep.
 * Return: as efi_mode_call(); %EFI_NOT_READY also if another call has not finished, or
 * firmware has been interrupted in something of its own.
 */
efi_status_t efi_mode_call_atomic(const char *name, phys_addr_t table,
				  size_t slot, const u64 *args,
				  unsigned int nargs);

/**
 * efi_mode_call_panic() - call a firmware function when the kernel is dying
 * @name:	of the function, for logs and traces; stays valid
 * @table:	physical address of the table or protocol interface
 * @slot:	offset of the function pointer in @table, in bytes
 * @args:	arguments
 * @nargs:	number of @args, at most %EFI_MODE_MAX_ARGS
 *
 * A call that has not finished is first given up to two seconds to do so, once. Its
 * caller will not run again. The function itself has ten seconds. Firmware's clock
 * goes on meanwhile; interrupts of Linux's are lost, now and afterwards: the kernel
 * may be dying with any of its locks held.
 *
 * Context: any but NMI, when nothing else runs any more.
 * Return: as efi_mode_call_atomic(); %EFI_TIMEOUT if it does not return, and
 * %EFI_NOT_READY for all calls after that.
 */
efi_status_t efi_mode_call_panic(const char *name, phys_addr_t table,
				 size_t slot, const u64 *args,
				 unsigned int nargs);

/**
 * efi_mode_call_panic_target() - the same, of a protocol on a handle
 * @target:	handle and protocol, at %EFI_TPL_APPLICATION
 * @name:	as efi_mode_call_panic()
 * @table:	0, or another table, as efi_mode_call_target()
 * @slot:	as efi_mode_call_target()
 * @args:	as efi_mode_call_target()
 * @nargs:	as efi_mode_call_target()
 *
 * Context: as efi_mode_call_panic().
 * Return: as efi_mode_call_panic(); %EFI_NOT_FOUND if the handle does not have the
 * protocol.
 */
efi_status_t efi_mode_call_panic_target(const struct efi_mode_target *target,
					const char *name, phys_addr_t table,
					size_t slot, const u64 *args,
					unsigned int nargs);

/**
 * efi_mode_is_stopped() - has firmware come to its end?
 *
 * Context: any.
 * Return: true if an exception in firmware's world has ended it. It stays so, and
 * every call fails.
 */
bool efi_mode_is_stopped(void);

/**
 * efi_mode_fast_tick_get() - somebody waits for what firmware does by itself
 *
 * As long as there is somebody firmware's clock ticks more often, if it can be made to
 * (``efi_mode.fast_tick=``): what is to be done at its next tick is done sooner.
 *
 * Context: task context; sleeps.
 */
void efi_mode_fast_tick_get(void);

/**
 * efi_mode_fast_tick_put() - undo efi_mode_fast_tick_get()
 *
 * Context: any but NMI.
 */
void efi_mode_fast_tick_put(void);

/**
 * struct efi_mode_poller - somebody who looks for what firmware does not announce
 * @list:	of all pollers
 * @wait:	where it waits
 * @every:	how often it wants to look, in jiffies
 * @next:	when it wants to look again, in jiffies
 * @due:	it is time; to be cleared by whoever looks
 * @idle_poll:	what efi_mode_poll_ask() asks for is enough while Linux is idle
 *
 * What firmware has to say comes with its clock, so that is when to look: in place
 * of a regular slice, with no timer, no waking up and no switch of one's own.
 */
struct efi_mode_poller {
	struct list_head list;
	wait_queue_head_t *wait;
	unsigned long every;
	unsigned long next;
	bool due;
	bool idle_poll;
};

/**
 * efi_mode_poll_start() - begin to poll
 * @poller:	@wait and @every are set
 *
 * Context: task context.
 */
void efi_mode_poll_start(struct efi_mode_poller *poller);

/**
 * efi_mode_poll_timeout() - how long to wait for @due
 * @poller:	as of efi_mode_poll_start()
 *
 * Context: any.
 * Return: jiffies after which to look although @due is not set, because the user
 * has asked for an interval longer than that; %MAX_SCHEDULE_TIMEOUT if slices come
 * often enough.
 */
unsigned long efi_mode_poll_timeout(const struct efi_mode_poller *poller);

/**
 * efi_mode_poll_ask() - what firmware is to be asked while Linux is idle
 * @poller:	as of efi_mode_poll_start(); there is one that asks
 * @questions:	in place of those of before
 * @nr:		how many, at most %EFI_MODE_NR_QUESTIONS
 *
 * An answer other than %EFI_NOT_READY makes the poller due.
 *
 * Context: any but NMI.
 */
void efi_mode_poll_ask(struct efi_mode_poller *poller,
		       const struct efi_mode_question *questions,
		       unsigned int nr);

/**
 * efi_mode_poll_stop() - end polling
 * @poller:	as of efi_mode_poll_start(); not used any more afterwards
 *
 * Context: task context.
 */
void efi_mode_poll_stop(struct efi_mode_poller *poller);

/**
 * efi_mode_has_screen() - does Linux have a screen of its own?
 *
 * Context: any.
 * Return: true if the virtual terminals are on one.
 */
bool efi_mode_has_screen(void);

/**
 * efi_mode_end_early_console() - the boot console is not needed any more
 *
 * Context: task context; sleeps.
 */
void efi_mode_end_early_console(void);

/**
 * efi_mode_systab() - the EFI system table
 *
 * Context: any, after setup_arch().
 * Return: a pointer to a copy as of the start of the kernel. Its pointers are
 * physical addresses.
 */
const efi_system_table_t *efi_mode_systab(void);

/**
 * efi_mode_register_release() - be told when the system ends
 * @nb:		is called when no process runs any more, in the order of priority
 *
 * A driver gives back all that firmware holds of its own or the reverse: events,
 * notifications, buffers. Afterwards it makes no call any more. Not called when
 * the kernel dies.
 *
 * Context: task context; sleeps. The notifier, too.
 * Return: 0.
 */
int efi_mode_register_release(struct notifier_block *nb);

/**
 * efi_mode_unregister_release() - undo efi_mode_register_release()
 * @nb:		the notifier
 *
 * Context: task context; sleeps.
 * Return: 0, or -ENOENT.
 */
int efi_mode_unregister_release(struct notifier_block *nb);

/**
 * efi_mode_read() - copy memory of firmware
 * @from:	physical address
 * @to:		where to: contiguous memory, such as kmalloc() gives
 * @size:	bytes
 *
 * For memory that cannot go meanwhile. Firmware does the copying, since it is
 * firmware's addresses that are meant.
 *
 * Context: as efi_mode_call().
 * Return: as efi_mode_call().
 */
efi_status_t efi_mode_read(phys_addr_t from, void *to, size_t size);

/**
 * typedef efi_mode_event_handler_t - an event of firmware has been signalled
 * @data:	as of efi_mode_event_open()
 *
 * Context: hard interrupt.
 */
typedef void (*efi_mode_event_handler_t)(void *data);

/**
 * efi_mode_event_open() - create an event of firmware that wakes Linux
 * @type:	%EFI_EVT_TIMER or 0
 * @news:	it is for RegisterProtocolNotify(); only one can be
 * @handler:	called after the slice in which it was signalled
 * @data:	for @handler
 *
 * Drivers have efi_event_create().
 *
 * Context: task context; sleeps.
 * Return: the number of the signal, or -ENOSPC, -EBUSY if there is one for news, -EIO.
 */
int efi_mode_event_open(u32 type, bool news, efi_mode_event_handler_t handler,
			 void *data);

/**
 * efi_mode_event_value() - what firmware calls the event
 * @signal:	as of efi_mode_event_open()
 *
 * Context: any.
 * Return: the EFI_EVENT.
 */
u64 efi_mode_event_value(int signal);

/**
 * efi_mode_event_submit() - the event goes to firmware in a token
 * @signal:	as of efi_mode_event_open()
 *
 * Until it is signalled firmware may write to the memory that the token names. So Linux
 * does not give its memory back as long as there is such an event.
 *
 * Context: any, before the call.
 */
void efi_mode_event_submit(int signal);

/**
 * efi_mode_event_cancel() - firmware has refused the token
 * @signal:	as of efi_mode_event_open()
 *
 * Context: any.
 */
void efi_mode_event_cancel(int signal);

/**
 * efi_mode_event_close() - close the event
 * @signal:	as of efi_mode_event_open(); its handler is not called any more
 *
 * One that is in a token stays, and so does its number.
 *
 * Context: task context; sleeps.
 */
void efi_mode_event_close(int signal);

/**
 * efi_mode_event_take_protocol() - have protocols been installed?
 *
 * From then on until it is true again handles are known.
 *
 * Context: any.
 * Return: true if there were, since the last time.
 */
bool efi_mode_event_take_protocol(void);

/**
 * efi_mode_event_watch_keys() - be told of keys that firmware has been asked to tell of
 * @handler:	called after the slice in which one was pressed, or NULL
 *
 * Firmware is asked by the resident half: see arch/efi/boot/keys.c.
 *
 * Context: task context; sleeps.
 */
void efi_mode_event_watch_keys(efi_mode_event_handler_t handler);

/**
 * efi_mode_event_take_key() - which key was it?
 * @key:	where its character goes
 *
 * Context: the handler of efi_mode_event_watch_keys().
 * Return: false if there are no more.
 */
bool efi_mode_event_take_key(u16 *key);

/**
 * efi_mode_resident() - functions that the resident half has for Linux
 *
 * Context: any.
 * Return: the physical address of a struct efi_mode_resident, which is a table for
 * efi_mode_call_target().
 */
phys_addr_t efi_mode_resident(void);

/**
 * efi_mode_image() - the handle of the EFI image that Linux is
 *
 * Context: any.
 * Return: the handle: the agent when Linux opens a protocol.
 */
u64 efi_mode_image(void);

/**
 * efi_mode_call_args() - call a firmware function with arguments in a row
 * @call:	efi_mode_call, efi_mode_call_atomic or efi_mode_call_panic
 * @name:	of the function, for logs and traces; stays valid
 * @table:	physical address of the table or protocol interface
 * @slot:	offset of the function pointer in @table, in bytes
 * @...:	arguments, each a u64
 *
 * Context: as @call.
 * Return: as @call.
 */
#define efi_mode_call_args(call, name, table, slot, ...)		\
	call(name, table, slot, (const u64[]){ __VA_ARGS__ },		\
	     sizeof((const u64[]){ __VA_ARGS__ }) / sizeof(u64))

/**
 * efi_mode_bs_call() - call a boot service
 * @func:	member of efi_boot_services_t
 * @...:	arguments, each a u64
 *
 * Context: as efi_mode_call().
 * Return: as efi_mode_call().
 */
#define efi_mode_bs_call(func, ...)					\
	efi_mode_call_args(efi_mode_call, "boot services: " #func,	\
			   (unsigned long)efi_mode_systab()->boottime,	\
			   offsetof(efi_boot_services_t, func),		\
			   __VA_ARGS__)

/**
 * efi_mode_rt_call() - call a runtime service
 * @call:	efi_mode_call, efi_mode_call_atomic or efi_mode_call_panic
 * @func:	member of efi_runtime_services_t
 * @...:	arguments, each a u64
 *
 * Context: as @call.
 * Return: as @call.
 */
#define efi_mode_rt_call(call, func, ...)				\
	efi_mode_call_args(call, "runtime services: " #func,		\
			   (unsigned long)efi_mode_systab()->runtime,	\
			   offsetof(efi_runtime_services_t, func),	\
			   __VA_ARGS__)

/**
 * efi_mode_proto_call() - call a function of a protocol
 * @call:	efi_mode_call, efi_mode_call_atomic or efi_mode_call_panic
 * @type:	type of the protocol interface
 * @self:	physical address of the interface, the function's first argument
 * @func:	member of @type
 * @...:	further arguments, each a u64
 *
 * Context: as @call.
 * Return: as @call.
 */
#define efi_mode_proto_call(call, type, self, func, ...) ({		\
	phys_addr_t __self = (self);					\
									\
	efi_mode_call_args(call, #type ": " #func, __self,		\
			   offsetof(type, func), __self,		\
			   ##__VA_ARGS__);				\
})

#endif /* _EFI_MODE_FIRMWARE_H */
