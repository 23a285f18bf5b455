// SPDX-License-Identifier: GPL-2.0-only
/*
 * The time zone of firmware's clock, which rtc-efi does not look at
 *
 * Linux takes the time of a real-time clock for UTC. Firmware's clock is that,
 * plus the offset that its time zone says, if it has one. The RTC core can add an
 * offset to what a driver reads, and take it off from what it writes: so
 * rtc-efi need not know.
 */
#include <linux/device.h>
#include <linux/efi.h>
#include <linux/init.h>
#include <linux/rtc.h>

#include <efi-mode/time.h>

/* When the device is there and before hctosys reads it */
static int ertc_add_rtc(struct device *dev)
{
	struct rtc_device *rtc = to_rtc_device(dev);
	efi_time_t time;

	if (!dev->parent || strcmp(dev_driver_string(dev->parent), "rtc-efi"))
		return 0;
	if (efi.get_time(&time, NULL) == EFI_SUCCESS &&
	    efi_mode_time_is_valid(&time))
		rtc->offset_secs = efi_mode_time_zone(&time);
	return 0;
}

static struct class_interface zone_interface = {
	.class		= &rtc_class,
	.add_dev	= ertc_add_rtc,
};

static int __init ertc_init(void)
{
	return class_interface_register(&zone_interface);
}
fs_initcall(ertc_init);
