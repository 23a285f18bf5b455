// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware's share of the machine
 *
 * A slice is given by whoever has something to gain from it, on their own CPU
 * time: a task that waits for its call, or the thread here, which sees to it
 * that firmware's clock and its events go on when nobody calls. It does not
 * matter which of them gives a slice: firmware goes on where it was.
 *
 * From ingress to egress interrupts are off, so a slice is never entered twice.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/irqflags.h>
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include <asm/efi-mode.h>

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "efi_mode."

#define MIN_INTERVAL_MS		1
#define MAX_INTERVAL_MS		1000
#define DEFAULT_INTERVAL_MS	10

static unsigned int interval = DEFAULT_INTERVAL_MS;

static ktime_t last_slice;	/* when it ended */

static int set_interval(const char *val, const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, MIN_INTERVAL_MS, MAX_INTERVAL_MS);
}

static const struct kernel_param_ops interval_ops = {
	.set = set_interval,
	.get = param_get_uint,
};

module_param_cb(interval, &interval_ops, &interval, 0644);
MODULE_PARM_DESC(interval, "milliseconds between two slices of an idle firmware, 1 to 1000");

/**
 * efi_mode_bare_slice() - give firmware a slice, and do nothing else
 *
 * Context: interrupts off and preemption disabled; interrupts may be on for a
 * moment, see efi_mode_apic_to_firmware().
 * Return: false if the local APIC is not shared yet; no slice was given.
 */
bool efi_mode_bare_slice(void)
{
	if (!efi_mode_apic_to_firmware())
		return false;
	efi_mode_record_vectors(efi_mode_handoff);
	efi_mode_switch_to_firmware();
	efi_mode_apic_to_linux();
	return true;
}

/**
 * efi_mode_slice() - give firmware a slice
 *
 * Returns when firmware has done what was asked of it, has nothing to do, or
 * its own clock has ended the slice.
 *
 * Context: task context, interrupts on.
 */
void efi_mode_slice(void)
{
	preempt_disable();
	local_irq_disable();
	if (efi_mode_bare_slice())
		last_slice = ktime_get();
	local_irq_enable();
	preempt_enable();
}

/**
 * efi_mode_quiet_slice() - give firmware a slice without interrupts
 *
 * Nothing is replayed, and no tick ends the slice: it lasts until firmware has
 * done what was asked of it. Linux's own interrupts stay pending.
 *
 * Context: any but NMI, interrupts off.
 */
void efi_mode_quiet_slice(void)
{
	struct efi_mode_handoff *h = efi_mode_handoff;
	u32 priority;

	priority = efi_mode_apic_hold();
	h->quiet = 1;
	efi_mode_switch_to_firmware();
	h->quiet = 0;
	efi_mode_apic_release(priority);
}

/*
 * Firmware gets a slice when it has had none for an interval, be it that nobody
 * calls or that the one who does has no time to give.
 */
static int firmware_thread(void *unused)
{
	ktime_t next;

	/* Ahead of all that is not real-time: a slice of an idle firmware is short */
	sched_set_fifo_low(current);

	for (;;) {
		next = ktime_add_ms(last_slice, READ_ONCE(interval));
		if (ktime_before(next, ktime_get())) {
			efi_mode_slice();
			continue;
		}
		set_current_state(TASK_IDLE);
		schedule_hrtimeout(&next, HRTIMER_MODE_ABS);
	}
	return 0;
}

static int __init firmware_init(void)
{
	struct task_struct *thread;

	thread = kthread_create(firmware_thread, NULL, "efi");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	kthread_bind(thread, 0);
	wake_up_process(thread);
	return 0;
}
core_initcall(firmware_init);
