// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that sets the firmware's local APIC to x2APIC mode
 *
 * The firmware's library checks the mode at each access, so it continues to
 * work. The UEFI shell loads this driver.
 */
#include "machine.h"

#define CPUID_FEATURES	1
#define ECX		2
#define ECX_X2APIC	(1 << 21)

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	UINT32 regs[4];

	InitializeLib(image, systab);
	cpuid(CPUID_FEATURES, regs);
	if (!(regs[ECX] & ECX_X2APIC))
		return EFI_UNSUPPORTED;
	wrmsr(APIC_BASE_MSR, rdmsr(APIC_BASE_MSR) | APIC_BASE_X2APIC);
	return EFI_SUCCESS;
}
