// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measure the latency of Linux timers during a slow command of the TPM
 *
 *	tpm-slow SECONDS
 *
 * Needs the EFI test driver, which makes the command slow.
 */
#include "late.h"
#include "tpm.h"
#include "tpm-faults.h"

#define INTERVAL_NS	997000
#define MAX_SECONDS	300

static int make_slow(uint64_t ms)
{
	struct efi_mode_test_driver d;
	int fd = open_test_device();
	int ret;

	ret = call_driver(fd, "tpm_fault", TEST_TPM_SLOW | ms << TEST_TPM_MS_SHIFT, &d);
	close(fd);
	return ret;
}

int main(int argc, char **argv)
{
	int seconds = argc == 2 ? atoi(argv[1]) : 0;
	unsigned int samples = seconds * 1000;
	int fd, status;
	struct efi_mode_test_stats before, after;
	char when[64];
	uint64_t *late, start;
	pid_t pid;

	ksft_print_header();
	ksft_set_plan(3);
	fd = open(TPM, O_RDWR);
	late = calloc(samples ? samples : 1, sizeof(*late));
	if (fd < 0 || seconds < 1 || seconds > MAX_SECONDS || !late)
		ksft_exit_fail_msg("usage: tpm-slow SECONDS, on a machine with a TPM\n");
	if (!make_slow(seconds * 1000))
		ksft_exit_fail_msg("the EFI test driver cannot stand in for the TPM\n");

	start = now_ns();
	pid = fork();
	if (!pid)
		exit(tpm_random(fd, 8));
	become_urgent();
	ioctl(open_test_device(), EFI_MODE_TEST_STATS, &before);
	late_measure(late, samples, INTERVAL_NS);
	ioctl(open_test_device(), EFI_MODE_TEST_STATS, &after);
	ksft_test_result(!waitpid(pid, &status, WNOHANG) &&
			 after.preemptions - before.preemptions > samples / 2,
			 "the command was interrupted %llu times\n",
			 (unsigned long long)(after.preemptions - before.preemptions));
	snprintf(when, sizeof(when), "during a command of %d s", seconds);
	late_judge(when, late, samples);
	waitpid(pid, &status, 0);
	ksft_test_result(!status && now_ns() - start >= seconds * 1000000000ULL,
			 "it succeeds after %llu ms\n",
			 (unsigned long long)(now_ns() - start) / 1000000);
	ksft_finished();
}
