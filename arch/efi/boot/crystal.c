// SPDX-License-Identifier: GPL-2.0-only
/*
 * Identify the crystal of the time stamp counter if the CPU does not report it
 *
 * This file contains only arithmetic.
 */
#include <linux/kernel.h>
#include <linux/math.h>
#include <linux/math64.h>

#include "crystal.h"

/*
 * CPUs with leaf 0x15 have one of these crystals (Intel SDM volume 3,
 * "Determining the Processor Base Frequency"). The closest two are 4 % apart.
 */
static const u32 crystals_khz[] = { 19200, 24000, 25000, 38400 };

/*
 * Maximum error of leaf 0x16, in per mille: most CPUs report multiples of
 * 100 MHz
 */
#define MAX_ROUNDING	15

/**
 * efi_mode_crystal_khz() - find the frequency of the crystal
 * @base_mhz:	rounded base frequency of the CPU in MHz: CPUID leaf 0x16, EAX
 * @numerator:	numerator of the ratio of the TSC frequency to the crystal
 *		frequency, not 0: CPUID leaf 0x15, EBX
 * @denominator: denominator of this ratio, not 0: CPUID leaf 0x15, EAX
 *
 * The TSC runs at the base frequency.
 *
 * Context: any.
 * Return: frequency in kHz, or 0 if none of the known crystals matches.
 */
u32 efi_mode_crystal_khz(u32 base_mhz, u32 numerator, u32 denominator)
{
	u64 khz = div_u64((u64)base_mhz * 1000 * denominator, numerator);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(crystals_khz); i++)
		if (abs_diff(khz, (u64)crystals_khz[i]) <=
		    crystals_khz[i] * MAX_ROUNDING / 1000)
			return crystals_khz[i];
	return 0;
}
