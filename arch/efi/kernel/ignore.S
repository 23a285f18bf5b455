/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An interrupt that nobody takes any more
 *
 * Its end is signalled by whoever has let it in: see apic.c.
 */
#include <linux/linkage.h>
#include <asm/unwind_hints.h>

	.text
SYM_CODE_START(efi_mode_ignore)
	UNWIND_HINT_IRET_REGS
	ENDBR
	iretq
SYM_CODE_END(efi_mode_ignore)
