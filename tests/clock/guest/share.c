// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measure the time of a CPU-bound job while the firmware is idle
 *
 * The program uses no interface of efi-mode, so that it runs on other kernels,
 * too.
 */
#include "common.h"

#define ROUNDS	300000000

int main(void)
{
	uint64_t start = now_ns();
	long n = ROUNDS;

	ksft_print_header();
	ksft_set_plan(1);
	asm volatile("1: dec %0; jnz 1b" : "+r" (n));
	ksft_test_result(true, "SHARE %llu us\n",
			 (unsigned long long)(now_ns() - start) / 1000);
	ksft_finished();
}
