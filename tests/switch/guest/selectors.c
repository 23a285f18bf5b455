// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that the firmware's FS and GS keep their bases over a switch if their
 * selectors cannot be loaded again
 */
#include "common.h"
#include "selectors.h"

static void check_base(int fd, const char *segment, uint64_t which, uint64_t wanted)
{
	struct efi_mode_test_driver d;
	bool ok = call_driver(fd, "segment_base", which, &d);

	ksft_test_result(ok && d.value == wanted, "the base of the firmware's %s is %#llx\n",
			 segment, (unsigned long long)d.value);
}

int main(void)
{
	int fd = open_test_device();

	ksft_print_header();
	ksft_set_plan(2);
	check_base(fd, "FS", TEST_BASE_OF_FS, TEST_FS_BASE);
	check_base(fd, "GS", TEST_BASE_OF_GS, TEST_GS_BASE);
	ksft_finished();
}
