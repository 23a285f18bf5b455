// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that acknowledged writes are on the disk after a power cut
 *
 *	acks write MIB...	write records until the host cuts the power
 *	acks check MIB...	count the records that are on the disks
 *
 * Each argument names a disk by its size; the disk has an ext4 file system.
 * When fsync() has acknowledged a record, this program prints "ACK MIB NUMBER".
 * Every tenth record is a file of its own, the others are in one file.
 */
#include <sys/mount.h>
#include <sys/stat.h>

#include "disksize.h"

#define RECORD	4096
#define TENTH	10

static uint64_t record[RECORD / sizeof(uint64_t)];
static char folder[32];

static void mount_disk(int mib, unsigned long flags)
{
	char name[MAX_NAME], path[MAX_NAME + 8];

	find_disk(mib, name);
	snprintf(path, sizeof(path), "/dev/%s", name);
	snprintf(folder, sizeof(folder), "/tmp/%d", mib);
	mkdir(folder, 0700);
	if (mount(path, folder, "ext4", flags, ""))
		ksft_exit_fail_msg("%s: %s\n", path, strerror(errno));
}

static void fill(uint64_t number)
{
	size_t i;

	for (i = 0; i < RECORD / sizeof(*record); i++)
		record[i] = (number * RECORD + i) * 0x9e3779b97f4a7c15ULL;
}

static bool is_filled(uint64_t number)
{
	size_t i;

	for (i = 0; i < RECORD / sizeof(*record); i++)
		if (record[i] != (number * RECORD + i) * 0x9e3779b97f4a7c15ULL)
			return false;
	return true;
}

/* Open the record's own file, or the file that most records share */
static int open_record(uint64_t number, off_t *offset, int flags)
{
	char path[64];

	if (number % TENTH) {
		snprintf(path, sizeof(path), "%s/journal", folder);
		*offset = number * RECORD;
	} else {
		snprintf(path, sizeof(path), "%s/%llu", folder,
			 (unsigned long long)number);
		*offset = 0;
	}
	return open(path, flags, 0600);
}

static bool sync_folder(void)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY);
	bool ok = fd >= 0 && !fsync(fd);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* For a new file, fsync() of the folder is necessary, too */
static bool write_record(uint64_t number)
{
	off_t offset;
	int fd = open_record(number, &offset, O_WRONLY | O_CREAT);
	bool ok;

	fill(number);
	ok = fd >= 0 && pwrite(fd, record, RECORD, offset) == RECORD &&
	     !fsync(fd);
	if (fd >= 0)
		close(fd);
	return ok && ((number > 1 && number % TENTH) || sync_folder());
}

static bool check_record(uint64_t number)
{
	off_t offset;
	int fd = open_record(number, &offset, O_RDONLY);
	bool ok;

	ok = fd >= 0 && pread(fd, record, RECORD, offset) == RECORD &&
	     is_filled(number);
	if (fd >= 0)
		close(fd);
	return ok;
}

/* Write to one disk until a write fails, which is not expected */
static void write_all(int mib)
{
	uint64_t number;

	mount_disk(mib, 0);
	for (number = 0; write_record(number); number++)
		printf("ACK %d %llu\n", mib, (unsigned long long)number);
	printf("# %d MiB: record %llu: %s\n", mib, (unsigned long long)number,
	       strerror(errno));
}

static void check_all(int mib)
{
	uint64_t number = 0;

	mount_disk(mib, MS_RDONLY);
	while (check_record(number))
		number++;
	printf("FOUND %d %llu\n", mib, (unsigned long long)number);
	umount(folder);
}

int main(int argc, char **argv)
{
	bool writes = argc > 1 && !strcmp(argv[1], "write");
	int i;

	setbuf(stdout, NULL);
	for (i = 2; i < argc; i++) {
		if (!writes) {
			check_all(atoi(argv[i]));
		} else if (!fork()) {
			write_all(atoi(argv[i]));
			return 1;
		}
	}
	while (wait(NULL) > 0)
		;
	return writes;
}
