/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Call the firmware: implemented by arch/efi/kernel/call.c
 *
 * Firmware has one stack and one address space, in which the kernel's virtual
 * addresses mean nothing. So functions are named by the physical address of a
 * table (or protocol interface) and the offset of the function pointer in it,
 * and every argument is a u64: a number, or the *physical* address of memory
 * that stays allocated, contiguous and untouched until the call returns. There
 * is no implicit conversion from a pointer.
 */
#ifndef _EFI_MODE_CALL_H
#define _EFI_MODE_CALL_H

#include <linux/efi.h>
#include <linux/efi-protocols.h>
#include <linux/types.h>

#include <efi-mode/request.h>
#include <efi-mode/systab.h>

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

#endif /* _EFI_MODE_CALL_H */
