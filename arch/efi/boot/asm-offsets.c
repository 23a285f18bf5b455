// SPDX-License-Identifier: GPL-2.0-only
/*
 * Offsets of struct efi_mode_cpu for switch.S
 */
#include <linux/kbuild.h>
#include <linux/stddef.h>

#include <efi-mode/handoff.h>

#define CPU(member) OFFSET(CPU_##member, efi_mode_cpu, member)

static void __used common(void)
{
	CPU(rsp);
	CPU(cr0);
	CPU(cr3);
	CPU(cr4);
	CPU(efer);
	CPU(pat);
	CPU(xcr0);
	CPU(fs_base);
	CPU(gs_base);
	CPU(kernel_gs_base);
	CPU(fpu);
	CPU(gdt);
	CPU(ldt);
	CPU(tr);
	CPU(cs);
	CPU(ss);
	CPU(idt);
	CPU(ds);
	CPU(es);
	CPU(fs);
	CPU(gs);
}
