/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The handoff: the structure that the resident half and the kernel share
 *
 * The resident half (arch/efi/boot) is the part of the EFI image that stays
 * loaded in the firmware's world. The kernel is in the arena, and has address
 * spaces of its own. This structure is all that they share. It is in the arena,
 * below 4 GiB. Both halves access it by its physical address, at which the
 * firmware's page tables and the kernel's trampoline tables map it.
 *
 * The time of the machine is divided into slices. An ingress starts a slice:
 * the kernel calls efi_mode_switch(), and the firmware continues where it was.
 * An egress ends the slice: the resident half calls efi_mode_switch(), and the
 * kernel continues where it was. The state of the side that does not run is
 * saved in a struct efi_mode_cpu.
 *
 * There is one request at a time, because the firmware has one stack. The
 * kernel fills in the request, sets its state to %EFI_MODE_REQUEST_POSTED, and
 * gives the firmware slices until the state is %EFI_MODE_REQUEST_DONE.
 *
 * The kernel ends with an ingress that is not followed by an egress: it sets
 * @leaving, so the resident half does not switch back. The EFI image returns
 * @exit_status as soon as the main loop of the resident half continues.
 *
 * Both halves come from one image. The kernel checks the magic number, the
 * version and the size nevertheless, so that it stops at a handoff that is
 * damaged or not its own, instead of using it.
 */
#ifndef _ASM_HANDOFF_H
#define _ASM_HANDOFF_H

#include <linux/bits.h>

#include <efi-mode/request.h>

#define EFI_MODE_HANDOFF_MAGIC		0x45444f4d2d494645	/* "EFI-MODE" */
#define EFI_MODE_HANDOFF_VERSION	14
#define EFI_MODE_HANDOFF_CANARY		0x66666f646e616821	/* "!handoff" */

#define EFI_MODE_MAX_RANGES		32
#define EFI_MODE_NR_VECTORS		256
#define EFI_MODE_TRANSITION_VECTORS	19	/* up to the machine check, 18 */
#define EFI_MODE_NR_EVENTS		1024
#define EFI_MODE_NR_KEYS		16

/* Why a slice has ended; struct efi_mode_handoff.egress */
#define EFI_MODE_EGRESS_IDLE		0	/* no request, no tick owed */
#define EFI_MODE_EGRESS_DONE		1	/* the request is done */
#define EFI_MODE_EGRESS_TICK		2	/* tick of the firmware's clock */
#define EFI_MODE_EGRESS_DEADLINE	3	/* kernel's timer, or clock changed */
#define EFI_MODE_EGRESS_EVENT		4	/* the timer event */
#define EFI_MODE_EGRESS_FAULT		5	/* fatal exception */
#define EFI_MODE_EGRESS_STALL		6	/* Stall(): Linux has work */
#define EFI_MODE_NR_EGRESS		7

/* How a slice can be ended by force; struct efi_mode_handoff.preempt */
#define EFI_MODE_PREEMPT_EVENT		0	/* timer event at TPL_NOTIFY */
#define EFI_MODE_PREEMPT_GATE		1	/* IDT entry at the tick vector */

/* The device that is the firmware's clock; struct efi_mode_handoff.clock */
#define EFI_MODE_CLOCK_NONE		0	/* not found */
#define EFI_MODE_CLOCK_APIC_PERIODIC	1	/* periodic local APIC timer */
#define EFI_MODE_CLOCK_APIC_ONE_SHOT	2	/* one-shot local APIC timer */
#define EFI_MODE_CLOCK_TSC_DEADLINE	3	/* TSC-deadline mode */
#define EFI_MODE_CLOCK_DEVICE		4	/* 8254 and 8259, HPET, other */

/*
 * Protocols have been installed. Unlike all other events, this one stays
 * signalled until the kernel clears it, when it looks for the protocols.
 */
#define EFI_MODE_EVENT_PROTOCOL		0

/* There are keys in the ring. This number has no EFI event */
#define EFI_MODE_EVENT_KEYS		1

/* A question has been answered. This number has no EFI event, either */
#define EFI_MODE_EVENT_POLL		2

