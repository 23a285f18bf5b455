/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Switch from four-level to five-level page tables
 *
 * CR4.LA57 can only be changed while paging is off, and paging can only be
 * turned off in a 32-bit code segment. This code must run below 4 GiB, at its
 * physical address, with a flat data segment, such as the firmware's.
 *
 * void enter_la57(UINT64 cr3)
 */
#define CR0_PG		31
#define CR4_LA57	12

#define CODE64		0x08
#define CODE32		0x10

	.text
	.globl	enter_la57
enter_la57:
	pushfq
	cli
	push	%rbx
	push	%rbp
	.irp	reg, r12, r13, r14, r15
	push	%\reg
	.endr
	mov	%cs, %eax
	push	%rax
	sgdt	old_gdt(%rip)
	mov	%rsp, stack(%rip)

	lea	gdt(%rip), %rax
	mov	%rax, new_gdt + 2(%rip)
	lgdt	new_gdt(%rip)
	lea	5f(%rip), %eax
	mov	%eax, five(%rip)
	lea	five(%rip), %ebx
	lea	1f(%rip), %rax
	push	$CODE32
	push	%rax
	lretq

	.code32
1:	mov	%cr0, %eax
	btr	$CR0_PG, %eax
	mov	%eax, %cr0
	mov	%cr4, %eax
	bts	$CR4_LA57, %eax
	mov	%eax, %cr4
	mov	%edi, %cr3
	mov	%cr0, %eax
	bts	$CR0_PG, %eax
	mov	%eax, %cr0
	ljmp	*(%ebx)

	.code64
5:	mov	stack(%rip), %rsp
	lgdt	old_gdt(%rip)
	lea	6f(%rip), %rax
	push	%rax
	lretq
6:	.irp	reg, r15, r14, r13, r12
	pop	%\reg
	.endr
	pop	%rbp
	pop	%rbx
	popfq
	ret

	.balign	8
stack:	.quad	0
gdt:	.quad	0
	.quad	0x00af9b000000ffff	/* CODE64 */
	.quad	0x00cf9b000000ffff	/* CODE32 */
new_gdt:
	.word	. - gdt - 1
	.quad	0
old_gdt:
	.word	0
	.quad	0
five:	.long	0
	.word	CODE64
	.globl	enter_la57_end
enter_la57_end:

	.section .note.GNU-stack, "", @progbits
