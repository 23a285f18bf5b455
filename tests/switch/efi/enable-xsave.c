// SPDX-License-Identifier: GPL-2.0-only
/*
 * Enable XSAVE, like a firmware whose drivers use AVX
 */
#include "machine.h"

#define CPUID_FEATURES	1
#define ECX		2
#define ECX_XSAVE	(1 << 26)
#define ECX_AVX		(1 << 28)
#define CR4_OSXSAVE	0x40000
#define XCR0_AVX	4

EFI_STATUS enable_xsave(UINT32 components)
{
	UINT32 regs[4];

	cpuid(CPUID_FEATURES, regs);
	if (!(regs[ECX] & ECX_XSAVE) ||
	    ((components & XCR0_AVX) && !(regs[ECX] & ECX_AVX)))
		return EFI_UNSUPPORTED;
	WRITE_REGISTER("cr4", READ_REGISTER("cr4") | CR4_OSXSAVE);
	asm volatile("xsetbv" : : "c" (0), "a" (components), "d" (0));
	return EFI_SUCCESS;
}
