// SPDX-License-Identifier: GPL-2.0-only
/*
 * Add the time zone of the firmware's clock, which rtc-efi ignores
 *
 * Linux expects that a real-time clock shows UTC. If the firmware's clock has a
 * time zone, it shows local time. The RTC core can add an offset to the time
 * that a driver reads, and subtract it from the time that it writes, so rtc-efi
 * need not know the zone.
 */
#include <linux/device.h>
#include <linux/efi.h>
#include <linux/init.h>
#include <linux/rtc.h>

#include <efi-mode/time.h>

/* When the device exists, but before rtc_hctosys() reads it */
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
