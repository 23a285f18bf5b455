/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The handoff: the one structure through which the two halves see each other
 *
 * The resident half (arch/efi/boot) stays in the firmware's world, as the part
 * of the EFI image that was never unloaded. The kernel lives in the arena, in
 * address spaces of its own. They share this structure and nothing else. It
 * lies in the arena, below 4 GiB, and both halves use it by its physical
 * address: the firmware's page tables and the kernel's trampoline tables both
 * map it there.
 *
 * The time of the machine is divided into slices. An ingress starts a slice:
 * the kernel calls switch() and the firmware goes on where it was. An egress
 * ends it: the resident half calls switch() and the kernel goes on where it
 * was. Whoever runs has the CPU with everything that belongs to it; the other
 * one is the contents of a struct efi_mode_cpu.
 *
 * At one time there is one request, because firmware has one stack. The kernel
 * fills it in, sets %EFI_MODE_REQUEST_POSTED and gives firmware slices until it
 * reads %EFI_MODE_REQUEST_DONE.
 *
 * The kernel ends by an ingress without an egress: when it has set @leaving,
 * firmware has nobody to give the machine to, and the EFI image returns
 * @exit_status as soon as its main loop has it again.
 *
 * Both halves come from one image. The version is checked nevertheless, since
 * kexec can start a kernel that was built from other sources.
 */
#ifndef _ASM_HANDOFF_H
#define _ASM_HANDOFF_H

#include <linux/bits.h>

#include <efi-mode/request.h>

#define EFI_MODE_HANDOFF_MAGIC		0x45444f4d2d494645	/* "EFI-MODE" */
#define EFI_MODE_HANDOFF_VERSION	11
#define EFI_MODE_HANDOFF_CANARY		0x66666f646e616821	/* "!handoff" */

#define EFI_MODE_MAX_RANGES		32
#define EFI_MODE_NR_VECTORS		256
#define EFI_MODE_TRANSITION_VECTORS	19	/* up to the machine check, 18 */
#define EFI_MODE_NR_EVENTS		1024
#define EFI_MODE_NR_KEYS		16

/* How a slice ended; struct efi_mode_handoff.egress */
#define EFI_MODE_EGRESS_IDLE		0	/* no request, firmware has had its ticks */
#define EFI_MODE_EGRESS_DONE		1	/* the request is done */
#define EFI_MODE_EGRESS_TICK		2	/* the gate, at a tick of firmware's clock */
#define EFI_MODE_EGRESS_DEADLINE	3	/* the gate, before the tick */
#define EFI_MODE_EGRESS_EVENT		4	/* the timer event */
#define EFI_MODE_EGRESS_FAULT		5	/* an exception; firmware is at its end */
#define EFI_MODE_EGRESS_STALL		6	/* firmware waits, and Linux need not */
#define EFI_MODE_NR_EGRESS		7

/* How a slice can be ended by force; struct efi_mode_handoff.preempt */
#define EFI_MODE_PREEMPT_EVENT		0	/* a timer event at TPL_NOTIFY */
#define EFI_MODE_PREEMPT_GATE		1	/* the gate, at any TPL below TPL_HIGH_LEVEL */

/* What firmware's clock ticks by; struct efi_mode_handoff.clock */
#define EFI_MODE_CLOCK_NONE		0	/* not found */
#define EFI_MODE_CLOCK_APIC_PERIODIC	1	/* local APIC timer, periodic */
#define EFI_MODE_CLOCK_APIC_ONE_SHOT	2	/* local APIC timer, armed at each tick */
#define EFI_MODE_CLOCK_TSC_DEADLINE	3	/* local APIC timer, by TSC */
#define EFI_MODE_CLOCK_DEVICE		4	/* 8254 and 8259, HPET, or other */

/* Protocols have been installed. The one event that stays signalled until it is cleared */
#define EFI_MODE_EVENT_PROTOCOL		0

/* Keys are in the ring. No EFI event is behind it */
#define EFI_MODE_EVENT_KEYS		1

/* The answer to a question is there. No EFI event is behind it, either */
#define EFI_MODE_EVENT_POLL		2

/* Where the frequency of the TSC comes from, best first */
#define EFI_MODE_TSC_CPUID		1	/* CPUID leaf 0x15 */
#define EFI_MODE_TSC_HYPERVISOR		2	/* CPUID leaf 0x40000010 */
#define EFI_MODE_TSC_STALL		3	/* measured against Stall() */
#define EFI_MODE_TSC_PM_TIMER		4	/* against the ACPI PM timer */

