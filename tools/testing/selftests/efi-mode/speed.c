// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast a disk is, and that it reads what was written
 *
 *	speed MIB...
 *
 * Disks are named by their sizes, so that a kernel that has drivers of its own can be
 * asked, too. What is on them is lost. Requests are made one after the other, as the bare
 * firmware makes them.
 */
#include <sys/mman.h>

#include "disksize.h"
#include "speed.h"

/* Where pages are large a megabyte is in one piece, as it is for the bare firmware */
#define HUGE_PAGE	(2 << 20)

static void *buffer, *pieces, *whole;

static bool transfer(int fd, bool writes, size_t size, off_t offset)
{
	return (writes ? pwrite(fd, buffer, size, offset) :
			 pread(fd, buffer, size, offset)) == (ssize_t)size;
}

/* Cycles for the whole area, or 0; what the buffer has is not of interest */
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

static void *get_pages(int advice)
{
	void *pages;

	if (posix_memalign(&pages, HUGE_PAGE, HUGE_PAGE))
		ksft_exit_fail_msg("no memory\n");
	/* It may not be to be had: then both are in pieces */
	madvise(pages, HUGE_PAGE, advice);
	memset(pages, 0, HUGE_PAGE);
	return pages;
}

static void result(const char *mib, const char *what, uint64_t cycles)
{
	ksft_test_result(cycles, "SPEED %s %s %llu cycles\n", mib, what,
			 (unsigned long long)cycles);
}

int main(int argc, char **argv)
{
	int i, fd;

	ksft_print_header();
	ksft_set_plan((argc - 1) * 4);
	whole = get_pages(MADV_HUGEPAGE);
	pieces = get_pages(MADV_NOHUGEPAGE);
	for (i = 1; i < argc; i++) {
		fd = open_disk(atoi(argv[i]), O_RDWR | O_DIRECT);
		buffer = whole;
		result(argv[i], "write", sequential(fd, true, false));
		result(argv[i], "read", sequential(fd, false, true));
		buffer = pieces;
		result(argv[i], "pieces", sequential(fd, false, true));
		result(argv[i], "random", random_reads(fd));
		close(fd);
	}
	ksft_finished();
}
