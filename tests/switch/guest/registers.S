/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * UINT64 check_registers(UINT64 deadline)
 *
 * Fill the registers with patterns, spin until the TSC reaches @deadline (in
 * RCX, by the EFI calling convention) with interrupts on, and return in RAX how
 * many registers have lost their pattern. The loop uses RAX, RCX and RDX. All
 * other general registers, XMM0 to XMM15, MXCSR, the x87 control word and
 * stack, and DF are checked.
 */
	.intel_syntax noprefix
	.text
	.globl check_registers

	.macro pattern reg, n
	mov	\reg, 0x0101010101010101 * \n
	.endm

	.macro check_pattern reg, n
	mov	rax, 0x0101010101010101 * \n
	cmp	rax, \reg
	je	1f
	inc	qword ptr [rip + errors]
1:
	.endm

	.macro xmm_pattern n
	mov	rax, 0x0101010101010101 * (0x20 + \n)
	movq	xmm\n, rax
	punpcklqdq xmm\n, xmm\n
	.endm

	.macro check_xmm_pattern n
	mov	rdx, 0x0101010101010101 * (0x20 + \n)
	movq	rax, xmm\n
	cmp	rax, rdx
	jne	1f
	psrldq	xmm\n, 8
	movq	rax, xmm\n
	cmp	rax, rdx
	je	2f
1:	inc	qword ptr [rip + errors]
2:
	.endm

check_registers:
	push	rbx
	push	rbp
	push	rdi
	push	rsi
	push	r12
	push	r13
	push	r14
	push	r15
	sub	rsp, 0x218
	lea	rax, [rsp + 15]
	and	rax, ~15
	fxsave64 [rax]

	mov	[rip + deadline], rcx
	mov	qword ptr [rip + errors], 0
	mov	[rip + stack], rsp
	/* Round towards zero, in both units, because no other code does that */
	mov	dword ptr [rip + control], 0x7f80
	ldmxcsr	[rip + control]
	mov	dword ptr [rip + control], 0xf7f
	fninit
	fldcw	[rip + control]
	fldpi
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	xmm_pattern \n
	.endr
	pattern	rbx, 1
	pattern	rbp, 2
	pattern	rsi, 3
	pattern	rdi, 4
	.irp n, 8, 9, 10, 11, 12, 13, 14, 15
	pattern	r\n, \n
	.endr

3:	rdtsc
	shl	rdx, 32
	or	rax, rdx
	cmp	rax, [rip + deadline]
	jb	3b

	check_pattern rbx, 1
	check_pattern rbp, 2
	check_pattern rsi, 3
	check_pattern rdi, 4
	.irp n, 8, 9, 10, 11, 12, 13, 14, 15
	check_pattern r\n, \n
	.endr
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	check_xmm_pattern \n
	.endr
	cmp	rsp, [rip + stack]
	je	4f
	inc	qword ptr [rip + errors]
4:	stmxcsr	[rip + control]
	cmp	dword ptr [rip + control], 0x7f80
	je	5f
	inc	qword ptr [rip + errors]
5:	mov	dword ptr [rip + control], 0
	fnstcw	[rip + control]
	cmp	dword ptr [rip + control], 0xf7f
	je	6f
	inc	qword ptr [rip + errors]
6:	fldpi
	fcomip	st, st(1)
	je	7f
	inc	qword ptr [rip + errors]
7:	fninit
	pushfq
	pop	rax
	test	eax, 0x400
	jz	8f
	inc	qword ptr [rip + errors]
8:
	lea	rax, [rsp + 15]
	and	rax, ~15
	fxrstor64 [rax]
	mov	rax, [rip + errors]
	add	rsp, 0x218
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
deadline: .quad	0
errors:	.quad	0
stack:	.quad	0
control: .long	0

	.section .note.GNU-stack, "", @progbits
