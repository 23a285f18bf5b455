// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test the disks of a machine (tests/disk/host.py)
 *
 * This program reads what the host has written, and the host checks what this
 * program writes. When this program prints "DO action", the host changes a
 * medium or unplugs a disk, and then sends a line.
 */
#define _GNU_SOURCE
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "blockdev.h"
#include "ledger.h"
#include "uevents.h"

#define MIB		(1ULL << 20)

/* The host has written this much at the beginning, and END_SIZE at the end */
#define HOST_SIZE	(2 * MIB)
#define DIRECT_AT	(8 * MIB)
#define BUFFERED_AT	(16 * MIB)
#define END_SIZE	(64 * 1024)

#define CD_BLOCK	2048
#define PATIENCE	10000	/* ms */

static uint8_t *buf;

static void host_do(const char *what)
{
	char line[64];

	printf("DO %s\n", what);
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		ksft_exit_fail_msg("the host does not answer\n");
}

static bool get(int fd, const char *tag, size_t offset, uint64_t at, size_t size)
{
	memset(buf + offset, 0, size);
	return pread(fd, buf + offset, size, at) == (ssize_t)size &&
	       is_pattern(buf + offset, tag, at, size);
}

static bool put(int fd, const char *tag, size_t offset, uint64_t at, size_t size)
{
	fill_pattern(buf + offset, tag, at, size);
	return pwrite(fd, buf + offset, size, at) == (ssize_t)size;
}

/*
 * Make writes from badly aligned memory. The sizes grow from one block to more
 * than one transfer.
 */
static bool put_direct(int fd, unsigned int block)
{
	uint64_t at = DIRECT_AT, left = 4 * MIB;
	unsigned int i = 0;
	size_t size;

	for (; left; at += size, left -= size, i++) {
		size = block * (1 + i * i * 7);
		if (size > left)
			size = left;
		if (!put(fd, "lnx", i % 8 * SECTOR, at, size))
			return false;
	}
	return true;
}

/* Write from many buffers, long and short, some of them adjacent */
static bool put_vector(int fd, unsigned int block)
{
	const size_t sizes[] = { 1, 1, 64, 3, 1, 200, 2, 9, 33, 1 };
	struct iovec iov[10];
	size_t i, total = 0, place = 0;

	for (i = 0; i < 10; i++) {
		iov[i].iov_base = buf + place;
		iov[i].iov_len = sizes[i] * block;
		fill_pattern(iov[i].iov_base, "lnx", DIRECT_AT + total,
			     iov[i].iov_len);
		total += iov[i].iov_len;
		place += iov[i].iov_len + (i % 3) * SECTOR;
	}
	return pwritev(fd, iov, 10, DIRECT_AT) == (ssize_t)total;
}

static bool put_buffered(const char *disk)
{
	uint64_t at = BUFFERED_AT, left = 2 * MIB;
	int fd = open_disk(disk, O_RDWR);
	bool ok = fd >= 0;
	size_t size;

	for (size = 1; left && ok; at += size, left -= size, size = size * 3 % 70001) {
		if (size > left)
			size = left;
		ok = put(fd, "lnx", 0, at, size);
	}
	ok &= !fsync(fd);
	close(fd);
	return ok;
}

static void one_disk(const char *name, const char *part)
{
	unsigned int block;
	uint64_t size;
	char disk[32];
	int fd;

	if (!find_disk(part, disk, sizeof(disk)))
		ksft_exit_fail_msg("there is no disk %s\n", name);
	ksft_print_msg("%s is %s, flush supported: %s\n", name, disk,
		       disk_attr(disk, "flush_supported"));
	ksft_print_msg("%s is %s, %s\n", name, disk,
		       disk_attr(disk, "queue/write_cache"));
	block = atoi(disk_attr(disk, "queue/logical_block_size"));
	size = strtoull(disk_attr(disk, "size"), NULL, 10) * SECTOR;
	fd = open_disk(disk, O_RDWR | O_DIRECT);
	ksft_test_result(fd >= 0 && get(fd, "hst", 0, 0, HOST_SIZE) &&
			 get(fd, "hst", 512, block, 3 * block) &&
			 get(fd, "hst", 1024, 5 * block, MIB) &&
			 get(fd, "hst", 0, size - END_SIZE, END_SIZE - block),
			 "%s: reads of the host's data\n", name);
	ksft_test_result(put_direct(fd, block) && put_vector(fd, block) &&
			 put(fd, "lnx", 0, size - block, block) &&
			 put_buffered(disk), "%s: writes\n", name);
	ksft_test_result(get(fd, "lnx", 512, DIRECT_AT, 4 * MIB) &&
			 get(fd, "lnx", 0, BUFFERED_AT, 2 * MIB) &&
			 get(fd, "lnx", 512, size - block, block),
			 "%s: written data is read back\n", name);
	close(fd);
}

