/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries that idt-hook.c installs in the firmware's interrupt descriptor table
 *
 * They run on the firmware's page tables and on its stack.
 */
#include <linux/linkage.h>
#include <asm/ibt.h>
#include <asm/nospec-branch.h>
#include <asm/trapnr.h>

#include "idt-entry.h"

	.section ".text", "ax"

.macro PUSH_VOLATILE
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	cld
.endm

.macro POP_VOLATILE
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rdi
	popq	%rsi
	popq	%rdx
	popq	%rcx
	popq	%rax
.endm

/*
 * Interrupts that can end a slice, and stray interrupts. The CPU aligns the
 * stack to 16 bytes before it pushes five words. With the nine words that
 * PUSH_VOLATILE pushes, the stack is aligned again for the call. The C function
 * may clear IF in the flags to which IRETQ returns.
 */
#define FRAME_RFLAGS	(9 * 8 + 2 * 8)

	.macro INTERRUPT_ENTRY name, function
SYM_CODE_START(\name)
	ENDBR
	PUSH_VOLATILE
	leaq	FRAME_RFLAGS(%rsp), %rdi
	call	\function
	POP_VOLATILE
	iretq
SYM_CODE_END(\name)
	.endm

	INTERRUPT_ENTRY efi_mode_entry_tick, efi_mode_tick
	INTERRUPT_ENTRY efi_mode_entry_slice, efi_mode_slice_timer
	INTERRUPT_ENTRY efi_mode_entry_stray, efi_mode_stray_interrupt

/*
 * Exceptions. Above the volatile registers, the stack contains a struct
 * efi_mode_fault without its last member. If the kernel does not handle the
 * exception, control passes to the firmware's own handler, with the stack and
 * the registers as the CPU has left them.
 */
#define FRAME_VECTOR	(9 * 8)
#define FRAME_ERROR	(FRAME_VECTOR + 8)

	/* Sets ZF if the firmware must handle the exception */
	.macro ENTRY_BEGIN
	PUSH_VOLATILE
	call	efi_mode_is_kernels_exception
	testb	%al, %al
	.endm

	/*
	 * Jump to the firmware's handler. If the CPU has pushed an error code,
	 * the handler needs it, so only the vector is removed from the stack.
	 * Otherwise the vector and the dummy error code are removed. \words is
	 * the number of these words. The highest of them, at \slot, is replaced
	 * with the address of the handler first.
	 */
	.macro ENTRY_CHAIN slot, words
	movq	FRAME_VECTOR(%rsp), %rax
	leaq	efi_mode_firmware_exceptions(%rip), %rcx
	movq	(%rcx,%rax,8), %rax
	testq	%rax, %rax
	jz	entry_halt
	movq	%rax, \slot(%rsp)
	POP_VOLATILE
	leaq	(\words * 8)(%rsp), %rsp
	/*
	 * A RET to the handler would fault on a shadow stack. The word below
	 * the stack pointer is safe, because interrupts are off.
	 */
	ANNOTATE_RETPOLINE_SAFE
	notrack jmp *-8(%rsp)
	.endm

/*
 * Non-maskable interrupts and machine checks belong to the kernel. The entries
 * only count them. The kernel handles them when the slice has ended.
 */
SYM_CODE_START(efi_mode_entry_nmi)
	ENDBR
	pushq	$0
	pushq	$X86_TRAP_NMI
	ENTRY_BEGIN
	jz	entry_chain
	movq	efi_mode_nmi_counter(%rip), %rax
	incl	(%rax)
	jmp	entry_return
SYM_CODE_END(efi_mode_entry_nmi)

/* If the firmware cannot continue after a machine check, treat it as a fault */
SYM_CODE_START(efi_mode_entry_mc)
	ENDBR
	pushq	$0
	pushq	$X86_TRAP_MC
	ENTRY_BEGIN
	jz	entry_chain
	movq	efi_mode_mc_counter(%rip), %rax
	incl	(%rax)
	call	efi_mode_mc_is_fatal
	testb	%al, %al
	jnz	entry_fault
	jmp	entry_return
SYM_CODE_END(efi_mode_entry_mc)

SYM_CODE_START_LOCAL(entry_return)
	POP_VOLATILE
	addq	$16, %rsp
	iretq
SYM_CODE_END(entry_return)

/* One entry for each vector, at intervals of EFI_MODE_ENTRY_STRIDE bytes */
#define HAS_ERROR_CODE(v) \
	((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || (v) == 21)

	.balign	EFI_MODE_ENTRY_STRIDE
SYM_CODE_START(efi_mode_entry_faults)
	vector = 0
	.rept	EFI_MODE_NR_FAULTS
	.balign	EFI_MODE_ENTRY_STRIDE
	ENDBR
	.if HAS_ERROR_CODE(vector)
	pushq	$vector
	jmp	entry_with_error
	.else
	pushq	$0
	pushq	$vector
	jmp	entry_without_error
	.endif
	vector = vector + 1
	.endr
SYM_CODE_END(efi_mode_entry_faults)

SYM_CODE_START_LOCAL(entry_with_error)
	ENTRY_BEGIN
	jnz	entry_fault
	ENTRY_CHAIN FRAME_VECTOR, 1
SYM_CODE_END(entry_with_error)

SYM_CODE_START_LOCAL(entry_without_error)
	ENTRY_BEGIN
	jnz	entry_fault
SYM_INNER_LABEL(entry_chain, SYM_L_LOCAL)
	ENTRY_CHAIN FRAME_ERROR, 2
SYM_CODE_END(entry_without_error)

SYM_CODE_START_LOCAL(entry_fault)
	leaq	FRAME_VECTOR(%rsp), %rdi
	andq	$~15, %rsp
	call	efi_mode_fault
	/* efi_mode_fault() does not return */
SYM_INNER_LABEL(entry_halt, SYM_L_LOCAL)
	hlt
	jmp	entry_halt
SYM_CODE_END(entry_fault)
