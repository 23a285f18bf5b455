/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The timer architectural protocol, which drives the firmware's clock
 *
 * Platform Initialization specification 1.8, volume 2, section 12.10.
 */
#ifndef _EFI_MODE_TIMER_ARCH_H
#define _EFI_MODE_TIMER_ARCH_H

#include <linux/efi.h>

#define EFI_TIMER_ARCH_PROTOCOL_GUID					\
	EFI_GUID(0x26baccb3, 0x6f42, 0x11d4, 0xbc, 0xe7, 0x00, 0x80,	\
		 0xc7, 0x3c, 0x88, 0x81)

/* Periods are in units of 100 ns */
#define EFI_TIMER_UNITS_PER_USEC	10

union efi_timer_arch_protocol {
	struct {
		void *register_handler;
		efi_status_t (__efiapi *set_timer_period)(union efi_timer_arch_protocol *,
							  u64);
		efi_status_t (__efiapi *get_timer_period)(union efi_timer_arch_protocol *,
							  u64 *);
		void *generate_soft_interrupt;
	};
};

#endif /* _EFI_MODE_TIMER_ARCH_H */
