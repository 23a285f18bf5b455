// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a long firmware call preempted, and does it do its work all the same?
 */
#include <signal.h>
#include <sys/mman.h>

#include "common.h"

#define STALL_USEC	3000000
#define MIN_SLICES	100

int main(void)
{
	struct efi_mode_test_stall s = { .usec = STALL_USEC };
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
	ok = !ioctl(fd, EFI_MODE_TEST_STALL, &s);
	took = now_ns() - start;
	shared = *count - alone;

	/* Two clocks, of which one was calibrated by the other */
	ksft_test_result(ok && !s.status && took >= STALL_USEC * 990ULL,
			 "Stall(3 s) returns after %llu ms\n",
			 (unsigned long long)took / 1000000);
	ksft_test_result(s.slices >= MIN_SLICES, "it had %llu slices\n",
			 (unsigned long long)s.slices);
	/* Half of the time is the computing task's; a busy host takes its share */
	percent = shared * 100.0 / (alone * (took / 1e9));
	ksft_test_result(percent > 10,
			 "user space computed meanwhile: %.0f %% of alone\n",
			 percent);

	ok = call_driver(fd, EFI_MODE_TEST_FN_REGISTERS, 500000, &d);
	ksft_test_result(ok && !d.value && d.slices > 10,
			 "firmware's registers survive %llu preemptions in one call: %llu changed\n",
			 (unsigned long long)d.slices,
			 (unsigned long long)d.value);
	stop_load(load);
	ksft_finished();
}
