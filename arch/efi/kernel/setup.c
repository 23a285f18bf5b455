// SPDX-License-Identifier: GPL-2.0-only
/*
 * setup_arch() of a kernel that runs beside the firmware
 *
 * This is the first file of the kernel's half. It follows the order of arch/x86
 * and shares its steps. It leaves out the steps for hardware and memory that
 * the firmware owns: the areas below 1 MiB, the BIOS tables, the legacy
 * devices, the real-mode trampoline, PCI and the ACPI interpreter. The arena is
 * all the RAM that Linux has.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/acpi.h>
#include <linux/console.h>
#include <linux/dma-map-ops.h>
#include <linux/efi.h>
#include <linux/initrd.h>
#include <linux/jiffies.h>
#include <linux/jump_label.h>
#include <linux/memblock.h>
#include <linux/pgtable.h>
#include <linux/root_dev.h>
#include <linux/static_call.h>
#include <linux/timex.h>

#include <uapi/linux/mount.h>

#include <asm/apic.h>
#include <asm/cacheinfo.h>
#include <asm/cpu.h>
#include <asm/desc.h>
#include <asm/e820/api.h>
#include <asm/efi.h>
#include <asm/io_apic.h>
#include <asm/kasan.h>
#include <asm/kaslr.h>
#include <asm/mce.h>
#include <asm/mmzone.h>
#include <asm/numa.h>
#include <asm/proto.h>
#include <asm/setup.h>
#include <asm/smp.h>
#include <asm/thermal.h>
#include <asm/tsc.h>
#include <asm/unwind.h>
#include <asm/vsyscall.h>

#include <asm/efi-mode.h>

static char command_line[COMMAND_LINE_SIZE] __initdata;

static struct resource kernel_resources[] = {
	{ .name = "Kernel code" },
	{ .name = "Kernel rodata" },
	{ .name = "Kernel data" },
	{ .name = "Kernel bss" },
};

static void __init esetup_insert_kernel_resources(void)
{
	const struct {
		void *start, *end;
	} sections[ARRAY_SIZE(kernel_resources)] = {
		{ _text, _etext },
		{ __start_rodata, __end_rodata },
		{ _sdata, _edata },
		{ __bss_start, __bss_stop },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(sections); i++) {
		kernel_resources[i].start = __pa_symbol(sections[i].start);
		kernel_resources[i].end = __pa_symbol(sections[i].end) - 1;
		kernel_resources[i].flags = IORESOURCE_BUSY |
					    IORESOURCE_SYSTEM_RAM;
		insert_resource(&iomem_resource, &kernel_resources[i]);
	}
}

static void __init esetup_setup_boot_params(void)
{
	ROOT_DEV = old_decode_dev(boot_params.hdr.root_dev);
	efi_mode_note_display();
	bootloader_type = boot_params.hdr.type_of_loader;
	bootloader_version = boot_params.hdr.ext_loader_ver << 4 |
			     (bootloader_type & 0xf);
	if (!boot_params.hdr.root_flags)
		root_mountflags &= ~MS_RDONLY;

	set_bit(EFI_BOOT, &efi.flags);
	set_bit(EFI_64BIT, &efi.flags);
}

/*
 * Reserve the memory of the kernel and of the handoff. esetup_setup_memory()
 * reserves the initrd. The firmware's tables and the setup_data nodes need no
 * reservation, because they are in firmware memory, which is not RAM for Linux.
 */
static void __init esetup_reserve_memory(void)
{
	memblock_reserve(__pa_symbol(_text),
			 __end_of_kernel_reserve - _text);
	efi_mode_find_handoff();
}

/*
 * Lock the kernel down if Secure Boot is on. Every image that led to this
 * kernel was verified, and every image that the firmware starts after it will
 * be. A kernel that is not locked down would be a gap in that chain. The option
 * can only raise the level, so a stricter level from the command line remains
 * in force.
 */
static void __init esetup_lock_down(void)
{
	static char option[] __initdata = "lockdown=integrity";

	if (!IS_ENABLED(CONFIG_EFI_MODE_LOCK_DOWN) ||
	    !efi_enabled(EFI_SECURE_BOOT))
		return;
	pr_info("Secure Boot is on: the kernel is locked down\n");
	parse_early_options(option);
}

/*
 * Read the firmware's tables as every EFI kernel does. The runtime services are
 * not mapped into the kernel's address space, and must not be: runtime.c calls
 * them in the firmware's world.
 */
static void __init esetup_setup_efi(void)
{
	efi_init();
	clear_bit(EFI_RUNTIME_SERVICES, &efi.flags);
	/* The EFI stub's copy of the event log does not grow: efi-tpm reads the log */
	efi.tpm_log = EFI_INVALID_TABLE_ADDR;
	efi.tpm_final_log = EFI_INVALID_TABLE_ADDR;
	efi_set_secure_boot(boot_params.secure_boot);
	esetup_lock_down();
}

