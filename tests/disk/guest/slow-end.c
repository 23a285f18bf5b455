// SPDX-License-Identifier: GPL-2.0-only
/*
 * End Linux while the test driver's disk takes long to flush its cache
 *
 *	slow-end FLUSH	the first flush takes this many seconds
 *
 * Meanwhile a process writes a counter to the page cache, and prints it. The
 * host part checks that after the end of Linux the disk has the last value that
 * was printed, or a later one.
 */
#define _GNU_SOURCE
#include <linux/reboot.h>
#include <sys/syscall.h>

#include "testdisk.h"

#define COUNT_AT	4096

static void flush_all_the_time(void)
{
	int fd = open_disk(disk, O_RDWR);

	while (pwrite(fd, buf, 4096, MIB) == 4096 && !fsync(fd))
		;
	_exit(1);
}

/*
 * No fsync(): the kernel writes the page back after half a minute, or at its
 * end
 */
static void count(int fd)
{
	uint64_t n = 0;

	while (pwrite(fd, &n, sizeof(n), COUNT_AT) == sizeof(n)) {
		printf("COUNT %llu\n", (unsigned long long)n++);
		fflush(stdout);
		usleep(50000);
	}
	_exit(1);
}

int main(int argc, char **argv)
{
	int fd;

	driver = open_test_device();
	uevents = open_uevents();
	buf = alloc_aligned(MIB);
	close(use(FN(KIND_512)));
	fd = open_disk(disk, O_RDWR);
	/* Read the page before the disk becomes slow */
	if (argc < 2 || pread(fd, buf, 4096, COUNT_AT) != 4096 ||
	    ask(FN(FLUSH_MS), atoi(argv[1]) * 1000) < 0)
		return 1;
	if (!fork())
		flush_all_the_time();
	sleep(1);
	if (!fork())
		count(fd);
	sleep(1);
	printf("LEAVING\n");
	fflush(stdout);
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_RESTART2, "return=7");
	return 1;
}
