/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Around the handler of firmware's timer interrupt
 *
 * It runs as an interrupt of this code, so that it comes back here, with the
 * flags of what was really interrupted: OVMF since 2023 clears IF in its frame
 * where the return must not turn interrupts on, and that is passed on.
 *
 * So interrupts may come between its return and the CLI here. For them the one
 * before is over in all but name, and must not count as nesting.
 *
 * A burden is what makes the handler a slow one, with interrupts on.
 */
	.text
	.globl	tick
tick:
	push	%rbp
	mov	%rsp, %rbp
	push	%rax
	push	%rcx
	incq	tick_count(%rip)

	/* RCX: 1 if this is to be counted as deeper than what it interrupts */
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

/* RCX: for so many cycles, with interrupts on. RAX and RDX are scratch. */
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