/* struct efi_mode_request.state */
#define EFI_MODE_REQUEST_NONE		0
#define EFI_MODE_REQUEST_POSTED		1
#define EFI_MODE_REQUEST_RUNNING	2
#define EFI_MODE_REQUEST_DONE		3

/* Why a function was not called; struct efi_mode_request.refused */
#define EFI_MODE_REFUSED_NONE		0	/* it was */
#define EFI_MODE_REFUSED_GONE		1	/* the handle does not have the protocol */
#define EFI_MODE_REFUSED_NEWS		2	/* it may be another handle by now */

/* Violations of the calling convention; struct efi_mode_request.abi_violations */
#define EFI_MODE_ABI_DF			BIT(0)		/* the direction flag */
#define EFI_MODE_ABI_MXCSR		BIT(1)		/* control bits of MXCSR */
#define EFI_MODE_ABI_FCW		BIT(2)		/* x87 control word */
#define EFI_MODE_ABI_IF			BIT(3)		/* interrupts are off */
#define EFI_MODE_ABI_TPL		BIT(4)		/* the task priority is raised */
#define EFI_MODE_ABI_REGISTERS		BIT(5)		/* a register that it must keep */
#define EFI_MODE_ABI_STACK		BIT(6)		/* more than 128 KiB of stack */
#define EFI_MODE_ABI_HANDOFF		BIT(7)		/* the end of the handoff */
#define EFI_MODE_NR_ABI_VIOLATIONS	8

#ifndef __ASSEMBLY__

#include <linux/compiler_attributes.h>
#include <linux/types.h>

#include <asm/setup_data.h>
#include <asm/ticks.h>

/**
 * struct efi_mode_exceptions - what cannot be held off, and is only counted
 * @nmis:	non-maskable interrupts
 * @machine_checks: machine checks
 * @any:	both, to be compared with 0
 */
struct efi_mode_exceptions {
	union {
		struct {
			__u32 nmis;
			__u32 machine_checks;
		};
		__u64 any;
	};
};

/**
 * struct efi_mode_cpu - everything of a CPU that switch() saves and loads
 * @rsp:	stack, holding the callee-saved registers and the flags
 * @cr0:	control register 0
 * @cr3:	control register 3: the page tables
 * @cr4:	control register 4
 * @efer:	extended feature enables
 * @pat:	page attribute table
 * @xcr0:	enabled XSAVE components, valid if @cr4 has OSXSAVE
 * @fs_base:	base of FS
 * @gs_base:	base of GS
 * @kernel_gs_base: the other base of GS, for SWAPGS
 * @s_cet:	control-flow enforcement of supervisor mode, valid if @cr4 has CET
 * @fpu:	address of the x87/SSE/AVX state, 64-byte aligned; in XSAVE format
 *		if @cr4 has OSXSAVE, in FXSAVE format otherwise
 * @gdt:	pseudo-descriptor of the global descriptor table
 * @ldt:	selector of the local descriptor table
 * @tr:		selector of the task register; 0 is never loaded
 * @cs:		code segment
 * @ss:		stack segment
 * @idt:	pseudo-descriptor of the interrupt descriptor table
 * @ds:		data segment
 * @es:		data segment
 * @fs:		data segment
 * @gs:		data segment
 * @transition_gdt: pseudo-descriptor of the table that is loaded in place of @gdt while
 *		the world is neither side's: a copy, and @transition_cs behind it
 * @transition_cs: a code segment that both copies have
 * @transition_idt: pseudo-descriptor of the interrupt descriptor table for that time
 * @transition_rsp: the stack for that time
 * @exceptions:	that came in that time
 * @state_is_constant: the kernel's: from now on @pat, @gs_base, @gdt, @idt,
 *		@cs and @ss are always as they are here, and need no saving, and
 *		its data segments are null here
 *
 * @tr is given, not saved: firmware's never changes without its @gdt, and the
 * kernel's is only loaded if firmware has one. switch() takes it from
 * @transition_gdt, because LTR writes to the descriptor.
 *
 * switch.S knows the members by their offsets in the generated asm-offsets.h.
 */
