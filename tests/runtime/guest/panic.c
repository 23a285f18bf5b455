// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cause a panic while the firmware is in the middle of a call
 */
#include "common.h"

int main(void)
{
	struct efi_mode_test_stall stall = { .usec = 1500000 };
	int fd = open_test_device();

	write_file("/proc/sys/kernel/sysrq", "1");
	if (!fork()) {
		ioctl(fd, EFI_MODE_TEST_STALL, &stall);
		return 0;
	}
	usleep(300000);
	write_file("/dev/kmsg", "last words in the middle of a call\n");
	write_file("/proc/sysrq-trigger", "c");
	return 1;
}