/* Source of the frequency of the TSC; struct efi_mode_handoff.tsc_source */
#define EFI_MODE_TSC_CPUID		1	/* CPUID leaf 0x15 */
#define EFI_MODE_TSC_HYPERVISOR		2	/* CPUID leaf 0x40000010 */
#define EFI_MODE_TSC_STALL		3	/* measured against Stall() */
#define EFI_MODE_TSC_PM_TIMER		4	/* measured against ACPI PM timer */

/* struct efi_mode_request.state */
#define EFI_MODE_REQUEST_NONE		0
#define EFI_MODE_REQUEST_POSTED		1
#define EFI_MODE_REQUEST_RUNNING	2
#define EFI_MODE_REQUEST_DONE		3

/* Why a function was not called; struct efi_mode_request.refused */
#define EFI_MODE_REFUSED_NONE		0	/* the function was called */
#define EFI_MODE_REFUSED_GONE		1	/* no such protocol on the handle */
#define EFI_MODE_REFUSED_NEWS		2	/* the handle may have been reused */

/*
 * Violations of the calling convention; struct efi_mode_request.abi_violations
 */
#define EFI_MODE_ABI_DF			BIT(0)	/* direction flag set */
#define EFI_MODE_ABI_MXCSR		BIT(1)	/* control bits of MXCSR changed */
#define EFI_MODE_ABI_FCW		BIT(2)	/* x87 control word changed */
#define EFI_MODE_ABI_IF			BIT(3)	/* interrupts off */
#define EFI_MODE_ABI_TPL		BIT(4)	/* task priority level changed */
#define EFI_MODE_ABI_REGISTERS		BIT(5)	/* register not preserved */
#define EFI_MODE_ABI_STACK		BIT(6)	/* more than 128 KiB of stack used */
#define EFI_MODE_ABI_HANDOFF		BIT(7)	/* end of the handoff overwritten */
#define EFI_MODE_NR_ABI_VIOLATIONS	8

#ifndef __ASSEMBLER__

#include <linux/compiler_attributes.h>
#include <linux/types.h>

#include <asm/setup_data.h>
#include <asm/ticks.h>

#include <efi-mode/child.h>

/**
 * struct efi_mode_exceptions - counters of exceptions that cannot be masked
 * @nmis:	number of non-maskable interrupts
 * @machine_checks: number of machine checks
 * @any:	both counters, to compare them with 0 in one step
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
 * struct efi_mode_cpu - CPU state that efi_mode_switch() saves and loads
 * @rsp:	stack pointer; the stack holds the callee-saved registers and
 *		RFLAGS
 * @cr0:	control register 0
 * @cr3:	control register 3: the page tables
 * @cr4:	control register 4
 * @efer:	extended feature enables
 * @pat:	page attribute table
 * @xcr0:	enabled XSAVE components, valid if OSXSAVE is set in @cr4
 * @fs_base:	base of FS
 * @gs_base:	base of GS
 * @kernel_gs_base: the base of GS that SWAPGS exchanges
 * @s_cet:	supervisor CET settings, valid if CET is set in @cr4
 * @fpu:	physical address of the x87/SSE/AVX state, 64-byte aligned; in
 *		XSAVE format if OSXSAVE is set in @cr4, otherwise in FXSAVE
 *		format
 * @gdt:	pseudo-descriptor of the global descriptor table
 * @ldt:	selector of the local descriptor table
 * @tr:		selector of the task register; 0: LTR is not executed
 * @cs:		code segment
 * @ss:		stack segment
 * @idt:	pseudo-descriptor of the interrupt descriptor table
 * @ds:		data segment
 * @es:		data segment
 * @fs:		data segment
 * @gs:		data segment
 * @transition_gdt: pseudo-descriptor of the GDT for the transition (see
 *		switch.S): a copy of the table in @gdt, followed by the
 *		descriptor of @transition_cs
 * @transition_cs: code segment that the transition GDTs of both sides contain
 * @transition_idt: pseudo-descriptor of the IDT for the transition
 * @transition_rsp: stack pointer for the transition
 * @exceptions:	exceptions during a transition to this side
 * @state_is_constant: set by the kernel for its own CPU state: @pat, @gs_base,
 *		@gdt, @idt, @cs and @ss never change again and need not be
 *		saved, and the data segments are null
 *
 * efi_mode_switch() does not save @tr. The firmware's task register changes
 * only together with its @gdt. The kernel's is loaded only if the firmware has
 * one. efi_mode_switch() loads it while @transition_gdt is loaded, because LTR
 * writes to the descriptor.
 *
 * switch.S uses the offsets of the members in the generated asm-offsets.h.
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
 * struct efi_mode_request - request for a firmware call
 * @state:	one of EFI_MODE_REQUEST_*
 * @nargs:	number of valid elements of @args, at most %EFI_MODE_MAX_ARGS
 * @target:	target of the call. If it has a handle, the resident half looks
 *		up the interface and passes it as the first argument.
 * @table:	physical address of the table or protocol interface that
 *		contains the function; 0 for the interface of @target
 * @slot:	offset of the function pointer in @table in bytes. The pointer
 *		is read when the call is made, because other code may hook the
 *		function.
 * @args:	arguments; pointers are physical addresses
 * @status:	EFI status that the function returned
 * @abi_violations: EFI_MODE_ABI_*; the resident half has corrected them
 * @refused:	EFI_MODE_REFUSED_*
 * @next:	physical address of the next request in a chain, or 0
 * @cycles:	duration of the call in TSC cycles
 *
 * If the target has no handle, the function is called at TPL_APPLICATION. All
 * requests of a chain are executed in one go, without a world switch in
 * between. Only the @state of the first request is used. It is
 * %EFI_MODE_REQUEST_DONE when all requests of the chain are done.
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
 * struct efi_mode_keys - ring of watched keys that have been pressed
 * @head:	number of keys written since boot, by the resident half
 * @tail:	number of keys read since boot, by the kernel
 * @key:	the ring: characters; 0 if read
 *
 * If the ring overflows, the oldest keys are lost.
 */
