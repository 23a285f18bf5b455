// SPDX-License-Identifier: GPL-2.0-only
/*
 * End Linux; the host part checks the result
 *
 *	leave restart		reboot(2) without an argument
 *	leave off		power off
 *	leave halt		halt
 *	leave sysrq KEY		SysRq with this key, through /proc/sysrq-trigger
 *	leave panic		panic by SysRq-c
 *	leave panic TPL		panic while a firmware call loops at this TPL
 *	leave panic fault	panic after a fault in a firmware call
 *	leave panic lock	panic while holding a lock that an interrupt
 *				handler takes
 *	leave ARGUMENT		reboot(2) with this argument
 *
 * A word before the way to end Linux prepares a difficulty:
 *
 *	leave busy ...		an oops while the firmware loops in its own work
 *	leave crowd ...		a thread calls the firmware all the time
 *	leave fault ...		the firmware faults in the last slice
 *	leave hang ...		the last firmware call of a Linux driver does
 *				not return
 *	leave reset ...		another task is in ResetSystem()
 *	leave stuck ...		a firmware call does not return
 */
#include <linux/reboot.h>
#include <sys/syscall.h>

#include "bus.h"
#include "efi_test.h"

#define INVALID_OPCODE	6
#define TPL_APPLICATION	4

static void end(unsigned int cmd, const char *argument)
{
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, cmd,
		argument);
}

static void stick(const char *name, uint64_t argument)
{
	struct efi_mode_test_driver d;
	int fd = open_test_device();

	if (!fork()) {
		call_driver(fd, name, argument, &d);
		_exit(0);
	}
	sleep(1);
}

static void oops_while_busy(void)
{
	struct efi_mode_test_driver d;
	int fd = open_test_device();

	call_driver(fd, "busy", 0, &d);
	usleep(400000);
	if (!fork()) {
		ioctl(fd, EFI_MODE_TEST_OOPS);
		_exit(0);
	}
	wait(NULL);
}

/* The module efi-bus-test does not return from its last call */
static void let_driver_hang(void)
{
	struct efi_mode_test_driver d;
	int fd = open_test_device();

	call_driver(fd, "bus", TEST_BUS_INSTALL, &d);
	sleep(3);
	call_driver(fd, "bus", TEST_BUS_HANG, &d);
}

static void stick_at_application(void)
{
	stick("forever", TPL_APPLICATION);
}

static void fault_at_the_end(void)
{
	if (ioctl(open_test_device(), EFI_MODE_TEST_LAST_FAULT))
		exit(1);
}

static void be_a_crowd(void)
{
	ioctl(open_test_device(), EFI_MODE_TEST_CROWD);
	sleep(1);
}

/* Call ResetSystem() for a cold reset in another task */
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

static const struct {
	const char *word;
	void (*prepare)(void);
} preparations[] = {
	{ "busy",	oops_while_busy },
	{ "crowd",	be_a_crowd },
	{ "fault",	fault_at_the_end },
	{ "hang",	let_driver_hang },
	{ "reset",	reset_by_efi_test },
	{ "stuck",	stick_at_application },
};

static bool prepare(const char *word)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(preparations); i++) {
		if (strcmp(word, preparations[i].word))
			continue;
		preparations[i].prepare();
		return true;
	}
	return false;
}

static void prepare_panic(const char *how)
{
	if (!strcmp(how, "fault"))
		stick("fault", INVALID_OPCODE);
	else if (!strcmp(how, "lock"))
		ioctl(open_test_device(), EFI_MODE_TEST_PANIC);
	else
		stick("forever", atoi(how));
}

int main(int argc, char **argv)
{
	const char *way, *more;

	if (argc > 2 && !strcmp(argv[1], "panic"))
		prepare_panic(argv[2]);
	/*
	 * Yellow, no cursor, in the middle of a line: Linux must restore this
	 */
	printf("LEAVING \033[1;33m\033[?25l");
	fflush(stdout);
	if (argc > 2 && prepare(argv[1]))
		argv++;
	way = argv[1] ?: "";
	more = *way ? argv[2] : NULL;
	sync();
	if (!strcmp(way, "restart"))
		end(LINUX_REBOOT_CMD_RESTART, NULL);
	else if (!strcmp(way, "off"))
		end(LINUX_REBOOT_CMD_POWER_OFF, NULL);
	else if (!strcmp(way, "halt"))
		end(LINUX_REBOOT_CMD_HALT, NULL);
	else if (!strcmp(way, "panic"))
		write_file("/proc/sysrq-trigger", "c");
	else if (!strcmp(way, "sysrq") && more)
		write_file("/proc/sysrq-trigger", more);
	else
		end(LINUX_REBOOT_CMD_RESTART2, way);
	return 1;
}
