// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test the TPM device while the firmware's TPM fails
 *
 * Needs a TPM 2.0 that the firmware drives, and the EFI test driver, which stands
 * in for it.
 */
#include <sys/klog.h>

#include "tpm.h"
#include "tpm-faults.h"

#define EV_IPL		13
#define PCR		14

#define SLOW_MS		2000
/* How often a process that sleeps 10 ms must run meanwhile */
#define ENOUGH		5

/* Seconds until the device of a TPM that has failed must be gone */
#define PATIENCE	10

static int test_fd;
static char device[64];

static void set_fault(uint64_t fault, uint64_t ms)
{
	struct efi_mode_test_driver d;

	if (!call_driver(test_fd, "tpm_fault", fault | ms << TEST_TPM_MS_SHIFT, &d))
		ksft_exit_fail_msg("the EFI test driver cannot stand in for the TPM\n");
}

static int measure(uint32_t pcr, const char *text)
{
	struct efi_mode_test_measure m = { .pcr = pcr, .type = EV_IPL };

	snprintf(m.text, sizeof(m.text), "%s", text);
	return ioctl(test_fd, EFI_MODE_TEST_MEASURE, &m) ? errno : 0;
}

/* How often is @text in the kernel log? */
static unsigned int count_in_log(const char *text)
{
	static char log[1 << 18];
	int size = klogctl(3, log, sizeof(log) - 1);	/* SYSLOG_ACTION_READ_ALL */
	unsigned int n = 0;
	char *at = log;

	if (size < 0)
		return 0;
	for (log[size] = '\0'; (at = strstr(at, text)); at++)
		n++;
	return n;
}

/* A command fails with EIO, and the next works */
static void check_error(int fd, uint64_t fault, const char *what)
{
	int error, then;

	set_fault(fault, 0);
	error = tpm_random(fd, 8);
	set_fault(TEST_TPM_NO_FAULT, 0);
	then = tpm_random(fd, 8);
	ksft_test_result(error == EIO && !then, "%s: error %d, then %d\n", what, error,
			 then);
}

static void check_slow(int fd)
{
	unsigned int runs = 0;
	int error, status;
	uint64_t start;
	pid_t pid;

	set_fault(TEST_TPM_SLOW, SLOW_MS);
	start = now_ns();
	pid = fork();
	if (!pid)
		exit(tpm_random(fd, 8));
	while (!waitpid(pid, &status, WNOHANG)) {
		usleep(10000);
		runs++;
	}
	error = WEXITSTATUS(status);
	ksft_test_result(!error && now_ns() - start >= SLOW_MS * 1000000ULL &&
			 runs >= ENOUGH,
			 "a command of %d ms: error %d, Linux ran %u times meanwhile\n",
			 SLOW_MS, error, runs);
}

static void check_log(void)
{
	int fd, error;
	char byte;

	set_fault(TEST_TPM_BAD_LOG, 0);
	fd = open(TPM_LOG, O_RDONLY);
	error = fd < 0 ? errno : 0;
	set_fault(TEST_TPM_NO_FAULT, 0);
	ksft_test_result(error == EIO, "an impossible event log: error %d\n", error);
	fd = open(TPM_LOG, O_RDONLY);
	ksft_test_result(fd >= 0 && read(fd, &byte, 1) == 1, "then the log can be read\n");
	close(fd);
}

static void check_measure(void)
{
	int error;

	ksft_test_result(!measure(PCR, "an event"), "an event is measured\n");
	set_fault(TEST_TPM_NO_EXTEND, 0);
	error = measure(PCR, "another event");
	set_fault(TEST_TPM_NO_FAULT, 0);
	ksft_test_result(error == EIO, "the firmware cannot measure: error %d\n", error);
	error = measure(24, "no such PCR");
	ksft_test_result(error == EINVAL, "PCR 24: error %d\n", error);
	error = measure(PCR, "");
	ksft_test_result(error == EINVAL, "nothing to measure: error %d\n", error);
}

