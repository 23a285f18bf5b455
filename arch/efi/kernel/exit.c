// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways out: through the firmware's ResetSystem()
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/delay.h>
#include <linux/efi.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/reboot.h>

#include <asm/desc.h>
#include <asm/processor.h>
#include <asm/reboot.h>

#include <asm/efi-mode.h>
#include <efi-mode/firmware.h>

/* How long a call that is under way may hold up the end of the system */
#define CALL_PATIENCE_MS	5000

/* A call may never return: then firmware cannot be asked for a reset either */
static bool has_time(void)
{
	unsigned int ms;

	for (ms = 0; ms < CALL_PATIENCE_MS && efi_mode_pending_call(); ms += 20)
		msleep(20);
	if (!efi_mode_pending_call())
		return true;
	pr_emerg("the firmware does not return from %s\n",
		 efi_mode_pending_call());
	return false;
}

static void reset_system(int type, bool may_sleep)
{
	/* Notify functions of firmware may want its events, so let them */
	if (may_sleep && preemptible() && system_state != SYSTEM_BOOTING &&
	    !oops_in_progress && has_time())
		efi_mode_rt_call(efi_mode_call, reset_system, type, 0, 0, 0);
	else
		efi_mode_rt_call(efi_mode_call_panic, reset_system, type, 0, 0,
				 0);
	pr_emerg("the firmware has not reset the system\n");
}

/* Without firmware there is one reset left that needs no device */
static void triple_fault(void)
{
	local_irq_disable();
	idt_invalidate();
	asm volatile("int3");
}

static void firmware_halt(void)
{
	local_irq_disable();
	stop_this_cpu(NULL);
}

static int reset_type(void)
{
	return reboot_mode == REBOOT_WARM ? EFI_RESET_WARM : EFI_RESET_COLD;
}

static void firmware_restart(char *cmd)
{
	reset_system(reset_type(), true);
	triple_fault();
}

/* From any context; if firmware is out of reach, a triple fault resets, too */
static void firmware_emergency_restart(void)
{
	reset_system(reset_type(), false);
	triple_fault();
}

static void firmware_power_off(void)
{
	reset_system(EFI_RESET_SHUTDOWN, true);
	firmware_halt();
}

static int power_off_handler(struct sys_off_data *data)
{
	firmware_power_off();
	return NOTIFY_DONE;
}

/* Other CPUs and interrupt controllers are not Linux's to shut down */
static void no_shutdown(void)
{
}

/**
 * efi_mode_exit_setup() - hook the ways out in
 *
 * Context: setup_arch().
 */
void __init efi_mode_exit_setup(void)
{
	machine_ops.restart		= firmware_restart;
	machine_ops.emergency_restart	= firmware_emergency_restart;
	machine_ops.power_off		= firmware_power_off;
	machine_ops.halt		= firmware_halt;
	machine_ops.shutdown		= no_shutdown;
}

/* Without a handler the kernel would halt where power-off was asked for */
static int __init register_power_off(void)
{
	register_sys_off_handler(SYS_OFF_MODE_POWER_OFF, SYS_OFF_PRIO_FIRMWARE,
				 power_off_handler, NULL);
	return 0;
}
device_initcall(register_power_off);
