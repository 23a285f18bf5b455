/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For drivers that put runtime services of their own in the place of firmware's
 */
#ifndef SERVICES_H
#define SERVICES_H

#include <efi.h>
#include <efilib.h>

/* UEFI 2.10, section 4.6.2: which services there are after boot services */
#define RT_SUPPORTED_WAKEUP	0x000c
#define RT_SUPPORTED_ALL	0x3fff

/* The table of runtime services has changed */
void renew_checksum(void);

/* Install an EFI_RT_PROPERTIES_TABLE, or change the one that is there */
EFI_STATUS say_supported(UINT32 services);

#endif /* SERVICES_H */
