// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stop performance events while the firmware has the CPU
 *
 * Otherwise they would count the firmware's work. Worse, they would write
 * records to a kernel address, which the firmware's page tables do not map, and
 * raise interrupts that the firmware masks or for which it has the wrong
 * handler.
 *
 * If the CPU has one register that stops all counters, only that register is
 * written. Otherwise each counter is stopped. AMD's IBS needs nothing here: it
 * raises NMIs by an entry of its own, and NMIs are counted (switch.c).
 */
#include <linux/init.h>
#include <linux/jump_label.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>

#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/perf_event.h>
#include <asm/processor.h>

#include <asm/efi-mode.h>

/*
 * Branch records are written to memory, and raise an interrupt (Intel SDM
 * volume 3, section 18.4.1)
 */
#define DEBUGCTL_RECORDS	(DEBUGCTLMSR_TR | DEBUGCTLMSR_BTS | DEBUGCTLMSR_BTINT)

#define NR_K7_COUNTERS		4
#define NR_F15H_COUNTERS	6
#define F15H_STRIDE		2	/* control, count, control, ... */

DEFINE_STATIC_KEY_FALSE(efi_mode_has_counters);

static struct efi_mode_counter counters[EFI_MODE_MAX_COUNTERS];
static unsigned int nr_counters __ro_after_init;

/* If no register stops all counters, list the control register of each */
static unsigned int ecounter_list_amd(const struct cpuinfo_x86 *c,
				      struct efi_mode_counter *list)
{
	bool has_core = cpu_has(c, X86_FEATURE_PERFCTR_CORE);
	unsigned int i, nr = has_core ? NR_F15H_COUNTERS : NR_K7_COUNTERS;

	if (cpu_has(c, X86_FEATURE_PERFMON_V2)) {
		list->msr = MSR_AMD64_PERF_CNTR_GLOBAL_CTL;
		list->running = U64_MAX;
		return 1;
	}
	for (i = 0; i < nr; i++) {
		list[i].msr = has_core ? MSR_F15H_PERF_CTL + i * F15H_STRIDE :
					 MSR_K7_EVNTSEL0 + i;
		list[i].running = ARCH_PERFMON_EVENTSEL_ENABLE;
	}
	return nr;
}

static unsigned int ecounter_list_intel(const struct cpuinfo_x86 *c,
					struct efi_mode_counter *list)
{
	unsigned int nr = 0;

	if (cpu_has(c, X86_FEATURE_ARCH_PERFMON)) {
		list[nr].msr = MSR_CORE_PERF_GLOBAL_CTRL;
		list[nr++].running = U64_MAX;
	}
	if (cpu_has(c, X86_FEATURE_BTS)) {
		list[nr].msr = MSR_IA32_DEBUGCTLMSR;
		list[nr++].running = DEBUGCTL_RECORDS;
	}
	return nr;
}

/**
 * efi_mode_list_counters() - list the registers that enable recording
 * @c:		the CPU
 * @has_pmu:	true if perf uses the counters of the CPU
 * @list:	result, with room for %EFI_MODE_MAX_COUNTERS elements; @saved is
 *		not set
 *
 * Context: any.
 * Return: the number of elements in @list.
 */
unsigned int efi_mode_list_counters(const struct cpuinfo_x86 *c, bool has_pmu,
				    struct efi_mode_counter *list)
{
	bool amd = c->x86_vendor == X86_VENDOR_AMD || c->x86_vendor == X86_VENDOR_HYGON;
	unsigned int nr = 0;

	if (has_pmu)
		nr = amd ? ecounter_list_amd(c, list) : ecounter_list_intel(c, list);
	/* Independent of the counters, so of @has_pmu, too */
	if (cpu_has(c, X86_FEATURE_INTEL_PT)) {
		list[nr].msr = MSR_IA32_RTIT_CTL;
		list[nr++].running = RTIT_CTL_TRACEEN;
	}
	return nr;
}

void __kprobes __efi_mode_counters_stop(void)
{
	struct efi_mode_counter *r;

	for (r = counters; r < counters + nr_counters; r++) {
		rdmsrq(r->msr, r->saved);
		if (r->saved & r->running)
			wrmsrq(r->msr, r->saved & ~r->running);
	}
}

void __kprobes __efi_mode_counters_start(void)
{
	const struct efi_mode_counter *r;

	for (r = counters; r < counters + nr_counters; r++)
		if (r->saved & r->running)
			wrmsrq(r->msr, r->saved);
}

/* A hypervisor may report the feature but not implement the register */
static bool __init ecounter_exists(const struct efi_mode_counter *r)
{
	u64 value;

	return !rdmsrq_safe(r->msr, &value);
}

static bool __init ecounter_perf_uses_hardware(void)
{
	struct x86_pmu_capability capability;

	perf_get_x86_pmu_capability(&capability);
	return capability.num_counters_gp;
}

static int __init ecounter_init(void)
{
	struct efi_mode_counter list[EFI_MODE_MAX_COUNTERS] = {};
	unsigned int i, nr;

	nr = efi_mode_list_counters(&boot_cpu_data, ecounter_perf_uses_hardware(),
				    list);
	for (i = 0; i < nr; i++)
		if (ecounter_exists(&list[i]))
			counters[nr_counters++] = list[i];
	if (nr_counters)
		static_branch_enable(&efi_mode_has_counters);
	return 0;
}
/* After perf has probed the hardware, and before user space can open events */
core_initcall(ecounter_init);