/* Bind the driver anew while the firmware describes its TPM in another way */
static void check_capability(uint64_t fault, const char *message, const char *what)
{
	unsigned int before;
	bool bound;

	if (!write_file(TPM_DRIVER "unbind", device))
		ksft_exit_fail_msg("cannot unbind the driver\n");
	before = message ? count_in_log(message) : 0;
	set_fault(fault, 0);
	bound = write_file(TPM_DRIVER "bind", device);
	set_fault(TEST_TPM_NO_FAULT, 0);
	if (message)
		ksft_test_result(!bound && access(TPM, F_OK) &&
				 count_in_log(message) == before + 1,
				 "%s: no device, and one message\n", what);
	else
		ksft_test_result(bound && !access(TPM, F_OK), "%s: a device\n", what);
	if (!bound && !write_file(TPM_DRIVER "bind", device))
		ksft_exit_fail_msg("cannot bind the driver again\n");
}

static void check_lost(void)
{
	struct ledger before, after;
	int fd, error, other = 0, i;

	write_file(TPM_DRIVER "unbind", device);
	before = read_ledger();
	write_file(TPM_DRIVER "bind", device);
	fd = open(TPM, O_RDWR);
	set_fault(TEST_TPM_ERROR, 0);
	error = tpm_random(fd, 8);
	for (i = 0; i < PATIENCE * 100 && (other != EPIPE || !access(TPM, F_OK)); i++) {
		usleep(10000);
		other = tpm_random(fd, 8);
	}
	ksft_test_result(error == EIO, "a TPM that always fails: error %d\n", error);
	for (after = read_ledger(); i < PATIENCE * 100 && !same_ledger(before, after);
	     after = read_ledger(), i++)
		usleep(10000);
	ksft_test_result(access(TPM, F_OK) && access(TPM_LOG, F_OK) &&
			 same_ledger(before, after),
			 "its device is gone after %d ms, with all that belongs to it\n",
			 i * 10);
	ksft_test_result(other == EPIPE, "a file that is still open: error %d\n", other);
	close(fd);
	error = measure(PCR, "an event");
	ksft_test_result(error == ENODEV, "measuring without a TPM: error %d\n", error);
	set_fault(TEST_TPM_NO_FAULT, 0);
	write_file(TPM_DRIVER "bind", device);
	fd = open(TPM, O_RDWR);
	error = tpm_random(fd, 8);
	ksft_test_result(!error, "the driver can be bound again: error %d\n", error);
	close(fd);
}

int main(void)
{
	int fd;

	ksft_print_header();
	ksft_set_plan(21);
	test_fd = open_test_device();
	/* An error is normal if it is mounted already */
	if (system("mount -t securityfs securityfs /sys/kernel/security 2> /dev/null"))
		ksft_print_msg("securityfs was mounted before\n");
	fd = open(TPM, O_RDWR);
	if (fd < 0 || !tpm_find_device(device, sizeof(device)))
		ksft_exit_fail_msg("%s: %s\n", TPM, strerror(errno));

	check_error(fd, TEST_TPM_SHORT, "a response shorter than a header");
	check_error(fd, TEST_TPM_LONG, "a response larger than its buffer");
	check_error(fd, TEST_TPM_EMPTY, "no response");
	check_error(fd, TEST_TPM_STRANGE_TAG, "a response of a TPM 1.2");
	check_error(fd, TEST_TPM_ERROR_ONCE, "EFI_DEVICE_ERROR once");
	check_slow(fd);
	close(fd);
	check_log();
	check_measure();
	check_capability(TEST_TPM_OLD, NULL, "a firmware of version 1.0");
	check_capability(TEST_TPM_ABSENT, "TPM is absent or has failed",
			 "a TPM that has failed");
	check_capability(TEST_TPM_NO_COMMANDS, "commands of 0 bytes",
			 "a TPM without commands");
	check_capability(TEST_TPM_NO_CAPABILITY, "GetCapability() failed",
			 "a firmware that cannot describe its TPM");
	check_lost();
	ksft_finished();
}