struct efi_mode_cpu {
	__u64 rsp;
	__u64 cr0;
	__u64 cr3;
	__u64 cr4;
	__u64 efer;
	__u64 pat;
	__u64 xcr0;
	__u64 fs_base;
	__u64 gs_base;
	__u64 kernel_gs_base;
	__u64 s_cet;
	__u64 fpu;
	__u8  gdt[10];
	__u16 ldt;
	__u16 tr;
	__u16 cs;
	__u16 ss;
	__u16 __pad;
	__u8  idt[10];
	__u16 ds;
	__u16 es;
	__u16 fs;
	__u16 gs;
	__u16 transition_cs;
	__u8  transition_gdt[10];
	__u8  transition_idt[10];
	__u16 __pad2;
	__u64 transition_rsp;
	struct efi_mode_exceptions exceptions;
	__u32 state_is_constant;
	__u32 __pad3;
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
 * struct efi_mode_keys - keys that the kernel wants to be told of at once
 * @head:	how many there have been
 * @tail:	how many of them the kernel has taken
 * @key:	the last of them: characters, 0 when taken
 *
 * Whoever is slower than that loses the first ones.
 */
struct efi_mode_keys {
	__u32 head;
	__u32 tail;
	__u16 key[EFI_MODE_NR_KEYS];
};

/**
 * struct efi_mode_idle_poll - Linux is idle
 * @on:		set by the kernel for a slice that firmware may halt in
 * @nr:		how many of @questions there are
 * @until:	TSC of the kernel's next timer
 * @every:	cycles from one time that the questions are asked to the next
 * @asked:	TSC of the last time
 * @questions:	what is asked meanwhile, with CheckEvent(). The slice ends when the
 *		answer to any is anything but %EFI_NOT_READY.
 */
struct efi_mode_idle_poll {
	__u32 on;
	__u32 nr;
	__u64 until;
	__u64 every;
	__u64 asked;
	struct efi_mode_question questions[EFI_MODE_NR_QUESTIONS];
};

/**
 * struct efi_mode_fault - an exception in firmware's world
 * @vector:	which one
 * @error:	its error code, 0 if it has none
 * @rip:	where
 * @cs:		code segment
 * @rflags:	flags
 * @rsp:	stack
 * @ss:		stack segment
 * @address:	CR2, of a page fault the address that was accessed
 *
 * The first seven are as the entry code leaves them on the stack.
 */
struct efi_mode_fault {
	__u64 vector;
	__u64 error;
	__u64 rip;
	__u64 cs;
	__u64 rflags;
	__u64 rsp;
	__u64 ss;
	__u64 address;
};

/**
 * struct efi_mode_range - memory that belongs to the arena
 * @base:	physical address, page aligned
 * @size:	bytes, a multiple of the page size
 */
struct efi_mode_range {
	__u64 base;
	__u64 size;
};

/**
 * struct efi_mode_layout - physical addresses of the areas behind the handoff
 * @firmware_gdt: global descriptor table of the firmware for the transition
 * @linux_gdt:	global descriptor table of the kernel for the transition
 * @firmware_fpu: FPU state of the firmware
 * @linux_fpu:	FPU state of the kernel
 * @stack_top:	end of the stack on which the kernel starts
 * @memmap:	the firmware's memory map
 * @memmap_size: bytes of room for it
 */
struct efi_mode_layout {
	__u64 firmware_gdt;
	__u64 linux_gdt;
	__u64 firmware_fpu;
	__u64 linux_fpu;
	__u64 stack_top;
	__u64 memmap;
	__u64 memmap_size;
};

/**
 * struct efi_mode_setup_data - tells the kernel where the handoff is
 * @header:	node of the list in boot_params.hdr.setup_data, of the type
 *		%SETUP_EFI_MODE
 * @handoff:	physical address of the struct efi_mode_handoff
 */
struct efi_mode_setup_data {
	struct setup_data header;
	__u64 handoff;
};

/**
 * struct efi_mode_handoff - what both halves know
 * @magic:	%EFI_MODE_HANDOFF_MAGIC
 * @version:	%EFI_MODE_HANDOFF_VERSION
 * @size:	of this structure, in bytes
 * @switch_fn:	address of switch()
 * @switch_base: start of the code that the trampoline tables must map
 * @switch_size: its size in bytes
 * @extent:	bytes from the start of this structure that belong to the
 *		handoff
 * @layout:	the areas that follow this structure
 * @firmware:	the firmware's CPU, while the kernel runs
 * @linux_cpu:	the kernel's CPU, while firmware runs
 * @request:	the one firmware call
 * @egress:	how the last slice ended: EFI_MODE_EGRESS_*
 * @preempt:	EFI_MODE_PREEMPT_*
 * @clock:	EFI_MODE_CLOCK_*
 * @tick_vector: interrupt by which firmware's clock ticks
 * @slice_vector: interrupt that is ours in firmware's world, for the local APIC
 *		timer when that is not firmware's clock; 0: none
 * @irqs_off:	set by the kernel for a slice before it shares the local APIC: nothing
 *		is replayed, and nothing ends the slice
 * @linux_has_work: set by the kernel for a slice: there is a task to run while the
 *		firmware waits
 * @leaving:	set by the kernel for its last ingress
 * @signalled:	there is something new in @signals
 * @exit_status: the EFI status that the image then returns
 * @nr_pending:	how many bits are set in @pending
 * @pending:	interrupts of firmware that came to the kernel, by vector
 * @ticks:	the tick account
 * @noted_at:	TSC just before the first egress
 * @noted_left:	what the local APIC's timer read then, if it is firmware's clock
 * @earliest:	TSC before which a slice is not ended by force
 * @min_slice:	cycles that firmware gets at least once it has had its ticks
 * @max_slice_cycles:	cycles after which a slice ends although firmware is having a tick
 * @replayed:	interrupts replayed
 * @stall_until: TSC until which firmware waits, after %EFI_MODE_EGRESS_STALL
 * @tick_cost:	cycles that firmware is busy with a tick, on average of the last
 * @exceptions:	that came in slices
 * @linux_tr:	task register of the kernel
 * @transition_gdt_size: bytes of each global descriptor table for the transition
 * @transition_stack: stack for the transition
 * @transition_idt: interrupt descriptor table for the transition
 * @fault:	why firmware is at its end
 * @resident:	functions of the resident half
 * @image:	handle of the EFI image
 * @events:	events of the kernel's, as firmware calls them; 0: none
 * @signals:	which of them have been signalled
 * @keys:	keys that are watched, and have been pressed
 * @idle_poll:	what an idle kernel leaves to firmware
 * @systab:	physical address of the EFI system table
 * @tsc_khz:	frequency of the TSC
 * @tsc_source:	EFI_MODE_TSC_*
 * @nr_ranges:	ranges of the arena
 * @ranges:	the arena
 * @canary:	%EFI_MODE_HANDOFF_CANARY
 */
struct efi_mode_handoff {
	__u64 magic;
	__u32 version;
	__u32 size;

