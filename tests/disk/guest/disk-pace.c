// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check how the disk driver adapts the size of a transfer to the speed of the
 * disk, that it makes several calls with one switch, and how it handles an
 * error in one of them
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "testdisk.h"
#include "uring.h"

#define HUGE_PAGE	(2 * MIB)
#define BLOCK		4096
#define MANY		16
#define ROUNDS		50

/* On a busy host, a fast disk may look slow for a while */
#define MOST_TRIES	100

/* Longer than a call should take, so the driver makes its calls smaller */
#define SLOW_US		30000

static uint8_t *huge;
static struct io_uring ring;

/* Return: number of firmware calls for a read of @size bytes, or -1 */
static long long calls_for(int fd, size_t size)
{
	ask(FN(CALLS), 0);
	if (pread(fd, huge, size, 0) != (ssize_t)size)
		return -1;
	return ask(FN(CALLS), 0);
}

/* One call is expected; a busy host may make the driver use two */
static bool few(long long calls)
{
	return calls == 1 || calls == 2;
}

/* Return: number of calls for a huge page, as soon as they are few */
static long long calls_in_time(int fd)
{
	long long calls;
	int i;

	for (i = 0; i < MOST_TRIES; i++) {
		calls = calls_for(fd, HUGE_PAGE);
		if (calls < 0 || few(calls))
			break;
	}
	return calls;
}

static void sizes(int fd)
{
	long long calls;
	int i;

	ksft_test_result(put(fd, "pac", 0, 0, 4 * MIB) &&
			 atoi(disk_attr(disk, "queue/max_sectors_kb")) == 4096,
			 "requests of 4 MiB\n");
	calls = calls_in_time(fd);
	ksft_test_result(few(calls) && is_pattern(huge, "pac", 0, HUGE_PAGE),
			 "a fast disk gets large transfers: 2 MiB in %lld calls\n",
			 calls);
	ask(FN(SLOW), SLOW_US);
	for (i = 0; i < 5; i++)
		calls_for(fd, HUGE_PAGE);
	calls = calls_for(fd, HUGE_PAGE);
	ksft_test_result(calls == 16 && is_pattern(huge, "pac", 0, HUGE_PAGE),
			 "a slow disk gets small transfers: 2 MiB in %lld calls\n",
			 calls);
	ask(FN(SLOW), 0);
	calls = calls_in_time(fd);
	ksft_test_result(few(calls), "fast again, it gets large transfers again: %lld calls\n",
			 calls);
}

/*
 * Read every other block of a part of the disk, all at once. Return: number of
 * blocks read.
 */
static unsigned int read_many(uint64_t at)
{
	unsigned int i, whole = 0, head, found = 0;
	struct io_uring_cqe *cqe;

	memset(huge, 0, MANY * BLOCK);
	for (i = 0; i < MANY; i++)
		uring_add(&ring, false, huge + i * BLOCK, BLOCK,
			  at + 2 * i * BLOCK);
	if (io_uring_submit_and_wait(&ring, MANY) != MANY)
		return 0;
	io_uring_for_each_cqe(&ring, head, cqe) {
		whole += cqe->res == BLOCK;
		found++;
	}
	io_uring_cq_advance(&ring, found);
	return whole;
}

static bool have_many(uint64_t at, unsigned int but)
{
	unsigned int i;

	for (i = 0; i < MANY; i++)
		if (i != but && !is_pattern(huge + i * BLOCK, "pac",
					    at + 2 * i * BLOCK, BLOCK))
			return false;
	return true;
}

static void together(int fd)
{
	long long calls, switches;
	bool ok = true;
	int i;

	if (!uring_use(&ring, fd))
		ksft_exit_fail_msg("io_uring does not accept the disk\n");
	ask(FN(CALLS), 0);
	switches = read_stat("round_trips");
	for (i = 0; i < ROUNDS && ok; i++)
		ok = read_many(i * BLOCK) == MANY && have_many(i * BLOCK, MANY);
	switches = read_stat("round_trips") - switches;
	calls = ask(FN(CALLS), 0);
	ksft_test_result(ok && calls == MANY * ROUNDS,
			 "%d reads at once take %lld calls\n", MANY, calls / ROUNDS);
	/* Some switches are for the firmware's clock */
	ksft_test_result(switches < calls / 2, "%lld calls with %lld switches\n",
			 calls, switches);

	ask(FN(FAIL_AT), 5 * 2 * BLOCK / SECTOR);
	ok = read_many(0) == MANY - 1 && have_many(0, 5);
	ask(FN(FAIL_AT), 0);
	ksft_test_result(ok, "of reads at once, only that of a bad block fails\n");
	ask(FN(FAIL), DEVICE_ERROR_ | 3 << 8);
	ok = read_many(0) == MANY && have_many(0, MANY);
	ksft_test_result(ok, "reads at once that fail once are tried again\n");
}

int main(void)
{
	void *memory;
	int fd, ret;

	driver = open_test_device();
	ksft_print_header();
	ksft_set_plan(8);
	uevents = open_uevents();
	buf = alloc_aligned(5 * MIB);
	if (posix_memalign(&memory, HUGE_PAGE, HUGE_PAGE))
		ksft_exit_fail_msg("no memory\n");
	huge = memory;
	madvise(huge, HUGE_PAGE, MADV_HUGEPAGE);
	memset(huge, 0, HUGE_PAGE);
	ret = uring_open(&ring, MANY, huge, HUGE_PAGE);
	if (ret)
		ksft_exit_fail_msg("io_uring: %s\n", strerror(-ret));
	fd = use(FN(KIND_512));
	sizes(fd);
	together(fd);
	close(fd);
	disappear();
	ksft_finished();
}
