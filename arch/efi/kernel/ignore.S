/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Discard an interrupt that Linux must not handle
 *
 * apic.c lets the interrupt in, and signals its end (EOI).
 */
#include <linux/linkage.h>
#include <asm/unwind_hints.h>

	.text
SYM_CODE_START(efi_mode_ignore)
	UNWIND_HINT_IRET_REGS
	ENDBR
	iretq
SYM_CODE_END(efi_mode_ignore)
