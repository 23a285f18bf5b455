// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test the TPM device with commands that are well-formed and with others
 *
 * Needs a TPM 2.0 that the firmware drives.
 */
#include "tpm.h"

#define CYCLES		100

static void check_refused(int fd)
{
	int error;

	tpm_prepare(TPM_GET_RANDOM, TPM_HEADER + 2);
	error = tpm_send(fd, 5);
	ksft_test_result(error == EINVAL, "5 bytes are no command: %d\n", error);

	tpm_prepare(TPM_GET_RANDOM, TPM_HEADER + 3);
	error = tpm_send(fd, TPM_HEADER + 2);
	ksft_test_result(error == EINVAL, "a truncated command is refused: %d\n", error);

	tpm_prepare(TPM_GET_RANDOM, 8);
	error = tpm_send(fd, TPM_HEADER);
	ksft_test_result(error || tpm_receive(fd) < 0,
			 "a size smaller than the header is refused\n");

	tpm_prepare(TPM_GET_RANDOM, 5000);
	error = tpm_send(fd, 5000);
	ksft_test_result(error == E2BIG, "5000 bytes are too large: %d\n", error);

	tpm_prepare(0x20001234, TPM_HEADER);
	error = tpm_send(fd, TPM_HEADER);
	ksft_test_result(!error && tpm_receive(fd) == TPM_HEADER && tpm_response.code,
			 "the TPM refuses an unknown command: code %#x\n",
			 be32toh(tpm_response.code));

	ksft_test_result(!tpm_random(fd, 16), "after that the TPM still answers\n");
}

static void check_binding(void)
{
	unsigned int i, works = 0;
	char device[64];
	bool ok = tpm_find_device(device, sizeof(device));
	struct ledger before = read_ledger();
	int fd;

	for (i = 0; ok && i < CYCLES; i++) {
		ok = write_file(TPM_DRIVER "unbind", device) && access(TPM, F_OK) &&
		     write_file(TPM_DRIVER "bind", device);
		fd = open(TPM, O_RDWR);
		works += ok && fd >= 0 && !tpm_random(fd, 8);
		close(fd);
	}
	ksft_test_result(works == CYCLES, "%u of %d times unbound, bound and used\n",
			 works, CYCLES);
	ksft_test_result(same_ledger(before, read_ledger()),
			 "nothing stays behind in the firmware\n");
}

int main(void)
{
	int fd;

	ksft_print_header();
	ksft_set_plan(12);
	fd = open(TPM, O_RDWR);
	if (fd < 0)
		ksft_exit_fail_msg("%s: %s\n", TPM, strerror(errno));
	ksft_test_result(open(TPM, O_RDWR) < 0 && errno == EBUSY,
			 "a second user is refused\n");
	ksft_test_result(!tpm_random(fd, 32), "random bytes\n");
	check_refused(fd);
	close(fd);
	check_binding();
	ksft_test_result(file_has("/proc/iomem", "fed40000-fed44fff : EFI firmware: TPM"),
			 "native drivers cannot claim its registers\n");
	ksft_test_result(!access("/dev/tpmrm0", F_OK), "the resource manager is there\n");
	ksft_finished();
}
