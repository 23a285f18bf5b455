/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control the test driver's disk (tests/disk/efi/disk.c), and use it from Linux
 */
#ifndef _SELFTESTS_EFI_MODE_TESTDISK_H
#define _SELFTESTS_EFI_MODE_TESTDISK_H

#include <sys/klog.h>

#include "blockdev.h"
#include "disk.h"
#include "uevents.h"

#define GUID		"5f6d1e0a-3b1c-4e55-9a21-0e447d60b813"
/* EraseBlock, a protocol that only this disk has */
#define ALIAS		"95a9a93e-a86e-4926-aaef-9918e772d987"
#define PATIENCE	10000	/* ms */
#define MIB		(1 << 20)
#define FOR_EVER	0xffff

#define FN(name)	TEST_DISK_ ## name

/* EFI statuses, without the error bit */
#define INVALID_PARAMETER_ 2
#define UNSUPPORTED_	3
#define DEVICE_ERROR_	7
#define WRITE_PROTECTED_ 8
#define OUT_OF_RESOURCES_ 9
#define TIMEOUT_	18

static int driver, uevents;
static char disk[32], device[64];
static uint8_t *buf;

static inline long long ask(unsigned int what, uint64_t argument)
{
	struct efi_mode_test_driver d;

	if (!call_driver(driver, "disk", what | argument << 8,
			 &d))
		return -1;
	return d.value;
}

static inline int log_count(const char *text)
{
	static char log[1 << 20];
	const char *found = log;
	int n = klogctl(3, log, sizeof(log) - 1), count = 0;

	log[n > 0 ? n : 0] = '\0';
	while ((found = strstr(found, text))) {
		found++;
		count++;
	}
	return count;
}

static inline bool log_has(const char *text)
{
	return log_count(text);
}

static inline void clear_log(void)
{
	klogctl(5, NULL, 0);
}

static inline bool appear(unsigned int kind)
{
	struct uevent u;

	if (ask(FN(INSTALL), kind) < 0 ||
	    wait_uevent(uevents, PATIENCE, "add", ALIAS, &u) < 0)
		return false;
	snprintf(device, sizeof(device), "%s", u.device);
	return true;
}

static inline bool disappear(void)
{
	struct uevent u;

	return !ask(FN(REMOVE), 0) &&
	       wait_uevent(uevents, PATIENCE, "remove", ALIAS, &u) >= 0 &&
	       !find_disk(GUID, disk, sizeof(disk));
}

/*
 * The disk appears in sysfs a little earlier than its node, and the node a
 * little earlier than it can be opened
 */
static inline int open_new_disk(int flags)
{
	int fd = -1, ms;

	for (ms = 0; ms < PATIENCE && fd < 0; ms += 10) {
		fd = open_disk(disk, flags | O_DIRECT);
		if (fd < 0 && errno != ENXIO && errno != ENOENT)
			break;
		usleep(10000);
	}
	return fd;
}

static inline int use_with(unsigned int kind, int flags)
{
	int fd = -1;

	if (appear(kind) && wait_disk(GUID, disk, sizeof(disk), PATIENCE))
		fd = open_new_disk(flags);
	if (fd < 0)
		ksft_exit_fail_msg("disk of kind %u: %s\n", kind,
				   strerror(errno));
	return fd;
}

static inline int use(unsigned int kind)
{
	return use_with(kind, O_RDWR);
}

/* Check the first word of each sector in the firmware's memory */
static inline bool disk_has(const char *tag, uint64_t from, size_t size)
{
	uint64_t at, word, wanted;

	for (at = from; at < from + size; at += SECTOR) {
		word = ask(FN(WORD), at);
		fill_pattern((uint8_t *)&wanted, tag, at, sizeof(wanted));
		if (word == wanted)
			continue;
		ksft_print_msg("the firmware has %llx at %llu, expected %llx\n",
			       (unsigned long long)word, (unsigned long long)at,
			       (unsigned long long)wanted);
		return false;
	}
	return true;
}

static inline bool put(int fd, const char *tag, size_t offset, uint64_t at,
		       size_t size)
{
	fill_pattern(buf + offset, tag, at, size);
	return pwrite(fd, buf + offset, size, at) == (ssize_t)size;
}

static inline bool get(int fd, const char *tag, size_t offset, uint64_t at,
		       size_t size)
{
	memset(buf + offset, 0, size);
	return pread(fd, buf + offset, size, at) == (ssize_t)size &&
	       is_pattern(buf + offset, tag, at, size);
}

static inline bool fails(int fd, uint64_t at, size_t size, int error)
{
	errno = 0;
	return pread(fd, buf, size, at) < 0 && errno == error;
}

/* After a change of the medium, reads and writes fail and change nothing */
static inline bool other_medium_is_safe(int fd)
{
	return fails(fd, 0, 4096, EIO) && pwrite(fd, buf, 4096, 0) < 0 &&
	       (uint64_t)ask(FN(WORD), 0) == 0x5555555555555555;
}

/*
 * Start a process that writes until there is an error. It exits with 0 if the
 * error means that the disk is gone.
 */
static inline pid_t start_writer(int fd)
{
	pid_t pid = fork();
	int i;

	if (pid)
		return pid;
	for (i = 0; pwrite(fd, buf, MIB, i % 8 * MIB) == MIB; i++)
		;
	_exit(errno == EIO || errno == ENODEV || errno == ENOSPC ||
	      errno == ENXIO ? 0 : 1);
}

#endif /* _SELFTESTS_EFI_MODE_TESTDISK_H */
