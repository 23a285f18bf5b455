// SPDX-License-Identifier: GPL-2.0-only
/*
 * Properties of the CPU, and the CPU state in which the kernel starts
 */
#include <linux/math.h>
#include <linux/math64.h>
#include <asm/cpuid/api.h>
#include <asm/fpu/types.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>
#include <asm/special_insns.h>

#include "boot.h"
#include "crystal.h"

#include <efi-mode/time-limits.h>

#define HYPERVISOR_BIT		BIT(31)	/* CPUID.1:ECX */
#define HYPERVISOR_LEAF		0x40000000
#define HYPERVISOR_TIMING_LEAF	0x40000010

#define STALL_ROUNDS		48

/*
 * The TSC is measured twice against the PM timer, for EFI_MODE_TSC_PM_TIMER_US
 * each time. If the results differ by more than 1/WATCH_PRECISION, both are
 * measured again.
 */
#define WATCH_ROUNDS		4
#define WATCH_PRECISION		5000	/* 200 ppm */

static u32 cpu_tsc_khz_cpuid(void)
{
	u32 denominator, numerator, crystal_hz, crystal_khz, edx;

	if (native_cpuid_eax(0) < 0x15)
		return 0;
	cpuid(0x15, &denominator, &numerator, &crystal_hz, &edx);
	if (!denominator || !numerator)
		return 0;
	if (crystal_hz)
		return div_u64((u64)crystal_hz * numerator,
			       denominator * 1000);

	/*
	 * The base frequency is rounded, by up to several thousand ppm. But it
	 * identifies the crystal, whose frequency is exact.
	 */
	if (native_cpuid_eax(0) < 0x16)
		return 0;
	crystal_khz = efi_mode_crystal_khz(native_cpuid_eax(0x16) & 0xffff,
					   numerator, denominator);
	return div_u64((u64)crystal_khz * numerator, denominator);
}

static u32 cpu_tsc_khz_hypervisor(void)
{
	if (!(native_cpuid_ecx(1) & HYPERVISOR_BIT) ||
	    native_cpuid_eax(HYPERVISOR_LEAF) < HYPERVISOR_TIMING_LEAF)
		return 0;
	return native_cpuid_eax(HYPERVISOR_TIMING_LEAF);
}

/* rdtsc_ordered() would need alternatives, which are not patched here */
static u64 cpu_read_tsc(void)
{
	u32 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high) : : "memory");
	return low | (u64)high << 32;
}

/*
 * If the host is busy, Stall() may last longer than it should, but never
 * shorter. So use the shortest of several measurements. Each fits into one time
 * slice of the host's scheduler (3 or 4 ms), so at least one is likely to be
 * undisturbed. The caller subtracts two lengths, which eliminates the cost of
 * the call.
 */
static u64 cpu_shortest_stall(unsigned long us)
{
	u64 best = U64_MAX, start;
	int i;

	for (i = 0; i < STALL_ROUNDS; i++) {
		start = cpu_read_tsc();
		efi_bs_call(stall, us);
		best = min(best, cpu_read_tsc() - start);
	}
	return best;
}

static u32 cpu_tsc_khz_stall(void)
{
	u64 cycles = cpu_shortest_stall(EFI_MODE_TSC_STALL_LONG_US);

	cycles -= min(cycles, cpu_shortest_stall(EFI_MODE_TSC_STALL_SHORT_US));
	return div_u64(cycles * 1000, EFI_MODE_TSC_STALL_LONG_US -
		       EFI_MODE_TSC_STALL_SHORT_US);
}

/*
 * The PM timer is better than Stall(): a measurement takes less time, and is
 * more accurate, because Stall() may itself wait for ticks of the PM timer, and
 * then be one tick too long. Also, Stall() can be wrong: if U-Boot fails to
 * measure the TSC, it uses the frequency from its configuration for Stall(),
 * too. But some chipsets return a wrong count of the PM timer now and then, and
 * a busy host may interrupt a measurement. Therefore two results must agree.
 *
 * Return: frequency in kHz, or 0 if there is no such timer or no reliable
 * result.
 */
