// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's side of the world switch
 *
 * efi_mode_switch() in the resident half exchanges most of the CPU state. This
 * file does the rest: state that only the kernel can restore, and state that
 * must not reach the firmware.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/init.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/pgtable.h>

#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/gsseg.h>
#include <asm/init.h>
#include <asm/msr.h>
#include <asm/segment.h>
#include <asm/special_insns.h>
#include <asm/trapnr.h>

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

/* Physical addresses in the handoff and of the switch code */
static struct efi_mode_cpu *linux_cpu __ro_after_init;
static struct efi_mode_cpu *firmware_cpu __ro_after_init;
static void (*switch_fn)(struct efi_mode_cpu *save,
			 const struct efi_mode_cpu *load) __ro_after_init;
static unsigned long trampoline_cr3 __ro_after_init;

/*
 * The trampoline page tables map the kernel's upper half, and also the switch
 * code and the handoff at the addresses that the firmware uses. With page table
 * isolation, a bit in CR3 must read as in the kernel's own tables, hence twice
 * the alignment.
 */
static pgd_t trampoline_pgd[PTRS_PER_PGD] __aligned(2 * PAGE_SIZE);

/*
 * Tables for two regions. Each region can cross a boundary at each level, so it
 * needs two tables at each of three levels.
 */
static u8 trampoline_tables[12][PAGE_SIZE] __aligned(PAGE_SIZE);
static int trampoline_tables_used;

static void *__init ewsw_alloc_table(void *context)
{
	if (trampoline_tables_used == ARRAY_SIZE(trampoline_tables))
		return NULL;
	return trampoline_tables[trampoline_tables_used++];
}

static void __init ewsw_map_identity(u64 start, u64 size)
{
	/* Not global: a translation in the TLB would hide a user mapping */
	struct x86_mapping_info info = {
		.alloc_pgt_page	= ewsw_alloc_table,
		.page_flag	= __PAGE_KERNEL_LARGE_EXEC & ~_PAGE_GLOBAL,
		.kernpg_flag	= _KERNPG_TABLE,
	};

	if (kernel_ident_mapping_init(&info, trampoline_pgd, start,
				      start + size))
		panic("efi-mode: cannot map the switch code and the handoff\n");
}

/*
 * Copy the kernel's half of the page tables, because its top-level entries
 * change until the kernel has booted. Not traced, because RCU may not be
 * watching.
 */
static void notrace ewsw_sync_trampoline(void)
{
	memcpy(trampoline_pgd + PTRS_PER_PGD / 2,
	       swapper_pg_dir + PTRS_PER_PGD / 2, PAGE_SIZE / 2);
}

static __always_inline void ewsw_read_addresses(struct debug_registers *d)
{
	get_debugreg(d->address[0], 0);
	get_debugreg(d->address[1], 1);
	get_debugreg(d->address[2], 2);
	get_debugreg(d->address[3], 3);
}

static void __kprobes ewsw_write_addresses(const struct debug_registers *d)
{
	set_debugreg(d->address[0], 0);
	set_debugreg(d->address[1], 1);
	set_debugreg(d->address[2], 2);
	set_debugreg(d->address[3], 3);
}

static __always_inline bool ewsw_is_enabled(const struct debug_registers *d)
{
	return d->control & (DR_GLOBAL_ENABLE_MASK | DR_LOCAL_ENABLE_MASK);
}

/* Check whether the registers contain the firmware's addresses */
static __always_inline bool ewsw_has_firmware_addresses(void)
{
	const unsigned long *firmware = firmware_debug.address;
	unsigned long d0, d1, d2, d3;

	get_debugreg(d0, 0);
	get_debugreg(d1, 1);
	get_debugreg(d2, 2);
	get_debugreg(d3, 3);
	return !((d0 ^ firmware[0]) | (d1 ^ firmware[1]) |
		 (d2 ^ firmware[2]) | (d3 ^ firmware[3]));
}

