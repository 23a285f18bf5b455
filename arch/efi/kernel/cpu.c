// SPDX-License-Identifier: GPL-2.0-only
/*
 * What else of the CPU is exchanged, beside what switch() knows: that which only
 * the kernel can put back, and that which has no business in firmware's world
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/init.h>

#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/gsseg.h>
#include <asm/msr.h>
#include <asm/segment.h>

#include <asm/efi-mode.h>

struct debug_registers {
	unsigned long address[4];
	unsigned long status;		/* DR6 */
	unsigned long control;		/* DR7 */
};

struct selectors {
	u16 ds, es, fs, gs;
};

static struct debug_registers firmware_debug, linux_debug;
static struct selectors selectors;
static u64 perf_global_ctrl;

static void read_addresses(struct debug_registers *d)
{
	get_debugreg(d->address[0], 0);
	get_debugreg(d->address[1], 1);
	get_debugreg(d->address[2], 2);
	get_debugreg(d->address[3], 3);
}

static void write_addresses(const struct debug_registers *d)
{
	set_debugreg(d->address[0], 0);
	set_debugreg(d->address[1], 1);
	set_debugreg(d->address[2], 2);
	set_debugreg(d->address[3], 3);
}

static bool is_enabled(const struct debug_registers *d)
{
	return d->control & (DR_GLOBAL_ENABLE_MASK | DR_LOCAL_ENABLE_MASK);
}

/*
 * The kernel has no interest in the addresses as long as it has no breakpoint
 * set, so firmware's stay where they are then. It may have had one meanwhile.
 */
static void debug_to_firmware(void)
{
	const unsigned long *now = linux_debug.address;

	/* Disables them: they mean nothing at firmware's addresses */
	linux_debug.control = local_db_save();
	get_debugreg(linux_debug.status, 6);
	read_addresses(&linux_debug);
	if (unlikely(now[0] != firmware_debug.address[0] ||
		     now[1] != firmware_debug.address[1] ||
		     now[2] != firmware_debug.address[2] ||
		     now[3] != firmware_debug.address[3]))
		write_addresses(&firmware_debug);
	if (unlikely(linux_debug.status != firmware_debug.status))
		set_debugreg(firmware_debug.status, 6);
	if (unlikely(is_enabled(&firmware_debug)))
		set_debugreg(firmware_debug.control, 7);
}

static void debug_to_linux(void)
{
	get_debugreg(firmware_debug.control, 7);
	if (unlikely(is_enabled(&firmware_debug)))
		set_debugreg(0, 7);
	read_addresses(&firmware_debug);
	get_debugreg(firmware_debug.status, 6);
	if (unlikely(linux_debug.status != firmware_debug.status))
		set_debugreg(linux_debug.status, 6);
	if (unlikely(linux_debug.control)) {
		write_addresses(&linux_debug);
		local_db_restore(linux_debug.control);
	}
}

/*
 * The data segments are those of the task. One in its LDT may be out of reach on
 * the trampoline's tables, or gone, so they are loaded here, with fixups, and
 * switch() finds null selectors.
 */
static void save_selectors(void)
{
	savesegment(ds, selectors.ds);
	savesegment(es, selectors.es);
	savesegment(fs, selectors.fs);
	savesegment(gs, selectors.gs);
}

static void load_selectors(const struct efi_mode_cpu *cpu)
{
	const struct selectors *s = &selectors;

	if (likely(!(s->ds | s->es | s->fs | s->gs)))
		return;
	loadsegment(ds, s->ds);
	loadsegment(es, s->es);
	loadsegment(fs, s->fs);
	load_gs_index(s->gs);
	/* Loading a selector has changed its base */
	wrmsrl(MSR_FS_BASE, cpu->fs_base);
	wrmsrl(MSR_KERNEL_GS_BASE, cpu->kernel_gs_base);
}

/**
 * efi_mode_counters_stop() - no performance counting from here on
 *
 * They do not count firmware. Above all they do not write records, since their
 * buffer is at an address of the kernel's, and do not raise interrupts that would
 * meet firmware's handlers.
 *
 * Context: interrupts off, before the local APIC changes hands.
 */
void efi_mode_counters_stop(void)
{
	perf_global_ctrl = 0;
	if (!static_cpu_has(X86_FEATURE_ARCH_PERFMON))
		return;
	rdmsrl(MSR_CORE_PERF_GLOBAL_CTRL, perf_global_ctrl);
	if (perf_global_ctrl)
		wrmsrl(MSR_CORE_PERF_GLOBAL_CTRL, 0);
}

/**
 * efi_mode_counters_start() - undo efi_mode_counters_stop()
 *
 * Context: interrupts off.
 */
void efi_mode_counters_start(void)
{
	if (perf_global_ctrl)
		wrmsrl(MSR_CORE_PERF_GLOBAL_CTRL, perf_global_ctrl);
}

/**
 * efi_mode_cpu_to_firmware() - put away what is the kernel's
 *
 * Context: interrupts off, just before the switch.
 */
void efi_mode_cpu_to_firmware(void)
{
	debug_to_firmware();
	save_selectors();
}

/**
 * efi_mode_cpu_to_linux() - undo efi_mode_cpu_to_firmware()
 *
 * Context: interrupts off, just after the switch.
 */
void efi_mode_cpu_to_linux(void)
{
	load_selectors(&efi_mode_handoff->linux_cpu);
	debug_to_linux();
}

/**
 * efi_mode_cpu_setup() - note what is firmware's
 *
 * Context: setup_arch(), before the kernel sets up its own.
 */
void __init efi_mode_cpu_setup(void)
{
	read_addresses(&firmware_debug);
	get_debugreg(firmware_debug.status, 6);
	get_debugreg(firmware_debug.control, 7);
}
