/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Call functions and interrupt handlers of the firmware
 */
#include <linux/linkage.h>
#include <asm/processor-flags.h>

#include <asm/handoff.h>
#include "invoke.h"
#include "asm-offsets.h"

	.section ".text", "ax"

/*
 * unsigned long efi_mode_invoke_handler(unsigned long handler,
 *					 unsigned long flags)
 *
 * Run an interrupt handler of the firmware, as if the interrupt had arrived
 * here with the value @flags in RFLAGS. Return the flags that the handler has
 * left in its frame: by clearing IF there, the firmware can request that
 * interrupts stay off. An interrupt handler preserves all registers.
 */
SYM_FUNC_START(efi_mode_invoke_handler)
	pushq	%rbp
	movq	%rsp, %rbp
	andq	$~15, %rsp
	movl	%ss, %eax
	pushq	%rax
	pushq	%rbp
	pushq	%rsi
	movl	%cs, %eax
	pushq	%rax
	leaq	1f(%rip), %rax
	pushq	%rax
	jmp	*%rdi
1:	pushfq
	cli
	popq	%rax
	popq	%rbp
	ret
SYM_FUNC_END(efi_mode_invoke_handler)

/*
 * void efi_mode_invoke(struct efi_mode_request *request)
 *
 * Call a function of the firmware. All arguments that a request can have are
 * passed. A function with fewer parameters ignores the rest: in the EFI calling
 * convention, the caller allocates and removes the stack space of arguments.
 *
 * The function must preserve RBX, RBP, RDI, RSI, R12 to R15, RSP, the control
 * bits of the FPU, and a clear direction flag (UEFI 2.10, section 2.3.4.2). If
 * it does not, the violation is recorded in the request, and the register
 * restored. To find out, the registers contain known values during the call.
 *
 * A firmware that does not use SSE may not have enabled it. Then there is no
 * MXCSR to check.
 *
 * The function runs on a stack of efi-mode, which has the size that UEFI
 * guarantees to an application. The firmware's stack may be shorter, and its
 * end is not known.
 *
 * %rbx	request. It is also stored in memory, as are all other values that are
 *	needed after the call, because the function may fail to preserve %rbx.
 */
#define MXCSR_CONTROL	0xffc0
#define STACK_ARGS	(8 * EFI_MODE_MAX_ARGS)

SYM_FUNC_START(efi_mode_invoke)
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, invoke_caller_rsp(%rip)
	leaq	invoke_stack_top - STACK_ARGS(%rip), %rsp

	movq	%rdi, %rbx
	movl	$0x55aa0012, %r12d
	movl	$0x55aa0013, %r13d
	movl	$0x55aa0014, %r14d
	movl	$0x55aa0015, %r15d
	movq	%rdi, invoke_request(%rip)
	movq	%rsp, invoke_rsp(%rip)
	movq	%cr4, %rax
	andl	$X86_CR4_OSFXSR, %eax
	movl	%eax, invoke_has_mxcsr(%rip)
	jz	0f
	stmxcsr	invoke_mxcsr(%rip)
0:	fnstcw	invoke_fcw(%rip)

	i = 4
	.rept	EFI_MODE_MAX_ARGS - 4
	movq	REQUEST_args + 8 * i(%rbx), %rax
	movq	%rax, 8 * i(%rsp)
	i = i + 1
	.endr
	movq	REQUEST_args(%rbx), %rcx
	movq	REQUEST_args + 8(%rbx), %rdx
	movq	REQUEST_args + 16(%rbx), %r8
	movq	REQUEST_args + 24(%rbx), %r9
	movq	REQUEST_table(%rbx), %rax
	addq	REQUEST_slot(%rbx), %rax
	movl	$0x55aa0005, %ebp
	movl	$0x55aa0006, %esi
	movl	$0x55aa0007, %edi
	call	*(%rax)

	movq	%rax, %r8
	xorl	%r9d, %r9d			/* EFI_MODE_ABI_* */

	cmpq	%rsp, invoke_rsp(%rip)
	jne	1f
	cmpq	%rbx, invoke_request(%rip)
	jne	1f
	cmpl	$0x55aa0005, %ebp
	jne	1f
	cmpl	$0x55aa0006, %esi
	jne	1f
	cmpl	$0x55aa0007, %edi
	jne	1f
	cmpl	$0x55aa0012, %r12d
	jne	1f
	cmpl	$0x55aa0013, %r13d
	jne	1f
	cmpl	$0x55aa0014, %r14d
	jne	1f
	cmpl	$0x55aa0015, %r15d
	je	2f
1:	orl	$EFI_MODE_ABI_REGISTERS, %r9d
	movq	invoke_rsp(%rip), %rsp
	movq	invoke_request(%rip), %rbx
2:
	pushfq
	popq	%rax
	testl	$0x400, %eax			/* DF */
	jz	3f
	orl	$EFI_MODE_ABI_DF, %r9d
	cld
3:	testl	$0x200, %eax			/* IF */
	jnz	4f
	orl	$EFI_MODE_ABI_IF, %r9d
4:
	pushq	$0
	cmpl	$0, invoke_has_mxcsr(%rip)
	je	5f
	stmxcsr	(%rsp)
	movl	(%rsp), %eax
	xorl	invoke_mxcsr(%rip), %eax
	testl	$MXCSR_CONTROL, %eax
	jz	5f
	orl	$EFI_MODE_ABI_MXCSR, %r9d
	ldmxcsr	invoke_mxcsr(%rip)
5:	fnstcw	(%rsp)
	movzwl	(%rsp), %eax
	cmpw	%ax, invoke_fcw(%rip)
	je	6f
	orl	$EFI_MODE_ABI_FCW, %r9d
	fldcw	invoke_fcw(%rip)
6:	addq	$8, %rsp

	movq	%r8, REQUEST_status(%rbx)
	orl	%r9d, REQUEST_abi_violations(%rbx)
	movq	invoke_caller_rsp(%rip), %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
SYM_FUNC_END(efi_mode_invoke)

	.section ".bss", "aw", @nobits
	.balign	8
SYM_DATA_LOCAL(invoke_request,	.quad 0)
SYM_DATA_LOCAL(invoke_caller_rsp,		.quad 0)
SYM_DATA_LOCAL(invoke_rsp,		.quad 0)
SYM_DATA_LOCAL(invoke_mxcsr,		.long 0)
SYM_DATA_LOCAL(invoke_has_mxcsr,	.long 0)
SYM_DATA_LOCAL(invoke_fcw,		.word 0)

	/*
	 * The stack is larger than UEFI guarantees, so that a function that
	 * uses too much of it overwrites the marks and nothing else
	 */
	.balign	16
SYM_DATA_START_LOCAL(invoke_stack)
	.skip	EFI_MODE_INVOKE_STACK_SPARE
	.globl	efi_mode_invoke_stack_marks
efi_mode_invoke_stack_marks:
	.skip	8 * EFI_MODE_NR_STACK_MARKS
	.skip	EFI_MODE_INVOKE_STACK
invoke_stack_top:
SYM_DATA_END(invoke_stack)