/*
 * While the kernel has no breakpoint set, it does not care about the address
 * registers, so the firmware's addresses remain in them. They are compared
 * nevertheless, because the kernel may have set and removed a breakpoint since
 * the last slice.
 */
static __always_inline void ewsw_debug_to_firmware(void)
{
	/* Disables the kernel's breakpoints, which must not hit firmware */
	linux_debug.control = local_db_save();
	get_debugreg(linux_debug.status, 6);
	if (unlikely(linux_debug.control || !ewsw_has_firmware_addresses())) {
		ewsw_read_addresses(&linux_debug);
		ewsw_write_addresses(&firmware_debug);
	}
	if (unlikely(linux_debug.status != firmware_debug.status))
		set_debugreg(firmware_debug.status, 6);
	if (unlikely(ewsw_is_enabled(&firmware_debug)))
		set_debugreg(firmware_debug.control, 7);
}

static __always_inline void ewsw_debug_to_linux(void)
{
	get_debugreg(firmware_debug.control, 7);
	if (unlikely(ewsw_is_enabled(&firmware_debug)))
		set_debugreg(0, 7);
	ewsw_read_addresses(&firmware_debug);
	get_debugreg(firmware_debug.status, 6);
	if (unlikely(linux_debug.status != firmware_debug.status))
		set_debugreg(linux_debug.status, 6);
	if (unlikely(linux_debug.control)) {
		ewsw_write_addresses(&linux_debug);
		local_db_restore(linux_debug.control);
	}
}

/*
 * The data segments belong to the current task. A segment in its LDT may be out
 * of reach on the trampoline page tables, or may have been removed. Therefore
 * the selectors are loaded here, with fixups, and the switch code sees null
 * selectors.
 */
static __always_inline void ewsw_save_selectors(void)
{
	savesegment(ds, selectors.ds);
	savesegment(es, selectors.es);
	savesegment(fs, selectors.fs);
	savesegment(gs, selectors.gs);
}

static __always_inline void ewsw_load_selectors(const struct efi_mode_cpu *cpu)
{
	const struct selectors *s = &selectors;

	if (likely(!(s->ds | s->es | s->fs | s->gs)))
		return;
	loadsegment(ds, s->ds);
	loadsegment(es, s->es);
	loadsegment(fs, s->fs);
	load_gs_index(s->gs);
	/* Loading the selectors has changed these bases */
	wrmsrq(MSR_FS_BASE, cpu->fs_base);
	wrmsrq(MSR_KERNEL_GS_BASE, cpu->kernel_gs_base);
}

/* Totals since boot */
struct efi_mode_deferred efi_mode_nmi_stats[EFI_MODE_NR_NMI_STATS];

/* Add the counts to the totals and to @now, and clear them */
static void __kprobes ewsw_collect(struct efi_mode_exceptions *e,
				   enum efi_mode_nmi_stat stat,
				   struct efi_mode_deferred *now)
{
	struct efi_mode_deferred *sum = &efi_mode_nmi_stats[stat];

	sum->nmis += e->nmis;
	sum->machine_checks += e->machine_checks;
	now->nmis += e->nmis;
	now->machine_checks += e->machine_checks;
	e->any = 0;
}

/*
 * Raise the exceptions that were only counted, because they came in the middle
 * of a switch or in the firmware's time. Each kind is raised once, because for
 * the handlers it makes no difference how many there were.
 */
static noinline void __kprobes ewsw_deliver_exceptions(struct efi_mode_handoff *h)
{
	struct efi_mode_deferred now = {};

	/* The handlers may call the firmware, and may not return */
	h->idle_poll.on = 0;
	ewsw_collect(&h->exceptions, EFI_MODE_NMI_IN_SLICE, &now);
	ewsw_collect(&h->firmware.exceptions, EFI_MODE_NMI_IN_SWITCH, &now);
	ewsw_collect(&h->linux_cpu.exceptions, EFI_MODE_NMI_IN_SWITCH, &now);
	if (now.nmis)
		asm volatile("int %0" : : "i" (X86_TRAP_NMI));
	if (!now.machine_checks)
		return;
	if (!IS_ENABLED(CONFIG_X86_MCE))
		panic("efi-mode: machine check\n");
	asm volatile("int %0" : : "i" (X86_TRAP_MC));
}

