// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check how often a removable disk is polled: less often if the medium is slow
 * or cannot be read, because the firmware does nothing else during a poll
 */
#define _GNU_SOURCE
#include "testdisk.h"

#define POLL_MS		100
#define WATCH_MS	2500

/* Like a drive that has to try again */
#define SLOW_US		300000

/* Return: number of polls in WATCH_MS while no program has the disk open */
static long long polls(void)
{
	ask(FN(CALLS), 0);
	usleep(WATCH_MS * 1000);
	return ask(FN(CALLS), 0);
}

/* Open the disk. Return: whether the firmware looked at the medium for that. */
static bool looks(void)
{
	ask(FN(CALLS), 0);
	close(open_disk(disk, O_RDONLY | O_NONBLOCK));
	return ask(FN(CALLS), 0) > 0;
}

static bool poll_often(void)
{
	char path[64], text[16];

	snprintf(path, sizeof(path), "/sys/block/%s/events_poll_msecs", disk);
	snprintf(text, sizeof(text), "%d", POLL_MS);
	return write_file(path, text);
}

int main(void)
{
	long long n;

	ksft_print_header();
	driver = open_test_device();
	uevents = open_uevents();
	ksft_set_plan(7);
	if (!appear(TEST_DISK_KIND_REMOVABLE) ||
	    !wait_disk(GUID, disk, sizeof(disk), PATIENCE) || !poll_often())
		ksft_exit_fail_msg("no disk\n");

	n = polls();
	ksft_test_result(n > WATCH_MS / POLL_MS / 2,
			 "a medium that can be read is polled: %lld\n", n);
	ask(FN(FAIL), FOR_EVER << 8 | DEVICE_ERROR_);
	n = polls();
	ksft_test_result(n == 1, "a medium that cannot be read is polled less: %lld\n", n);
	ksft_test_result(looks(), "a program that opens the disk makes the firmware look\n");
	ask(FN(FAIL), 0);
	ksft_test_result(looks(), "so it does when the medium can be read again\n");
	n = polls();
	ksft_test_result(n > WATCH_MS / POLL_MS / 2,
			 "the medium is polled as before: %lld\n", n);
	ask(FN(SLOW), SLOW_US);
	n = polls();
	ksft_test_result(n == 1, "a slow medium is polled less, too: %lld\n", n);
	ask(FN(SLOW), 0);
	ksft_test_result(looks() && disappear(), "the disk is removed\n");
	ksft_finished();
}
