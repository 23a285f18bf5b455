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
 * efi_handle_disconnect_child() - let the firmware's drivers take away a handle
 * @handle:	the handle that @child was made for
 * @child:	a handle below it
 *
 * Other children of @handle stay. UEFI 2.10, section 7.3.13.
 *
 * Context: task context; sleeps.
 * Return: 0, -ENODEV if there is no such handle, -EBUSY if a driver does not let go.
 */
int efi_handle_disconnect_child(u64 handle, u64 child)
{
	efi_guid_t *guids;
	efi_status_t status;
	int n;

	status = efi_bs_call(disconnect_controller, (efi_handle_t)handle, NULL,
			     (efi_handle_t)child);
	if (status == EFI_INVALID_PARAMETER)
		return -ENODEV;
	/* Success is also that no driver has made it */
	n = efi_handle_guids(child, &guids);
	kfree(guids);
	return status == EFI_SUCCESS && !n ? 0 : -EBUSY;
}

/**
 * efi_handle_disconnect_users() - let the drivers go that use a protocol
 * @handle:	the handle
 * @guid:	of the protocol
 *
 * Other drivers of the handle stay, among them the one that has made the protocol.
 *
 * Context: task context; sleeps.
 */
void efi_handle_disconnect_users(u64 handle, const efi_guid_t *guid)
{
	struct efi_open_entry *entries;
	int i, n;

	n = efi_handle_openers(handle, guid, &entries);
	for (i = 0; i < n; i++)
		if (entries[i].attributes & EFI_OPEN_BY_DRIVER)
			efi_bs_call(disconnect_controller, (efi_handle_t)handle,
				    (efi_handle_t)entries[i].agent, NULL);
	kfree(entries);
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