struct efi_mode_keys {
	__u32 head;
	__u32 tail;
	__u16 key[EFI_MODE_NR_KEYS];
};

/**
 * struct efi_mode_idle_poll - how the resident half polls while Linux is idle
 * @on:		set by the kernel for a slice in which the CPU may be halted
 * @nr:		number of valid elements of @questions
 * @until:	TSC of the kernel's next timer
 * @every:	interval at which the questions are asked, in TSC cycles
 * @asked:	TSC at which the questions were last asked
 * @questions:	events to check with CheckEvent(). The slice ends if the result
 *		for any of them is not %EFI_NOT_READY.
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
 * struct efi_mode_fault - fatal exception in the firmware's world
 * @vector:	vector of the exception
 * @error:	error code; 0 if the exception has none
 * @rip:	instruction pointer
 * @cs:		code segment
 * @rflags:	flags
 * @rsp:	stack pointer
 * @ss:		stack segment
 * @address:	CR2: for a page fault, the address that was accessed
 *
 * The order of the first seven members is that in which idt-entry.S and the CPU
 * push them onto the stack.
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
 * struct efi_mode_range - range of physical memory
 * @base:	physical address, page aligned
 * @size:	size in bytes, a multiple of the page size
 */
struct efi_mode_range {
	__u64 base;
	__u64 size;
};

/**
 * struct efi_mode_layout - physical addresses of the areas after the handoff
 * @firmware_gdt: transition GDT of the firmware
 * @linux_gdt:	transition GDT of the kernel
 * @firmware_fpu: FPU state of the firmware
 * @linux_fpu:	FPU state of the kernel
 * @stack_top:	end of the stack on which the kernel starts
 * @memmap:	buffer for the firmware's memory map
 * @memmap_size: size of this buffer in bytes
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
 * struct efi_mode_setup_data - passes the address of the handoff to the kernel
 * @header:	node of the list in boot_params.hdr.setup_data, of the type
 *		%SETUP_EFI_MODE
 * @handoff:	physical address of the struct efi_mode_handoff
 */
struct efi_mode_setup_data {
	struct setup_data header;
	__u64 handoff;
};

