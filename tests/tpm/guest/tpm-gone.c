// SPDX-License-Identifier: GPL-2.0-only
/*
 * Use the TPM without a pause while the host takes it away
 */
#include "tpm.h"

/* Seconds until the host has taken the TPM away, and until its device is gone */
#define PATIENCE	60

int main(void)
{
	uint64_t end = now_ns() + PATIENCE * 1000000000ULL;
	unsigned int works = 0;
	int fd, error;

	ksft_print_header();
	ksft_set_plan(3);
	fd = open(TPM, O_RDWR);
	if (fd < 0)
		ksft_exit_fail_msg("%s: %s\n", TPM, strerror(errno));
	ksft_print_msg("TAKE THE TPM AWAY\n");
	do {
		error = tpm_random(fd, 8);
		works += !error;
	} while (!error && now_ns() < end);
	ksft_test_result(works && error == EIO, "%u commands worked, then error %d\n",
			 works, error);
	while ((error != EPIPE || !access(TPM, F_OK)) && now_ns() < end) {
		usleep(10000);
		error = tpm_random(fd, 8);
	}
	ksft_test_result(access(TPM, F_OK), "the device is gone\n");
	ksft_test_result(error == EPIPE, "a file that is still open: error %d\n", error);
	ksft_finished();
}
