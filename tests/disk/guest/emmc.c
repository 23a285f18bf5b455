// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that fsync() writes the cache of an eMMC device to the medium, and that
 * flush_supported in sysfs says whether a flush reaches the medium
 */
#define _GNU_SOURCE
#include <sys/klog.h>

#include "blockdev.h"
#include "emmc.h"

#define PATH		"eMMC("
#define PATIENCE	10000	/* ms */
#define SIZE		8192

static int driver;
static char disk[32];
static uint8_t *buf;

static long long ask(unsigned int what, uint64_t argument)
{
	struct efi_mode_test_driver d;

	if (!call_driver(driver, "emmc", what | argument << 8, &d))
		return -1;
	return d.value;
}

static bool on_medium(const char *tag)
{
	uint64_t wanted;

	fill_pattern((uint8_t *)&wanted, tag, 0, sizeof(wanted));
	return ask(TEST_EMMC_WORD, 0) == (long long)wanted &&
	       ask(TEST_EMMC_WORD, SIZE - SECTOR) > 0;
}

static bool put(int fd, const char *tag)
{
	fill_pattern(buf, tag, 0, SIZE);
	return pwrite(fd, buf, SIZE, 0) == SIZE;
}

static bool log_has(const char *text)
{
	static char log[1 << 20];
	int n = klogctl(3, log, sizeof(log) - 1);

	log[n > 0 ? n : 0] = '\0';
	return strstr(log, text);
}

static int use(unsigned int kind)
{
	int fd = -1, ms;

	klogctl(5, NULL, 0);
	if (ask(TEST_EMMC_INSTALL, kind) < 0 ||
	    !wait_disk(PATH, disk, sizeof(disk), PATIENCE))
		ksft_exit_fail_msg("no device\n");
	for (ms = 0; ms < PATIENCE && fd < 0; ms += 10) {
		fd = open_disk(disk, O_RDWR | O_DIRECT);
		usleep(10000);
	}
	ask(TEST_EMMC_FLUSHES, 0);
	return fd;
}

static bool disappear(int fd)
{
	int ms;

	close(fd);
	if (ask(TEST_EMMC_REMOVE, 0) < 0)
		return false;
	for (ms = 0; ms < PATIENCE; ms += 10) {
		if (!find_disk(PATH, disk, sizeof(disk)))
			return true;
		usleep(10000);
	}
	return false;
}

static bool says(const char *supported)
{
	return !strcmp(disk_attr(disk, "flush_supported"), supported);
}

int main(void)
{
	int fd;

	ksft_print_header();
	ksft_set_plan(8);
	driver = open_test_device();
	buf = alloc_aligned(SIZE);

	fd = use(TEST_EMMC_CACHE);
	ksft_test_result(says("yes") && put(fd, "one") && !on_medium("one") &&
			 !fsync(fd) && on_medium("one") &&
			 ask(TEST_EMMC_FLUSHES, 0) == 1,
			 "fsync() writes the cache to the medium\n");
	ask(TEST_EMMC_FAIL, 1);
	ksft_test_result(put(fd, "two") && fsync(fd) && errno == EIO &&
			 !on_medium("two"), "fsync() fails if the device cannot write its cache\n");
	ask(TEST_EMMC_FAIL, 0);
	ksft_test_result(!fsync(fd) && on_medium("two") &&
			 !log_has("flush the disk's cache"), "fsync() succeeds when the device can\n");
	ksft_test_result(disappear(fd), "the disk is removed\n");

	fd = use(0);
	ksft_test_result(says("yes") && put(fd, "thr") && !fsync(fd) &&
			 on_medium("thr") && !ask(TEST_EMMC_FLUSHES, 0) &&
			 !log_has("flush the disk's cache") && disappear(fd),
			 "if its cache is off, the device gets no flush\n");

	fd = use(TEST_EMMC_CACHE | TEST_EMMC_MUTE);
	ksft_test_result(says("unknown") && put(fd, "fou") && !fsync(fd) &&
			 !on_medium("fou"), "flush_supported is unknown if SdMmcPassThru fails\n");
	ksft_test_result(log_has("may not flush the disk's cache") && disappear(fd),
			 "the log says so\n");
	ksft_test_result(!ask(TEST_EMMC_BREACHES, 0),
			 "no command breaks a rule\n");
	ksft_finished();
}
