// SPDX-License-Identifier: GPL-2.0-only
/*
 * Driver for the test device in tests/bus/efi/bus.c
 *
 * probe() allocates one resource of each kind that the bus offers, and leaves
 * it to the bus to release them. The module parameters show what the driver has
 * seen.
 */
#define pr_fmt(fmt) "efi-bus-test: " fmt

#include <linux/completion.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/sysfs.h>

#include <efi-mode/bus.h>
#include <efi-mode/test-driver.h>
#include <efi-mode/time-limits.h>

#define BUFFER_SIZE	(3 * SZ_4K)
#define BUFFER_ALIGN	SZ_64K
#define PATTERN		0x5a5aa5a5c3c33c3cULL
#define EVENT_TIMEOUT	msecs_to_jiffies(EFI_MODE_TEST_EVENT_TIMEOUT_MS)

struct test_device {
	/* The same protocol, opened at TPL_APPLICATION and at TPL_CALLBACK */
	struct efi_protocol *low, *high;
	struct efi_buffer *buffer;
	struct efi_event *event, *timer;
	struct completion signalled, expired;
};

static unsigned int probes, removes, changes;
module_param(probes, uint, 0444);
module_param(removes, uint, 0444);
module_param(changes, uint, 0444);

/* Result of a firmware call in remove() */
static int in_remove;
module_param(in_remove, int, 0444);

static void on_event(struct efi_event *event, void *done)
{
	complete(done);
}

/*
 * The EFI half shares struct efi_mode_test_device, whose members are plain
 * numbers. So the call cannot be made by efi_protocol_call(), which needs a
 * prototype.
 */
static int call_device(struct efi_protocol *protocol, const char *name,
		       size_t slot, u64 first, u64 second, u64 third)
{
	struct efi_call call = {
		.name = name,
		.protocol = protocol,
		.slot = slot,
		.nargs = 4,
		.args = { 0, first, second, third },
	};

	return efi_protocol_submit(&call, 1) ?: call.status ? -EPROTO : 0;
}

#define call_device(protocol, func, first, second, third)		\
	call_device(protocol, "test device: " #func,			\
		    offsetof(struct efi_mode_test_device, func),	\
		    first, second, third)

static int check_buffer(struct test_device *t)
{
	const u64 *data = t->buffer->virt;
	size_t i, n = BUFFER_SIZE / sizeof(*data);
	int ret;

	if (!IS_ALIGNED(t->buffer->phys, BUFFER_ALIGN) ||
	    t->buffer->phys + t->buffer->size > SZ_4G)
		return -ERANGE;
	memset(t->buffer->virt, 0, BUFFER_SIZE);
	ret = call_device(t->high, fill, t->buffer->phys, n, PATTERN);
	for (i = 0; i < n && !ret; i++)
		if (data[i] != PATTERN)
			ret = -EILSEQ;
	return ret;
}

static int check_event(struct test_device *t)
{
	int ret;

	reinit_completion(&t->signalled);
	ret = call_device(t->high, signal, efi_event_value(t->event), 0, 0);
	if (ret == -EPROTO ||
	    (!ret && !wait_for_completion_timeout(&t->signalled, EVENT_TIMEOUT)))
		ret = -ETIMEDOUT;
	return ret;
}

static int check_timer(struct test_device *t)
{
	int ret;

	reinit_completion(&t->expired);
	ret = efi_event_set_timer(t->timer, EfiTimerRelative,
				  EFI_MODE_TEST_TIMER_US * EFI_100NSEC_PER_USEC);
	if (!ret && !wait_for_completion_timeout(&t->expired, EVENT_TIMEOUT))
		ret = -ETIMEDOUT;
	return ret;
}

static int check_data(struct test_device *t)
{
	u64 number = 0;
	int ret;

	ret = efi_protocol_read(t->low, &number, sizeof(number),
				offsetof(struct efi_mode_test_device, number),
				0);
	return ret ?: number == EFI_MODE_TEST_NUMBER ? 0 : -EILSEQ;
}

static int check(struct test_device *t)
{
	return check_buffer(t) ?: check_event(t) ?: check_timer(t) ?:
	       check_data(t);
}

static int probe(struct efi_device *edev, const struct efi_device_id *id)
{
	struct test_device *t;
	int ret;

	t = devm_kzalloc(&edev->dev, sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	init_completion(&t->signalled);
	init_completion(&t->expired);
	t->low = efi_protocol_open(edev, &id->guid, EFI_TPL_APPLICATION);
	if (IS_ERR(t->low))
		return PTR_ERR(t->low);
	t->high = efi_protocol_open(edev, &id->guid, EFI_TPL_CALLBACK);
	if (IS_ERR(t->high))
		return PTR_ERR(t->high);
	t->buffer = efi_buffer_alloc(edev, BUFFER_SIZE, BUFFER_ALIGN,
				     EFI_BUFFER_BELOW_4G);
	if (IS_ERR(t->buffer))
		return PTR_ERR(t->buffer);
	t->event = efi_event_create(edev, 0, on_event, &t->signalled);
	if (IS_ERR(t->event))
		return PTR_ERR(t->event);
	t->timer = efi_event_create(edev, EFI_EVT_TIMER, on_event, &t->expired);
	if (IS_ERR(t->timer))
		return PTR_ERR(t->timer);
	efi_device_set_drvdata(edev, t);

	ret = check(t);
	if (ret)
		return dev_err_probe(&edev->dev, ret, "the device does not work\n");
	probes++;
	return 0;
}

static int dawdle(struct efi_protocol *protocol, u64 usec)
{
	return call_device(protocol, dawdle, usec, 0, 0);
}

static void remove(struct efi_device *edev)
{
	struct test_device *t = efi_device_get_drvdata(edev);

	in_remove = dawdle(t->low, 0);
	removes++;
}

static void changed(struct efi_device *edev)
{
	changes++;
}

/*
 * Make a call that takes the given number of microseconds, and return the error
 * of another
 */
static ssize_t dawdle_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	struct test_device *t = dev_get_drvdata(dev);
	u64 usec;
	int ret;

	ret = kstrtou64(buf, 0, &usec);
	if (ret)
		return ret;
	ret = dawdle(t->low, usec);
	if (!ret)
		ret = dawdle(t->low, 0);
	return ret ?: count;
}
static DEVICE_ATTR_WO(dawdle);

static ssize_t check_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%d\n", check(dev_get_drvdata(dev)));
}
static DEVICE_ATTR_RO(check);

static struct attribute *test_attrs[] = {
	&dev_attr_dawdle.attr,
	&dev_attr_check.attr,
	NULL
};
ATTRIBUTE_GROUPS(test);

static const struct efi_device_id test_ids[] = {
	{ EFI_GUID(0x8b1f2c40, 0x5b0e, 0x4f6e, 0x9d, 0x3a, 0x21, 0x77, 0xc4,
		   0x0e, 0x5d, 0x92) },
	{ }
};
MODULE_ALIAS_EFI("8b1f2c40-5b0e-4f6e-9d3a-2177c40e5d92");

static struct efi_driver test_driver = {
	.driver.name		= "efi-bus-test",
	.driver.dev_groups	= test_groups,
	.id_table		= test_ids,
	.probe			= probe,
	.remove			= remove,
	.changed		= changed,
};
module_efi_driver(test_driver);

MODULE_DESCRIPTION("Driver of the test device of efi-mode");
MODULE_LICENSE("GPL");
