// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ways out: return to the firmware, start another EFI image (kexec), or call
 * ResetSystem()
 *
 * The argument of reboot(2) chooses the way; without an argument,
 * efi_mode.on_exit= does. After a panic, it is efi_mode.on_panic=.
 * reboot-action.c parses the words.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/efi.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kexec.h>
#include <linux/limits.h>
#include <linux/moduleparam.h>
#include <linux/panic.h>
#include <linux/panic_notifier.h>
#include <linux/preempt.h>
#include <linux/reboot.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/timer.h>

#include <asm/desc.h>
#include <asm/io.h>
#include <asm/processor.h>
#include <asm/reboot.h>
#include <asm/smp.h>

#include <asm/efi-mode.h>
#include <efi-mode/call.h>
#include <efi-mode/time-limits.h>

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "efi_mode."

/* Room for the longest action, which has a GUID */
#define WORDS_SIZE	64

/**
 * struct action_param - a parameter that says how the system ends
 * @words:	the value, as given
 * @given:	true if @action is valid
 * @status:	EFI status to return if @words name none
 * @none:	the word for "no action"
 * @action:	meaning of @words
 */
struct action_param {
	char words[WORDS_SIZE];
	bool given;
	u64 status;
	const char *none;
	struct efi_mode_reboot_action action;
};

static struct action_param on_exit = {
	.words = "default", .none = "default", .status = EFI_SUCCESS,
};

static struct action_param on_panic = {
	.words = "default", .none = "default", .status = EFI_ABORTED,
};

/* Convert reboot= or /sys/kernel/reboot to a reset type of UEFI */
static int eexit_usual_reset(void)
{
	int type;

	/* A capsule requires a certain type of reset */
	if (efi_capsule_pending(&type))
		return type;
	if (reboot_type == BOOT_CF9_FORCE)
		return EFI_MODE_RESET_PLATFORM;
	return reboot_mode == REBOOT_WARM || reboot_mode == REBOOT_SOFT ?
	       EFI_RESET_WARM : EFI_RESET_COLD;
}

static int eexit_set_action(const char *val, const struct kernel_param *kp)
{
	struct action_param *p = kp->arg;
	struct efi_mode_reboot_action action;
	char buf[WORDS_SIZE], *words;

	if (strscpy(buf, val ?: "", sizeof(buf)) < 0)
		return -EINVAL;
	words = strim(buf);
	if (!strcmp(words, p->none)) {
		p->given = false;
	} else if (!efi_mode_parse_reboot_action(words, p->status, -1, &action)) {
		p->action = action;
		p->given = true;
	} else {
		pr_err("invalid %s=%s, expected one of %s, return[=STATUS], reset[=cold|warm|platform|GUID], off\n",
		       kp->name, words, p->none);
		return -EINVAL;
	}
	strscpy(p->words, words);
	return 0;
}

static int eexit_get_action(char *buffer, const struct kernel_param *kp)
{
	const struct action_param *p = kp->arg;

	return sysfs_emit(buffer, "%s\n", p->words);
}

static const struct kernel_param_ops action_ops = {
	.set = eexit_set_action,
	.get = eexit_get_action,
};

module_param_cb(on_exit, &action_ops, &on_exit, 0644);
MODULE_PARM_DESC(on_exit, "how reboot, poweroff and halt without an argument end the system: default, return, reset or off");
module_param_cb(on_panic, &action_ops, &on_panic, 0644);
MODULE_PARM_DESC(on_panic, "how a panic ends the system: default, return, reset or off");

/* The only reset that needs neither the firmware nor a device */
static void eexit_triple_fault(void)
{
	local_irq_disable();
	idt_invalidate();
	asm volatile("int3");
}

static void eexit_halt(void)
{
	local_irq_disable();
	stop_this_cpu(NULL);
}

/* End the system when the firmware cannot be called any more */
static void eexit_end_alone(enum efi_mode_reboot_type type)
{
	if (type == EFI_MODE_REBOOT_OFF)
		eexit_halt();
	eexit_triple_fault();
}

static enum efi_mode_reboot_type watched_type;

static unsigned int timeout_ms;