	__u64 switch_fn;
	__u64 switch_base;
	__u64 switch_size;
	__u64 extent;
	struct efi_mode_layout layout;

	struct efi_mode_cpu firmware;
	struct efi_mode_cpu linux_cpu;

	struct efi_mode_request request;
	__u32 egress;
	__u8  preempt;
	__u8  clock;
	__u8  tick_vector;
	__u8  slice_vector;
	__u8  irqs_off;
	__u8  linux_has_work;
	__u8  leaving;
	__u8  signalled;
	__u32 nr_pending;
	__u64 pending[EFI_MODE_NR_VECTORS / 64];
	__u64 exit_status;

	struct efi_mode_ticks ticks;
	__u64 noted_at;
	__u64 noted_left;
	__u64 earliest;
	__u64 min_slice;
	__u64 max_slice_cycles;
	__u64 replayed;
	__u64 stall_until;
	__u64 tick_cost;

	struct efi_mode_exceptions exceptions;
	__u16 linux_tr;
	__u16 transition_gdt_size;
	__u32 __pad2;
	__u8  transition_stack[512] __aligned(16);
	__u8  transition_idt[EFI_MODE_TRANSITION_VECTORS * 16];
	struct efi_mode_fault fault;

	struct efi_mode_resident resident;
	__u64 image;
	__u64 events[EFI_MODE_NR_EVENTS];
	__u8  signals[EFI_MODE_NR_EVENTS];
	struct efi_mode_keys keys;
	struct efi_mode_idle_poll idle_poll;

	__u64 systab;
	__u32 tsc_khz;
	__u32 tsc_source;

	__u32 nr_ranges;
	__u32 __pad3;
	struct efi_mode_range ranges[EFI_MODE_MAX_RANGES];

	__u64 canary;
};

/**
 * efi_mode_counts_ticks() - does the account know when firmware's timer is due?
 * @h:	the handoff
 *
 * Return: 1 if an interrupt of firmware's clock can be told from one of the timer
 * as it was lent, by the time.
 */
static inline int efi_mode_counts_ticks(const struct efi_mode_handoff *h)
{
	return h->clock == EFI_MODE_CLOCK_APIC_PERIODIC ||
	       h->clock == EFI_MODE_CLOCK_APIC_ONE_SHOT;
}

#endif /* !__ASSEMBLY__ */
#endif /* _ASM_HANDOFF_H */
