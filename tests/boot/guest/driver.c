// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that /dev/efi-mode-test finds the functions of the EFI test driver by
 * name, and refuses invalid arguments
 */
#include "breach.h"
#include "common.h"

static bool fails(int fd, const char *name, uint64_t argument, int error)
{
	struct efi_mode_test_driver d;

	errno = 0;
	return !call_driver(fd, name, argument, &d) && errno == error;
}

int main(void)
{
	struct efi_mode_test_driver d;
	int fd = open_test_device();

	ksft_print_header();
	ksft_set_plan(6);
	ksft_test_result(call_driver(fd, "ticks", 0, &d) && d.value,
			 "a function is found\n");
	ksft_test_result(fails(fd, "no_such_name", 0, ENOENT) &&
			 fails(fd, "tick", 0, ENOENT) && fails(fd, "", 0, ENOENT),
			 "an unknown name is refused\n");
	ksft_test_result(fails(fd, "ticks", 1, EINVAL) &&
			 fails(fd, "breach", TEST_BREACH_ALL + 1, EINVAL),
			 "an argument that is too large is refused\n");
	/* Only the test module can pass addresses to these functions */
	ksft_test_result(fails(fd, "overwrite", 4096, EINVAL) &&
			 fails(fd, "fault_when", 4096, EINVAL),
			 "an address is refused\n");
	ksft_test_result(!call_driver(fd, "fault_when", 0, &d) && d.status,
			 "fault_when() fails without an address\n");
	memset(&d, 'x', sizeof(d));
	errno = 0;
	ksft_test_result(ioctl(fd, EFI_MODE_TEST_DRIVER, &d) && errno == EINVAL,
			 "a name without a NUL is refused\n");
	ksft_finished();
}