/**
 * efi_mode_switch_to_firmware() - run the firmware until its egress
 *
 * Context: interrupts off; the local APIC has been given to the firmware.
 */
void __kprobes __nocfi efi_mode_switch_to_firmware(void)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	unsigned long cr3;

	if (unlikely(system_state < SYSTEM_RUNNING))
		ewsw_sync_trampoline();

	ewsw_debug_to_firmware();
	ewsw_save_selectors();
	cr3 = __native_read_cr3();
	native_write_cr3(trampoline_cr3);

	switch_fn(linux_cpu, firmware_cpu);

	native_write_cr3(cr3);
	ewsw_load_selectors(&h->linux_cpu);
	ewsw_debug_to_linux();
	if (unlikely(h->exceptions.any | h->firmware.exceptions.any |
		     h->linux_cpu.exceptions.any))
		ewsw_deliver_exceptions(h);
}

/**
 * efi_mode_copy_gdt() - copy the kernel's GDT for the middle of a switch
 * @has_task:	true if the kernel has loaded its task register
 *
 * The copy replaces the kernel's GDT during a switch. It also contains the TSS
 * descriptor, to which LTR writes.
 *
 * Context: interrupts off, each time the kernel has a new GDT.
 */
void __init efi_mode_copy_gdt(bool has_task)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	const struct desc_ptr *transition = (void *)h->linux_cpu.transition_gdt;

	memcpy(phys_to_virt(transition->address),
	       get_cpu_gdt_rw(smp_processor_id()), GDT_SIZE);
	h->linux_tr = has_task ? GDT_ENTRY_TSS * 8 : 0;
	h->linux_cpu.tr = h->firmware.tr ? h->linux_tr : 0;
}

/**
 * efi_mode_switch_setup() - prepare the world switch
 *
 * The debug registers still contain the firmware's values, which are saved
 * here.
 *
 * Context: setup_arch(), after efi_mode_map_handoff().
 */
void __init efi_mode_switch_setup(void)
{
	struct efi_mode_handoff *h = efi_mode_handoff;

	ewsw_map_identity(__pa(h), h->extent);
	ewsw_map_identity(h->switch_base, h->switch_size);

	linux_cpu = (void *)__pa(&h->linux_cpu);
	firmware_cpu = (void *)__pa(&h->firmware);
	switch_fn = (void *)h->switch_fn;
	trampoline_cr3 = __pa_symbol(trampoline_pgd);

	ewsw_read_addresses(&firmware_debug);
	get_debugreg(firmware_debug.status, 6);
	get_debugreg(firmware_debug.control, 7);

	efi_mode_copy_gdt(false);
}

/**
 * efi_mode_is_reachable() - check whether Linux can switch to the firmware
 *
 * Context: any.
 * Return: true after efi_mode_switch_setup().
 */
bool efi_mode_is_reachable(void)
{
	return switch_fn;
}

/*
 * Save the state that does not change any more, such as the descriptor tables
 * and the PAT, so that later switches need not save it
 */
static int __init ewsw_settle(void)
{
	struct efi_mode_handoff *h = efi_mode_handoff;

	local_irq_disable();
	native_store_gdt((struct desc_ptr *)h->linux_cpu.gdt);
	store_idt((struct desc_ptr *)h->linux_cpu.idt);
	rdmsrq(MSR_IA32_CR_PAT, h->linux_cpu.pat);
	rdmsrq(MSR_GS_BASE, h->linux_cpu.gs_base);
	h->linux_cpu.cs = __KERNEL_CS;
	h->linux_cpu.ss = __KERNEL_DS;
	h->linux_cpu.state_is_constant = 1;
	local_irq_enable();
	return 0;
}
late_initcall_sync(ewsw_settle);
