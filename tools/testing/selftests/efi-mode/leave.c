// SPDX-License-Identifier: GPL-2.0-only
/*
 * End the system, in a way that the host then judges
 *
 *	leave restart		reboot(2) without an argument
 *	leave off		power-off
 *	leave halt
 *	leave sysrq KEY		as if by the keyboard
 *	leave panic		sysrq-c
 *	leave panic TPL		and a firmware call that does not return
 *	leave panic fault	and one that has faulted
 *	leave panic lock	with a lock that an interrupt wants
 *	leave fault ARGUMENT	as the next, and firmware faults in the last slice
 *	leave reset ARGUMENT	as the next, while somebody else is in ResetSystem()
 *	leave stuck ARGUMENT	as the next, and a call that does not return
 *	leave ARGUMENT		reboot(2) with that as its argument
 */
#include <linux/reboot.h>
#include <sys/syscall.h>

#include "efi_test.h"

#define INVALID_OPCODE	6
#define TPL_APPLICATION	4

static void end(unsigned int cmd, const char *argument)
{
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, cmd,
		argument);
}

static void stick(unsigned int function, unsigned int argument)
{
	struct efi_mode_test_driver d = {
		.function = function, .argument = argument,
	};
	int fd = open_test_device();

	if (!fork()) {
		ioctl(fd, EFI_MODE_TEST_DRIVER, &d);
		_exit(0);
	}
	sleep(1);
}

/* A cold one */
static void reset_by_efi_test(void)
{
	struct reset_system r = {};
	int fd = open_efi_test();

	if (!fork()) {
		ioctl(fd, EFI_TEST_RESET_SYSTEM, &r);
		_exit(0);
	}
	sleep(1);
}

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "";

	if (argc == 3 && !strcmp(way, "panic") && !strcmp(argv[2], "fault"))
		stick(EFI_MODE_TEST_FN_FAULT, INVALID_OPCODE);
	else if (argc == 3 && !strcmp(way, "panic") && !strcmp(argv[2], "lock"))
		ioctl(open_test_device(), EFI_MODE_TEST_PANIC);
	else if (argc == 3 && !strcmp(way, "panic"))
		stick(EFI_MODE_TEST_FN_FOREVER, atoi(argv[2]));
	/* A console in disorder: yellow, without a cursor, in the middle of a line */
	printf("LEAVING \033[1;33m\033[?25l");
	fflush(stdout);
	if (argc == 3 && !strcmp(way, "stuck")) {
		stick(EFI_MODE_TEST_FN_FOREVER, TPL_APPLICATION);
		way = argv[2];
	}
	if (argc == 3 && !strcmp(way, "reset")) {
		reset_by_efi_test();
		way = argv[2];
	}
	if (argc == 3 && !strcmp(way, "fault")) {
		if (ioctl(open_test_device(), EFI_MODE_TEST_LAST_FAULT))
			return 1;
		way = argv[2];
	}
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
