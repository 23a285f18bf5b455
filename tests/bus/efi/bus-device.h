/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test device in bus.c, and the devices in flock.c
 */
#ifndef BUS_DEVICE_H
#define BUS_DEVICE_H

#include "bus.h"
#include "driver.h"

/* bus.c */
EFI_HANDLE bus_handle(void);
void bus_fill_in(struct efi_mode_test_device *device);
extern EFI_GUID bus_guid;

/* flock.c */
EFI_STATUS flock_do(UINT64 what, UINT64 argument, UINT64 *value);

#endif /* BUS_DEVICE_H */
