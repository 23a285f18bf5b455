// SPDX-License-Identifier: GPL-2.0-only
/*
 * Determine the frequency of the TSC
 */
#include "machine.h"

#define HYPERVISOR_BIT	0x80000000
#define STALLS		48
#define STALL_SHORT_US	250
#define STALL_LONG_US	1000

static UINT64 cpuid_cycles_per_ms(void)
{
	UINT32 leaf[4], last;
	UINT64 crystal_khz, cycles = 0;

	cpuid(0, leaf);
	last = leaf[0];
	if (last >= 0x15) {
		cpuid(0x15, leaf);
		crystal_khz = leaf[2] / 1000;
		if (leaf[0] && leaf[1])
			cycles = crystal_khz * leaf[1] / leaf[0];
	}
	if (!cycles && last >= 0x16) {
		cpuid(0x16, leaf);
		cycles = (leaf[0] & 0xffff) * 1000ULL;
	}
	cpuid(1, leaf);
	if (!cycles && (leaf[2] & HYPERVISOR_BIT)) {
		cpuid(0x40000000, leaf);
		if (leaf[0] >= 0x40000010) {
			cpuid(0x40000010, leaf);
			cycles = leaf[0];
		}
	}
	return cycles;
}

/*
 * On a busy host, Stall() may last too long, but never too short, so the
 * shortest of many calls is the best. The caller takes the difference of two
 * lengths, which does not contain the time of the call itself.
 */
static UINT64 shortest_stall(UINTN us)
{
	UINT64 start, taken, shortest = ~0ULL;
	UINTN i;

	for (i = 0; i < STALLS; i++) {
		start = rdtsc();
		uefi_call_wrapper(BS->Stall, 1, us);
		taken = rdtsc() - start;
		if (taken < shortest)
			shortest = taken;
	}
	return shortest;
}

static UINT64 stall_cycles_per_ms(void)
{
	return (shortest_stall(STALL_LONG_US) - shortest_stall(STALL_SHORT_US)) *
	       1000 / (STALL_LONG_US - STALL_SHORT_US);
}

UINT64 tsc_cycles_per_ms(void)
{
	UINT64 cycles = cpuid_cycles_per_ms();

	return cycles ? cycles : stall_cycles_per_ms();
}
