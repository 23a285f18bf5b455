// SPDX-License-Identifier: GPL-2.0-only
/*
 * Idle: let the firmware have the CPU instead of halting it
 *
 * The cpuidle driver has one state: a slice that lasts until Linux has work
 * to do. If no such slice is possible, it halts the CPU as other kernels do.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/cpuidle.h>
#include <linux/init.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>

#include <asm/efi-mode.h>

static void eidle_halt_here(void)
{
	ct_cpuidle_enter();
	raw_safe_halt();
	raw_local_irq_disable();
	ct_cpuidle_exit();
}

static int eidle_enter(struct cpuidle_device *dev, struct cpuidle_driver *drv,
		       int index)
{
	efi_mode_idle_begins();
	if (!efi_mode_slice_idle()) {
		efi_mode_idle_halts();
		eidle_halt_here();
	}
	efi_mode_idle_ends();
	return index;
}

static struct cpuidle_driver idle_driver = {
	.name		= "efi-mode",
	.states		= {
		{
			.name	= "rest",
			.desc	= "the firmware has the CPU",
			.enter	= eidle_enter,
			.flags	= CPUIDLE_FLAG_RCU_IDLE,
		},
	},
	.state_count	= 1,
};

/* Before other cpuidle drivers, which would only halt the CPU */
static int __init eidle_init(void)
{
	int ret = cpuidle_register(&idle_driver, NULL);

	if (ret)
		pr_warn("cannot register the cpuidle driver: error %d, an idle CPU does not run the firmware\n",
			ret);
	return 0;
}
subsys_initcall(eidle_init);
