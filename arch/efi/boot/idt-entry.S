/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The entries that idt-hook.c puts into the firmware's interrupt descriptor table
 *
 * They run on the firmware's page tables and on its stack.
 */
#include <linux/linkage.h>
#include <asm/ibt.h>
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
 * Interrupts that can end a slice. The CPU has aligned the stack before its five
 * words, and nine more keep it aligned. The function may clear IF in the flags
 * that go back.
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
 * Non-maskable interrupts and machine checks belong to the kernel. They are only
 * counted here, and the kernel handles them when the slice has ended.
 */
SYM_CODE_START(efi_mode_entry_nmi)
	ENDBR
	pushq	%rax
	movq	efi_mode_nmi_counter(%rip), %rax
	incl	(%rax)
	popq	%rax
	iretq
SYM_CODE_END(efi_mode_entry_nmi)

/* After some machine checks there is nothing to return to: the firmware has faulted */
SYM_CODE_START(efi_mode_entry_mc)
	ENDBR
	PUSH_VOLATILE
	movq	efi_mode_mc_counter(%rip), %rax
	incl	(%rax)
	call	efi_mode_mc_is_fatal
	testb	%al, %al
	POP_VOLATILE
	jnz	1f
	iretq
1:
	pushq	$0
	pushq	$X86_TRAP_MC
	jmp	entry_fault
SYM_CODE_END(efi_mode_entry_mc)

/*
 * Exceptions. One entry for each vector, EFI_MODE_ENTRY_STRIDE bytes apart; they
 * make the frame that struct efi_mode_fault begins with.
 */
#define HAS_ERROR_CODE(v) \
	((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || (v) == 21)

	.balign	EFI_MODE_ENTRY_STRIDE
SYM_CODE_START(efi_mode_entry_faults)
	vector = 0
	.rept	EFI_MODE_NR_FAULTS
	.balign	EFI_MODE_ENTRY_STRIDE
	ENDBR
	.if !(HAS_ERROR_CODE(vector))
	pushq	$0
	.endif
	pushq	$vector
	jmp	entry_fault
	vector = vector + 1
	.endr
SYM_CODE_END(efi_mode_entry_faults)

SYM_CODE_START_LOCAL(entry_fault)
	cld
	movq	%rsp, %rdi
	andq	$~15, %rsp
	call	efi_mode_fault
	/* It has nothing to return to */
1:	hlt
	jmp	1b
SYM_CODE_END(entry_fault)
