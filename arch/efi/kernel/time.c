// SPDX-License-Identifier: GPL-2.0-only
/*
 * Clocks: the TSC, the local APIC timer and the firmware's wall clock
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/efi.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/time64.h>

#include <asm/apic.h>
#include <asm/cpufeature.h>
#include <asm/io.h>
#include <asm/x86_init.h>

#include <asm/efi-mode.h>
#include <efi-mode/call.h>
#include <efi-mode/time.h>

static unsigned long calibrated_khz __initdata;

static unsigned long __init etime_get_tsc_khz(void)
{
	static const char * const sources[] = {
		[EFI_MODE_TSC_CPUID]		= "CPUID",
		[EFI_MODE_TSC_HYPERVISOR]	= "the hypervisor",
		[EFI_MODE_TSC_STALL]		= "Stall()",
		[EFI_MODE_TSC_PM_TIMER]		= "the ACPI PM timer",
	};
	struct efi_mode_handoff *h;
	u32 source;

	if (calibrated_khz)
		return calibrated_khz;

	/* The direct map does not exist yet */
	h = early_memremap(efi_mode_handoff_phys, sizeof(*h));
	if (!h)
		panic("efi-mode: cannot map the handoff\n");
	calibrated_khz = h->tsc_khz;
	source = h->tsc_source;
	early_memunmap(h, sizeof(*h));

	if (source >= ARRAY_SIZE(sources) || !sources[source])
		source = EFI_MODE_TSC_STALL;
	pr_info("TSC: %lu.%03lu MHz, from %s\n", calibrated_khz / 1000,
		calibrated_khz % 1000, sources[source]);
	return calibrated_khz;
}

/*
 * This is the first use of the timer by Linux, so it still contains the
 * firmware's values
 */
static void __init etime_init_timer(void)
{
	unsigned long flags;

	local_irq_save(flags);
	/* The GDT is complete now, and has the TSS descriptor */
	efi_mode_copy_gdt(true);
	efi_mode_apic_take_over();
	local_irq_restore(flags);
	lapic_timer_period = efi_mode_apic_period();
}

/* Read the wall clock at boot. Later rtc-efi does. */
static void etime_get_wallclock(struct timespec64 *now)
{
	static efi_time_t time;
	efi_status_t status;

	now->tv_sec = 0;
	now->tv_nsec = 0;

	status = efi_rt_call(EFI_CALL_ATOMIC, get_time, efi_phys(&time), NULL);
	if (status != EFI_SUCCESS) {
		pr_warn("GetTime() failed: status %#lx, using 1970-01-01\n",
			status);
		return;
	}

	if (!efi_mode_time_is_valid(&time)) {
		pr_warn(FW_BUG "GetTime() returned an invalid time, using 1970-01-01\n");
		return;
	}

	now->tv_sec = efi_mode_time_to_seconds(&time);
	now->tv_nsec = time.nanosecond;
}

static int etime_set_no_wallclock(const struct timespec64 *now)
{
	return -ENODEV;
}

/**
 * efi_mode_time_setup() - install the clock hooks
 *
 * Context: setup_arch().
 */
void __init efi_mode_time_setup(void)
{
	x86_platform.calibrate_cpu	= etime_get_tsc_khz;
	x86_platform.calibrate_tsc	= etime_get_tsc_khz;
	x86_platform.get_wallclock	= etime_get_wallclock;
	x86_platform.set_wallclock	= etime_set_no_wallclock;
	x86_init.timers.timer_init	= etime_init_timer;
	x86_init.timers.wallclock_init	= x86_init_noop;

	/* Linux has no other clock to verify the TSC with */
	setup_force_cpu_cap(X86_FEATURE_TSC_KNOWN_FREQ);
	setup_force_cpu_cap(X86_FEATURE_TSC_RELIABLE);
	/* Linux never sleeps deeper than HLT, in which the timer goes on */
	setup_force_cpu_cap(X86_FEATURE_ARAT);
	/* lapic-timer.c can only share the timer in the modes with a count */
	setup_clear_cpu_cap(X86_FEATURE_TSC_DEADLINE_TIMER);
}
