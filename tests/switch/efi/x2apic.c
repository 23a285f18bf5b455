// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware that has its local APIC in x2APIC mode
 *
 * Loaded from the UEFI shell. Firmware's own library asks for the mode at each access.
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
