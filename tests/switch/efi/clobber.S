/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EFI_STATUS clobber(UINT64 registers, UINT64 *value)
 *
 * Return EFI_SUCCESS, with changed registers: one for each bit in RCX
 */
	.text
	.macro clobber_if bit, reg
	test	$1 << \bit, %cl
	jz	1f
	not	\reg
1:
	.endm

	.globl	clobber
clobber:
	movq	$0, (%rdx)
	clobber_if 0, %rbx
	clobber_if 1, %rbp
	clobber_if 2, %rsi
	clobber_if 3, %rdi
	clobber_if 4, %r12
	clobber_if 5, %r13
	clobber_if 6, %r14
	clobber_if 7, %r15
	xor	%eax, %eax
	ret

	.section .note.GNU-stack, "", @progbits
