// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that UMIP, SMEP and SMAP are enabled while Linux runs, and that the
 * firmware finds its CPU state unchanged
 */
#include <signal.h>

#include "common.h"

#define ROUNDS	1000

static const struct {
	const char *name;
	uint64_t bit;
} features[] = {
	{ "umip", 1 << 11 }, { "smep", 1 << 20 }, { "smap", 1 << 21 },
};

static uint64_t read_cr4(int fd)
{
	uint64_t cr4 = 0;

	ioctl(fd, EFI_MODE_TEST_CR4, &cr4);
	return cr4;
}

int main(void)
{
	struct efi_mode_test_driver d;
	uint64_t always = ~0ULL, state = 0;
	int fd = open_test_device();
	unsigned int i;
	pid_t load;

	ksft_print_header();
	ksft_set_plan(ARRAY_SIZE(features) + 1);
	load = start_load();
	for (i = 0; i < ROUNDS; i++) {
		if (!call_driver(fd, "state", 0, &d))
			ksft_exit_fail_msg("the EFI test driver does not answer\n");
		state |= d.value;
		always &= read_cr4(fd);
	}
	stop_load(load);
	for (i = 0; i < ARRAY_SIZE(features); i++)
		ksft_test_result(always & features[i].bit, "%s is enabled in Linux\n",
				 features[i].name);
	ksft_test_result(!state, "the firmware's CPU state is kept: changed bits %#llx\n",
			 (unsigned long long)state);
	ksft_finished();
}
