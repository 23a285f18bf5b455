/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Firmware calls: implemented by arch/efi/kernel/call.c
 *
 * A call is a struct efi_call, and efi_call_submit() makes it. Most callers use
 * one of these macros. Each fills in the structure, submits it, and checks the
 * types of the arguments against the prototype of the function:
 *
 *	efi_bs_call()		a boot service
 *	efi_rt_call()		a runtime service
 *	efi_table_call()	a function in any table whose address is known
 *	efi_protocol_call()	a function of a protocol of a device on the bus:
 *				<efi-mode/protocol.h>
 *
 * The firmware does not know the virtual addresses of the kernel. Every pointer
 * among the arguments has the type from the prototype, but its value is a
 * *physical* address: use efi_phys(). The memory must be physically contiguous.
 * Until the function returns, it must stay allocated, and the kernel must not
 * access it.
 */
#ifndef _EFI_MODE_CALL_H
#define _EFI_MODE_CALL_H

#include <linux/args.h>
#include <linux/bits.h>
#include <linux/efi.h>
#include <linux/efi-protocols.h>
#include <linux/io.h>
#include <linux/types.h>

#include <efi-mode/request.h>
#include <efi-mode/systab.h>

struct efi_protocol;

/*
 * Flags of a call. Without a flag, the caller sleeps and the call is
 * preemptible: if a slice of the firmware ends before the function has
 * returned, the scheduler can run other tasks. The function continues in a
 * later slice.
 */

/**
 * EFI_CALL_ATOMIC - do not sleep during the call
 *
 * Linux disables its interrupts until the function returns; the firmware's
 * clock continues to tick. The call fails with -EBUSY if another call has not
 * finished, or if the firmware was interrupted in work of its own. If the
 * function has not returned after ten seconds, the firmware is stopped, and the
 * call fails with -EIO.
 *
 * Context: any except NMI.
 */
#define EFI_CALL_ATOMIC		BIT(0)

/**
 * EFI_CALL_PANIC - make the call in a panic
 *
 * Any lock may be held, and no other task runs. If another call has not
 * finished, it first gets up to two seconds to finish, because its caller will
 * not run again. This is done only once. Then the function gets ten seconds.
 * The firmware's clock continues to tick, and Linux loses its own interrupts.
 *
 * Context: any except NMI.
 */
#define EFI_CALL_PANIC		BIT(1)

/**
 * EFI_CALL_LAST - make a call from which the firmware should not return
 *
 * As EFI_CALL_PANIC, but the function gets 30 seconds.
 *
 * Context: any except NMI.
 */
#define EFI_CALL_LAST		BIT(2)

/**
 * struct efi_call - a call of a firmware function
 * @name:	name of the function for logs and traces. The string must stay
 *		valid.
 * @protocol:	for efi_protocol_submit(); ignored by efi_call_submit()
 * @target:	handle and protocol whose interface the function belongs to. If
 *		@target.handle is not 0, the resident half asks the firmware for
 *		the interface immediately before the call, and passes it as the
 *		first argument.
 * @table:	physical address of the table or interface that holds the
 *		pointer to the function; 0 for the interface of @target
 * @slot:	offset of the pointer in @table, in bytes
 * @flags:	EFI_CALL_*, or 0 for a call that may sleep
 * @nargs:	number of @args, 0 to %EFI_MODE_MAX_ARGS
 * @args:	the arguments. If there is a target, the first is replaced.
 * @status:	set by efi_call_submit(): the EFI status that the function
 *		returned. If @error is not 0, the status corresponds to it:
 *		%EFI_ABORTED, %EFI_NOT_READY, %EFI_TIMEOUT, %EFI_NOT_FOUND or
 *		%EFI_INVALID_PARAMETER.
 * @error:	set by efi_call_submit(): 0 if the function has returned,
 *		otherwise one of the errors of efi_call_submit()
 * @cycles:	set by efi_call_submit(): how long the function ran, in TSC
 *		cycles
 */
struct efi_call {
	const char *name;
	struct efi_protocol *protocol;
	struct efi_mode_target target;
	phys_addr_t table;
	size_t slot;
	unsigned int flags;
	unsigned int nargs;
	u64 args[EFI_MODE_MAX_ARGS];
	efi_status_t status;
	int error;
	u64 cycles;
};

/**
 * efi_call_submit() - call firmware functions
 * @calls:	the calls
 * @nr:		number of @calls, at least 1; exactly 1 if the call has a flag
 *
 * The functions run one after the other on the CPU of the caller. An error
 * status of one function does not keep the next from being called. Each
 * function runs on a 128 KiB stack in the resident half, at the task priority
 * level of the target, or at TPL_APPLICATION if there is no target (UEFI 2.10,
 * sections 2.3.4 and 7.1).
 *
 * Up to 32 calls without a flag need only one switch to the firmware. Tasks
 * that call the firmware at the same time are served in the order of their
 * submissions.
 *
 * A call without a flag cannot be cancelled, and has no timeout. If an
 * exception stops the firmware during a switch, all calls of that switch fail,
 * even those that had returned.
 *
 * Context: task context; may sleep. See the flags for other contexts.
 * Return: 0 if all functions have returned, or the first error:
 *
 * * -EIO - An exception has stopped the firmware, in this function or earlier;
 *   or a call with EFI_CALL_ATOMIC has not returned in time.
 * * -ESHUTDOWN - Linux cannot switch to the firmware any more, or the system is
 *   shutting down.
 * * -EBUSY - See EFI_CALL_ATOMIC.
 * * -ETIMEDOUT - See EFI_CALL_PANIC and EFI_CALL_LAST. All later calls fail.
 * * -ENODEV - The handle does not have the protocol of the target.
 * * -EAGAIN - The firmware has installed protocols since the kernel last
 *   looked, so the handle may belong to another object now (only for targets
 *   with @must_be_current).
 * * -EINVAL - Too many arguments, or several calls of which one has a flag.
 */
