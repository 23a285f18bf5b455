/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interrupt entries with which clock.c watches the firmware's interrupts
 */
#include <linux/linkage.h>
#include <asm/ibt.h>

#include <asm/handoff.h>
#include "clock-watch.h"
#include "asm-offsets.h"

	.section ".text", "ax"

/*
 * One stub for each vector, at intervals of EFI_MODE_CLOCK_WATCH_STRIDE bytes.
 * A stub counts the interrupt and records the time, and then passes control to
 * the firmware's handler: it replaces the vector on the stack with the address
 * of the handler, and executes RET.
 */
	.balign	EFI_MODE_CLOCK_WATCH_STRIDE
SYM_CODE_START(efi_mode_clock_watch_stubs)
	vector = 0
	.rept	EFI_MODE_NR_VECTORS
	.balign	EFI_MODE_CLOCK_WATCH_STRIDE
	ENDBR
	pushq	$vector
	jmp	clock_watch_note
	vector = vector + 1
	.endr
SYM_CODE_END(efi_mode_clock_watch_stubs)

SYM_CODE_START_LOCAL(clock_watch_note)
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	movzbl	24(%rsp), %eax
	imull	$WATCH_SIZE, %eax, %eax
	leaq	efi_mode_clock_watches(%rip), %rcx
	addq	%rax, %rcx
	rdtsc
	shlq	$32, %rdx
	orq	%rdx, %rax
	cmpq	$0, WATCH_count(%rcx)
	jne	1f
	movq	%rax, WATCH_first(%rcx)
1:	movq	%rax, WATCH_last(%rcx)
	incq	WATCH_count(%rcx)
	movq	WATCH_handler(%rcx), %rax
	movq	%rax, 24(%rsp)
	popq	%rdx
	popq	%rcx
	popq	%rax
	ret
SYM_CODE_END(clock_watch_note)

	.section ".bss", "aw", @nobits
	.balign	8
SYM_DATA_START(efi_mode_clock_watches)
	.skip	EFI_MODE_NR_VECTORS * WATCH_SIZE
SYM_DATA_END(efi_mode_clock_watches)
