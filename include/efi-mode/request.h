/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Linux can ask the firmware to do: requests, their targets, and questions
 *
 * The resident half (arch/efi/boot) includes this file, too, and so does assembly code.
 */
#ifndef _EFI_MODE_REQUEST_H
#define _EFI_MODE_REQUEST_H

#define EFI_MODE_MAX_ARGS		10
#define EFI_MODE_NR_QUESTIONS		32

/* struct efi_mode_request.state */
#define EFI_MODE_REQUEST_NONE		0
#define EFI_MODE_REQUEST_POSTED		1
#define EFI_MODE_REQUEST_RUNNING	2
#define EFI_MODE_REQUEST_DONE		3

/* Why a function was not called; struct efi_mode_request.refused */
#define EFI_MODE_REFUSED_NONE		0	/* it was */
#define EFI_MODE_REFUSED_GONE		1	/* the handle does not have the protocol */
#define EFI_MODE_REFUSED_NEWS		2	/* it may be another handle by now */
#define EFI_MODE_REFUSED_STOPPED	3	/* the kernel's: firmware has stopped */
#define EFI_MODE_REFUSED_CLOSED		4	/* the kernel's: no more calls */

/* Violations of the calling convention; struct efi_mode_request.abi_violations */
#define EFI_MODE_ABI_DF			(1 << 0)	/* the direction flag */
#define EFI_MODE_ABI_MXCSR		(1 << 1)	/* control bits of MXCSR */
#define EFI_MODE_ABI_FCW		(1 << 2)	/* x87 control word */
#define EFI_MODE_ABI_IF			(1 << 3)	/* interrupts are off */
#define EFI_MODE_ABI_TPL		(1 << 4)	/* the task priority is raised */
#define EFI_MODE_ABI_REGISTERS		(1 << 5)	/* a register that it must keep */
#define EFI_MODE_ABI_STACK		(1 << 6)	/* more than 128 KiB of stack */
#define EFI_MODE_ABI_HANDOFF		(1 << 7)	/* the end of the handoff */
#define EFI_MODE_NR_ABI_VIOLATIONS	8

#ifndef __ASSEMBLY__

#include <linux/types.h>

/**
 * struct efi_mode_target - whose function is to be called
 * @handle:	a handle, or 0 if the address of the table is known
 * @guid:	a protocol on it
 * @tpl:	task priority at which it is looked up and called
 * @must_be_current: the kernel knows the handle by what was on it; to be refused if
 *		protocols have been installed since
 */
struct efi_mode_target {
	__u64 handle;
	__u8  guid[16];
	__u32 tpl;
	__u32 must_be_current;
};

/**
 * struct efi_mode_resident - functions that the resident half has for the kernel
 * @read:	see lookup_read() in arch/efi/boot/lookup.c
 * @read_path:	see efi_mode_read_path() there
 * @notify:	notify function of the kernel's events
 * @watch_keys:	see keys_watch() in arch/efi/boot/keys.c
 * @unwatch_keys: see keys_unwatch() there
 *
 * All but @notify are called like functions of firmware.
 */
struct efi_mode_resident {
	__u64 read;
	__u64 read_path;
	__u64 notify;
	__u64 watch_keys;
	__u64 unwatch_keys;
};

/**
 * struct efi_mode_request - one firmware call
 * @state:	one of EFI_MODE_REQUEST_*
 * @nargs:	how many of @args are meant, at most %EFI_MODE_MAX_ARGS
 * @target:	whose function it is. With a handle the interface is looked up and
 *		becomes the first argument.
 * @table:	physical address of a table or protocol interface; 0 for that of
 *		@target
 * @slot:	offset of the function pointer in @table, in bytes; it is read at
 *		the time of the call, because others may hook it
 * @args:	arguments; memory by physical address
 * @status:	what the function returned
 * @abi_violations: EFI_MODE_ABI_*; the resident half has corrected them
 * @refused:	EFI_MODE_REFUSED_*
 * @next:	physical address of another one that is to be done after this, or 0
 * @cycles:	of the TSC, until the function had returned
 *
 * Without a target the call is made at TPL_APPLICATION. All that are chained by @next
 * are done when the first is: they are what one switch is enough for. Only the first
 * one has a @state.
 */
struct efi_mode_request {
	__u32 state;
	__u32 nargs;
	struct efi_mode_target target;
	__u64 table;
	__u64 slot;
	__u64 args[EFI_MODE_MAX_ARGS];
	__u64 status;
	__u32 abi_violations;
	__u32 refused;
	__u64 next;
	__u64 cycles;
};

/**
 * struct efi_mode_question - has an event of firmware's been signalled?
 * @target:	handle and protocol in whose interface the event is; looked up each time
 * @offset:	of the event there, in bytes
 * @event:	what the kernel has read there, and taken for an event. Firmware may
 *		fault when it is asked for something that is none, so another one is not
 *		asked for, and is an answer.
 */
struct efi_mode_question {
	struct efi_mode_target target;
	__u64 offset;
	__u64 event;
};

#endif /* !__ASSEMBLY__ */
#endif /* _EFI_MODE_REQUEST_H */
