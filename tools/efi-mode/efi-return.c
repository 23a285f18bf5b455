// SPDX-License-Identifier: GPL-2.0-only
/*
 * efi-return: end Linux and return to the firmware program that started it
 *
 *	efi-return [STATUS]
 *	efi-return --init PROGRAM [ARGUMENT]...
 *
 * The first form ends the system at once, like reboot -f. The EFI image returns
 * STATUS, which is the name of an EFI status (NOT_FOUND) or a number.
 *
 * The second form is for an initramfs. As the init process, it runs PROGRAM.
 * When PROGRAM has exited, the image returns its exit status, or ABORTED if a
 * signal has killed it. Without this wrapper the kernel would panic, because
 * init must not exit.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define ON_EXIT		"/sys/module/efi_mode/parameters/on_exit"

/*
 * The kernel checks the status when it is written, which is before the system
 * ends.
 */
static int check(const char *command)
{
	int fd = open(ON_EXIT, O_WRONLY), ret = 0;

	if (fd < 0) {
		fprintf(stderr, "efi-return: " ON_EXIT ": %s\n",
			strerror(errno));
		return -1;
	}
	if (write(fd, command, strlen(command)) < 0) {
		fprintf(stderr, "efi-return: %s: %s\n", command,
			strerror(errno));
		ret = -1;
	}
	close(fd);
	return ret;
}

static int leave(const char *status)
{
	char command[64] = "return";

	if (status)
		snprintf(command, sizeof(command), "return=%s", status);
	if (check(command))
		return 1;
	sync();
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_RESTART2, command);
	perror("efi-return: reboot");
	return 1;
}

/* As init, this process also reaps orphans, but only @program ends the loop. */
static int run(char **argv)
{
	pid_t program = fork(), pid;
	char number[16];
	int status = 0;

	if (!program) {
		setsid();
		execvp(argv[0], argv);
		perror(argv[0]);
		_exit(127);
	}
	while (program > 0) {
		pid = wait(&status);
		if (pid == program || (pid < 0 && errno != EINTR))
			break;
	}
	if (program < 0 || !WIFEXITED(status))
		return leave("ABORTED");
	snprintf(number, sizeof(number), "%d", WEXITSTATUS(status));
	return leave(number);
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "--init")) {
		/* leave() needs sysfs. This fails without harm if it is mounted already. */
		mount("sysfs", "/sys", "sysfs", 0, NULL);
		return run(argv + 2);
	}
	if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
		fprintf(stderr, "usage: efi-return [STATUS]\n"
			"       efi-return --init PROGRAM [ARGUMENT]...\n");
		return 2;
	}
	return leave(argv[1]);
}
