// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/efi-mode-test: firmware calls for the selftests
 *
 * With these ioctls a selftest observes the time-sharing from user space.
 * EFI_MODE_TEST_DRIVER calls a function of the EFI test driver, which the UEFI
 * shell loads before Linux. Its source is in the efi folders of tests/. This
 * module looks functions up by name, and knows only those that need an address
 * in Linux.
 */
#define pr_fmt(fmt) "efi-mode-test: " fmt

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/panic.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/serial_reg.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <asm/msr.h>
#include <asm/special_insns.h>

#include <efi-mode/call.h>
#include <efi-mode/event.h>
#include <efi-mode/slice.h>
#include <efi-mode/tcg2.h>
#include <efi-mode/test.h>
#include <efi-mode/test-driver.h>
#include <efi-mode/time-limits.h>

#include <asm/test-hooks.h>

#define MAX_ROUND_TRIPS	10000

#define COM1		0x3f8

#define TEST_PROTOCOL_GUID	EFI_GUID(0x3ca3cb1f, 0x8a2c, 0x4d4d, 0xb3, \
					 0x60, 0x5a, 0x41, 0x9b, 0x07, 0x16, 0x11)

/* Memory whose address is passed to the firmware */
union shared {
	efi_time_t time;
	efi_guid_t guid;
	u64 value;
	efi_event_t event;
	char name[EFI_MODE_TEST_NAME_SIZE];
	struct efi_mode_test_found found;
};

static long test_stall(union shared *s, struct efi_mode_test_stall *arg)
{
	u64 before = efi_mode_forced_egresses();

	if (arg->usec > EFI_MODE_TEST_MAX_US)
		return -EINVAL;
	arg->status = efi_bs_call(stall, arg->usec);
	arg->slices = efi_mode_forced_egresses() - before;
	return 0;
}

static long test_timer(union shared *s, struct efi_mode_test_timer *arg)
{
	efi_event_t event;
	u64 start;

	if (arg->usec > EFI_MODE_TEST_MAX_US)
		return -EINVAL;

	arg->status = efi_bs_call(create_event, EFI_EVT_TIMER, 0, NULL, NULL,
				  efi_phys(&s->event));
	if (arg->status != EFI_SUCCESS)
		return 0;
	event = s->event;

	start = ktime_get_ns();
	arg->status = efi_bs_call(set_timer, event, EfiTimerRelative,
				  arg->usec * EFI_100NSEC_PER_USEC);
	if (arg->status == EFI_SUCCESS) {
		while (efi_bs_call(check_event, event) != EFI_SUCCESS) {
			if (ktime_get_ns() - start >
			    2 * EFI_MODE_TEST_MAX_US * NSEC_PER_USEC)
				break;
			if (msleep_interruptible(EFI_MODE_TEST_EVENT_POLL_MS))
				break;
		}
		arg->waited_ns = ktime_get_ns() - start;
	}
	efi_bs_call(close_event, event);
	return 0;
}

static void on_signal(void *done)
{
	complete(done);
}

static long test_signal(union shared *s, struct efi_mode_test_timer *arg)
{
	DECLARE_COMPLETION_ONSTACK(done);
	u64 start = ktime_get_ns();
	long ret = 0;
	int signal;

	if (arg->usec > EFI_MODE_TEST_MAX_US)
		return -EINVAL;
	signal = efi_mode_event_open(EFI_EVT_TIMER, false, on_signal, &done);
	if (signal < 0)
		return signal;
	arg->status = efi_bs_call(set_timer,
				  (efi_event_t)efi_mode_event_value(signal),
				  EfiTimerRelative,
				  arg->usec * EFI_100NSEC_PER_USEC);
	if (arg->status == EFI_SUCCESS &&
	    !wait_for_completion_timeout(&done,
					 usecs_to_jiffies(2 * EFI_MODE_TEST_MAX_US)))
		ret = -ETIMEDOUT;
	arg->waited_ns = ktime_get_ns() - start;
	efi_mode_event_close(signal);
	return ret;
}

static long test_time(union shared *s, struct efi_mode_test_time *arg)
{
	arg->status = efi_rt_call(0, get_time, efi_phys(&s->time), NULL);
	arg->seconds = s->time.hour * 3600 + s->time.minute * 60 +
		       s->time.second;
	arg->nanosecond = s->time.nanosecond;
	return 0;
}

/*
 * Physical address of the EFI test driver's protocol, or 0. The driver is never
 * unloaded.
 */
static u64 test_protocol;

