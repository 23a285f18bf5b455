// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that Linux cannot write to the blocks of a file system that the
 * firmware has mounted, until a program claims them (BLKROSET), and can write
 * to all others
 *
 * The firmware's file system is not in a partition of its own, or the disk has
 * blocks of 4096 bytes:
 *
 *	iso DISK IMAGE SECTORS	a stick with an ISO image: partition 1 covers
 *				it, partition 2 is behind it. The firmware
 *				mounts the El Torito boot image in it: SECTORS
 *				sectors from sector IMAGE on.
 *	udf DISK		a disk that is one UDF file system
 *	4kn DISK ESP SECTORS	a disk with blocks of 4096 bytes: the firmware
 *				mounts partition 1: SECTORS sectors of 512 bytes
 *				from sector ESP on
 *
 * DISK is a part of the device path, with a + for each comma.
 */
#define _GNU_SOURCE
#include <sys/mount.h>
#include <sys/stat.h>

#include "blockdev.h"

static uint8_t *buf;
static unsigned int block = SECTOR;

static bool set_ro(const char *name, int ro)
{
	int fd = open_disk(name, O_RDONLY);
	bool ok = fd >= 0 && !ioctl(fd, BLKROSET, &ro);

	close(fd);
	return ok;
}

static bool is_ro(const char *name)
{
	int fd = open_disk(name, O_RDONLY), ro = -1;

	if (fd < 0 || ioctl(fd, BLKROGET, &ro))
		ksft_print_msg("%s: %s\n", name, strerror(errno));
	close(fd);
	return ro == 1;
}

static bool try_mount(const char *name, const char *type, unsigned long flags)
{
	char from[64], to[64];

	snprintf(from, sizeof(from), "/dev/%s", name);
	snprintf(to, sizeof(to), "/tmp/%s", type);
	mkdir(to, 0755);
	return !mount(from, to, type, flags, NULL);
}

static bool put_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0644);
	bool ok = fd >= 0 && write(fd, "from Linux\n", 11) == 11 && !fsync(fd);

	close(fd);
	return ok;
}

/* Write back what the disk has there, so that its contents do not change */
static bool can_write(int fd, uint64_t sector)
{
	return pread(fd, buf, block, sector * SECTOR) == block &&
	       pwrite(fd, buf, block, sector * SECTOR) == block;
}

static bool is_refused(int fd, uint64_t sector)
{
	return !can_write(fd, sector) && errno == EIO;
}

static void test_stick(const char *disk, uint64_t image, uint64_t sectors)
{
	char p1[40], p2[40];
	int fd;

	snprintf(p1, sizeof(p1), "%sp1", disk);
	snprintf(p2, sizeof(p2), "%sp2", disk);
	ksft_test_result(!is_ro(disk) && is_ro(p1) && !is_ro(p2),
			 "iso: only the partition that overlaps the image is read-only\n");
	fd = open_disk(disk, O_RDWR | O_DIRECT);
	ksft_test_result(can_write(fd, image - 1) && is_refused(fd, image) &&
			 is_refused(fd, image + sectors - 1) &&
			 can_write(fd, image + sectors),
			 "iso: only writes to the image fail\n");
	close(fd);
	ksft_test_result(try_mount(p1, "iso9660", MS_RDONLY) &&
			 try_mount(p2, "ext4", 0) && put_file("/tmp/ext4/a") &&
			 !umount("/tmp/ext4"),
			 "iso: the partition behind the image can be written\n");
	ksft_test_result(set_ro(p2, 0) && !is_ro(p2),
			 "iso: it can be claimed while the image is mounted\n");
	ksft_test_result(!set_ro(p1, 0) && errno == EBUSY &&
			 !umount("/tmp/iso9660"),
			 "iso: the image cannot be claimed while it is mounted\n");
	ksft_test_result(set_ro(p1, 0) && !is_ro(p1),
			 "iso: the image can be claimed after umount\n");
	fd = open_disk(disk, O_RDWR | O_DIRECT);
	ksft_test_result(can_write(fd, image) && can_write(fd, image + sectors - 1),
			 "iso: the claimed image can be written\n");
	close(fd);
	ksft_test_result(set_ro(p1, 1) && is_ro(p1), "iso: the image is given back\n");
	/*
	 * A live system may have mounted the whole disk, not a partition of it
	 */
	ksft_test_result(try_mount(disk, "iso9660", MS_RDONLY) &&
			 !set_ro(p1, 0) && errno == EBUSY && set_ro(p2, 0) &&
			 !umount("/tmp/iso9660") && set_ro(p1, 0),
			 "iso: the image cannot be claimed while the disk is mounted\n");
	set_ro(p1, 1);
}

