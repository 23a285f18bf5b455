// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check the number of levels of the page tables
 *
 *	levels N
 *
 * With five levels, mmap() can return addresses above 47 bits, if a program
 * asks for one.
 */
#include <sys/mman.h>

#include "common.h"

#define ABOVE		(1UL << 52)
#define SIZE		4096

int main(int argc, char **argv)
{
	int levels, expected = argc > 1 ? atoi(argv[1]) : 4;
	unsigned long *p;

	ksft_print_header();
	ksft_set_plan(2);
	p = mmap((void *)ABOVE, SIZE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	levels = p == (void *)ABOVE ? 5 : 4;
	ksft_test_result(levels == expected, "the page tables have %d levels\n",
			 levels);
	if (p != MAP_FAILED)
		*p = ABOVE;
	ksft_test_result(p != MAP_FAILED && *p == ABOVE, "memory at %p can be used\n", p);
	ksft_finished();
}