int efi_call_submit(struct efi_call *calls, unsigned int nr);

/**
 * efi_mode_read() - copy memory of the firmware
 * @from:	physical address of the memory, which must stay allocated
 *		meanwhile
 * @to:		destination: physically contiguous memory, for example from
 *		kmalloc()
 * @size:	size in bytes
 *
 * The resident half copies, because @from is an address in the firmware's page
 * tables.
 *
 * Context: task context; sleeps.
 * Return: an EFI status, see struct efi_call.
 */
efi_status_t efi_mode_read(phys_addr_t from, void *to, size_t size);

/**
 * efi_phys() - convert a pointer for the firmware
 * @ptr:	virtual address in the linear mapping or in the kernel image
 *
 * Context: any.
 * Return: a pointer of the same type whose value is the physical address. The
 * kernel must not dereference it.
 */
#define efi_phys(ptr)	((typeof(&*(ptr)))__pa(ptr))

/*
 * Convert the arguments to a list of u64. The cast to unsigned long accepts
 * pointers as well as numbers, and does not change the value of a number.
 */
#define __efi_arg(x)		((u64)(unsigned long)(x))
#define __efi_args_0()
#define __efi_args_1(x)		__efi_arg(x)
#define __efi_args_2(x, ...)	__efi_arg(x), __efi_args_1(__VA_ARGS__)
#define __efi_args_3(x, ...)	__efi_arg(x), __efi_args_2(__VA_ARGS__)
#define __efi_args_4(x, ...)	__efi_arg(x), __efi_args_3(__VA_ARGS__)
#define __efi_args_5(x, ...)	__efi_arg(x), __efi_args_4(__VA_ARGS__)
#define __efi_args_6(x, ...)	__efi_arg(x), __efi_args_5(__VA_ARGS__)
#define __efi_args_7(x, ...)	__efi_arg(x), __efi_args_6(__VA_ARGS__)
#define __efi_args_8(x, ...)	__efi_arg(x), __efi_args_7(__VA_ARGS__)
#define __efi_args_9(x, ...)	__efi_arg(x), __efi_args_8(__VA_ARGS__)
#define __efi_args_10(x, ...)	__efi_arg(x), __efi_args_9(__VA_ARGS__)
#define __efi_args(...)							\
	CONCATENATE(__efi_args_, COUNT_ARGS(__VA_ARGS__))(__VA_ARGS__)

/*
 * Within sizeof(), the call is not evaluated, but the compiler checks its
 * types.
 */
#define __efi_nargs(call, ...)						\
	(COUNT_ARGS(__VA_ARGS__) + 0 * sizeof((call(__VA_ARGS__), 0)))

/**
 * EFI_TABLE_CALL() - initialize a struct efi_call for a function in a table
 * @label:	name of the table: a string literal
 * @tbl:	pointer to the table, whose value is a physical address
 * @func:	member of the table that points to the function
 * @...:	all arguments, with the types of the prototype
 */
#define EFI_TABLE_CALL(label, tbl, func, ...)				\
	{								\
		.name	= label ": " #func,				\
		.table	= (unsigned long)(tbl),				\
		.slot	= offsetof(typeof(*(tbl)), func),		\
		.nargs	= __efi_nargs((tbl)->func, ##__VA_ARGS__),	\
		.args	= { __efi_args(__VA_ARGS__) },			\
	}

/**
 * efi_table_call() - call a function in a table
 * @call_flags:	EFI_CALL_*, or 0
 * @label:	name of the table: a string literal
 * @tbl:	pointer to the table, whose value is a physical address
 * @func:	member of the table that points to the function
 * @...:	all arguments, with the types of the prototype
 *
 * Context: depends on the flags.
 * Return: the EFI status, see struct efi_call.
 */
#define efi_table_call(call_flags, label, tbl, func, ...) ({		\
	struct efi_call __call =					\
		EFI_TABLE_CALL(label, tbl, func, ##__VA_ARGS__);	\
									\
	__call.flags = (call_flags);					\
	efi_call_submit(&__call, 1);					\
	__call.status;							\
})

/**
 * efi_bs_call() - call a boot service
 * @func:	member of efi_boot_services_t
 * @...:	the arguments
 *
 * UEFI 2.10, chapter 7.
 *
 * Context: task context; sleeps.
 * Return: the EFI status, see struct efi_call.
 */
#define efi_bs_call(func, ...)						\
	efi_table_call(0, "boot services", efi_mode_systab()->boottime,	\
		       func, ##__VA_ARGS__)

/**
 * efi_rt_call() - call a runtime service
 * @flags:	EFI_CALL_*, or 0
 * @func:	member of efi_runtime_services_t
 * @...:	the arguments
 *
 * UEFI 2.10, chapter 8.
 *
 * Context: depends on the flags.
 * Return: the EFI status, see struct efi_call.
 */
#define efi_rt_call(flags, func, ...)					\
	efi_table_call(flags, "runtime services",			\
		       efi_mode_systab()->runtime, func, ##__VA_ARGS__)

#endif /* _EFI_MODE_CALL_H */
