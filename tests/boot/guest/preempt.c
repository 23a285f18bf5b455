// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a long firmware call preempted, and does it do its work all the same?
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

	/* Two clocks, of which one was calibrated by the other */
	ksft_test_result(ok && took >= CALL_USEC * 990ULL,
			 "a call of 3 s returns after %llu ms\n",
			 (unsigned long long)took / 1000000);
	ksft_test_result(d.slices >= MIN_SLICES, "it had %llu slices\n",
			 (unsigned long long)d.slices);
	ksft_test_result(!d.value, "firmware's registers survive: %llu changed\n",
			 (unsigned long long)d.value);
	/* Half of the time is the computing task's; a busy host takes its share */
	percent = shared * 100.0 / (alone * (took / 1e9));
	ksft_test_result(percent > 10,
			 "user space computed meanwhile: %.0f %% of alone\n",
			 percent);
	stop_load(load);
	ksft_finished();
}