static u32 cpu_tsc_khz_pm_timer(void)
{
	u64 start = cpu_read_tsc();
	u32 guess, first, second;
	int i;

	efi_bs_call(stall, EFI_MODE_TSC_STALL_LONG_US);
	guess = div_u64((cpu_read_tsc() - start) * 1000, EFI_MODE_TSC_STALL_LONG_US);
	for (i = 0; i < WATCH_ROUNDS; i++) {
		first = efi_mode_pm_timer_khz(EFI_MODE_TSC_PM_TIMER_US, guess);
		second = efi_mode_pm_timer_khz(EFI_MODE_TSC_PM_TIMER_US, guess);
		if (!first || !second)
			break;
		if (abs_diff(first, second) <= first / WATCH_PRECISION)
			return first / 2 + second / 2;
	}
	return 0;
}

/**
 * efi_mode_tsc_khz() - determine the frequency of the time stamp counter
 * @source:	set to the source of the frequency, EFI_MODE_TSC_*
 *
 * Context: the firmware's world, TPL_APPLICATION. May call Stall(), and may
 * take some hundred milliseconds.
 * Return: frequency in kHz, or 0 if it cannot be determined.
 */
u32 efi_mode_tsc_khz(u32 *source)
{
	u32 khz;

	*source = EFI_MODE_TSC_CPUID;
	khz = cpu_tsc_khz_cpuid();
	if (khz)
		return khz;

	*source = EFI_MODE_TSC_HYPERVISOR;
	khz = cpu_tsc_khz_hypervisor();
	if (khz)
		return khz;

	*source = EFI_MODE_TSC_PM_TIMER;
	khz = cpu_tsc_khz_pm_timer();
	if (khz)
		return khz;

	*source = EFI_MODE_TSC_STALL;
	return cpu_tsc_khz_stall();
}

/**
 * efi_mode_fpu_size() - get the size of an FPU state
 *
 * Context: any.
 * Return: bytes, enough for all components that XCR0 can enable.
 */
size_t efi_mode_fpu_size(void)
{
	u32 eax, ebx, ecx, edx;

	if (!(native_cpuid_ecx(1) & BIT(X86_FEATURE_XSAVE & 31)))
		return sizeof(struct fxregs_state);
	cpuid_count(0xd, 0, &eax, &ebx, &ecx, &edx);
	return ALIGN(max_t(u32, ecx, sizeof(struct fxregs_state)), 64);
}

/* CPUID leaf with the extended topology and the ID of the local APIC */
#define TOPOLOGY_LEAF		0xb

/**
 * efi_mode_cpu_id() - get the ID of this CPU
 *
 * Does not access the local APIC, whose registers may hold the kernel's state.
 *
 * Context: any.
 * Return: ID of the CPU's local APIC. If the CPU does not have leaf 0xb, only
 * the lower 8 bits (Intel SDM volume 3, "Initial APIC ID").
 */
u32 efi_mode_cpu_id(void)
{
	u32 eax, ebx, ecx, edx;

	if (native_cpuid_eax(0) >= TOPOLOGY_LEAF) {
		cpuid_count(TOPOLOGY_LEAF, 0, &eax, &ebx, &ecx, &edx);
		if (ebx)
			return edx;
	}
	return native_cpuid_ebx(1) >> 24;
}

/**
 * efi_mode_write_protected() - write to memory that may be read-only
 * @to:		destination
 * @from:	data to write
 * @size:	size of the data in bytes
 *
 * UEFI allows the firmware to write-protect its memory. CR0.WP can only be
 * cleared while CR4.CET is clear (Intel SDM volume 3, section 2.5, "Control
 * Registers").
 *
 * Context: the firmware's world.
 */
