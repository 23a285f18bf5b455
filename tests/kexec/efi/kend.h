/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ways to end like an operating system, or in a fault
 */
#ifndef KEND_H
#define KEND_H

#include <efi.h>

void leave_boot_services(EFI_HANDLE image, const char *message);

#endif /* KEND_H */