static efi_status_t find_protocol(union shared *s)
{
	efi_status_t status;

	if (test_protocol)
		return EFI_SUCCESS;
	s[0].guid = TEST_PROTOCOL_GUID;
	status = efi_bs_call(locate_protocol, efi_phys(&s[0].guid), NULL,
			     efi_phys((void **)&s[1].value));
	if (status == EFI_SUCCESS)
		test_protocol = s[1].value;
	return status;
}

/*
 * @entry: physical address of a pointer to the function
 *
 * Return: the EFI status; @error is set to the error of efi_call_submit().
 */
static efi_status_t call_entry(const char *name, u64 entry, u64 first, u64 second,
			       unsigned int flags, long *error)
{
	struct efi_call call = {
		.name = name,
		.table = entry,
		.flags = flags,
		.nargs = 2,
		.args = { first, second },
	};

	*error = efi_call_submit(&call, 1);
	return call.status;
}

/*
 * Look up a function. If arg->status is EFI_SUCCESS, it is in s[1].found.
 *
 * Return: 0, or -ENOENT if the driver has no function of this name.
 */
static long find_function(union shared *s, struct efi_mode_test_driver *arg)
{
	long error;

	arg->status = find_protocol(s);
	if (arg->status != EFI_SUCCESS)
		return 0;
	strscpy(s[0].name, arg->name);
	arg->status = call_entry("test driver: find", test_protocol +
				 offsetof(struct efi_mode_test_protocol, find),
				 virt_to_phys(&s[0]), virt_to_phys(&s[1]), 0, &error);
	return arg->status == EFI_NOT_FOUND ? -ENOENT : 0;
}

/*
 * Return: 0, or the error of efi_call_submit() if the function has not
 * returned.
 */
static long call_function(union shared *s, struct efi_mode_test_driver *arg,
			  unsigned int flags)
{
	u64 entry = s[1].found.entry, before = efi_mode_forced_egresses();
	long error;

	arg->status = call_entry("test driver", entry, arg->argument,
				 virt_to_phys(&s->value), flags, &error);
	arg->slices = efi_mode_forced_egresses() - before;
	arg->value = s->value;
	return error;
}

static long test_driver(union shared *s, struct efi_mode_test_driver *arg,
			unsigned int flags)
{
	long ret;

	if (strnlen(arg->name, sizeof(arg->name)) == sizeof(arg->name))
		return -EINVAL;
	ret = find_function(s, arg);
	if (ret || arg->status != EFI_SUCCESS)
		return ret;
	if (arg->argument > s[1].found.max)
		return -EINVAL;
	/* Only the kernel knows this address, so user space passes 0. */
	if (!strcmp(arg->name, "overwrite"))
		arg->argument = efi_mode_test_canary();
	ret = call_function(s, arg, flags);
	return ret == -EBUSY ? ret : 0;
}

/*
 * The function gets the address of the flag which says that Linux is leaving.
 */
static long test_last_fault(union shared *s)
{
	struct efi_mode_test_driver arg = {
		.name = "fault_when",
		.argument = efi_mode_test_leaving(),
	};
	long ret;

	ret = find_function(s, &arg);
	if (ret)
		return ret;
	if (arg.status == EFI_SUCCESS)
		call_function(s, &arg, 0);
	return efi_status_to_err(arg.status);
}

static long test_stats(union shared *s, struct efi_mode_test_stats *arg)
{
	struct efi_mode_test_counters c;

	efi_mode_test_read_counters(&c);
	arg->preemptions = c.preemptions;
	arg->replayed = c.replayed;
	arg->recorded = c.recorded;
	arg->round_trips = c.round_trips;
	return 0;
}

static long test_round_trips(union shared *s,
			     struct efi_mode_test_round_trips *arg)
{
	u64 start, cycles;
	unsigned int i;

	if (!arg->count || arg->count > MAX_ROUND_TRIPS)
		return -EINVAL;

	arg->shortest = U64_MAX;
	arg->total = 0;
	preempt_disable();
	local_irq_disable();
	for (i = 0; i < arg->count; i++) {
		start = rdtsc();
		efi_mode_bare_slice();
		cycles = rdtsc() - start;
		arg->total += cycles;
		arg->shortest = min(arg->shortest, cycles);
	}
	local_irq_enable();
	preempt_enable();
	return 0;
}

/*
 * The storm: a thread forces a slice periodically, at any instruction of the
 * running task. There is one storm for all users of the device.
 */
static DEFINE_MUTEX(storm_mutex);
static struct task_struct *storm_task;

