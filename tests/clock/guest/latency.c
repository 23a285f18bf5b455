// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measure the latency of Linux timers
 *
 *	latency			while the firmware computes at TPL_NOTIFY
 *	latency alone		without firmware calls, to compare kernels
 *	latency disk MIB	while the disk of this size is read at full
 *				speed, in large pieces one after the other
 */
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "disksize.h"
#include "late.h"
#include "speed.h"

/*
 * Not in step with ticks and slices, so that timers expire in all phases of
 * them
 */
#define INTERVAL_NS	497000
#define SAMPLES		2000

#define HUGE_PAGE	(2 << 20)

/* Bytes that even a slow disk transfers in the second of the measurement */
#define MIN_READ	(32 << 20)

static uint64_t late[SAMPLES];

static void alone(void)
{
	ksft_set_plan(1);
	become_urgent();
	late_measure(late, SAMPLES, INTERVAL_NS);
	late_judge("alone", late, SAMPLES);
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
	late_measure(late, SAMPLES, INTERVAL_NS);
	ioctl(fd, EFI_MODE_TEST_STATS, &after);
	kill(spinner, SIGKILL);
	ksft_test_result(after.preemptions - before.preemptions > SAMPLES / 2,
			 "the firmware at TPL_NOTIFY was preempted %llu times\n",
			 (unsigned long long)(after.preemptions - before.preemptions));
	late_judge("firmware at TPL_NOTIFY", late, SAMPLES);
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
	late_measure(late, SAMPLES, INTERVAL_NS);
	ksft_test_result(*bytes >= MIN_READ && !waitpid(reader, NULL, WNOHANG),
			 "%llu MiB of the disk of %d MiB were read meanwhile\n",
			 *bytes >> 20, mib);
	kill(reader, SIGKILL);
	waitpid(reader, NULL, 0);
	snprintf(when, sizeof(when), "beside the disk of %d MiB", mib);
	late_judge(when, late, SAMPLES);
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
