// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the list of counters
 *
 * The CPUs are made up, because QEMU without KVM emulates no counters.
 */
#include <kunit/test.h>

#include <asm/cpufeature.h>
#include <asm/msr-index.h>
#include <asm/perf_event.h>
#include <asm/processor.h>

#include <asm/efi-mode.h>

struct counters_test_cpu {
	struct cpuinfo_x86 c;
	struct efi_mode_counter list[EFI_MODE_MAX_COUNTERS];
	unsigned int nr;
};

static struct counters_test_cpu *counters_test_cpu(struct kunit *test, u8 vendor)
{
	struct counters_test_cpu *cpu = kunit_kzalloc(test, sizeof(*cpu), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, cpu);
	cpu->c.x86_vendor = vendor;
	return cpu;
}

static bool counters_test_has(const struct counters_test_cpu *cpu, u32 msr, u64 running)
{
	unsigned int i;

	for (i = 0; i < cpu->nr; i++)
		if (cpu->list[i].msr == msr && cpu->list[i].running == running)
			return true;
	return false;
}

/* CPUs without counters, as TCG emulates them */
static void counters_test_none(struct kunit *test)
{
	struct counters_test_cpu *cpu = counters_test_cpu(test, X86_VENDOR_INTEL);

	KUNIT_EXPECT_EQ(test, efi_mode_list_counters(&cpu->c, true, cpu->list), 0);
	cpu->c.x86_vendor = X86_VENDOR_AMD;
	KUNIT_EXPECT_EQ(test, efi_mode_list_counters(&cpu->c, false, cpu->list), 0);
}

/*
 * Branch records are bits 6 to 8 of DEBUGCTL. LBR and single-stepping on
 * branches are not stopped.
 */
static void counters_test_intel(struct kunit *test)
{
	struct counters_test_cpu *cpu = counters_test_cpu(test, X86_VENDOR_INTEL);

	set_cpu_cap(&cpu->c, X86_FEATURE_ARCH_PERFMON);
	set_cpu_cap(&cpu->c, X86_FEATURE_BTS);
	set_cpu_cap(&cpu->c, X86_FEATURE_INTEL_PT);
	cpu->nr = efi_mode_list_counters(&cpu->c, true, cpu->list);
	KUNIT_EXPECT_EQ(test, cpu->nr, 3);
	KUNIT_EXPECT_TRUE(test, counters_test_has(cpu, 0x38f, U64_MAX));
	KUNIT_EXPECT_TRUE(test, counters_test_has(cpu, 0x1d9, 0x1c0));
	KUNIT_EXPECT_TRUE(test, counters_test_has(cpu, 0x570, 1));
}

static void counters_test_amd_old(struct kunit *test)
{
	struct counters_test_cpu *cpu = counters_test_cpu(test, X86_VENDOR_AMD);
	u32 msr;

	cpu->nr = efi_mode_list_counters(&cpu->c, true, cpu->list);
	KUNIT_EXPECT_EQ(test, cpu->nr, 4);
	for (msr = 0xc0010000; msr < 0xc0010004; msr++)
		KUNIT_EXPECT_TRUE(test, counters_test_has(cpu, msr, BIT(22)));
}

static void counters_test_amd_core(struct kunit *test)
{
	struct counters_test_cpu *cpu = counters_test_cpu(test, X86_VENDOR_HYGON);
	u32 msr;

	set_cpu_cap(&cpu->c, X86_FEATURE_PERFCTR_CORE);
	cpu->nr = efi_mode_list_counters(&cpu->c, true, cpu->list);
	KUNIT_EXPECT_EQ(test, cpu->nr, 6);
	for (msr = 0xc0010200; msr < 0xc001020c; msr += 2)
		KUNIT_EXPECT_TRUE(test, counters_test_has(cpu, msr, BIT(22)));
}

/* Zen 4 has one register that stops all counters */
static void counters_test_amd_global(struct kunit *test)
{
	struct counters_test_cpu *cpu = counters_test_cpu(test, X86_VENDOR_AMD);

	set_cpu_cap(&cpu->c, X86_FEATURE_PERFCTR_CORE);
	set_cpu_cap(&cpu->c, X86_FEATURE_PERFMON_V2);
	cpu->nr = efi_mode_list_counters(&cpu->c, true, cpu->list);
	KUNIT_EXPECT_EQ(test, cpu->nr, 1);
	KUNIT_EXPECT_TRUE(test, counters_test_has(cpu, 0xc0000301, U64_MAX));
}

static struct kunit_case counters_test_cases[] = {
	KUNIT_CASE(counters_test_none),
	KUNIT_CASE(counters_test_intel),
	KUNIT_CASE(counters_test_amd_old),
	KUNIT_CASE(counters_test_amd_core),
	KUNIT_CASE(counters_test_amd_global),
	{}
};

static struct kunit_suite counters_test_suite = {
	.name = "efi-mode-counters",
	.test_cases = counters_test_cases,
};

kunit_test_suite(counters_test_suite);

MODULE_DESCRIPTION("KUnit tests of the list of counters");
MODULE_LICENSE("GPL");
