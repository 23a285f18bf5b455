// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that Stall() waits long enough if the firmware's function does not
 */
#include "common.h"
#include "hasty.h"

#define STALLS	10

int main(void)
{
	struct efi_mode_test_stall s = { .usec = HASTY_USEC };
	unsigned int i, bad = 0;
	uint64_t start;
	int fd;

	ksft_print_header();
	ksft_set_plan(1);
	fd = open_test_device();
	for (i = 0; i < STALLS; i++) {
		start = now_ns();
		if (ioctl(fd, EFI_MODE_TEST_STALL, &s) || s.status ||
		    now_ns() - start < HASTY_USEC * 1000ULL)
			bad++;
	}
	close(fd);
	ksft_test_result(!bad, "%u of %d stalls are too short\n", bad, STALLS);
	ksft_finished();
}
