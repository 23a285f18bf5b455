// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware's own drivers: let them bind to a handle, or let go of it
 *
 * Firmware connects what it boots from and its console, and many leave the rest as it
 * is: a disk on a controller without a driver has no handle. efi_mode.connect=1 has all of
 * it connected before the bus looks at it, as a boot manager does, and the attribute
 * "connect" of a device what is below it, at any time. Linux does not disconnect again
 * what has been connected so: when it ends, firmware has a few drivers more at work.
 */
#define pr_fmt(fmt) "efi-bus: " fmt

#include <linux/cleanup.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "bus.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "efi_mode."

static bool connect;
module_param(connect, bool, 0444);
MODULE_PARM_DESC(connect, "Firmware connects its drivers to all devices (default: 0)");

/**
 * efi_handle_connect() - let firmware's drivers bind to a handle and to all below
 * @handle:	the handle
 *
 * UEFI 2.10, section 7.3.12.
 *
 * Context: task context; sleeps, as long as these drivers take.
 * Return: 0, -ENODEV if there is no driver for it, or -EIO.
 */
int efi_handle_connect(u64 handle)
{
	efi_status_t status = efi_bs_call(connect_controller, (efi_handle_t)handle,
					  NULL, NULL, true);

	if (status == EFI_NOT_FOUND || status == EFI_INVALID_PARAMETER)
		return -ENODEV;
	return status == EFI_SUCCESS ? 0 : -EIO;
}

/**
 * efi_handle_disconnect() - let firmware's drivers go from a handle
 * @handle:	the handle
 *
 * What they have made below it goes, too. UEFI 2.10, section 7.3.13.
 *
 * Context: task context; sleeps.
 * Return: 0, -ENODEV if there is no such handle, -EBUSY if a driver does not let go.
 */
int efi_handle_disconnect(u64 handle)
{
	efi_status_t status = efi_bs_call(disconnect_controller,
					  (efi_handle_t)handle, NULL, NULL);

	if (status == EFI_INVALID_PARAMETER)
		return -ENODEV;
	return status == EFI_SUCCESS ? 0 : -EBUSY;
}

/**
 * efi_connect_all() - let firmware's drivers bind to all devices, if so configured
 *
 * Context: task context; sleeps.
 */
void __init efi_connect_all(void)
{
	u64 *handles __free(kfree) = NULL;
	const efi_guid_t path = EFI_DEVICE_PATH_PROTOCOL_GUID;
	ktime_t start = ktime_get();
	int i, n, connected = 0;

	if (!connect)
		return;
	n = efi_handles_with(&path, &handles);
	for (i = 0; i < n; i++)
		connected += !efi_handle_connect(handles[i]);
	pr_info("drivers of firmware's connected to %d handles of %d in %lld ms\n",
		connected, n, ktime_ms_delta(ktime_get(), start));
}