void efi_mode_write_protected(void *to, const void *from, size_t size)
{
	unsigned long flags = native_save_fl(), cr0, cr4;

	/*
	 * Otherwise interrupt handlers of the firmware would run unprotected,
	 * too
	 */
	native_irq_disable();
	cr0 = native_read_cr0();
	cr4 = native_read_cr4();
	/*
	 * One asm statement, because a call or a return while CET is off would
	 * not be recorded on the shadow stack
	 */
	asm volatile("mov %[cr4_off], %%cr4\n\t"
		     "mov %[cr0_off], %%cr0\n\t"
		     "rep movsb\n\t"
		     "mov %[cr0], %%cr0\n\t"
		     "mov %[cr4], %%cr4"
		     : "+D" (to), "+S" (from), "+c" (size)
		     : [cr4_off] "r" (cr4 & ~X86_CR4_CET), [cr4] "r" (cr4),
		       [cr0_off] "r" (cr0 & ~X86_CR0_WP), [cr0] "r" (cr0)
		     : "memory");
	if (flags & X86_EFLAGS_IF)
		native_irq_enable();
}

#define cpu_read_segment(seg)					\
({									\
	u16 __sel;							\
									\
	asm volatile("movw %%" #seg ", %0" : "=r" (__sel));		\
	__sel;								\
})

/**
 * efi_mode_first_state() - prepare the CPU state in which the kernel starts
 * @cpu:		state that the first egress will load; @cpu->fpu must be
 *		set
 * @stack_top:		end of the stack for the first instructions
 * @boot_params:	boot parameters, which the kernel gets in RSI
 * @kernel_entry:	address of startup_64
 *
 * The boot protocol requires an identity map and flat segments. The kernel
 * starts on those of the firmware, and soon replaces them. The x87 control word
 * is the one that FNINIT sets, and MXCSR has its default value.
 *
 * Context: the firmware's world.
 */
void efi_mode_first_state(struct efi_mode_cpu *cpu, void *stack_top,
			  struct boot_params *boot_params,
			  unsigned long kernel_entry)
{
	struct fxregs_state *fpu = (void *)cpu->fpu;
	u64 *stack = stack_top;
	u32 low, high;

	cpu->cr0 = native_read_cr0();
	cpu->cr3 = __native_read_cr3();
	cpu->cr4 = native_read_cr4();
	cpu->efer = efi_mode_read_msr(MSR_EFER);
	cpu->pat = efi_mode_read_msr(MSR_IA32_CR_PAT);
	cpu->fs_base = efi_mode_read_msr(MSR_FS_BASE);
	cpu->gs_base = efi_mode_read_msr(MSR_GS_BASE);
	cpu->kernel_gs_base = efi_mode_read_msr(MSR_KERNEL_GS_BASE);
	if (cpu->cr4 & X86_CR4_OSXSAVE) {
		asm volatile("xgetbv" : "=a" (low), "=d" (high) : "c" (0));
		cpu->xcr0 = low | (u64)high << 32;
	}
	asm volatile("sgdt %0" : "=m" (cpu->gdt));
	asm volatile("sidt %0" : "=m" (cpu->idt));
	asm volatile("sldt %0" : "=m" (cpu->ldt));
	cpu->tr = 0;
	cpu->cs = cpu_read_segment(cs);
	cpu->ss = cpu_read_segment(ss);
	cpu->ds = cpu_read_segment(ds);
	cpu->es = cpu_read_segment(es);
	cpu->fs = cpu_read_segment(fs);
	cpu->gs = cpu_read_segment(gs);

	fpu->cwd = 0x37f;
	fpu->mxcsr = MXCSR_DEFAULT;

	/* The frame that efi_mode_switch() pops */
	*--stack = (unsigned long)efi_mode_first_entry;
	*--stack = X86_EFLAGS_FIXED;
	*--stack = 0;					/* RBP */
	*--stack = (unsigned long)boot_params;		/* RBX */
	*--stack = kernel_entry;			/* R12 */
	*--stack = 0;					/* R13 */
	*--stack = 0;					/* R14 */
	*--stack = 0;					/* R15 */
	cpu->rsp = (unsigned long)stack;
}