/*
 * Limit the time of each firmware call, not that of the whole end, because
 * there may be much data to write. It is enough that there is progress.
 */
static void eexit_watch_call(struct timer_list *timer)
{
	if (efi_mode_pending_ms() >= timeout_ms) {
		pr_emerg("the firmware did not return from %s in time, ending without it\n",
			 efi_mode_pending_call());
		eexit_end_alone(watched_type);
	}
	mod_timer(timer, jiffies + msecs_to_jiffies(EFI_MODE_CALL_WATCH_MS));
}

static DEFINE_TIMER(watch, eexit_watch_call);

static void eexit_start_watch(enum efi_mode_reboot_type type)
{
	watched_type = type;
	timeout_ms = EFI_MODE_CALL_TIMEOUT_MS;
	mod_timer(&watch, jiffies + msecs_to_jiffies(EFI_MODE_CALL_WATCH_MS));
}

/*
 * Reset data that names a platform-specific reset: an empty string, then a GUID
 * (UEFI 2.10, section 8.5.1)
 */
static struct {
	efi_char16_t text;
	efi_guid_t guid;
} __packed reset_data;

static void eexit_reset_system(int type, const struct efi_mode_reboot_action *e,
			       bool orderly)
{
	efi_char16_t *data = NULL;
	unsigned long size = 0;

	if (type == EFI_MODE_RESET_PLATFORM) {
		reset_data.guid = e->platform;
		size = sizeof(reset_data);
		data = efi_phys((efi_char16_t *)&reset_data);
	}
	/*
	 * Notify functions of the firmware may wait for its events. So this is
	 * an ordinary call, if possible, but with a time limit.
	 */
	if (orderly) {
		timeout_ms = EFI_MODE_RESET_TIMEOUT_MS;
		efi_rt_call(0, reset_system, type, 0, size, data);
	} else {
		efi_rt_call(EFI_CALL_LAST, reset_system, type, 0, size, data);
	}
	pr_emerg("the firmware has not reset the system, ending without it\n");
}

static const struct efi_mode_reboot_action plain_reset = {
	.type = EFI_MODE_REBOOT_RESET, .reset = -1,
};

static const struct efi_mode_reboot_action plain_off = {
	.type = EFI_MODE_REBOOT_OFF,
};

/* A capsule needs a reset, and a return would free the memory it is in */
static bool eexit_capsule_is_lost(const struct efi_mode_reboot_action *e)
{
	if (e->type != EFI_MODE_REBOOT_RETURN || !efi_capsule_pending(NULL))
		return false;
	pr_emerg("the firmware has a capsule: reset instead of return\n");
	return true;
}

/* A disk may still write to memory that a return would free */
static bool eexit_memory_is_lent(void)
{
	unsigned int n = efi_mode_events_in_flight();

	if (n)
		pr_emerg("the firmware has not finished %u transfers: reset instead of return\n",
			 n);
	return n;
}

static void eexit_end_system(const struct efi_mode_reboot_action *e, bool may_sleep)
{
	bool orderly = may_sleep && preemptible() && !oops_in_progress &&
		       system_state != SYSTEM_BOOTING;
	bool reached;

	if (eexit_capsule_is_lost(e))
		e = &plain_reset;
	if (orderly)
		eexit_start_watch(e->type);
	reached = efi_mode_teardown(orderly, e->type == EFI_MODE_REBOOT_RETURN);
	if (reached && e->type == EFI_MODE_REBOOT_RETURN && !eexit_memory_is_lent())
		efi_mode_leave(e->status);
	else if (reached && e->type == EFI_MODE_REBOOT_RETURN)
		eexit_reset_system(eexit_usual_reset(), e, false);
	else if (reached && e->type == EFI_MODE_REBOOT_OFF)
		eexit_reset_system(EFI_RESET_SHUTDOWN, e, orderly);
	else if (reached)
		eexit_reset_system(e->reset < 0 ? eexit_usual_reset() : e->reset, e,
				   orderly);

	eexit_end_alone(e->type);
}

