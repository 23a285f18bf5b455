// SPDX-License-Identifier: GPL-2.0-only
/*
 * Non-maskable interrupts at any instruction of the switch: somebody outside sends them
 * while slices are given as often as can be
 */
#include "common.h"

#define STORM_USEC	20
#define SECONDS		10

static unsigned long count_nmis(void)
{
	FILE *f = fopen("/proc/interrupts", "r");
	unsigned long count = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " NMI: %lu", &count) == 1)
			break;
	if (f)
		fclose(f);
	return count;
}

int main(void)
{
	unsigned long nmis = count_nmis();
	struct efi_mode_test_stats before, after;
	uint64_t usec = STORM_USEC;
	int fd = open_test_device();
	long long slices, window;

	ksft_print_header();
	ksft_set_plan(3);
	ioctl(fd, EFI_MODE_TEST_STATS, &before);
	ioctl(fd, EFI_MODE_TEST_STORM, &usec);
	ksft_print_msg("STORM BEGIN\n");
	sleep(SECONDS);
	usec = 0;
	ioctl(fd, EFI_MODE_TEST_STORM, &usec);
	ioctl(fd, EFI_MODE_TEST_STATS, &after);
	ksft_print_msg("STORM END\n");
	nmis = count_nmis() - nmis;
	ksft_test_result(after.round_trips - before.round_trips > 1000 * SECONDS,
			 "%llu round trips\n",
			 (unsigned long long)(after.round_trips - before.round_trips));
	ksft_test_result(nmis > 100, "%lu NMIs\n", nmis);
	slices = read_stat("nmis_in_slices");
	window = read_stat("nmis_in_window");
	ksft_test_result(slices >= 0 && window >= 0 && slices + window > 0,
			 "%lld of them in firmware's time, %lld in a switch\n",
			 slices, window);
	ksft_finished();
}
