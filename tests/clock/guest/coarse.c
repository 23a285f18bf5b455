// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that a kernel without high resolution timers does not lose ticks
 *
 * With nohz=off highres=off, all timers depend on a periodic tick. The clock is
 * the TSC in any case.
 */
#include "common.h"

#define SLEEP_MS	1500
#define CALL_US		3000000

/*
 * With a tick of 250 Hz, a sleep takes at most two ticks longer, or a quarter
 * longer on a busy host. If each slice lost ticks, a sleep would take twice the
 * time. The limit is between these.
 */
#define LATE_MS		(SLEEP_MS * 2 / 3)

static unsigned int sleep_ms(void)
{
	uint64_t start = now_ns();

	usleep(SLEEP_MS * 1000);
	return (now_ns() - start) / 1000000;
}

static void judge(const char *when)
{
	unsigned int took = sleep_ms();

	ksft_test_result(took >= SLEEP_MS && took <= SLEEP_MS + LATE_MS,
			 "%s: a sleep of %d ms takes %u ms\n", when, SLEEP_MS, took);
}

static bool spin(int fd)
{
	struct efi_mode_test_driver d;

	return call_driver(fd, "spin_notify", CALL_US, &d);
}

static bool stall(int fd)
{
	struct efi_mode_test_stall s = { .usec = CALL_US };

	return !ioctl(fd, EFI_MODE_TEST_STALL, &s) && !s.status;
}

static void judge_beside(int fd, bool (*call)(int fd), const char *what)
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(!call(fd));
	judge(what);
	waitpid(child, &status, 0);
	ksft_test_result(!status, "%s: the call succeeds\n", what);
}

int main(void)
{
	int fd;

	ksft_print_header();
	ksft_set_plan(6);
	ksft_test_result(file_has("/proc/cmdline", "nohz=off highres=off") &&
			 file_has("/proc/timer_list", "resolution: 4000000 nsecs"),
			 "timers have a resolution of 4 ms\n");
	fd = open_test_device();
	judge("Linux is idle");
	judge_beside(fd, spin, "the firmware computes");
	judge_beside(fd, stall, "the firmware waits");
	close(fd);
	ksft_finished();
}
