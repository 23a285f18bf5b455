/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wrapper of the firmware's tick handler that counts ticks and their nesting
 *
 * The wrapper calls the firmware's handler with an interrupt frame that returns
 * to the wrapper, with the flags of the code that was really interrupted. OVMF
 * since 2023 clears IF in its frame if the return must not turn interrupts on;
 * the wrapper copies this to the real frame.
 *
 * Interrupts may be on between the return of the handler and the CLI here. The
 * handler has ended then, so an interrupt there does not count as nested.
 *
 * A burden makes the handler slower: if the handler returned with interrupts
 * on, the wrapper spins with interrupts on.
 */
	.text
	.globl	tick
tick:
	push	%rbp
	mov	%rsp, %rbp
	push	%rax
	push	%rcx
	incq	tick_count(%rip)

	/* RCX: 0 if this tick came between returned and closed, else 1 */
	mov	8(%rbp), %rax
	lea	returned(%rip), %rcx
	sub	%rcx, %rax
	xor	%ecx, %ecx
	cmp	$(closed - returned), %rax
	setae	%cl
	push	%rcx
	add	%rcx, tick_depth(%rip)
	mov	tick_depth(%rip), %rax
	cmp	%rax, tick_deepest(%rip)
	jae	1f
	mov	%rax, tick_deepest(%rip)
1:
	mov	%rsp, %rcx
	and	$~15, %rsp
	mov	%ss, %eax
	push	%rax
	push	%rcx
	push	24(%rbp)
	mov	%cs, %eax
	push	%rax
	lea	returned(%rip), %rax
	push	%rax
	mov	-8(%rbp), %rax
	mov	-16(%rbp), %rcx
	jmp	*tick_handler(%rip)

returned:
	pushfq
	cli
closed:
	mov	tick_burden(%rip), %rcx
	test	%rcx, %rcx
	jz	3f
	testl	$0x200, (%rsp)
	jz	3f
	push	%rdx
	call	spin
	pop	%rdx
3:
	pop	%rax
	pop	%rcx
	sub	%rcx, tick_depth(%rip)
	test	$0x200, %eax
	jnz	2f
	andq	$~0x200, 24(%rbp)
2:
	pop	%rcx
	pop	%rax
	pop	%rbp
	iretq

/* Spin for RCX cycles with interrupts on. Clobbers RAX, RCX and RDX. */
spin:
	sti
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	add	%rax, %rcx
4:	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
	cmp	%rcx, %rax
	jb	4b
	cli
	ret

	.data
	.balign	8
	.globl	tick_handler, tick_count, tick_depth, tick_deepest, tick_burden
tick_handler:	.quad	0
tick_count:	.quad	0
tick_depth:	.quad	0
tick_deepest:	.quad	0
tick_burden:	.quad	0

	.section .note.GNU-stack, "", @progbits
