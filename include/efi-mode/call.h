/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Call the firmware: implemented by arch/efi/kernel/call.c
 *
 * A call is a struct efi_call, and efi_call_submit() makes it. Most callers use a
 * macro that fills in the structure, submits it, and compares the arguments with the
 * prototype of the function:
 *
 *	efi_bs_call()		a boot service
 *	efi_rt_call()		a runtime service
 *	efi_table_call()	a function in any table of which the address is known
 *	efi_protocol_call()	a function of a protocol of a device on the bus:
 *				<efi-mode/protocol.h>
 *
 * The firmware does not know the virtual addresses of the kernel. Every pointer among
 * the arguments has the type that the prototype says, and its value is a *physical*
 * address: efi_phys() makes one. The memory has to be physically contiguous, and has to
 * stay allocated and untouched until the function returns.
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
 * Without a flag, the caller sleeps and the call is preemptible: when a slice of the
 * firmware ends before the function has returned, the caller is scheduled like any other
 * task, and the function goes on in a later slice.
 */

/*
 * Do not sleep. Linux holds off its interrupts until the function returns; the firmware's
 * clock goes on. The call fails with -EBUSY if another call has not finished, or if the
 * firmware was interrupted in work of its own. If the function has not returned after ten
 * seconds the firmware is stopped, and the call fails with -EIO. Any context but NMI.
 */
#define EFI_CALL_ATOMIC		BIT(0)

/*
 * The kernel is dying, perhaps with any of its locks held, and no other task runs. A call
 * that has not finished gets up to two seconds to do so, once; its caller will not run
 * again. The function itself gets ten seconds, in which the firmware's clock goes on.
 * Interrupts of Linux are lost. Any context but NMI.
 */
#define EFI_CALL_PANIC		BIT(1)

/* As EFI_CALL_PANIC, for a function that is not expected to return: 30 seconds */
#define EFI_CALL_LAST		BIT(2)

/**
 * struct efi_call - a call of a function of the firmware
 * @name:	of the function, for logs and traces; must stay valid
 * @protocol:	for efi_protocol_submit(); efi_call_submit() ignores it
 * @target:	protocol on a handle. If @target.handle is not 0, the firmware is asked for
 *		the interface immediately before the call, and the interface becomes the
 *		first argument.
 * @table:	physical address of the table or interface that holds the function; 0 for
 *		the interface of @target
 * @slot:	offset of the pointer to the function in @table, in bytes
 * @flags:	EFI_CALL_*; 0 for a call that may sleep
 * @nargs:	number of @args, at most %EFI_MODE_MAX_ARGS
 * @args:	arguments; @args[0] is replaced if there is a target
 * @status:	set by efi_call_submit(): the EFI status that the function has returned. If
 *		it was not called, %EFI_ABORTED, %EFI_NOT_READY, %EFI_TIMEOUT,
 *		%EFI_NOT_FOUND or %EFI_INVALID_PARAMETER, according to @error.
 * @error:	set by efi_call_submit(): 0 if the function has returned, or the reason why
 *		not, see there
 * @cycles:	set by efi_call_submit(): how long the function ran, in cycles of the TSC
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
 * efi_call_submit() - call functions of the firmware
 * @calls:	the calls
 * @nr:		number of @calls, at least 1; exactly 1 if the call has a flag
 *
 * The functions run one after the other, whatever each of them returns, on the CPU of
 * the caller and on the firmware's stack: at the task priority of the target, or at
 * TPL_APPLICATION if there is none (UEFI 2.10, section 7.1). One switch is enough for up
 * to 32 calls. Calls of different tasks are made in the order in which the tasks have
 * asked.
 *
 * A call without a flag cannot be ended early. If an exception in the firmware stops it,
 * the calls of that switch fail, also those that had returned.
 *
 * Context: task context, may sleep; see the flags for other contexts.
 * Return: 0 if each function has returned, or the error of the first that has not:
 *
 * * -EIO	an exception has stopped the firmware, in this function or before, or a
 *		call with EFI_CALL_ATOMIC that did not return
 * * -ESHUTDOWN	the firmware is out of reach, or the system is about to end
 * * -EBUSY	see EFI_CALL_ATOMIC
 * * -ETIMEDOUT	see EFI_CALL_PANIC and EFI_CALL_LAST; all later calls fail
 * * -ENODEV	the handle does not have the protocol of the target
 * * -EAGAIN	the firmware has installed protocols since the kernel looked, so the handle
 *		may be another object by now (targets with @must_be_current)
 * * -EINVAL	too many arguments, or several calls with a flag
 */
int efi_call_submit(struct efi_call *calls, unsigned int nr);

/**
 * efi_mode_read() - copy memory of the firmware
 * @from:	physical address of memory that does not go away meanwhile
 * @to:		destination: physically contiguous memory, as from kmalloc()
 * @size:	bytes
 *
 * The firmware's side does the copying, because @from is an address of the firmware's.
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
 * Return: a pointer of the same type, of which the value is the physical address. The
 * kernel must not dereference it.
 */
#define efi_phys(ptr)	((typeof(&*(ptr)))__pa(ptr))

/*
 * The arguments as a list of u64. A cast to unsigned long is what makes a number of a
 * pointer, and changes no number.
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

/* sizeof() does not evaluate the call, but the compiler checks it */
#define __efi_nargs(call, ...)						\
	(COUNT_ARGS(__VA_ARGS__) + 0 * sizeof((call(__VA_ARGS__), 0)))

/**
 * EFI_TABLE_CALL() - initializer of a struct efi_call for a function in a table
 * @label:	name of the table, a string literal
 * @tbl:	pointer to the table, of which the value is its physical address
 * @func:	member of the table that points to the function
 * @...:	all arguments, of the types in the prototype
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
 * efi_table_call() - call a function in a table of which the address is known
 * @call_flags:	EFI_CALL_*
 * @label:	name of the table, a string literal
 * @tbl:	pointer to the table, of which the value is its physical address
 * @func:	member of the table that points to the function
 * @...:	all arguments, of the types in the prototype
 *
 * Context: as the flags say.
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
 * @...:	arguments
 *
 * Context: task context; sleeps.
 * Return: the EFI status, see struct efi_call.
 */
#define efi_bs_call(func, ...)						\
	efi_table_call(0, "boot services", efi_mode_systab()->boottime,	\
		       func, ##__VA_ARGS__)

/**
 * efi_rt_call() - call a runtime service
 * @flags:	EFI_CALL_*
 * @func:	member of efi_runtime_services_t
 * @...:	arguments
 *
 * Context: as @flags say.
 * Return: the EFI status, see struct efi_call.
 */
#define efi_rt_call(flags, func, ...)					\
	efi_table_call(flags, "runtime services",			\
		       efi_mode_systab()->runtime, func, ##__VA_ARGS__)

#endif /* _EFI_MODE_CALL_H */
