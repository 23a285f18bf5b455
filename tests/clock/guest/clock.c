// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that the firmware's clock stays within one tick of real time, whether
 * Linux or the firmware is busy, and that its tick handlers do not nest
 */
#include <signal.h>

#include "common.h"

#define SECONDS		(is_long() ? 10 : 3)

/* Time of the call from user space to the firmware */
#define SLACK_US	2000

/*
 * Without nesting, the depth is 1. If a slice ends in a tick handler, the next
 * slice may run a second handler before the first one continues. If a device
 * makes the ticks, its interrupts come in addition to the ticks that Linux
 * replays.
 */
#define DEEPEST		2
#define DEEPEST_DEVICE	4

/* Linux timers expire in the slow tick handler, but the slice does not end */
#define TIMER_US	500
#define BURDEN_US	600

/*
 * On a busy host, QEMU may get no CPU time for longer than a tick. Then the
 * firmware's own timer loses ticks, and other ticks are late. A wrong account
 * of ticks would be wrong in each try.
 */
#define TRIES		5

static uint64_t driver(int fd, const char *name, uint64_t argument)
{
	struct efi_mode_test_driver d;

	if (!call_driver(fd, name, argument, &d))
		ksft_exit_fail_msg("the EFI test driver does not answer\n");
	return d.value;
}

/* Return how far the firmware's clock falls behind real time, in us */
static int64_t drift(int fd, bool stall, int64_t tick, unsigned int seconds)
{
	struct efi_mode_test_stall s = { .usec = (SECONDS - 1) * 1000000ULL };
	uint64_t start, ticks;

	ticks = driver(fd, "ticks", 0);
	start = now_ns();
	if (stall)
		ioctl(fd, EFI_MODE_TEST_STALL, &s);
	else
		sleep(seconds);
	ticks = driver(fd, "ticks", 0) - ticks;
	return (int64_t)(now_ns() - start) / 1000 - (int64_t)ticks * tick;
}

/* Allow one tick, because the last tick may have been up to one tick ago */
static void check_drift(int fd, const char *what, bool stall, int64_t tick)
{
	int64_t behind;
	int i;

	for (i = 0; i < TRIES; i++) {
		behind = drift(fd, stall, tick, SECONDS);
		if (llabs(behind) <= tick + SLACK_US)
			break;
		ksft_print_msg("%s: %lld us behind\n", what, (long long)behind);
	}
	ksft_test_result(llabs(behind) <= tick + SLACK_US,
			 "%s: after %d s the clock is %lld us behind, its tick is %lld us\n",
			 what, SECONDS, (long long)behind, (long long)tick);
}

/* Return how late a firmware timer of 1 s is for the firmware, in us */
static int64_t lateness(int fd)
{
	uint64_t took = 0;
	int i;

	driver(fd, "timer_arm", 1000000);
	for (i = 0; i < 200 && !took; i++) {
		usleep(20000);
		took = driver(fd, "timer_read", 0);
	}
	return took - 1000000;
}

static void check_timer(int fd, int64_t tick)
{
	bool in_time = false;
	int64_t late = 0;
	int i;

	for (i = 0; i < TRIES && !in_time; i++) {
		late = lateness(fd);
		in_time = late >= -2 * tick && late <= 2 * tick + SLACK_US;
	}
	ksft_test_result(in_time, "a firmware timer of 1 s is %lld us late\n",
			 (long long)late);
}

/* With one slice a second, each slice has about a hundred ticks to replay */
static void check_depth(int fd, const char *what, unsigned int burden_us,
			int64_t tick, uint64_t deepest)
{
	uint64_t ticks, depth;

	driver(fd, "burden", burden_us);
	driver(fd, "nesting", 0);
	write_file(INTERVAL, "1000");
	usleep(100000);
	ticks = driver(fd, "ticks", 0);
	sleep(3);
	ticks = driver(fd, "ticks", 0) - ticks;
	write_file(INTERVAL, "10");
	driver(fd, "burden", 0);
	depth = driver(fd, "nesting", 0);
	ksft_test_result(llabs((int64_t)(ticks * tick) - 3000000) < 1100000,
			 "%s: %llu ticks in 3 s with one slice a second\n", what,
			 (unsigned long long)ticks);
	ksft_test_result(depth >= 1 && depth <= deepest,
			 "%s: tick handlers nest at most %llu deep\n", what,
			 (unsigned long long)depth);
}

/* Start a process whose Linux timer expires all the time */
static pid_t start_timer(void)
{
	struct timespec pause = { .tv_nsec = TIMER_US * 1000 };
	pid_t pid = fork();

	if (pid)
		return pid;
	for (;;)
		nanosleep(&pause, NULL);
}

/* Measure only the drift, for QEMU with -icount, where virtual time is slow */
static int icount(int fd, int64_t tick)
{
	int64_t behind = drift(fd, false, tick, 3);

	ksft_print_header();
	ksft_set_plan(1);
	ksft_test_result(llabs(behind) <= tick, "DRIFT %lld us in 3 s\n",
			 (long long)behind);
	ksft_finished();
}

int main(int argc, char **argv)
{
	int64_t tick = read_stat("tick_us");
	int fd = open_test_device();
	uint64_t deepest = DEEPEST;
	pid_t load, timer;

	if (argc > 1 && !strcmp(argv[1], "icount"))
		return icount(fd, tick);
	if (argc > 1 && !strcmp(argv[1], "device"))
		deepest = DEEPEST_DEVICE;

	ksft_print_header();
	ksft_set_plan(8);

	check_drift(fd, "Linux idle", false, tick);
	load = start_load();
	check_drift(fd, "Linux busy", false, tick);
	stop_load(load);
	check_drift(fd, "firmware busy", true, tick);

	check_timer(fd, tick);

	load = start_load();
	check_depth(fd, "Linux busy", 0, tick, deepest);
	timer = start_timer();
	check_depth(fd, "slow tick handler and Linux timers", BURDEN_US, tick,
		    deepest);
	stop_load(timer);
	stop_load(load);
	ksft_finished();
}