/* Read in pieces of odd numbers of blocks, to badly aligned memory */
static bool get_odd(int fd, const char *tag, uint64_t end)
{
	unsigned int i = 1;
	uint64_t at = 0;
	size_t size;

	for (; at < end; at += size, i++) {
		size = CD_BLOCK * (i * 37 % 101);
		if (size > end - at)
			size = end - at;
		if (!get(fd, tag, i % 4 * SECTOR, at, size))
			return false;
	}
	return true;
}

/* The host changes a CD while a program reads it */
static void medium(const char *part)
{
	int fd, other, uevents = open_uevents();
	char disk[32];

	if (!find_disk(part, disk, sizeof(disk)))
		ksft_exit_fail_msg("no drive\n");
	fd = open_disk(disk, O_RDONLY);
	ksft_test_result(fd >= 0 && atoi(disk_attr(disk, "removable")) &&
			 atoi(disk_attr(disk, "ro")) &&
			 get(fd, "cd1", 0, 0, 64 * 1024), "cd: the first CD can be read\n");
	host_do("change");
	ksft_test_result(pread(fd, buf, 64 * 1024, MIB) < 0,
			 "cd: a read for the first CD does not reach the second\n");
	ksft_test_result(wait_medium(uevents, PATIENCE, disk),
			 "cd: a uevent tells of the change\n");
	close(uevents);
	other = open_disk(disk, O_RDONLY);
	ksft_test_result(other < 0, "cd: the second cannot be opened while the first is open\n");
	close(fd);
	fd = open_disk(disk, O_RDONLY);
	ksft_test_result(fd >= 0 && get(fd, "cd2", 0, 0, 64 * 1024) &&
			 get(fd, "cd2", 0, 3 * MIB, MIB) &&
			 atoll(disk_attr(disk, "size")) == 6 * 2048,
			 "cd: the second CD can be read\n");
	close(fd);
	fd = open_disk(disk, O_RDONLY | O_DIRECT);
	ksft_test_result(fd >= 0 && get(fd, "cd2", 0, 0, 6 * MIB) &&
			 get_odd(fd, "cd2", 6 * MIB), "cd: the whole CD can be read\n");
	close(fd);
}

static bool has_data(const char *tag, uint64_t at)
{
	int fd = open("/tmp/cd/data", O_RDONLY);
	bool ok = fd >= 0 && get(fd, tag, 0, at, 64 * 1024);

	close(fd);
	return ok;
}

/* The page cache has the inode of the file, but not this part of its data */
static bool cannot_read(uint64_t at)
{
	int fd = open("/tmp/cd/data", O_RDONLY);
	bool fails = fd >= 0 && pread(fd, buf, 4096, at) < 0 && errno == EIO;

	close(fd);
	return fails;
}

static bool is_busy(const char *disk)
{
	int fd = open_disk(disk, O_RDONLY);
	bool busy = fd < 0 && errno == EBUSY;

	close(fd);
	return busy;
}

