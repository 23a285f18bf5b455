/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers for drivers that replace runtime services
 */
#ifndef SERVICES_H
#define SERVICES_H

#include <efi.h>
#include <efilib.h>

/* UEFI 2.10, section 4.6.2: services that exist after ExitBootServices() */
#define RT_SUPPORTED_WAKEUP	0x000c
#define RT_SUPPORTED_ALL	0x3fff

/* Compute the checksum of the runtime services table again after a change */
void renew_checksum(void);

/* Install an EFI_RT_PROPERTIES_TABLE, or change the existing one */
EFI_STATUS say_supported(UINT32 services);

#endif /* SERVICES_H */
