// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measure the latency of Linux timers
 *
 *	latency			while the firmware computes at TPL_NOTIFY
 *	latency alone		without firmware calls, to compare kernels
 *	latency disk MIB	while the disk of this size is read at full
 *				speed, in large pieces one after the other
 *
 * Like cyclictest, a real-time task sleeps until a given time and then measures
 * how late it is.
 */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "disksize.h"
#include "speed.h"

/*
 * Not in step with ticks and slices, so that timers expire in all phases of
 * them
 */
#define INTERVAL_NS	497000
#define SAMPLES		2000
#define LIMIT_US	1000

#define HUGE_PAGE	(2 << 20)

/* Bytes that even a slow disk transfers in the second of the measurement */
#define MIN_READ	(32 << 20)

static uint64_t late[SAMPLES];

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void measure(void)
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

static void print(const char *when)
{
	ksft_print_msg("LATENCY %s: median %llu, p99.9 %llu, worst %llu us\n",
		       when,
		       (unsigned long long)late[SAMPLES / 2] / 1000,
		       (unsigned long long)late[SAMPLES * 999 / 1000] / 1000,
		       (unsigned long long)late[SAMPLES - 1] / 1000);
}

static void become_urgent(void)
{
	struct sched_param param = { .sched_priority = 50 };

	sched_setscheduler(0, SCHED_FIFO, &param);
}

static void judge(const char *when)
{
	print(when);
	ksft_test_result(late[SAMPLES * 999 / 1000] <= LIMIT_US * 1000,
			 "%s: 99.9 %% of %d timers were at most %llu us late\n",
			 when, SAMPLES,
			 (unsigned long long)late[SAMPLES * 999 / 1000] / 1000);
}

static void alone(void)
{
	ksft_set_plan(1);
	become_urgent();
	measure();
	judge("alone");
}

static void beside_firmware(void)
{
	struct efi_mode_test_stats before, after;
	struct efi_mode_test_driver d;
	int fd = open_test_device();
	pid_t spinner;

	ksft_set_plan(2);
	spinner = fork();
	if (!spinner)
		for (;;)
			call_driver(fd, "spin_notify", 1000000, &d);
	usleep(50000);

	become_urgent();
	ioctl(fd, EFI_MODE_TEST_STATS, &before);
	measure();
	ioctl(fd, EFI_MODE_TEST_STATS, &after);
	kill(spinner, SIGKILL);
	ksft_test_result(after.preemptions - before.preemptions > SAMPLES / 2,
			 "the firmware at TPL_NOTIFY was preempted %llu times\n",
			 (unsigned long long)(after.preemptions - before.preemptions));
	judge("firmware at TPL_NOTIFY");
}

static void read_for_ever(int fd, off_t size, atomic_ullong *bytes)
{
	off_t offset = 0;
	void *buffer;

	if (posix_memalign(&buffer, HUGE_PAGE, HUGE_PAGE))
		exit(1);
	madvise(buffer, HUGE_PAGE, MADV_HUGEPAGE);
	for (;;) {
		if (pread(fd, buffer, SPEED_LARGE, offset) != SPEED_LARGE)
			exit(1);
		*bytes += SPEED_LARGE;
		offset = (offset + SPEED_LARGE) % size;
	}
}

static void beside_disk(int mib)
{
	int fd = open_disk(mib, O_RDONLY | O_DIRECT);
	atomic_ullong *bytes;
	char when[64];
	pid_t reader;

	ksft_set_plan(2);
	bytes = mmap(NULL, sizeof(*bytes), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	reader = fork();
	if (!reader)
		read_for_ever(fd, (off_t)mib << 20, bytes);
	usleep(50000);

	become_urgent();
	*bytes = 0;
	measure();
	ksft_test_result(*bytes >= MIN_READ && !waitpid(reader, NULL, WNOHANG),
			 "%llu MiB of the disk of %d MiB were read meanwhile\n",
			 *bytes >> 20, mib);
	kill(reader, SIGKILL);
	waitpid(reader, NULL, 0);
	snprintf(when, sizeof(when), "beside the disk of %d MiB", mib);
	judge(when);
}

int main(int argc, char **argv)
{
	ksft_print_header();
	if (argc == 3 && !strcmp(argv[1], "disk"))
		beside_disk(atoi(argv[2]));
	else if (argc == 2 && !strcmp(argv[1], "alone"))
		alone();
	else
		beside_firmware();
	ksft_finished();
}
