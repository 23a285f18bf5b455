// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that Linux preempts a long firmware call and the call completes
 */
#include <signal.h>
#include <sys/mman.h>

#include "common.h"

#define CALL_USEC	3000000
#define MIN_SLICES	100

int main(void)
{
	struct efi_mode_test_driver d;
	volatile unsigned long *count;
	unsigned long alone, shared;
	int fd = open_test_device();
	uint64_t start, took;
	double percent;
	pid_t load;
	bool ok;

	count = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ksft_print_header();
	ksft_set_plan(4);

	load = fork();
	if (!load)
		for (;;)
			++*count;

	sleep(1);
	alone = *count;

	start = now_ns();
	ok = call_driver(fd, "registers", CALL_USEC, &d);
	took = now_ns() - start;
	shared = *count - alone;

	/* Allow 1 %: the driver may have measured the TSC by Stall() */
	ksft_test_result(ok && took >= CALL_USEC * 990ULL,
			 "a call of 3 s returns after %llu ms\n",
			 (unsigned long long)took / 1000000);
	ksft_test_result(d.slices >= MIN_SLICES, "the call took %llu slices\n",
			 (unsigned long long)d.slices);
	ksft_test_result(!d.value, "the firmware's registers are kept: %llu changed\n",
			 (unsigned long long)d.value);
	/* The task should get half of the CPU time, less on a busy host */
	percent = shared * 100.0 / (alone * (took / 1e9));
	ksft_test_result(percent > 10,
			 "user space ran at %.0f %% of its speed meanwhile\n",
			 percent);
	stop_load(load);
	ksft_finished();
}
