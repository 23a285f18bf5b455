/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world switch
 *
 * One routine for both directions. It saves the CPU state of the caller into
 * one struct efi_mode_cpu, loads the state of the other side from another one,
 * and returns to the caller that saved that state.
 *
 * Interrupts are off when the routine is called and when it returns. The
 * routine is in the resident half, at an address that both sets of page tables
 * map: those of the firmware, and the kernel's trampoline tables, which the
 * kernel loads before it calls the routine. The routine accesses no memory
 * other than its own text, the handoff with the areas that follow it, and,
 * before and after the transition, the stack of the caller.
 *
 * Non-maskable interrupts and machine checks can occur nevertheless. The
 * transition is the part of the routine in which the CPU state belongs to
 * neither side. For the transition, there are descriptor tables and a stack in
 * the handoff (switch-tables.c), and handlers below, which only count. At each
 * instruction, the selectors in the loaded IDT are valid in the loaded GDT:
 *
 *	IDT		GDT
 *	X's		X's
 *	X's		transition GDT of X: a copy, and the transition's code segment
 *	transition	transition GDT of X
 *	transition	transition GDT of Y
 *	Y's		transition GDT of Y
 *	Y's		Y's
 */
#include <linux/linkage.h>
#include <asm/ibt.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include <asm/handoff.h>
#include "asm-offsets.h"

/*
 * Bits in CR4 that one side may have set and that must not be set on the page
 * tables of the other side, not even between the writes to CR3 and CR4. PGE is
 * cleared because this flushes global translations: the firmware's identity map
 * and the kernel's user space use the same addresses. PCIDE can only be set
 * while CR3 contains PCID 0, which it does for the page tables of both sides
 * here.
 */
#define CR4_FOREIGN	(X86_CR4_PGE | X86_CR4_PCIDE | X86_CR4_SMEP | \
			 X86_CR4_SMAP | X86_CR4_PKE | X86_CR4_CET | \
			 (1 << 24) /* PKS */)

.macro SAVE_MSR msr, member
	movl	$\msr, %ecx
	rdmsr
	movl	%eax, \member(%rdi)
	movl	%edx, \member+4(%rdi)
.endm

.macro LOAD_MSR msr, member
	movl	$\msr, %ecx
	movl	\member(%rsi), %eax
	movl	\member+4(%rsi), %edx
	wrmsr
.endm

/* For registers that are slow to write, and mostly equal on both sides */
.macro LOAD_MSR_IF_CHANGED msr, member
	movq	\member(%rsi), %rax
	cmpq	%rax, \member(%rdi)
	je	.Lsame_\@
	LOAD_MSR \msr, \member
.Lsame_\@:
.endm

	.section ".text", "ax"
	.balign	16
SYM_DATA_START(efi_mode_switch_start)
SYM_DATA_END(efi_mode_switch_start)

/*
 * void efi_mode_switch(struct efi_mode_cpu *save,
 *			const struct efi_mode_cpu *load)
 *
 * %rdi	save: destination for the current CPU state
 * %rsi	load: CPU state to load
 * %r8	FPU area of @save, then of @load
 * %r9	CR4 of @save, then of @load
 *
 * %rax, %rcx and %rdx are scratch registers. All others belong to the CPU
 * state.
 */
SYM_FUNC_START(efi_mode_switch)
	ENDBR
	/* Flags and callee-saved registers, on the stack of the caller */
	pushfq
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, CPU_rsp(%rdi)

	movq	%cr3, %rax
	movq	%rax, CPU_cr3(%rdi)
	movq	%cr4, %r9
	movq	%r9, CPU_cr4(%rdi)

	/* FPU: save exactly the components that the caller has enabled */
	movq	%cr0, %rax
	movq	%rax, CPU_cr0(%rdi)
	clts
	movq	CPU_fpu(%rdi), %r8
	testl	$X86_CR4_OSXSAVE, %r9d
	jz	1f
	xorl	%ecx, %ecx
	xgetbv
	movl	%eax, CPU_xcr0(%rdi)
	movl	%edx, CPU_xcr0+4(%rdi)
	xsave64	(%r8)
	jmp	2f
1:	fxsave64 (%r8)
2:
	SAVE_MSR MSR_EFER, CPU_efer
	SAVE_MSR MSR_FS_BASE, CPU_fs_base
	SAVE_MSR MSR_KERNEL_GS_BASE, CPU_kernel_gs_base
	testl	$X86_CR4_CET, %r9d
	jz	3f
	SAVE_MSR MSR_IA32_S_CET, CPU_s_cet
3:
	sldt	CPU_ldt(%rdi)

	/* State that the kernel does not change after boot; the firmware may */
	cmpl	$0, CPU_state_is_constant(%rdi)
	jne	11f
	SAVE_MSR MSR_IA32_CR_PAT, CPU_pat
	SAVE_MSR MSR_GS_BASE, CPU_gs_base
	sgdt	CPU_gdt(%rdi)
	sidt	CPU_idt(%rdi)
	movw	%cs, CPU_cs(%rdi)
	movw	%ss, CPU_ss(%rdi)
	movw	%ds, CPU_ds(%rdi)
	movw	%es, CPU_es(%rdi)
	movw	%fs, CPU_fs(%rdi)
	movw	%gs, CPU_gs(%rdi)
11:

	/* The transition begins */
	lgdt	CPU_transition_gdt(%rdi)
	lidt	CPU_transition_idt(%rdi)
	movq	CPU_transition_rsp(%rdi), %rsp

	/*
	 * Page tables. First disable all features that depend on the owner of
	 * the page tables. NXE must be on while tables with NX bits are loaded,
	 * so it is on during the switch if either side uses it.
	 */
	movq	%r9, %rax
	andq	$~CR4_FOREIGN, %rax
	movq	%rax, %cr4

	movq	CPU_efer(%rdi), %rax
	orq	CPU_efer(%rsi), %rax
	cmpq	%rax, CPU_efer(%rdi)
	je	4f
	movl	$MSR_EFER, %ecx
	movq	%rax, %rdx
	shrq	$32, %rdx
	wrmsr
