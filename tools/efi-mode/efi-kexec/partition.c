// SPDX-License-Identifier: GPL-2.0-only
/*
 * Find the partition of a boot option, and open its file
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include "boot-entry.h"
#include "efi-kexec.h"

#define BLOCK	"/sys/class/block"

#define GPT	2
#define MBR	1

static uint64_t get(const uint8_t *p, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | p[bytes];
	return value;
}

/* The entry of a partition in the GUID partition table (UEFI 2.10, section 5.3) */
static bool gpt_has(int fd, unsigned int block_size, const struct boot_entry *e)
{
	uint8_t header[92], entry[48];
	uint64_t table;

	if (pread(fd, header, sizeof(header), block_size) != sizeof(header) ||
	    memcmp(header, "EFI PART", 8) || e->partition > get(header + 80, 4))
		return false;
	table = get(header + 72, 8) * block_size +
		(e->partition - 1) * get(header + 84, 4);
	return pread(fd, entry, sizeof(entry), table) == sizeof(entry) &&
	       !memcmp(entry + 16, e->signature, 16) && get(entry + 32, 8) == e->start;
}

static bool mbr_has(int fd, const struct boot_entry *e)
{
	uint8_t signature[4];

	return pread(fd, signature, 4, 440) == 4 && !memcmp(signature, e->signature, 4);
}

/* Is the partition of the entry on this disk? */
static bool disk_has(const char *disk, const struct boot_entry *e)
{
	unsigned int block_size = 512;
	char path[PATH_MAX];
	bool has = false;
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", disk);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ioctl(fd, BLKSSZGET, &block_size);
	if (e->signature_type == GPT)
		has = gpt_has(fd, block_size, e);
	else if (e->signature_type == MBR)
		has = mbr_has(fd, e);
	close(fd);
	return has;
}

static long read_number(const char *device, const char *attribute)
{
	char path[PATH_MAX];
	long value = -1;
	FILE *f;

	snprintf(path, sizeof(path), BLOCK "/%s/%s", device, attribute);
	f = fopen(path, "r");
	if (f) {
		if (fscanf(f, "%ld", &value) != 1)
			value = -1;
		fclose(f);
	}
	return value;
}

/* The name of the disk of a partition: the folder that contains its folder */
static bool find_disk(const char *partition, char *disk, size_t size)
{
	char path[PATH_MAX], *real, *slash;

	snprintf(path, sizeof(path), BLOCK "/%s/..", partition);
	real = realpath(path, NULL);
	slash = real ? strrchr(real, '/') : NULL;
	if (slash)
		snprintf(disk, size, "%s", slash + 1);
	free(real);
	return slash;
}

static bool find_partition(const struct boot_entry *e, char *name, size_t size)
{
	DIR *dir = opendir(BLOCK);
	struct dirent *d;
	bool found = false;
	char disk[NAME_MAX + 1];

	while (dir && !found && (d = readdir(dir))) {
		if (read_number(d->d_name, "partition") != (long)e->partition ||
		    !find_disk(d->d_name, disk, sizeof(disk)) || !disk_has(disk, e))
			continue;
		snprintf(name, size, "/dev/%s", d->d_name);
		found = true;
	}
	if (dir)
		closedir(dir);
	return found;
}

int open_boot_file(const struct boot_entry *e)
{
	char device[NAME_MAX + 8], folder[] = "/tmp/efi-kexec.XXXXXX", path[PATH_MAX];
	int fd;

	if (!e->partition || !*e->file) {
		complain("Boot%04X has no file on a disk", e->number);
		return -1;
	}
	if (!find_partition(e, device, sizeof(device))) {
		complain("the partition of Boot%04X is not there", e->number);
		return -1;
	}
	/* Linux can read a partition that the firmware has mounted */
	if (!mkdtemp(folder) || unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount(device, folder, "vfat", MS_RDONLY, NULL)) {
		complain("cannot mount %s: %s", device, strerror(errno));
		rmdir(folder);
		return -1;
	}
	snprintf(path, sizeof(path), "%s%s", folder, e->file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		complain("%s on %s: %s", e->file, device, strerror(errno));
	/* The file keeps the file system until it is closed */
	umount2(folder, MNT_DETACH);
	rmdir(folder);
	return fd;
}
