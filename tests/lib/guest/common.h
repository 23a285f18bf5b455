/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers for all efi-mode selftests
 */
#ifndef _SELFTESTS_EFI_MODE_COMMON_H
#define _SELFTESTS_EFI_MODE_COMMON_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

#include "../../kselftest.h"

static inline uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static inline uint64_t read_tsc(void)
{
	uint32_t low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high));
	return low | (uint64_t)high << 32;
}

static inline int open_test_device(void)
{
	int fd = open("/dev/efi-mode-test", O_RDWR);

	if (fd < 0)
		ksft_exit_skip("/dev/efi-mode-test: %s (CONFIG_EFI_MODE_TEST)\n",
			       strerror(errno));
	return fd;
}

/* Call a function of the EFI test driver; return false on any error */
static inline bool call_driver(int fd, const char *name, uint64_t argument,
			       struct efi_mode_test_driver *d)
{
	memset(d, 0, sizeof(*d));
	snprintf(d->name, sizeof(d->name), "%s", name);
	d->argument = argument;
	return !ioctl(fd, EFI_MODE_TEST_DRIVER, d) && !d->status;
}

/* Start a process that uses the CPU until it is killed */
static inline pid_t start_load(void)
{
	pid_t pid = fork();
	volatile unsigned long n = 0;

	if (pid)
		return pid;
	for (;;)
		n++;
}

static inline void stop_load(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static inline bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok;
}

static inline bool file_has(const char *path, const char *text)
{
	static char buf[1 << 20];
	int fd = open(path, O_RDONLY);
	ssize_t n, len = 0;

	if (fd < 0)
		return false;
	while ((n = read(fd, buf + len, sizeof(buf) - 1 - len)) > 0)
		len += n;
	close(fd);
	buf[len] = '\0';
	return strstr(buf, text);
}

/*
 * The kernel's command line says whether a test is a long one, which has time
 * for more repetitions and longer firmware calls.
 */
static inline bool is_long(void)
{
	static int known = -1;

	if (known < 0)
		known = file_has("/proc/cmdline", "efi_mode_long ");
	return known;
}

#define INTERVAL	"/sys/module/efi_mode/parameters/interval"
#define SHARE		"/sys/module/efi_mode/parameters/share"
#define STATS		"/sys/kernel/debug/efi-mode/stats"

/* Read one of the counters in debugfs; return -1 if it does not exist */
static inline long long read_stat(const char *name)
{
	FILE *f = fopen(STATS, "r");
	char line[128], word[64];
	long long value, found = -1;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %lld", word, &value) == 2 &&
		    !strcmp(word, name))
			found = value;
	if (f)
		fclose(f);
	return found;
}

#endif /* _SELFTESTS_EFI_MODE_COMMON_H */
