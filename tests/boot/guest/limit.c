// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that mem= limits the memory of Linux
 *
 * usage: limit MIB, the size in mem=
 */
#include "common.h"

#define MIB	(1024 * 1024ULL)

/* All RAM in the kernel's memory map, in bytes */
static unsigned long long ram(void)
{
	unsigned long long start, end, sum = 0;
	char line[256];
	FILE *f = fopen("/proc/iomem", "r");

	while (f && fgets(line, sizeof(line), f))
		if (line[0] != ' ' && strstr(line, " : System RAM") &&
		    sscanf(line, "%llx-%llx", &start, &end) == 2)
			sum += end + 1 - start;
	if (f)
		fclose(f);
	return sum;
}

int main(int argc, char **argv)
{
	unsigned long long limit = argc > 1 ? atoll(argv[1]) * MIB : 0;
	unsigned long long sum = ram();

	ksft_print_header();
	ksft_set_plan(1);
	ksft_test_result(limit && sum <= limit && sum >= limit - 4 * MIB,
			 "System RAM: %llu MiB of %llu MiB\n", sum / MIB,
			 limit / MIB);
	ksft_finished();
}
