// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load and unload the driver of the firmware's TPM
 *
 *	tpm-module		many times; in the end it is loaded
 *	tpm-module load		once
 *
 * Needs a TPM 2.0 that the firmware drives, and initcall_blacklist=echip_init, which
 * leaves out the driver that is built in.
 */
#include <sys/mount.h>
#include <sys/syscall.h>

#include "tpm.h"

#define MODULE		"/tests/modules/efi-tpm.ko"
#define NAME		"efi_tpm"
#define CYCLES		20

#define EV_IPL		13
#define PCR		14

/* Return 0 or an errno */
static int load(void)
{
	int fd = open(MODULE, O_RDONLY);
	int error = fd < 0 || syscall(SYS_finit_module, fd, "", 0) ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

static int unload(void)
{
	return syscall(SYS_delete_module, NAME, O_NONBLOCK) ? errno : 0;
}

static int use(void)
{
	int fd = open(TPM, O_RDWR);
	int error = fd < 0 ? errno : tpm_random(fd, 8);

	if (fd >= 0)
		close(fd);
	return error;
}

static int measure(int test_fd)
{
	struct efi_mode_test_measure m = { .pcr = PCR, .type = EV_IPL, .text = "module" };

	return ioctl(test_fd, EFI_MODE_TEST_MEASURE, &m) ? errno : 0;
}

static void check_cycles(int test_fd)
{
	struct ledger before = read_ledger();
	unsigned int i, works = 0;
	int error;

	error = measure(test_fd);
	ksft_test_result(access(TPM, F_OK) && error == ENODEV,
			 "without the driver, there is no device: %d\n", error);
	for (i = 0; i < CYCLES; i++)
		works += !load() && !use() && !measure(test_fd) && !unload() &&
			 access(TPM, F_OK) && measure(test_fd) == ENODEV;
	ksft_test_result(works == CYCLES, "%u of %d times loaded, used and unloaded\n",
			 works, CYCLES);
	ksft_test_result(same_ledger(before, read_ledger()),
			 "nothing stays behind in the firmware\n");
}

/* Programs that have opened the log and the device while the driver goes */
static void check_users(void)
{
	int fd, error, log;
	char byte;

	error = load();
	fd = open(TPM, O_RDWR);
	log = open(TPM_LOG, O_RDONLY);
	ksft_test_result(!error && fd >= 0 && log >= 0 && unload() == EWOULDBLOCK,
			 "a module whose log is open is not unloaded\n");
	ksft_test_result(read(log, &byte, 1) == 1, "the log can still be read\n");
	close(log);
	ksft_test_result(!unload(), "unloaded while the device is open\n");
	error = tpm_random(fd, 8);
	ksft_test_result(error == EPIPE, "the device is gone: %d\n", error);
	close(fd);
}

int main(int argc, char **argv)
{
	bool once = argc > 1 && !strcmp(argv[1], "load");
	int error;

	ksft_print_header();
	ksft_set_plan(once ? 1 : 8);
	mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL);
	if (!once) {
		check_cycles(open_test_device());
		check_users();
	}
	error = load() ?: use();
	ksft_test_result(!error, "the driver is loaded: %d\n", error);
	ksft_finished();
}
