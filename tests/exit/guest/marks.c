// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write a mark to each page of a piece of memory, and keep the memory until
 * Linux ends
 *
 * usage: marks MIB, the size of the memory
 */
#include <sys/mman.h>

#include "common.h"
#include "marks.h"

#define MIB	(1024 * 1024UL)

int main(int argc, char **argv)
{
	size_t size = (argc > 1 ? atoi(argv[1]) : 1) * MIB, i;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t *page;

	ksft_print_header();
	ksft_set_plan(1);
	for (i = 0; p != MAP_FAILED && i < size; i += getpagesize()) {
		page = (uint64_t *)(p + i);
		page[0] = MARK;
		page[1] = ~MARK;
	}
	ksft_test_result(p != MAP_FAILED, "%zu MiB have marks\n", size / MIB);
	/* The child keeps the memory allocated */
	if (p != MAP_FAILED && !fork())
		for (;;)
			pause();
	ksft_finished();
}
