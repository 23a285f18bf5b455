// SPDX-License-Identifier: GPL-2.0-only
/*
 * Change partition tables. The host part checks that the firmware knows the new
 * ones after Linux has returned.
 *
 *	partition HOW DISK [HOW DISK]...
 *
 * HOW is one of:
 *
 *	new	make a partition at 1 MiB, on a disk that has none
 *	more	make a second partition behind the first
 *	none	delete the partition
 *	moved	let the partition begin 1 MiB later
 *
 * A new partition gets a file system with one file. The changes "none" and
 * "moved" are not announced to the block layer (BLKRRPART). DISK is a part of
 * the device path, with a + for each comma.
 */
#define _GNU_SOURCE
#include <sys/mount.h>
#include <sys/stat.h>

#include "blockdev.h"

#define MIB		(1 << 20)
#define TABLE		446
#define FAT32		0x0c
#define SIZE_MIB	64

struct entry {
	uint8_t status, first[3], type, last[3];
	uint32_t start, sectors;
} __attribute__((packed));

struct mbr {
	uint8_t code[TABLE];
	struct entry entries[4];
	uint16_t signature;
} __attribute__((packed));

static struct mbr mbr;

static void add_partition(unsigned int i, uint32_t start)
{
	mbr.entries[i] = (struct entry) {
		.type = FAT32,
		.start = start,
		.sectors = SIZE_MIB * (MIB / SECTOR),
	};
	mbr.signature = 0xaa55;
}

/* Write through the page cache, and leave the writeback to the kernel */
static int write_table(const char *disk, bool tell)
{
	int fd = open_disk(disk, O_RDWR), ret;

	ret = pwrite(fd, &mbr, sizeof(mbr), 0) != sizeof(mbr) ||
	      (tell && ioctl(fd, BLKRRPART));
	close(fd);
	return ret;
}

static bool put_file(const char *part)
{
	static const char text[] = "put there by Linux\n";
	bool ok;
	int fd;

	mkdir("/tmp/part", 0755);
	if (mount(part, "/tmp/part", "vfat", 0, NULL))
		return false;
	fd = open("/tmp/part/linux.txt", O_WRONLY | O_CREAT, 0644);
	ok = fd >= 0 && write(fd, text, sizeof(text) - 1) > 0;
	close(fd);
	return !umount("/tmp/part") && ok;
}

static bool format(const char *disk, unsigned int number)
{
	char part[64], command[128];

	snprintf(part, sizeof(part), "/dev/%sp%u", disk, number);
	snprintf(command, sizeof(command), "mkdosfs %s > /dev/null", part);
	return !system(command) && put_file(part);
}

static bool change(const char *how, const char *disk)
{
	const struct entry *first = mbr.entries;
	int fd = open_disk(disk, O_RDONLY);
	ssize_t n = pread(fd, &mbr, sizeof(mbr), 0);

	close(fd);
	if (n != sizeof(mbr))
		return false;
	if (!strcmp(how, "new")) {
		add_partition(0, MIB / SECTOR);
		return !write_table(disk, true) && format(disk, 1);
	}
	if (!strcmp(how, "more")) {
		add_partition(1, first->start + first->sectors);
		return !write_table(disk, true) && format(disk, 2);
	}
	if (!strcmp(how, "moved"))
		mbr.entries[0].start += MIB / SECTOR;
	else
		mbr.entries[0] = (struct entry) {};
	return !write_table(disk, false);
}

int main(int argc, char **argv)
{
	char disk[32], *comma;
	int i;

	ksft_print_header();
	ksft_set_plan((argc - 1) / 2);
	for (i = 1; i + 1 < argc; i += 2) {
		while ((comma = strchr(argv[i + 1], '+')))
			*comma = ',';
		ksft_test_result(find_disk(argv[i + 1], disk, sizeof(disk)) &&
				 change(argv[i], disk), "%s\n", argv[i]);
	}
	ksft_finished();
}
