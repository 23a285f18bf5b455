// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measure a round trip to the firmware in TSC cycles
 *
 * tests/clock/host.py runs QEMU with -icount, where a cycle is an instruction.
 */
#include "common.h"

#define COUNT	1000

int main(void)
{
	struct efi_mode_test_round_trips r = { .count = COUNT };
	int fd = open_test_device();

	ksft_print_header();
	ksft_set_plan(1);
	ksft_test_result(!ioctl(fd, EFI_MODE_TEST_ROUND_TRIPS, &r) && r.shortest,
			 "ROUND TRIP %llu, mean of %d %llu\n",
			 (unsigned long long)r.shortest, COUNT,
			 (unsigned long long)r.total / COUNT);
	ksft_finished();
}
