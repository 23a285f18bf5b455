// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that the firmware keeps running, and that its clock keeps time
 */
#include <signal.h>

#include "common.h"

#define SECONDS_A_DAY	86400
#define TIMER_USEC	2000000
#define MIN_NS		1900000000ULL
#define MAX_NS		2300000000ULL

static bool get_time(int fd, uint64_t *seconds)
{
	struct efi_mode_test_time t = {};

	if (ioctl(fd, EFI_MODE_TEST_TIME, &t) || t.status)
		return false;
	*seconds = t.seconds;
	return true;
}

static void check_get_time(int fd)
{
	uint64_t before = 0, after = 0, passed;
	bool ok;

	ok = get_time(fd, &before);
	sleep(3);
	ok &= get_time(fd, &after);
	passed = (after + SECONDS_A_DAY - before) % SECONDS_A_DAY;
	ksft_test_result(ok && passed >= 2 && passed <= 4,
			 "GetTime() advances by %llu s in 3 s\n",
			 (unsigned long long)passed);
}

static void check_timer(int fd, const char *when)
{
	struct efi_mode_test_timer t = { .usec = TIMER_USEC };
	bool ok = !ioctl(fd, EFI_MODE_TEST_TIMER, &t) && !t.status;

	ksft_test_result(ok && t.waited_ns >= MIN_NS && t.waited_ns <= MAX_NS,
			 "a firmware timer of 2 s expires after %llu ms, Linux %s\n",
			 (unsigned long long)t.waited_ns / 1000000, when);
}

int main(void)
{
	int fd = open_test_device();
	pid_t load;

	ksft_print_header();
	ksft_set_plan(3);
	check_get_time(fd);
	check_timer(fd, "idle");
	load = start_load();
	check_timer(fd, "busy");
	stop_load(load);
	ksft_finished();
}
