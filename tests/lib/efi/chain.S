/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An interrupt handler that ends the interrupt and jumps to another handler
 *
 * The other handler gets the frame that the CPU pushed, not a copy. OVMF since
 * 2023 clears IF in this frame to return with interrupts off.
 */
	.text
	.globl	chain
chain:
	sub	$8, %rsp
	.irp	reg, rax, rcx, rdx, rsi, rdi, r8, r9, r10, r11, rbp
	push	%\reg
	.endr
	mov	%rsp, %rbp
	and	$~15, %rsp
	cld
	call	end_interrupt
	mov	%rbp, %rsp
	mov	%rax, 80(%rsp)
	.irp	reg, rbp, r11, r10, r9, r8, rdi, rsi, rdx, rcx, rax
	pop	%\reg
	.endr
	ret

	.section .note.GNU-stack, "", @progbits
