/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Find disks by their sizes, which do not depend on the driver
 */
#ifndef _SELFTESTS_EFI_MODE_DISKSIZE_H
#define _SELFTESTS_EFI_MODE_DISKSIZE_H

#include <dirent.h>

#include "common.h"

#define MAX_NAME	256

/* Find the kernel's name of the disk with this size */
static inline void find_disk(int mib, char *name)
{
	char path[MAX_NAME + 32], line[32];
	DIR *dir = opendir("/sys/block");
	struct dirent *d;
	bool found = false;
	FILE *f;

	while (dir && !found && (d = readdir(dir))) {
		snprintf(path, sizeof(path), "/sys/block/%s/size", d->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		found = fgets(line, sizeof(line), f) &&
			atoll(line) == (long long)mib << 11;
		snprintf(name, MAX_NAME, "%s", d->d_name);
		fclose(f);
	}
	if (dir)
		closedir(dir);
	if (!found)
		ksft_exit_fail_msg("no disk of %d MiB\n", mib);
}

static inline int open_disk(int mib, int flags)
{
	char name[MAX_NAME], path[MAX_NAME + 8];
	int fd;

	find_disk(mib, name);
	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, flags);
	if (fd < 0)
		ksft_exit_fail_msg("%s: %s\n", path, strerror(errno));
	ksft_print_msg("%d MiB is %s\n", mib, path);
	return fd;
}

#endif /* _SELFTESTS_EFI_MODE_DISKSIZE_H */
