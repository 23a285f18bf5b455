// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that Linux can compute while the firmware waits for a slow disk
 *
 *	slowdisk MIB...
 *
 * Each argument names a disk by its size. The disk needs time but no CPU: the
 * firmware's driver calls Stall() until a request is complete.
 */
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include "disksize.h"

#define BLOCK	4096
#define SECONDS	3

/*
 * Limit for the firmware, in percent of the CPU. If it waited busily it would
 * have 50 %.
 */
#define MOST_CPU	30

/* Lower limit, in percent of the requests that complete without a load */
#define MOST_REQUESTS	75

static atomic_ulong *requests;

static pid_t start_reading(int fd)
{
	pid_t pid = fork();
	off_t at = 0;
	void *buffer;

	if (pid)
		return pid;
	if (posix_memalign(&buffer, BLOCK, BLOCK))
		_exit(1);
	for (;; at = (at + 17 * BLOCK) % (32 << 20)) {
		if (pread(fd, buffer, BLOCK, at) != BLOCK)
			_exit(1);
		atomic_fetch_add(requests, 1);
	}
}

/* Return: number of requests that complete in SECONDS */
static unsigned long count_requests(void)
{
	unsigned long before = atomic_load(requests);

	sleep(SECONDS);
	return atomic_load(requests) - before;
}

static uint64_t cpu_time(pid_t pid)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &ts))
		ksft_exit_fail_msg("the CPU time of a process cannot be read\n");
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void check_disk(const char *mib)
{
	pid_t reader = start_reading(open_disk(atoi(mib), O_RDONLY | O_DIRECT));
	unsigned long alone, beside, percent;
	uint64_t start, before, took;
	long long firmware;
	pid_t load;

	sleep(1);
	alone = count_requests();
	load = start_load();
	start = now_ns();
	before = cpu_time(load);
	firmware = read_stat("firmware_us");
	beside = count_requests();
	firmware = read_stat("firmware_us") - firmware;
	took = now_ns() - start;
	percent = (cpu_time(load) - before) * 100 / took;
	stop_load(load);
	stop_load(reader);
	ksft_test_result(firmware * 100000 / took <= MOST_CPU,
			 "%s MiB: a load has %lu %% of the CPU, the firmware %llu %%\n",
			 mib, percent,
			 (unsigned long long)(firmware * 100000 / took));
	ksft_test_result(alone && beside * 100 >= alone * MOST_REQUESTS,
			 "%s MiB: %lu reads a second, %lu without the load\n", mib,
			 beside / SECONDS, alone / SECONDS);
}

int main(int argc, char **argv)
{
	int i;

	ksft_print_header();
	ksft_set_plan((argc - 1) * 2);
	requests = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 1; i < argc; i++)
		check_disk(argv[i]);
	ksft_finished();
}