/* Make the firmware connect its drivers to the disk */
static bool connect_disk(const char *disk)
{
	char path[128];
	bool ok;

	snprintf(path, sizeof(path), "/sys/block/%s/device/connect", disk);
	ok = write_file(path, "1");
	/* The bus looks for changes once a second */
	sleep(2);
	return ok;
}

static void test_udf(const char *disk)
{
	int fd = open_disk(disk, O_RDWR | O_DIRECT), error;

	/* The write must be refused, not accepted and lost later */
	error = can_write(fd, 256) ? 0 : errno;
	ksft_test_result(is_ro(disk) && error && error != EIO,
			 "udf: the disk is read-only: %s\n", strerror(error));
	close(fd);
	ksft_test_result(set_ro(disk, 0) && !is_ro(disk), "udf: the disk can be claimed\n");
	fd = open_disk(disk, O_RDWR | O_DIRECT | O_EXCL);
	ksft_test_result(fd >= 0 && can_write(fd, 0) && can_write(fd, 256),
			 "udf: the claimed disk can be written\n");
	ksft_test_result(connect_disk(disk) && !is_ro(disk) && can_write(fd, 256),
			 "udf: the firmware does not mount it meanwhile\n");
	close(fd);
	ksft_test_result(set_ro(disk, 1) && is_ro(disk), "udf: the disk is given back\n");
}

static void test_4kn(const char *disk, uint64_t esp, uint64_t sectors)
{
	char p1[40], p2[40];
	int fd;

	snprintf(p1, sizeof(p1), "%sp1", disk);
	snprintf(p2, sizeof(p2), "%sp2", disk);
	block = 4096;
	ksft_test_result(atoi(disk_attr(disk, "queue/logical_block_size")) == 4096 &&
			 !is_ro(disk) && is_ro(p1) && !is_ro(p2),
			 "4kn: only the first partition is read-only\n");
	fd = open_disk(disk, O_RDWR | O_DIRECT);
	ksft_test_result(can_write(fd, esp - block / SECTOR) &&
			 is_refused(fd, esp) &&
			 is_refused(fd, esp + sectors - block / SECTOR) &&
			 can_write(fd, esp + sectors),
			 "4kn: only writes to its blocks fail\n");
	close(fd);
	ksft_test_result(set_ro(p1, 0) && try_mount(p1, "vfat", 0) &&
			 put_file("/tmp/vfat/a") && !umount("/tmp/vfat") &&
			 set_ro(p1, 1) && is_ro(p1),
			 "4kn: it can be claimed, written and given back\n");
}

int main(int argc, char **argv)
{
	char disk[32], *comma;
	int i;

	ksft_print_header();
	ksft_set_plan(17);
	buf = alloc_aligned(4096);
	for (i = 1; i < argc; i++)
		while ((comma = strchr(argv[i], '+')))
			*comma = ',';
	if (argc != 11 || !find_disk(argv[2], disk, sizeof(disk)))
		ksft_exit_fail_msg("wrong arguments, or no stick\n");
	test_stick(disk, strtoull(argv[3], NULL, 0), strtoull(argv[4], NULL, 0));
	if (!find_disk(argv[6], disk, sizeof(disk)))
		ksft_exit_fail_msg("no UDF disk\n");
	test_udf(disk);
	if (!find_disk(argv[8], disk, sizeof(disk)))
		ksft_exit_fail_msg("no NVMe disk\n");
	test_4kn(disk, strtoull(argv[9], NULL, 0), strtoull(argv[10], NULL, 0));
	ksft_finished();
}
