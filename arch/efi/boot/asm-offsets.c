// SPDX-License-Identifier: GPL-2.0-only
/*
 * Offsets in the structures of the handoff, for the assembly files
 */
#include <linux/kbuild.h>
#include <linux/stddef.h>

#include <asm/handoff.h>
#include "clock-watch.h"

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
	CPU(s_cet);
	CPU(tr);
	CPU(cs);
	CPU(ss);
	CPU(idt);
	CPU(ds);
	CPU(es);
	CPU(fs);
	CPU(gs);
	CPU(transition_cs);
	CPU(transition_gdt);
	CPU(transition_idt);
	CPU(transition_rsp);
	CPU(state_is_constant);
	OFFSET(CPU_nmis, efi_mode_cpu, exceptions.nmis);
	OFFSET(CPU_machine_checks, efi_mode_cpu, exceptions.machine_checks);
	BLANK();
	OFFSET(REQUEST_table, efi_mode_request, table);
	OFFSET(REQUEST_slot, efi_mode_request, slot);
	OFFSET(REQUEST_args, efi_mode_request, args);
	OFFSET(REQUEST_status, efi_mode_request, status);
	OFFSET(REQUEST_abi_violations, efi_mode_request, abi_violations);
	BLANK();
	DEFINE(WATCH_SIZE, sizeof(struct efi_mode_clock_watch));
	OFFSET(WATCH_handler, efi_mode_clock_watch, handler);
	OFFSET(WATCH_count, efi_mode_clock_watch, count);
	OFFSET(WATCH_first, efi_mode_clock_watch, first);
	OFFSET(WATCH_last, efi_mode_clock_watch, last);
}
