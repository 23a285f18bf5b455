// SPDX-License-Identifier: GPL-2.0-only
/*
 * Let the firmware's drivers bind to handles, or unbind them
 *
 * The firmware often connects only the devices that it boots from and its
 * console. A disk on a controller without a driver then has no handle. With
 * efi_mode.connect=1, the firmware connects all devices before the bus looks at
 * them, as a boot manager does. The attribute "connect" of a device does this
 * at any time for all handles below the device. Linux does not undo it: when
 * Linux ends, these firmware drivers stay bound.
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
MODULE_PARM_DESC(connect, "let the firmware connect its drivers to all devices (default: 0)");

/**
 * efi_handle_connect() - let firmware drivers bind to a handle and all below it
 * @handle:	the handle
 *
 * UEFI 2.10, section 7.3.12.
 *
 * Context: task context; sleeps, for as long as these drivers take.
 * Return: 0; -ENODEV if there is no such handle or no driver for it; or -EIO.
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
 * efi_handle_disconnect() - unbind the firmware's drivers from a handle
 * @handle:	the handle
 *
 * The drivers also remove the handles that they have created below it. UEFI
 * 2.10, section 7.3.13.
 *
 * Context: task context; sleeps.
 * Return: 0; -ENODEV if there is no such handle; -EBUSY if a driver stays
 * bound.
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
 * efi_handle_disconnect_child() - let firmware drivers remove a child handle
 * @handle:	the handle of the parent
 * @child:	the child handle to remove
 *
 * Other children of @handle stay. UEFI 2.10, section 7.3.13.
 *
 * Context: task context; sleeps.
 * Return: 0; -ENODEV if there is no such handle; -EBUSY if @child still exists
 * afterwards.
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
	/*
	 * DisconnectController() also returns success if no driver has created
	 * the child
	 */
	n = efi_handle_guids(child, &guids);
	kfree(guids);
	return status == EFI_SUCCESS && !n ? 0 : -EBUSY;
}

/**
 * efi_handle_disconnect_users() - unbind the drivers that use a protocol
 * @handle:	the handle
 * @guid:	GUID of the protocol
 *
 * Other drivers of the handle stay bound, among them the driver that has
 * installed the protocol.
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
 * efi_connect_all() - connect all devices, if efi_mode.connect=1
 *
 * Context: task context; sleeps, for as long as these drivers take.
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
	pr_info("the firmware has connected drivers to %d of %d handles in %lld ms\n",
		connected, n, ktime_ms_delta(ktime_get(), start));
}
