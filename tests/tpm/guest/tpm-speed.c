// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measure how long commands of the TPM take: tpm-speed.h defines them
 */
#include "common.h"
#include "tpm-speed.h"

int main(void)
{
	static const uint8_t command[] = TPM_SPEED_COMMAND;
	uint8_t response[4096];
	uint64_t start;
	int fd, i;

	ksft_print_header();
	ksft_set_plan(1);
	fd = open("/dev/tpm0", O_RDWR);
	start = read_tsc();
	for (i = 0; i < TPM_SPEED_COUNT; i++)
		if (write(fd, command, sizeof(command)) != sizeof(command) ||
		    read(fd, response, sizeof(response)) != TPM_SPEED_RESPONSE)
			ksft_exit_fail_msg("command %d: %s\n", i, strerror(errno));
	ksft_print_msg("TPMSPEED %llu cycles\n",
		       (unsigned long long)(read_tsc() - start));
	ksft_test_result_pass("%d commands\n", TPM_SPEED_COUNT);
	ksft_finished();
}