static int storm_thread(void *data)
{
	unsigned long usec = (unsigned long)data;
	ktime_t pause = ns_to_ktime(usec * NSEC_PER_USEC);

	sched_set_fifo(current);
	while (!kthread_should_stop()) {
		efi_mode_slice();
		set_current_state(TASK_INTERRUPTIBLE);
		schedule_hrtimeout(&pause, HRTIMER_MODE_REL);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static long test_storm(u64 usec)
{
	struct task_struct *task;
	long ret = 0;

	if (usec > EFI_MODE_TEST_MAX_US)
		return -EINVAL;

	mutex_lock(&storm_mutex);
	if (storm_task)
		kthread_stop(storm_task);
	storm_task = NULL;
	if (usec) {
		task = kthread_run(storm_thread, (void *)(unsigned long)usec,
				   "efi-storm");
		if (IS_ERR(task))
			ret = PTR_ERR(task);
		else
			storm_task = task;
	}
	mutex_unlock(&storm_mutex);
	return ret;
}

/*
 * If the firmware has stopped, Linux has no console. The firmware does not use
 * its serial port any more either, so a test can report its results there.
 */
static long test_print(const struct efi_mode_test_print *arg)
{
	unsigned int i, patience;

	if (!efi_mode_is_stopped() && !efi_mode_pending_call())
		return -EBUSY;
	for (i = 0; i < sizeof(arg->text) && arg->text[i]; i++) {
		for (patience = 0; patience < 10000; patience++)
			if (inb(COM1 + UART_LSR) & UART_LSR_THRE)
				break;
		outb(arg->text[i], COM1 + UART_TX);
	}
	return 0;
}

static efi_char16_t nobody[] = L"NobodyHasThisName";
static efi_char16_t mok_list[] = L"MokList";

static long test_atomic(struct efi_mode_test_atomic *arg)
{
	u32 hidden = EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS;
	u32 attr = hidden | EFI_VARIABLE_RUNTIME_ACCESS;
	efi_guid_t shim = EFI_SHIM_LOCK_GUID;
	efi_guid_t guid = TEST_PROTOCOL_GUID;
	unsigned long size = 0, name_size = 2;
	efi_char16_t name[1] = {};
	u64 info[3];
	efi_time_t time;

	preempt_disable();
	arg->get_time = efi.get_time(&time, NULL);
	arg->get_variable = efi.get_variable(nobody, &guid, NULL, &size, NULL);
	arg->get_next = efi.get_next_variable(&name_size, name, &guid);
	arg->set_variable = efi.set_variable(nobody, &guid, attr, 0, NULL);
	arg->query = efi.query_variable_info(attr, &info[0], &info[1],
					     &info[2]);
	arg->query_nonblocking =
		efi.query_variable_info_nonblocking(attr, &info[0], &info[1],
						    &info[2]);
	arg->set_nonblocking =
		efi.set_variable_nonblocking(nobody, &guid, attr, 0, NULL);
	arg->set_large =
		efi.set_variable_nonblocking(nobody, &guid, attr, SZ_16M, nobody);
	arg->set_hidden =
		efi.set_variable_nonblocking(mok_list, &shim, hidden, 1, nobody);
	preempt_enable();
	return 0;
}

static u64 *nowhere;

/* Oops in the context of the calling process, as a kernel bug would */
static long test_oops(void)
{
	WRITE_ONCE(*READ_ONCE(nowhere), 0);
	return 0;
}

/* Calls until the firmware refuses, with almost no time between two calls */
static int caller_thread(void *unused)
{
	while (efi_bs_call(stall, EFI_MODE_TEST_STALL_US) == EFI_SUCCESS)
		;
	module_put_and_kthread_exit(0);
}

static long test_crowd(void)
{
	struct task_struct *task;

	__module_get(THIS_MODULE);
	task = kthread_run(caller_thread, NULL, "efi-caller");
	if (!IS_ERR(task))
		return 0;
	module_put(THIS_MODULE);
	return PTR_ERR(task);
}

static DEFINE_RAW_SPINLOCK(wanted);

static enum hrtimer_restart want_lock(struct hrtimer *timer)
{
	raw_spin_lock(&wanted);
	raw_spin_unlock(&wanted);
	return HRTIMER_NORESTART;
}

/*
 * Panic while a timer interrupt is pending whose handler takes a lock that this
 * CPU holds
 */
static long test_panic(void)
{
	static struct hrtimer timer;

	hrtimer_setup(&timer, want_lock, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_PINNED_HARD);
	raw_spin_lock_irq(&wanted);
	hrtimer_start(&timer, ms_to_ktime(EFI_MODE_TEST_PANIC_TIMER_MS),
		      HRTIMER_MODE_REL_PINNED_HARD);
	mdelay(EFI_MODE_TEST_PANIC_WAIT_MS);
	panic("efi-mode-test: with a lock that an interrupt wants\n");
}

static long test_measure(const struct efi_mode_test_measure *arg)
{
	size_t size = strnlen(arg->text, sizeof(arg->text));

	return efi_tcg2_measure(arg->pcr, arg->type, arg->text, size, arg->text, size);
}

static long test_ioctl(struct file *file, unsigned int cmd, unsigned long user)
{
	union {
		struct efi_mode_test_stall stall;
		struct efi_mode_test_timer timer;
		struct efi_mode_test_time time;
		struct efi_mode_test_driver driver;
		struct efi_mode_test_stats stats;
		struct efi_mode_test_round_trips round_trips;
		struct efi_mode_test_print print;
		struct efi_mode_test_atomic atomic;
		struct efi_mode_test_measure measure;
		u64 storm;
		u64 cr4;
	} arg = {};
	union shared *s;
	long ret;

	if (_IOC_SIZE(cmd) > sizeof(arg))
		return -ENOTTY;
	if ((_IOC_DIR(cmd) & _IOC_WRITE) &&
	    copy_from_user(&arg, (void __user *)user, _IOC_SIZE(cmd)))
		return -EFAULT;

	s = kcalloc(2, sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;

	switch (cmd) {
	case EFI_MODE_TEST_STALL:
		ret = test_stall(s, &arg.stall);
		break;
	case EFI_MODE_TEST_TIMER:
		ret = test_timer(s, &arg.timer);
		break;
	case EFI_MODE_TEST_SIGNAL:
		ret = test_signal(s, &arg.timer);
		break;
	case EFI_MODE_TEST_TIME:
		ret = test_time(s, &arg.time);
		break;
	case EFI_MODE_TEST_DRIVER:
		ret = test_driver(s, &arg.driver, 0);
		break;
	case EFI_MODE_TEST_DRIVER_ATOMIC:
		ret = test_driver(s, &arg.driver, EFI_CALL_ATOMIC);
		break;
	case EFI_MODE_TEST_STATS:
		ret = test_stats(s, &arg.stats);
		break;
	case EFI_MODE_TEST_STORM:
		ret = test_storm(arg.storm);
		break;
	case EFI_MODE_TEST_ROUND_TRIPS:
		ret = test_round_trips(s, &arg.round_trips);
		break;
	case EFI_MODE_TEST_PRINT:
		ret = test_print(&arg.print);
		break;
	case EFI_MODE_TEST_ATOMIC:
		ret = test_atomic(&arg.atomic);
		break;
	case EFI_MODE_TEST_OOPS:
		ret = test_oops();
		break;
	case EFI_MODE_TEST_CR4:
		arg.cr4 = native_read_cr4();
		ret = 0;
		break;
	case EFI_MODE_TEST_CROWD:
		ret = test_crowd();
		break;
	case EFI_MODE_TEST_PANIC:
		ret = test_panic();
		break;
	case EFI_MODE_TEST_MEASURE:
		ret = test_measure(&arg.measure);
		break;
	case EFI_MODE_TEST_LAST_FAULT:
		ret = test_last_fault(s);
		break;
	default:
		ret = -ENOTTY;
	}
	kfree(s);

	if (!ret && (_IOC_DIR(cmd) & _IOC_READ) &&
	    copy_to_user((void __user *)user, &arg, _IOC_SIZE(cmd)))
		ret = -EFAULT;
	return ret;
}

/*
 * The ioctls can call any firmware function on kernel memory, so respect
 * lockdown.
 */
static int test_open(struct inode *inode, struct file *file)
{
	return security_locked_down(LOCKDOWN_EFI_TEST);
}

static const struct file_operations test_fops = {
	.owner		= THIS_MODULE,
	.open		= test_open,
	.unlocked_ioctl	= test_ioctl,
};

static struct miscdevice test_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "efi-mode-test",
	.fops	= &test_fops,
	.mode	= 0600,
};

static int __init test_init(void)
{
	return misc_register(&test_device);
}
module_init(test_init);

static void __exit test_exit(void)
{
	misc_deregister(&test_device);
	test_storm(0);
}
module_exit(test_exit);

MODULE_DESCRIPTION("Firmware calls for the selftests of efi-mode");
MODULE_LICENSE("GPL");
