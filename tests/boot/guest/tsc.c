// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print the time stamp counter: for scripts/bench.py, which reads it on both
 * sides of a boot
 */
#include "common.h"

int main(void)
{
	printf("TSC %llu\n", (unsigned long long)read_tsc());
	return 0;
}
