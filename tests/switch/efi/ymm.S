/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * UINT64 check_ymm(UINT64 deadline)
 *
 * Fill YMM0 to YMM15 with patterns, spin until the TSC reaches RCX, and return
 * in RAX how many registers have lost their pattern. check_registers() does the
 * same for the other registers. All registers are restored, because a function
 * must preserve the low halves of YMM6 to YMM15.
 */
	.intel_syntax noprefix
	.text
	.globl	check_ymm

	.macro each instruction:vararg
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\instruction \n
	.endr
	.endm

	.macro save n
	vmovdqu	[rsp + 32 * \n], ymm\n
	.endm

	.macro restore n
	vmovdqu	ymm\n, [rsp + 32 * \n]
	.endm

	/* All 64-bit parts of all registers differ */
	.macro fill n
	.irp part, 0, 1, 2, 3
	mov	rax, 0x0102030405060708 * (4 * \n + \part + 1)
	mov	[rsp + 512 + 8 * \part], rax
	.endr
	vmovdqu	ymm\n, [rsp + 512]
	.endm

	.macro check n
	vmovdqu	[rsp + 512], ymm\n
	.irp part, 0, 1, 2, 3
	mov	rax, 0x0102030405060708 * (4 * \n + \part + 1)
	cmp	rax, [rsp + 512 + 8 * \part]
	jne	1f
	.endr
	jmp	2f
1:	inc	r8
2:
	.endm

check_ymm:
	sub	rsp, 512 + 32 + 8
	each	save
	each	fill
3:	rdtsc
	shl	rdx, 32
	or	rax, rdx
	cmp	rax, rcx
	jb	3b
	xor	r8d, r8d
	each	check
	each	restore
	mov	rax, r8
	add	rsp, 512 + 32 + 8
	ret

	.section .note.GNU-stack, "", @progbits
