/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers for the firmware's disks
 *
 * In a pattern, each sector consists of 32 copies of a line of 16 characters
 * with the number of the sector.
 */
#ifndef _SELFTESTS_EFI_MODE_BLOCKDEV_H
#define _SELFTESTS_EFI_MODE_BLOCKDEV_H

#include <dirent.h>
#include <linux/fs.h>

#include "common.h"

#define DISK_DRIVER	"/sys/bus/efi/drivers/efi-disk/"
#define SECTOR		512
#define LINE		16

/* Return an attribute without the newline, or "" if there is none */
static inline const char *disk_attr(const char *disk, const char *name)
{
	static char text[4096];
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/block/%s/%s", disk, name);
	text[0] = '\0';
	f = fopen(path, "r");
	if (!f)
		return text;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* Find a disk by a part of its device path */
static inline bool find_disk(const char *part, char *disk, size_t size)
{
	DIR *dir = opendir("/sys/block");
	struct dirent *e;
	bool found = false;

	while (dir && !found && (e = readdir(dir))) {
		if (strncmp(e->d_name, "efida", 5))
			continue;
		found = strcasestr(disk_attr(e->d_name, "path"), part);
		snprintf(disk, size, "%.31s", e->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static inline bool wait_disk(const char *part, char *disk, size_t size, int ms)
{
	for (; ms > 0; ms -= 10) {
		if (find_disk(part, disk, size))
			return true;
		usleep(10000);
	}
	return false;
}

static inline int open_disk(const char *disk, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/%s", disk);
	return open(path, flags);
}

/* @from: offset of @buf on the disk in bytes; any offset and size are valid */
static inline void fill_pattern(uint8_t *buf, const char *tag, uint64_t from,
				size_t size)
{
	char line[LINE + 16];
	size_t i;

	for (i = 0; i < size; i++) {
		if (!i || (from + i) % LINE == 0)
			snprintf(line, sizeof(line), "%.3s%012llx\n", tag,
				 (unsigned long long)(from + i) / SECTOR);
		buf[i] = line[(from + i) % LINE];
	}
}

static inline bool is_pattern(const uint8_t *buf, const char *tag,
			      uint64_t from, size_t size)
{
	uint8_t *wanted = malloc(size);
	bool same;
	size_t i;

	fill_pattern(wanted, tag, from, size);
	same = !memcmp(buf, wanted, size);
	for (i = 0; !same && buf[i] == wanted[i]; i++)
		;
	if (!same)
		ksft_print_msg("at %llu: '%.16s', expected '%.16s'\n",
			       (unsigned long long)(from + i), buf + i,
			       wanted + i);
	free(wanted);
	return same;
}

static inline uint8_t *alloc_aligned(size_t size)
{
	void *buf = NULL;

	if (posix_memalign(&buf, 4096, size))
		ksft_exit_fail_msg("no memory\n");
	memset(buf, 0, size);
	return buf;
}

#endif /* _SELFTESTS_EFI_MODE_BLOCKDEV_H */
