/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pumps of drivers on the bus: instances of the Managed Network Protocol
 */
#ifndef _EFI_MODE_BUS_PUMP_H
#define _EFI_MODE_BUS_PUMP_H

#include <efi-mode/network.h>
#include <efi-mode/pump.h>

struct efi_device;
struct efi_protocol;
struct efi_pump;

/**
 * efi_pump_open() - create an instance of the Managed Network Protocol
 * @edev:	the device, which the calling driver is bound to
 * @binding:	%EFI_MANAGED_NETWORK_SERVICE_BINDING_PROTOCOL of @edev, opened at
 *		%EFI_TPL_APPLICATION
 * @rings:	physical address of the rings, which the caller has filled in. They
 *		must stay allocated until efi_pump_close() has returned 0.
 *
 * The instance is destroyed when the driver is unbound from @edev.
 *
 * Context: task context; sleeps.
 * Return: the pump, or an ERR_PTR: -ENOMEM, -ENODEV if the device has gone, -EIO
 * if the firmware fails to create the instance.
 */
struct efi_pump *efi_pump_open(struct efi_device *edev,
			       struct efi_protocol *binding, phys_addr_t rings);

/**
 * efi_pump_configure() - configure the instance
 * @pump:	the pump
 * @config:	physical address of the configuration: Configure() (UEFI 2.10,
 *		section 25.1)
 *
 * Context: task context; sleeps.
 * Return: 0, -ENODEV if the device has gone, -EINVAL if the firmware refuses the
 * configuration, -EIO.
 */
int efi_pump_configure(struct efi_pump *pump, phys_addr_t config);

/**
 * efi_pump_group() - join or leave a multicast group
 * @pump:	the pump
 * @join:	true to join, false to leave
 * @address:	physical address of the struct efi_mac of the group
 *
 * Context: task context; sleeps.
 * Return: as efi_pump_configure().
 */
int efi_pump_group(struct efi_pump *pump, bool join, phys_addr_t address);

/**
 * efi_pump_run() - move frames in both directions
 * @pump:	the pump
 *
 * Context: task context; sleeps. The caller serializes runs.
 * Return: 0, -ENODEV if the device has gone, -EIO.
 */
int efi_pump_run(struct efi_pump *pump);

/**
 * efi_pump_close() - destroy the instance
 * @edev:	the device, as passed to efi_pump_open()
 * @pump:	the pump
 *
 * Context: task context; sleeps.
 * Return: 0, or -EBUSY if the firmware may still write to the rings and their
 * buffers. The caller must then abandon them: efi_buffer_abandon().
 */
int efi_pump_close(struct efi_device *edev, struct efi_pump *pump);

#endif /* _EFI_MODE_BUS_PUMP_H */
