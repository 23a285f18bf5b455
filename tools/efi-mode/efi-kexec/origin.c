// SPDX-License-Identifier: GPL-2.0-only
/*
 * Find the device of the firmware that a file is on
 *
 * If nothing else is said, the kernel does the same for an image.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "efi-kexec.h"

#define EFI_DEVICES	"/sys/bus/efi/devices"

/* The last part of a path */
static const char *last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_efi_device(const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), EFI_DEVICES "/%s", name);
	return *name && !strchr(name, '/') && !stat(path, &st);
}

/*
 * A device whose last node is a partition: HD(number,type,signature,start,size), in
 * blocks of its disk
 */
static bool is_partition(const char *device, unsigned long long start)
{
	unsigned long long found;
	char path[1024], *node;

	read_line(path, sizeof(path), EFI_DEVICES "/%s/path", device);
	node = strrchr(path, '/');
	return node && !strncmp(node, "/HD(", 4) &&
	       sscanf(node, "/HD(%*[^,],%*[^,],%*[^,],%llx", &found) == 1 &&
	       found == start;
}

/* Find the child of a disk that is the partition with this start */
static void find_partition(const char *disk, unsigned long long start, char *name,
			   size_t size)
{
	struct dirent *entry;
	char path[PATH_MAX];
	DIR *dir;

	snprintf(path, sizeof(path), EFI_DEVICES "/%s", disk);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "efi", 3) &&
		    isdigit((unsigned char)entry->d_name[3]) &&
		    is_partition(entry->d_name, start)) {
			snprintf(name, size, "%s", entry->d_name);
			break;
		}
	if (dir)
		closedir(dir);
}

void find_device(dev_t number, char *name, size_t size)
{
	char block[64], path[PATH_MAX], start[32], block_size[32], *real;
	bool partition;

	*name = '\0';
	snprintf(block, sizeof(block), "/sys/dev/block/%u:%u", major(number),
		 minor(number));
	read_line(start, sizeof(start), "%s/start", block);
	partition = *start;
	snprintf(path, sizeof(path), "%s%s/device", block, partition ? "/.." : "");
	real = realpath(path, NULL);
	if (!real)
		return;
	if (is_efi_device(last(real))) {
		snprintf(name, size, "%s", last(real));
		read_line(block_size, sizeof(block_size), "%s/../queue/logical_block_size",
			  block);
		if (partition && atoi(block_size))
			find_partition(last(real), strtoull(start, NULL, 10) * 512 /
				       atoi(block_size), name, size);
	}
	free(real);
}

bool parse_device(const char *argument, char *name, size_t size)
{
	struct stat st;

	if (!stat(argument, &st) && S_ISBLK(st.st_mode)) {
		find_device(st.st_rdev, name, size);
		if (*name)
			return true;
		complain("%s is not a disk of the firmware", argument);
		return false;
	}
	if (!is_efi_device(argument) || strlen(argument) >= size) {
		complain("there is no device %s in " EFI_DEVICES, argument);
		return false;
	}
	snprintf(name, size, "%s", argument);
	return true;
}

/* mountinfo has \040 for a space, and so on */
static void unescape(char *text)
{
	char *to = text;
	unsigned int c;

	for (; *text; text++) {
		if (*text == '\\' && sscanf(text + 1, "%3o", &c) == 1) {
			*to++ = c;
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

/*
 * The mount point of the file system is in the name that Linux knows. mountinfo has
 * it, and the folder of the file system that is mounted there.
 */
char *find_name(int fd)
{
	char link[64], name[PATH_MAX], line[3 * PATH_MAX], root[PATH_MAX];
	char point[PATH_MAX], device[32], wanted[32], *result = NULL, *c;
	size_t length, best = 0;
	struct stat st;
	ssize_t n;
	FILE *f;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, name, sizeof(name) - 1);
	if (n < 0 || fstat(fd, &st))
		return NULL;
	name[n] = '\0';
	snprintf(wanted, sizeof(wanted), "%u:%u", major(st.st_dev), minor(st.st_dev));
	f = fopen("/proc/self/mountinfo", "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*d %*d %31s %4095s %4095s", device, root, point) != 3 ||
		    strcmp(device, wanted))
			continue;
		unescape(root);
		unescape(point);
		length = strcmp(point, "/") ? strlen(point) : 0;
		if (length < best || strncmp(name, point, length) || name[length] != '/')
			continue;
		best = length;
		free(result);
		if (asprintf(&result, "%s%s", strcmp(root, "/") ? root : "",
			     name + length) < 0)
			result = NULL;
	}
	if (f)
		fclose(f);
	/* A file system that only this process has seen: open_boot_file() */
	if (!result)
		result = strdup(name);
	for (c = result; c && *c; c++)
		if (*c == '/')
			*c = '\\';
	return result;
}
