// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measure the speed of disks, and check that they return what was written
 *
 *	speed MIB...
 *
 * Each argument names a disk by its size, so that the test also works on a
 * kernel with native drivers. The contents of the disks are lost. The requests
 * are made in three ways: one at a time, as in the bare firmware; one at a time
 * with memory registered for io_uring, so that the kernel does not look up its
 * pages for each request; and many at once.
 */
#include <sys/mman.h>

#include "disksize.h"
#include "speed.h"
#include "uring.h"

/* In a huge page a megabyte is contiguous, as it is in the bare firmware */
#define HUGE_PAGE	(2 << 20)

/* Requests at once; SPEED_RANDOM is a multiple of the second */
#define MANY_LARGE	4
#define MANY_SMALL	16

#define ROOM		(MANY_LARGE * SPEED_LARGE)

static void *buffer, *pieces, *whole;
static struct io_uring ring;

static bool transfer(int fd, bool writes, size_t size, off_t offset)
{
	return (writes ? pwrite(fd, buffer, size, offset) :
			 pread(fd, buffer, size, offset)) == (ssize_t)size;
}

/*
 * Return: TSC cycles for the whole area, or 0 if a transfer fails or a check
 * finds wrong data
 */
static uint64_t sequential(int fd, bool writes, bool checks)
{
	uint64_t start, spent = 0;
	off_t offset;

	for (offset = 0; offset < SPEED_AREA; offset += SPEED_LARGE) {
		if (writes)
			speed_fill(buffer, offset);
		start = read_tsc();
		if (!transfer(fd, writes, SPEED_LARGE, offset))
			return 0;
		spent += read_tsc() - start;
		if (checks && !speed_is_filled(buffer, offset, SPEED_LARGE))
			return 0;
	}
	return spent;
}

static uint64_t random_reads(int fd)
{
	unsigned long long state = 0;
	uint64_t start, spent = 0;
	off_t offset;
	int i;

	for (i = 0; i < SPEED_RANDOM; i++) {
		offset = speed_next(&state);
		start = read_tsc();
		if (!transfer(fd, false, SPEED_SMALL, offset))
			return 0;
		spent += read_tsc() - start;
		if (!speed_is_filled(buffer, offset, SPEED_SMALL))
			return 0;
	}
	return spent;
}

static void *slot(int i, size_t size)
{
	return whole + i * size;
}

/* @many: requests at once; SPEED_AREA is a multiple of @many * SPEED_LARGE */
static uint64_t registered_sequential(bool writes, int many)
{
	uint64_t start, spent = 0;
	off_t offset = 0;
	int i;

	while (offset < SPEED_AREA) {
		for (i = 0; writes && i < many; i++)
			speed_fill(slot(i, SPEED_LARGE), offset + i * SPEED_LARGE);
		start = read_tsc();
		for (i = 0; i < many; i++)
			uring_add(&ring, writes, slot(i, SPEED_LARGE),
				  SPEED_LARGE, offset + i * SPEED_LARGE);
		if (!uring_run(&ring, many))
			return 0;
		spent += read_tsc() - start;
		for (i = 0; i < many; i++, offset += SPEED_LARGE)
			if (!writes && !speed_is_filled(slot(i, SPEED_LARGE),
							offset, SPEED_LARGE))
				return 0;
	}
	return spent;
}

static uint64_t many_random(void)
{
	unsigned long long state = 0;
	uint64_t start, spent = 0;
	off_t offsets[MANY_SMALL];
	int done, i;

	for (done = 0; done < SPEED_RANDOM; done += MANY_SMALL) {
		for (i = 0; i < MANY_SMALL; i++)
			offsets[i] = speed_next(&state);
		start = read_tsc();
		for (i = 0; i < MANY_SMALL; i++)
			uring_add(&ring, false, slot(i, SPEED_SMALL),
				  SPEED_SMALL, offsets[i]);
		if (!uring_run(&ring, MANY_SMALL))
			return 0;
		spent += read_tsc() - start;
		for (i = 0; i < MANY_SMALL; i++)
			if (!speed_is_filled(slot(i, SPEED_SMALL), offsets[i],
					     SPEED_SMALL))
				return 0;
	}
	return spent;
}

static void *get_pages(int advice)
{
	void *pages;

	if (posix_memalign(&pages, HUGE_PAGE, ROOM))
		ksft_exit_fail_msg("no memory\n");
	/* The kernel may not have huge pages; then both areas are in pieces */
	madvise(pages, ROOM, advice);
	memset(pages, 0, ROOM);
	return pages;
}

static void result(const char *mib, const char *what, uint64_t cycles)
{
	ksft_test_result(cycles, "SPEED %s %s %llu cycles\n", mib, what,
			 (unsigned long long)cycles);
}

int main(int argc, char **argv)
{
	int i, fd, ret;

	ksft_print_header();
	ksft_set_plan((argc - 1) * 9);
	whole = get_pages(MADV_HUGEPAGE);
	pieces = get_pages(MADV_NOHUGEPAGE);
	ret = uring_open(&ring, MANY_SMALL, whole, ROOM);
	if (ret)
		ksft_exit_fail_msg("io_uring: %s\n", strerror(-ret));
	for (i = 1; i < argc; i++) {
		fd = open_disk(atoi(argv[i]), O_RDWR | O_DIRECT);
		buffer = whole;
		result(argv[i], "write", sequential(fd, true, false));
		result(argv[i], "read", sequential(fd, false, true));
		buffer = pieces;
		result(argv[i], "pieces", sequential(fd, false, true));
		result(argv[i], "random", random_reads(fd));
		if (!uring_use(&ring, fd))
			ksft_exit_fail_msg("io_uring does not accept the disk\n");
		result(argv[i], "registered-write",
		       registered_sequential(true, 1));
		result(argv[i], "registered-read",
		       registered_sequential(false, 1));
		result(argv[i], "many-writes",
		       registered_sequential(true, MANY_LARGE));
		result(argv[i], "many-reads",
		       registered_sequential(false, MANY_LARGE));
		result(argv[i], "many-random", many_random());
		close(fd);
	}
	ksft_finished();
}
