// SPDX-License-Identifier: GPL-2.0-only
/*
 * End the system, in a way that the host then judges
 *
 *	leave restart		reboot(2) without an argument
 *	leave off		power-off
 *	leave halt
 *	leave sysrq KEY		as if by the keyboard
 *	leave panic STUCK	sysrq-c, and a firmware call that does not return,
 *				at task priority STUCK, if that is not 0
 *	leave ANYTHING		reboot(2) with that as its argument
 */
#include <linux/reboot.h>
#include <sys/syscall.h>

#include "common.h"

static void end(unsigned int cmd, const char *argument)
{
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, cmd,
		argument);
}

static void stick(unsigned int tpl)
{
	struct efi_mode_test_driver d = {
		.function = EFI_MODE_TEST_FN_FOREVER, .argument = tpl,
	};
	int fd = open_test_device();

	if (!fork()) {
		ioctl(fd, EFI_MODE_TEST_DRIVER, &d);
		_exit(0);
	}
	sleep(1);
}

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "";

	if (argc == 3 && !strcmp(way, "panic") && atoi(argv[2]))
		stick(atoi(argv[2]));
	/* After what has been printed so far */
	fflush(stdout);
	sync();
	if (!strcmp(way, "restart"))
		end(LINUX_REBOOT_CMD_RESTART, NULL);
	else if (!strcmp(way, "off"))
		end(LINUX_REBOOT_CMD_POWER_OFF, NULL);
	else if (!strcmp(way, "halt"))
		end(LINUX_REBOOT_CMD_HALT, NULL);
	else if (!strcmp(way, "panic"))
		write_file("/proc/sysrq-trigger", "c");
	else if (!strcmp(way, "sysrq") && argc == 3)
		write_file("/proc/sysrq-trigger", argv[2]);
	else
		end(LINUX_REBOOT_CMD_RESTART2, way);
	return 1;
}
