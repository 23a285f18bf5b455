// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long does a timer of Linux's wait while firmware is busy at TPL_NOTIFY?
 *
 * As cyclictest measures it: a real-time task sleeps until a time, and looks how
 * late it is. "latency alone" asks nothing of firmware, for comparison with another
 * kernel.
 */
#include <sched.h>
#include <signal.h>

#include "common.h"

#define INTERVAL_NS	500000
#define SAMPLES		2000
#define LIMIT_US	1000

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void measure(uint64_t *late)
{
	struct timespec next;
	uint64_t now;
	int i;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (i = 0; i < SAMPLES; i++) {
		next.tv_nsec += INTERVAL_NS;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
		now = now_ns();
		late[i] = now - (next.tv_sec * 1000000000ULL + next.tv_nsec);
	}
	qsort(late, SAMPLES, sizeof(*late), compare);
}

static void print(const char *when, const uint64_t *late)
{
	ksft_print_msg("LATENCY %s: median %llu, p99.9 %llu, worst %llu us\n",
		       when,
		       (unsigned long long)late[SAMPLES / 2] / 1000,
		       (unsigned long long)late[SAMPLES * 999 / 1000] / 1000,
		       (unsigned long long)late[SAMPLES - 1] / 1000);
}

static int alone(uint64_t *late)
{
	struct sched_param param = { .sched_priority = 50 };

	ksft_print_header();
	ksft_set_plan(1);
	sched_setscheduler(0, SCHED_FIFO, &param);
	measure(late);
	print("alone", late);
	ksft_test_result(late[SAMPLES * 999 / 1000] <= LIMIT_US * 1000, "alone\n");
	ksft_finished();
}

int main(int argc, char **argv)
{
	struct sched_param param = { .sched_priority = 50 };
	struct efi_mode_test_stats before, after;
	struct efi_mode_test_driver d;
	static uint64_t late[SAMPLES];
	pid_t spinner;
	int fd;

	if (argc > 1 && !strcmp(argv[1], "alone"))
		return alone(late);

	fd = open_test_device();
	ksft_print_header();
	ksft_set_plan(2);

	spinner = fork();
	if (!spinner)
		for (;;)
			call_driver(fd, EFI_MODE_TEST_FN_SPIN_NOTIFY, 1000000, &d);
	usleep(50000);

	sched_setscheduler(0, SCHED_FIFO, &param);
	ioctl(fd, EFI_MODE_TEST_STATS, &before);
	measure(late);
	ioctl(fd, EFI_MODE_TEST_STATS, &after);
	kill(spinner, SIGKILL);
	print("firmware at TPL_NOTIFY", late);

	ksft_test_result(after.preemptions - before.preemptions > SAMPLES / 2,
			 "firmware was at TPL_NOTIFY, and was preempted %llu times\n",
			 (unsigned long long)(after.preemptions - before.preemptions));
	ksft_test_result(late[SAMPLES * 999 / 1000] <= LIMIT_US * 1000,
			 "99.9 %% of %d timers were at most %llu us late\n",
			 SAMPLES,
			 (unsigned long long)late[SAMPLES * 999 / 1000] / 1000);
	ksft_finished();
}