/**
 * struct efi_mode_handoff - structure that both halves share
 * @magic:	%EFI_MODE_HANDOFF_MAGIC
 * @version:	%EFI_MODE_HANDOFF_VERSION
 * @size:	size of this structure in bytes
 * @switch_fn:	address of efi_mode_switch()
 * @switch_base: start of the code that the trampoline tables must map
 * @switch_size: size of this code in bytes
 * @extent:	size of this structure and the areas in @layout, in bytes
 * @layout:	areas that follow this structure
 * @firmware:	CPU state of the firmware while the kernel runs
 * @linux_cpu:	CPU state of the kernel while the firmware runs
 * @request:	the current firmware call
 * @egress:	why the last slice has ended: EFI_MODE_EGRESS_*
 * @preempt:	how slices are ended by force: EFI_MODE_PREEMPT_*
 * @clock:	device that is the firmware's clock: EFI_MODE_CLOCK_*
 * @tick_vector: vector of the firmware's clock
 * @slice_vector: vector of efi-mode in the firmware's world, for the local APIC
 *		timer while that is not the firmware's clock; 0: none
 * @irqs_off:	set by the kernel for a slice before it shares the local APIC:
 *		no interrupts are replayed, and the slice is not ended by force
 * @linux_has_work: set by the kernel for a slice if Linux has a task to run
 *		while the firmware waits
 * @leaving:	set by the kernel for its last ingress
 * @start_child: set by the kernel if @child is to be started after it
 * @signalled:	set if a byte in @signals has been set
 * @exit_status: EFI status that the image returns after the last ingress
 * @nr_pending:	number of bits set in @pending
 * @pending:	interrupts of the firmware that arrived while the kernel ran, by
 *		vector
 * @ticks:	the tick account
 * @noted_at:	TSC just before the first egress
 * @noted_left:	count of the local APIC timer at that time, if it is the
 *		firmware's clock
 * @earliest:	TSC before which the slice is not ended by force
 * @min_slice:	minimum length of a slice after its ticks, in TSC cycles
 * @max_slice_cycles: time in TSC cycles after which a slice can end although an
 *		interrupt handler of the firmware has not returned
 * @replayed:	number of interrupts replayed since boot
 * @stall_until: TSC at which Stall() ends, after %EFI_MODE_EGRESS_STALL
 * @tick_cost:	duration of the firmware's tick handler in TSC cycles, average
 *		of the last ticks
 * @exceptions:	exceptions that occurred in slices
 * @linux_tr:	selector of the kernel's task register
 * @transition_gdt_size: size of each transition GDT in bytes
 * @transition_stack: stack for the transition
 * @transition_idt: interrupt descriptor table for the transition
 * @fault:	exception that has stopped the firmware
 * @resident:	functions of the resident half
 * @image:	handle of the EFI image
 * @child:	the image that kexec has loaded
 * @events:	EFI events of the kernel, by number; 0: none
 * @signals:	nonzero for each event that has been signalled
 * @keys:	watched keys that have been pressed
 * @idle_poll:	how the resident half polls while Linux is idle
 * @systab:	physical address of the EFI system table
 * @tsc_khz:	frequency of the TSC in kHz
 * @tsc_source:	source of @tsc_khz: EFI_MODE_TSC_*
 * @nr_ranges:	number of valid elements of @ranges
 * @ranges:	memory of the arena
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
	__u8  start_child;
	__u8  __pad4[3];
	__u32 nr_pending;
	__u32 __pad5;
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
	struct efi_mode_child child;
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
 * efi_mode_counts_ticks() - check whether ticks and the kernel share a timer
 * @h:	the handoff
 *
 * If the firmware's clock is the local APIC timer, in a mode with a count, that
 * timer also ends slices. An interrupt at the clock's vector can then be a tick
 * or the kernel's timer. The tick account tells which, by the time.
 *
 * Context: any.
 * Return: 1 if the firmware's clock is such a timer, otherwise 0.
 */
static inline int efi_mode_counts_ticks(const struct efi_mode_handoff *h)
{
	return h->clock == EFI_MODE_CLOCK_APIC_PERIODIC ||
	       h->clock == EFI_MODE_CLOCK_APIC_ONE_SHOT;
}

#endif /* !__ASSEMBLER__ */
#endif /* _ASM_HANDOFF_H */
