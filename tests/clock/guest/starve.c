// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that the firmware gets its share while a real-time task loops
 */
#include <sched.h>

#include "common.h"

#define TIMER_MS	1000
#define LOOP_MS		4000

int main(void)
{
	struct sched_param highest = { .sched_priority = 99 }, normal = {};
	struct efi_mode_test_stats before, after;
	struct efi_mode_test_driver d;
	int fd = open_test_device();
	uint64_t end;
	bool ok;

	ksft_print_header();
	ksft_set_plan(4);

	ok = !sched_setscheduler(0, SCHED_FIFO, &highest);
	ok &= call_driver(fd, "timer_arm", TIMER_MS * 1000, &d);
	ioctl(fd, EFI_MODE_TEST_STATS, &before);
	end = now_ns() + LOOP_MS * 1000000ULL;
	while (now_ns() < end)
		;
	ioctl(fd, EFI_MODE_TEST_STATS, &after);
	/* There is no slice between the end of the loop and this call */
	ok &= call_driver(fd, "timer_read", 0, &d);
	ok &= !sched_setscheduler(0, SCHED_OTHER, &normal);

	ksft_test_result(ok && d.value &&
			 d.value <= (TIMER_MS + 1000) * 1000ULL,
			 "a firmware timer of 1 s expires after %llu ms beside a real-time task\n",
			 (unsigned long long)d.value / 1000);
	ksft_test_result(after.round_trips - before.round_trips > LOOP_MS / 50,
			 "%llu slices beside a real-time task\n",
			 (unsigned long long)(after.round_trips - before.round_trips));

	ksft_test_result(!write_file(INTERVAL, "0") &&
			 !write_file(INTERVAL, "1001") &&
			 !write_file(SHARE, "0") && !write_file(SHARE, "91"),
			 "invalid values of interval and share are refused\n");
	ksft_test_result(write_file(SHARE, "10") && write_file(INTERVAL, "100") &&
			 write_file(SHARE, "50") && write_file(INTERVAL, "10"),
			 "valid values of interval and share are accepted\n");
	ksft_finished();
}