4:
	movq	CPU_cr3(%rsi), %rax
	movq	%rax, %cr3
	LOAD_MSR_IF_CHANGED MSR_IA32_CR_PAT, CPU_pat

	/* CR0.WP must be set before CR4.CET. TS is set last, after the FPU */
	movq	CPU_cr0(%rsi), %rax
	andq	$~X86_CR0_TS, %rax
	movq	%rax, %cr0
	movq	CPU_cr4(%rsi), %r9
	testl	$X86_CR4_CET, %r9d
	jz	5f
	LOAD_MSR MSR_IA32_S_CET, CPU_s_cet
5:
	movq	%r9, %cr4
	LOAD_MSR_IF_CHANGED MSR_EFER, CPU_efer

	/* Segments, then bases, because loading a selector changes its base */
	lgdt	CPU_transition_gdt(%rsi)
	movw	CPU_ds(%rsi), %ds
	movw	CPU_es(%rsi), %es
	movw	CPU_fs(%rsi), %fs
	movw	CPU_gs(%rsi), %gs
	LOAD_MSR MSR_FS_BASE, CPU_fs_base
	LOAD_MSR MSR_GS_BASE, CPU_gs_base
	LOAD_MSR MSR_KERNEL_GS_BASE, CPU_kernel_gs_base

	/*
	 * A selector of 0 cannot be loaded into the task register. If the side
	 * that is being loaded has no TSS, that of the other side stays loaded,
	 * but is not used. LTR faults if the TSS is marked busy, which it is
	 * since the last LTR.
	 */
	movzwl	CPU_tr(%rsi), %eax
	testl	%eax, %eax
	jz	6f
	movq	CPU_transition_gdt+2(%rsi), %rcx
	andl	$~7, %eax
	andb	$~2, 5(%rcx,%rax)
	ltr	CPU_tr(%rsi)
6:
	movq	CPU_fpu(%rsi), %r8
	testl	$X86_CR4_OSXSAVE, %r9d
	jz	8f
	/* Write XCR0 only if it differs, because hypervisors trap the write */
	xorl	%ecx, %ecx
	xgetbv
	shlq	$32, %rdx
	orq	%rdx, %rax
	movq	CPU_xcr0(%rsi), %r9
	cmpq	%rax, %r9
	movq	%r9, %rax
	movq	%r9, %rdx
	je	7f
	shrq	$32, %rdx
	xsetbv
7:	movl	$-1, %eax
	movl	$-1, %edx
	xrstor64 (%r8)
	jmp	9f
8:	fxrstor64 (%r8)
9:
	testb	$X86_CR0_TS, CPU_cr0(%rsi)
	jz	10f
	movq	CPU_cr0(%rsi), %rax
	movq	%rax, %cr0
10:
	/* The transition ends. Load CS first, by a far return to the next line */
	movq	CPU_rsp(%rsi), %rsp
	movzwl	CPU_cs(%rsi), %eax
	pushq	%rax
	leaq	.Lcs_is_loaded(%rip), %rax
	pushq	%rax
	lretq
.Lcs_is_loaded:
	movw	CPU_ss(%rsi), %ss
.Lss_is_loaded:
	lidt	CPU_idt(%rsi)
	lgdt	CPU_gdt(%rsi)
	lldt	CPU_ldt(%rsi)

	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	popfq
	ret
SYM_FUNC_END(efi_mode_switch)

/*
 * The first switch to the kernel returns here. Jump to the kernel's entry
 * point, with the boot parameters in RSI as the boot protocol requires.
 *
 * %rbx	struct boot_params
 * %r12	startup_64
 */
SYM_FUNC_START(efi_mode_first_entry)
	movq	%rbx, %rsi
	jmp	*%r12
SYM_FUNC_END(efi_mode_first_entry)

/*
 * Exception handlers for the transition. RSI points to the state of the side
 * that is being loaded. That side checks the counters when it runs.
 *
 * CS and SS in the exception frame may be those of the side that is being
 * saved, which may not be valid any more when IRETQ loads them. Until the
 * switch has loaded the CS of the other side, the transition's CS is used
 * instead, and until it has loaded SS, a null SS.
 */
	.macro TRANSITION_HANDLER name, counter
SYM_CODE_START(\name)
	ENDBR
	incl	\counter(%rsi)
	jmp	transition_return
SYM_CODE_END(\name)
	.endm

	TRANSITION_HANDLER efi_mode_transition_nmi, CPU_nmis
	TRANSITION_HANDLER efi_mode_transition_mc, CPU_machine_checks

#define FRAME_RIP	8
#define FRAME_CS	16
#define FRAME_SS	40

SYM_CODE_START_LOCAL(transition_return)
	pushq	%rax
	leaq	.Lss_is_loaded(%rip), %rax
	cmpq	%rax, FRAME_RIP(%rsp)
	jae	1f
	movq	$0, FRAME_SS(%rsp)
	leaq	.Lcs_is_loaded(%rip), %rax
	cmpq	%rax, FRAME_RIP(%rsp)
	jae	1f
	movzwl	CPU_transition_cs(%rsi), %eax
	movq	%rax, FRAME_CS(%rsp)
1:
	popq	%rax
	iretq
SYM_CODE_END(transition_return)

SYM_DATA_START(efi_mode_switch_end)
SYM_DATA_END(efi_mode_switch_end)
