// SPDX-License-Identifier: GPL-2.0-only
/*
 * The crystal that the time stamp counter is derived from, where the CPU does not say
 *
 * Pure: there is nothing here but arithmetic.
 */
#include <linux/kernel.h>
#include <linux/math.h>
#include <linux/math64.h>

#include "crystal.h"

/*
 * Intel SDM volume 3, "Determining the Processor Base Frequency": CPUs with leaf 0x15 have
 * one of these. Two of them are 4 % apart.
 */
static const u32 crystals_khz[] = { 19200, 24000, 25000, 38400 };

/* Per mille by which leaf 0x16 may be off, because it is in steps of 100 MHz mostly */
#define MAX_ROUNDING	15

/**
 * efi_mode_crystal_khz() - find the crystal's frequency from that of the CPU
 * @base_mhz:	base frequency of the CPU in MHz, rounded: CPUID leaf 0x16, EAX
 * @numerator:	of the ratio of the TSC's frequency to the crystal's, not 0: leaf 0x15, EBX
 * @denominator: of the same, not 0: leaf 0x15, EAX
 *
 * The TSC runs at the base frequency.
 *
 * Context: any.
 * Return: kHz, or 0 if no crystal that is in use fits.
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
