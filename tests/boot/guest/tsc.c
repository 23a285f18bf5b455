// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the time stamp counter
 *
 * scripts/bench.py reads it before and after a boot.
 */
#include "common.h"

int main(void)
{
	printf("TSC %llu\n", (unsigned long long)read_tsc());
	return 0;
}