/* The host changes a CD while its file system is mounted */
static void mounted(const char *part)
{
	char disk[32], path[64];

	if (!find_disk(part, disk, sizeof(disk)))
		ksft_exit_fail_msg("no drive\n");
	snprintf(path, sizeof(path), "/dev/%s", disk);
	mkdir("/tmp/cd", 0755);
	host_do("third");
	ksft_test_result(!mount(path, "/tmp/cd", "iso9660", MS_RDONLY, NULL) &&
			 has_data("cd3", 0), "cd: a file on the third CD can be read\n");
	host_do("fourth");
	ksft_test_result(cannot_read(5 * MIB),
			 "cd: after a change, reads of the old file fail\n");
	ksft_test_result(is_busy(disk) && !umount("/tmp/cd"),
			 "cd: the next CD cannot be opened before umount\n");
	ksft_test_result(!mount(path, "/tmp/cd", "iso9660", MS_RDONLY, NULL) &&
			 has_data("cd4", 5 * MIB), "cd: a file on the fourth CD can be read\n");
	host_do("eject");
	ksft_test_result(cannot_read(2 * MIB) && !umount("/tmp/cd"),
			 "cd: after an eject, reads of the file fail\n");
	ksft_test_result(open_disk(disk, O_RDONLY) < 0 && errno == ENOMEDIUM &&
			 !atoll(disk_attr(disk, "size")),
			 "cd: without a CD, open() fails\n");
}

static bool is_there(const char *disk)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/block/%s", disk);
	return !access(path, F_OK);
}

static bool wait_gone(const char *disk, int tenths)
{
	int i;

	for (i = 0; i < tenths && is_there(disk); i++)
		usleep(100000);
	return !is_there(disk);
}

/*
 * Disconnect the firmware's driver from the disk. If the firmware finds out by
 * itself meanwhile, the attribute has gone, or the firmware has nothing left to
 * disconnect.
 */
static bool disconnect(const char *disk)
{
	char path[64];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/sys/block/%s/device/connect", disk);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) != 1)
		err = errno;
	if (fd >= 0)
		close(fd);
	if (wait_gone(disk, 50))
		return true;
	ksft_print_msg("%s is still there, %s: %s\n", disk, path, strerror(err));
	return false;
}

/*
 * If a disk is unplugged in the middle of a command, the firmware may keep its
 * handle for ever: edk2 resets the port, and so forgets that the port has
 * changed. Even then requests must fail without a wait, and the disk must go
 * when Linux makes the firmware disconnect its driver.
 */
static void unplug(const char *part)
{
	int status = -1, fd, i;
	char disk[32];
	pid_t pid;

	if (!find_disk(part, disk, sizeof(disk)))
		ksft_exit_fail_msg("there is no USB disk\n");
	fd = open_disk(disk, O_RDWR | O_DIRECT);
	pid = fork();
	if (!pid) {
		for (i = 0;; i++)
			if (pwrite(fd, buf, MIB, i % 16 * MIB) < 0)
				_exit(0);
	}
	usleep(200000);
	host_do("unplug");
	ksft_test_result(waitpid(pid, &status, 0) == pid && !status,
			 "usb: a write fails\n");
	/* The firmware retries for ten seconds */
	if (is_long())
		ksft_test_result(pread(fd, buf, 4096, 0) <= 0, "usb: a read fails\n");
	ksft_test_result(wait_gone(disk, 5) || disconnect(disk),
			 "usb: the disk is removed while it is open\n");
	close(fd);
}

/* The firmware's file system */

static bool set_ro(const char *part, int ro)
{
	int fd = open_disk(part, O_RDONLY);
	bool ok = fd >= 0 && !ioctl(fd, BLKROSET, &ro);

	close(fd);
	return ok;
}

static bool try_mount(const char *part, unsigned long flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/%s", part);
	mkdir("/tmp/esp", 0755);
	return !mount(path, "/tmp/esp", "vfat", flags, NULL);
}

static bool put_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT, 0644);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) > 0 && !fsync(fd);

	close(fd);
	return ok;
}

/* Does a read through the page cache return what is on the disk? */
static bool is_fresh(int cached, int direct)
{
	uint8_t *other = alloc_aligned(MIB);
	bool same = true;
	uint64_t at;

	for (at = 16 * MIB; same && at < 20 * MIB; at += MIB)
		same = pread(cached, buf, MIB, at) == (ssize_t)MIB &&
		       pread(direct, other, MIB, at) == (ssize_t)MIB &&
		       !memcmp(buf, other, MIB);
	free(other);
	return same;
}