static void eexit_restart(char *cmd)
{
	struct efi_mode_reboot_action e = on_exit.given ? on_exit.action : plain_reset;

	if (cmd && efi_mode_parse_reboot_action(cmd, EFI_SUCCESS, -1, &e)) {
		pr_emerg("unknown reboot argument '%s'\n", cmd);
		/* The argument was meant to be a return */
		if (strstarts(cmd, "return"))
			efi_mode_parse_reboot_action("return", EFI_INVALID_PARAMETER,
						     -1, &e);
	}
	eexit_end_system(&e, true);
}

/* Called in any context */
static void eexit_emergency_restart(void)
{
	eexit_end_system(panic_in_progress() && on_panic.given ? &on_panic.action :
			 &plain_reset, false);
}

static void eexit_power_off(void)
{
	eexit_end_system(on_exit.given ? &on_exit.action : &plain_off, true);
}

static void eexit_machine_halt(void)
{
	if (on_exit.given)
		eexit_end_system(&on_exit.action, true);
	eexit_halt();
}

static int eexit_power_off_handler(struct sys_off_data *data)
{
	eexit_power_off();
	return NOTIFY_DONE;
}

/*
 * Other CPUs and the interrupt controllers belong to the firmware, so this is
 * only for kexec. If Linux cannot return, the machine is reset.
 */
static void eexit_shutdown(void)
{
	static const struct efi_mode_reboot_action kexec = {
		.type = EFI_MODE_REBOOT_RETURN, .status = EFI_SUCCESS, .reset = -1,
	};

	if (!kexec_in_progress)
		return;
	efi_mode_start_child();
	eexit_end_system(&kexec, true);
}

/*
 * Do nothing in a panic, because Linux has no other CPUs to stop. The usual
 * functions would also disable the local APIC. Then Linux could no longer take
 * a pending interrupt, which would prevent all slices in which the firmware
 * finishes its work.
 */
#ifdef CONFIG_SMP
static void eexit_no_stop(int wait)
{
}

static void eexit_no_crash_stop(void)
{
}

static void __init eexit_keep_local_apic(void)
{
	smp_ops.stop_other_cpus		= eexit_no_stop;
	smp_ops.crash_stop_other_cpus	= eexit_no_crash_stop;
}
#else
static void __init eexit_keep_local_apic(void)
{
}
#endif

/**
 * efi_mode_exit_setup() - install the hooks for restart, power-off and halt
 *
 * Context: setup_arch().
 */
void __init efi_mode_exit_setup(void)
{
	machine_ops.restart		= eexit_restart;
	machine_ops.emergency_restart	= eexit_emergency_restart;
	machine_ops.power_off		= eexit_power_off;
	machine_ops.halt		= eexit_machine_halt;
	machine_ops.shutdown		= eexit_shutdown;
	eexit_keep_local_apic();
}

/*
 * Without panic=, a panic waits for ever. A user who has set efi_mode.on_panic=
 * wants the system to end, so end it at once.
 */
static int eexit_end_panic(struct notifier_block *nb, unsigned long unused, void *msg)
{
	if (on_panic.given && !panic_timeout)
		panic_timeout = -1;
	return NOTIFY_DONE;
}

static struct notifier_block end_panic_nb = {
	.notifier_call	= eexit_end_panic,
	.priority	= INT_MIN,
};

/* Start the watch before drivers are shut down, which may call the firmware */
static int eexit_begin_to_end(struct notifier_block *nb, unsigned long action,
			      void *cmd)
{
	eexit_start_watch(action == SYS_RESTART ? EFI_MODE_REBOOT_RESET :
						  EFI_MODE_REBOOT_OFF);
	return NOTIFY_DONE;
}

static struct notifier_block begin_to_end_nb = {
	.notifier_call	= eexit_begin_to_end,
};

/* Without a power-off handler, the kernel would halt instead */
static int __init eexit_register_handlers(void)
{
	register_reboot_notifier(&begin_to_end_nb);
	register_sys_off_handler(SYS_OFF_MODE_POWER_OFF, SYS_OFF_PRIO_FIRMWARE,
				 eexit_power_off_handler, NULL);
	atomic_notifier_chain_register(&panic_notifier_list, &end_panic_nb);
	return 0;
}
device_initcall(eexit_register_handlers);
