// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of firmware that leave something broken: it is said of which, it is
 * mended, and the next call is as good as any
 */
#include <sys/klog.h>

#include "common.h"

static const struct {
	uint64_t breach;
	const char *message;
} cases[] = {
	{ 1 << 0, "returned with the direction flag set" },
	{ 1 << 1, "returned with MXCSR changed" },
	{ 1 << 2, "returned with the x87 control word changed" },
	{ 1 << 3, "returned with interrupts off" },
	{ 1 << 4, "returned with the task priority raised" },
};

static char log_text[1 << 20];

static bool logged(const char *message)
{
	int n = klogctl(3, log_text, sizeof(log_text) - 1);
	char line[200];

	log_text[n > 0 ? n : 0] = '\0';
	snprintf(line, sizeof(line), "[Firmware Bug]: test driver %s", message);
	return strstr(log_text, line);
}

int main(void)
{
	struct efi_mode_test_driver d;
	int fd = open_test_device();
	unsigned int i;
	bool ok, before;

	ksft_print_header();
	ksft_set_plan(ARRAY_SIZE(cases) + 1);
	ok = call_driver(fd, EFI_MODE_TEST_FN_CHECKSUM, 0, &d) && !d.value;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		before = logged(cases[i].message);
		ok &= call_driver(fd, EFI_MODE_TEST_FN_BREACH,
				  cases[i].breach, &d);
		ksft_test_result(!before && logged(cases[i].message),
				 "test driver %s\n", cases[i].message);
	}
	ok &= call_driver(fd, EFI_MODE_TEST_FN_CHECKSUM, 0, &d) && !d.value;
	ok &= call_driver(fd, EFI_MODE_TEST_FN_REGISTERS, 50000, &d) && !d.value;
	ksft_test_result(ok, "firmware goes on as before\n");
	ksft_finished();
}
