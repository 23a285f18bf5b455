// SPDX-License-Identifier: GPL-2.0-only
/*
 * The platform: disable support for hardware that the firmware owns
 *
 * The machine has the legacy devices of a PC, a PCI bus and perhaps more CPUs,
 * but they belong to the firmware. The kernel is told that they are absent, so
 * that it never writes to any of their ports.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/acpi.h>
#include <linux/console.h>
#include <linux/init.h>

#include <asm/apic.h>
#include <asm/i8259.h>
#include <asm/iommu.h>
#include <asm/irqdomain.h>
#include <asm/pci_x86.h>
#include <asm/setup.h>
#include <asm/smp.h>
#include <asm/x86_init.h>

#include <asm/efi-mode.h>

static unsigned char eplat_no_nmi_reason(void)
{
	return 0;
}

/*
 * Linux has to keep the mode of the local APIC that the firmware has chosen,
 * because both use it
 */
static bool __init eplat_keep_x2apic(void)
{
	return x2apic_enabled();
}

/* Register the boot CPU only: the firmware keeps the others */
static void __init eplat_parse_smp_config(void)
{
#ifdef CONFIG_X86_X2APIC
	if (x2apic_enabled()) {
		/* x2APIC cluster mode needs interrupt remapping */
		x2apic_phys = 1;
		default_acpi_madt_oem_check("", "");
	}
#endif
	register_lapic_address(APIC_DEFAULT_PHYS_BASE);
	topology_register_apic(boot_cpu_physical_apicid, CPU_ACPIID_INVALID,
			       true);
	smp_found_config = 1;
}

static void __init eplat_init_interrupts(void)
{
	native_init_IRQ();
	efi_mode_record_init();
}

/*
 * Entries of the local vector table that stay as the firmware has set them
 * until a Linux driver programs them. A local APIC has an entry if its version
 * register reports at least @maxlvt.
 */
struct kept_lvt {
	u16 reg;
	u8 maxlvt;
};

static const struct kept_lvt kept_lvts[] __initconst = {
	{ APIC_LVT0,	0 },
	{ APIC_LVT1,	0 },
	{ APIC_LVTPC,	4 },
	{ APIC_LVTTHMR,	5 },
	{ APIC_LVTCMCI,	6 },
};

/*
 * Set up the local APIC, but keep the settings of the firmware that Linux does
 * not use.
 *
 * The set-up unmasks LINT0 for an 8259 that the kernel would own. Here the 8259
 * belongs to the firmware, so LINT0 and LINT1 stay as they are. The set-up also
 * disables the local APIC for a moment, which masks the whole local vector
 * table (Intel SDM volume 3, "Local APIC State After It Has Been Software
 * Disabled"). The task priority is restored as well, because a register with
 * the same value on both sides need not be exchanged in a switch.
 */
static void __init eplat_init_interrupt_mode(void)
{
	u32 values[ARRAY_SIZE(kept_lvts)] = {}, priority = apic_read(APIC_TASKPRI);
	int maxlvt = lapic_get_maxlvt();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kept_lvts); i++)
		if (maxlvt >= kept_lvts[i].maxlvt)
			values[i] = apic_read(kept_lvts[i].reg);
	apic_intr_mode_init();
	for (i = 0; i < ARRAY_SIZE(kept_lvts); i++)
		if (maxlvt >= kept_lvts[i].maxlvt)
			apic_write(kept_lvts[i].reg, values[i]);
	/* Only if it does not hold back any Linux interrupt */
	if (priority < FIRST_EXTERNAL_VECTOR)
		apic_write(APIC_TASKPRI, priority);
}

/**
 * efi_mode_platform_setup() - install the hooks in arch/x86
 *
 * Context: setup_arch(), before any hardware is probed.
 */
void __init efi_mode_platform_setup(void)
{
	x86_init.resources.probe_roms		= x86_init_noop;
	x86_init.mpparse.find_mptable		= x86_init_noop;
	x86_init.mpparse.early_parse_smp_cfg	= x86_init_noop;
	x86_init.mpparse.parse_smp_cfg		= eplat_parse_smp_config;
	x86_init.irqs.pre_vector_init		= x86_init_noop;
	x86_init.irqs.intr_init			= eplat_init_interrupts;
	x86_init.irqs.intr_mode_init		= eplat_init_interrupt_mode;

	x86_init.hyper.x2apic_available	= eplat_keep_x2apic;

	x86_platform.legacy.i8042		= X86_LEGACY_I8042_PLATFORM_ABSENT;
	x86_platform.legacy.rtc			= 0;
	x86_platform.legacy.warm_reset		= 0;
	x86_platform.legacy.no_vga		= 1;
	x86_platform.legacy.devices.pnpbios	= 0;
	x86_platform.legacy.reserve_bios_regions = 0;
	x86_platform.realmode_reserve		= x86_init_noop;
	x86_platform.realmode_init		= x86_init_noop;
	x86_platform.get_nmi_reason		= eplat_no_nmi_reason;

	legacy_pic				= &null_legacy_pic;

	/* The world switch exchanges IDTs, which FRED does not use */
	setup_clear_cpu_cap(X86_FEATURE_FRED);

	/* Linux does no DMA, so it needs no bounce buffers */
	no_iommu				= 1;
#ifdef CONFIG_PCI
	pci_probe				= 0;
#endif
	disable_acpi();

	efi_mode_time_setup();
	efi_mode_exit_setup();
}