static void __init esetup_find_memory_limits(void)
{
	max_pfn = e820__end_of_ram_pfn();
	cache_bp_init();
	max_possible_pfn = max_pfn;

	kernel_randomize_memory();
	check_x2apic();

	max_low_pfn = max_pfn > PFN_DOWN(SZ_4G) ? e820__end_of_low_ram_pfn() :
						  max_pfn;
	high_memory = (void *)__va(max_pfn * PAGE_SIZE - 1) + 1;
}

static void __init esetup_setup_memory(void)
{
	early_alloc_pgt_buf();
	reserve_brk();
	cleanup_highmap();

	memblock_set_current_limit(ISA_END_ADDRESS);
	e820__memblock_setup();
	/* Reserve the initrd, from efi_init(), before the first allocation */
	reserve_initrd_mem();
	efi_esrt_init();
	efi_mokvar_table_init();

	init_mem_mapping();
	cpu_init_replace_early_idt();
	mmu_cr4_features = __read_cr4() & ~X86_CR4_PCIDE;
	memblock_set_current_limit(get_max_mapped());
}

void __init setup_arch(char **cmdline_p)
{
	pr_info("Command line: %s\n", boot_command_line);
	boot_cpu_data.x86_phys_bits = MAX_PHYSMEM_BITS;

#ifdef CONFIG_CMDLINE_BOOL
	if (builtin_cmdline[0]) {
		strlcat(builtin_cmdline, " ", COMMAND_LINE_SIZE);
		strlcat(builtin_cmdline, boot_command_line, COMMAND_LINE_SIZE);
		strscpy(boot_command_line, builtin_cmdline, COMMAND_LINE_SIZE);
	}
	builtin_cmdline_added = true;
#endif
	strscpy(command_line, boot_command_line, COMMAND_LINE_SIZE);
	*cmdline_p = command_line;

	idt_setup_early_traps();
	early_cpu_init();
	jump_label_init();
	static_call_init();
	early_ioremap_init();

	esetup_setup_boot_params();
	esetup_reserve_memory();
	efi_mode_platform_setup();

	iomem_resource.end = (1ULL << boot_cpu_data.x86_phys_bits) - 1;
	e820__memory_setup();
	setup_initial_init_mm(_text, _etext, _edata, (void *)_brk_end);

	x86_configure_nx();
	parse_early_param();
	efi_memblock_x86_reserve_range();
	x86_report_nx();
	apic_setup_apic_calls();
	e820__finish_early_params();
	efi_mode_memory_add_arena();
	esetup_setup_efi();
	x86_init.resources.dmi_setup();
	tsc_early_init();

	esetup_insert_kernel_resources();
	esetup_find_memory_limits();
	esetup_setup_memory();

	/* The firmware can be called from here on, as the boot console does */
	efi_mode_map_handoff();
	efi_mode_memory_reserve_firmware();
	efi_mode_copy_systab();
	efi_mode_switch_setup();
	efi_mode_early_console();

	setup_log_buf(1);
	io_delay_init();
	initmem_init();
	dma_contiguous_reserve(max_pfn_mapped << PAGE_SHIFT);

	x86_init.paging.pagetable_init();
	kasan_init();
	map_vsyscall();

	topology_apply_cmdline_limits_early();
	x86_init.mpparse.parse_smp_cfg();
	init_apic_mappings();
	topology_init_possible_cpus();
	init_cpu_to_node();
	io_apic_init_mappings();

	e820__reserve_resources();
	efi_mode_memory_insert_resources();
	e820__register_nosave_regions(max_pfn);
	x86_init.resources.reserve_resources();
	e820__setup_pci_gap();

	x86_init.timers.wallclock_init();
	/*
	 * Record whether the firmware uses the thermal interrupt as an SMI. The
	 * set-up of the local APIC masks the entry later (Intel SDM volume 3,
	 * "Local APIC State After It Has Been Software Disabled").
	 */
	therm_lvt_init();
	mcheck_init();
	register_refined_jiffies(PIT_TICK_RATE);
	unwind_init();
}

/*
 * Replace the early mapping of the EFI memory map by a permanent one, because
 * drivers look up firmware regions there for as long as the kernel runs.
 */
static int __init esetup_remap_efi_memmap(void)
{
	phys_addr_t base = efi.memmap.phys_map;
	unsigned long size = efi.memmap.nr_map * efi.memmap.desc_size;

	if (!efi_enabled(EFI_MEMMAP))
		return 0;
	efi_memmap_unmap();
	return efi_memmap_init_late(base, size);
}
early_initcall(esetup_remap_efi_memmap);
