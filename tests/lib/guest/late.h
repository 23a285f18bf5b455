/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measure the latency of Linux timers
 *
 * Like cyclictest, a real-time task sleeps until a given time and then measures
 * how late it is.
 */
#ifndef _SELFTESTS_EFI_MODE_LATE_H
#define _SELFTESTS_EFI_MODE_LATE_H

#include <sched.h>

#include "common.h"

#define LATE_LIMIT_US	1000

static inline void become_urgent(void)
{
	struct sched_param param = { .sched_priority = 50 };

	sched_setscheduler(0, SCHED_FIFO, &param);
}

static inline int late_compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Sleep until @interval_ns after @next, which is advanced; return the delay in nanoseconds */
static inline uint64_t late_sleep(struct timespec *next, long interval_ns)
{
	next->tv_nsec += interval_ns;
	if (next->tv_nsec >= 1000000000) {
		next->tv_nsec -= 1000000000;
		next->tv_sec++;
	}
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL);
	return now_ns() - (next->tv_sec * 1000000000ULL + next->tv_nsec);
}

/*
 * Sleep @samples times for @interval_ns, and set @late to the delays in
 * nanoseconds, in ascending order
 */
static inline void late_measure(uint64_t *late, int samples, long interval_ns)
{
	struct timespec next;
	int i;

	clock_gettime(CLOCK_MONOTONIC, &next);
	for (i = 0; i < samples; i++)
		late[i] = late_sleep(&next, interval_ns);
	qsort(late, samples, sizeof(*late), late_compare);
}

/* Print the delays that late_measure() has found, and check the 99.9th percentile */
static inline void late_judge(const char *when, const uint64_t *late, int samples)
{
	unsigned long long most = late[samples * 999LL / 1000];

	ksft_print_msg("LATENCY %s: median %llu, p99.9 %llu, worst %llu us\n", when,
		       (unsigned long long)late[samples / 2] / 1000, most / 1000,
		       (unsigned long long)late[samples - 1] / 1000);
	ksft_test_result(most <= LATE_LIMIT_US * 1000,
			 "%s: 99.9 %% of %d timers were at most %llu us late\n",
			 when, samples, most / 1000);
}

#endif /* _SELFTESTS_EFI_MODE_LATE_H */
