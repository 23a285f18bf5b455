// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that the kernel is locked down under Secure Boot
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "common.h"

#define LEVEL		"/sys/kernel/security/lockdown"
#define PARAMETER	"/sys/module/efi_mode/parameters/bs_variables"
#define EFIVARS		"/sys/firmware/efi/efivars"
#define SHIM		"605dab50-e046-4300-abb6-3dd810dd8b23"

/* EFI_VARIABLE_NON_VOLATILE and _BOOTSERVICE_ACCESS, without _RUNTIME_ACCESS */
#define NV_BS		3

static int load(const char *module)
{
	int fd = open(module, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

static int try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void check_level(void)
{
	char level[128] = "";
	int fd;

	mkdir("/sys/kernel/security", 0755);
	mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL);
	fd = open(LEVEL, O_RDONLY);
	if (fd >= 0 && read(fd, level, sizeof(level) - 1) < 0)
		ksft_print_msg("cannot read " LEVEL "\n");
	close(fd);
	level[strcspn(level, "\n")] = 0;
	ksft_test_result(strstr(level, "[integrity]"), "lockdown level: %s\n", level);
}

static void check_modules(void)
{
	int unsigned_ret = load("/tests/test.ko");
	int signed_ret = load("/tests/signed/efi_test.ko");

	ksft_test_result(unsigned_ret == -EPERM || unsigned_ret == -EKEYREJECTED,
			 "an unsigned module is refused: %d\n", unsigned_ret);
	ksft_test_result(!signed_ret, "a signed module is loaded: %d\n",
			 signed_ret);
	ksft_test_result(try_open("/dev/efi_test", O_RDWR) == -EPERM,
			 "/dev/efi_test is refused\n");
}

/* If this variable is set, shim does not verify the programs that it starts */
static int make_boot_variable(void)
{
	static const unsigned char state[] = { NV_BS, 0, 0, 0, 1 };
	int fd, ret = 0;

	fd = open(EFIVARS "/MokSBState-" SHIM, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	if (write(fd, state, sizeof(state)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* The command line has efi_mode.bs_variables=1 */
static void check_variables(void)
{
	char value = 0;
	int fd = open(PARAMETER, O_RDONLY | O_CLOEXEC), ret;

	if (fd >= 0 && read(fd, &value, 1) < 0)
		value = 0;
	close(fd);
	ksft_test_result(value == 'N', "bs_variables=1 is ignored: %c\n", value ?: '?');
	mount("efivarfs", EFIVARS, "efivarfs", 0, NULL);
	ret = make_boot_variable();
	ksft_test_result(ret == -EINVAL, "a boot-services variable cannot be created: %d\n",
			 ret);
}

int main(void)
{
	ksft_print_header();
	ksft_set_plan(6);
	check_level();
	check_modules();
	check_variables();
	ksft_finished();
}
