/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * UINT64 keep_registers(VOID *function, UINT64 argument)
 *
 * Call the function in RCX with the argument in RDX. Return in RAX how many
 * registers it changed that it must preserve (UEFI 2.10, section 2.3.4.2): RBX,
 * RBP, RDI, RSI, RSP, R12 to R15, XMM6 to XMM15, the control bits of MXCSR, the
 * x87 control word.
 */
	.intel_syntax noprefix
	.text
	.globl keep_registers

	.macro pattern reg, n
	mov	\reg, 0x0101010101010101 * \n
	.endm

	.macro check_pattern reg, n
	mov	rax, 0x0101010101010101 * \n
	cmp	rax, \reg
	je	1f
	inc	edx
1:
	.endm

	.macro save_xmm n
	movups	[rsp + 0x30 + 16 * (\n - 6)], xmm\n
	.endm

	.macro restore_xmm n
	movups	xmm\n, [rsp + 0x30 + 16 * (\n - 6)]
	.endm

	.macro xmm_pattern n
	mov	rax, 0x0101010101010101 * (0x20 + \n)
	movq	xmm\n, rax
	punpcklqdq xmm\n, xmm\n
	.endm

	.macro check_xmm_pattern n
	mov	rcx, 0x0101010101010101 * (0x20 + \n)
	movq	rax, xmm\n
	cmp	rax, rcx
	jne	1f
	psrldq	xmm\n, 8
	movq	rax, xmm\n
	cmp	rax, rcx
	je	2f
1:	inc	edx
2:
	.endm

	.macro each_xmm what
	.irp n, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\what \n
	.endr
	.endm

keep_registers:
	push	rbx
	push	rbp
	push	rdi
	push	rsi
	push	r12
	push	r13
	push	r14
	push	r15
	/* Shadow space of the function, control words, ten registers */
	sub	rsp, 0x30 + 16 * 10 + 8
	each_xmm save_xmm
	stmxcsr	[rsp + 0x20]
	fnstcw	[rsp + 0x24]
	mov	[rip + stack], rsp

	/* Round towards zero, in both units, because no other code does that */
	mov	dword ptr [rsp + 0x28], 0x7f80
	ldmxcsr	[rsp + 0x28]
	mov	dword ptr [rsp + 0x28], 0xf7f
	fldcw	[rsp + 0x28]
	each_xmm xmm_pattern
	mov	rax, rcx
	mov	rcx, rdx
	pattern	rbx, 1
	pattern	rbp, 2
	pattern	rsi, 3
	pattern	rdi, 4
	.irp n, 12, 13, 14, 15
	pattern	r\n, \n
	.endr

	call	rax

	xor	edx, edx
	check_pattern rbx, 1
	check_pattern rbp, 2
	check_pattern rsi, 3
	check_pattern rdi, 4
	.irp n, 12, 13, 14, 15
	check_pattern r\n, \n
	.endr
	each_xmm check_xmm_pattern
	cmp	rsp, [rip + stack]
	je	3f
	inc	edx
3:	stmxcsr	[rsp + 0x28]
	and	dword ptr [rsp + 0x28], ~0x3f
	cmp	dword ptr [rsp + 0x28], 0x7f80
	je	4f
	inc	edx
4:	mov	dword ptr [rsp + 0x28], 0
	fnstcw	[rsp + 0x28]
	cmp	dword ptr [rsp + 0x28], 0xf7f
	je	5f
	inc	edx
5:
	ldmxcsr	[rsp + 0x20]
	fldcw	[rsp + 0x24]
	each_xmm restore_xmm
	mov	eax, edx
	add	rsp, 0x30 + 16 * 10 + 8
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rsi
	pop	rdi
	pop	rbp
	pop	rbx
	ret

	.data
	.balign	8
stack:	.quad	0

	.section .note.GNU-stack, "", @progbits