/*
 * Make the firmware connect its drivers while Linux has the partition mounted
 */
static bool keeps_writing(const char *disk, const char *part)
{
	char path[128];
	bool ok;

	snprintf(path, sizeof(path), "/sys/block/%s/device/connect", disk);
	ok = write_file(path, "1");
	/* The bus looks for changes once a second */
	sleep(2);
	snprintf(path, sizeof(path), "/sys/class/block/%s/ro", part);
	return ok && file_has(path, "0") &&
	       put_file("/tmp/esp/third.txt", "in between\n");
}

static void guarded(const char *path)
{
	char disk[32], part[48];
	int fd, cached;

	if (!find_disk(path, disk, sizeof(disk)))
		ksft_exit_fail_msg("no disk with a partition\n");
	snprintf(part, sizeof(part), "%sp1", disk);
	fd = open_disk(disk, O_RDWR | O_DIRECT);
	cached = open_disk(disk, O_RDONLY);
	ksft_test_result(!try_mount(part, 0) && errno == EACCES,
			 "esp: a mount for writing fails: %s\n",
			 strerror(errno));
	ksft_test_result(try_mount(part, MS_RDONLY) &&
			 file_has("/tmp/esp/hello.txt", "hello") &&
			 !set_ro(part, 0) && errno == EBUSY &&
			 !umount("/tmp/esp"),
			 "esp: can be mounted read-only, but not be claimed then\n");
	ksft_test_result(is_fresh(cached, fd), "esp: the page cache is up to date\n");
	memset(buf, 0, MIB);
	ksft_test_result(pwrite(fd, buf, 4096, 20 * MIB) < 0 &&
			 pread(fd, buf, 4096, 4 * MIB) == 4096 &&
			 pwrite(fd, buf, 4096, 4 * MIB) == 4096,
			 "esp: writes through the whole disk fail, others do not\n");
	ksft_test_result(!ioctl(fd, BLKRRPART) && !try_mount(part, 0) &&
			 errno == EACCES,
			 "esp: still read-only after the partitions are read again\n");
	ksft_test_result(set_ro(part, 0) && try_mount(part, 0) &&
			 put_file("/tmp/esp/linux.txt", "from Linux\n"),
			 "esp: can be mounted for writing after it is claimed\n");
	ksft_test_result(!set_ro(part, 1) && errno == EBUSY,
			 "esp: cannot be given back while it is mounted\n");
	ksft_test_result(keeps_writing(disk, part),
			 "esp: the firmware does not mount it meanwhile\n");
	ksft_test_result(!umount("/tmp/esp") && set_ro(part, 1) &&
			 !try_mount(part, 0), "esp: is given back\n");
	ksft_test_result(is_fresh(cached, fd),
			 "esp: the page cache has no old data afterwards\n");
	ksft_test_result(set_ro(part, 0) && try_mount(part, 0) &&
			 put_file("/tmp/esp/second.txt", "once more\n") &&
			 !umount("/tmp/esp"), "esp: can be claimed again\n");
	close(cached);
	close(fd);
}

int main(int argc, char **argv)
{
	char *comma;
	int i, plan = 0;

	ksft_print_header();
	buf = alloc_aligned(6 * MIB);
	for (i = 1; i + 1 < argc; i += 2)
		plan += !strcmp(argv[i], "medium") ? 6 :
			!strcmp(argv[i], "mounted") ? 6 :
			!strcmp(argv[i], "unplug") ? 2 + is_long() :
			!strcmp(argv[i], "guarded") ? 11 : 3;
	ksft_set_plan(plan);
	/* init separates tests by commas, so the arguments have a + instead */
	for (i = 1; i < argc; i++)
		while ((comma = strchr(argv[i], '+')))
			*comma = ',';
	for (i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "medium"))
			medium(argv[i + 1]);
		else if (!strcmp(argv[i], "mounted"))
			mounted(argv[i + 1]);
		else if (!strcmp(argv[i], "unplug"))
			unplug(argv[i + 1]);
		else if (!strcmp(argv[i], "guarded"))
			guarded(argv[i + 1]);
		else
			one_disk(argv[i], argv[i + 1]);
	}
	ksft_finished();
}
