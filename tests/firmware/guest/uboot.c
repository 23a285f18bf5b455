// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test Linux on U-Boot, which runs without interrupts and polls its timers
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "blockdev.h"

#define SECONDS_A_DAY	86400

/* U-Boot may underestimate the TSC frequency; a call then ends early */
#define CALL_USEC	6000000
#define MIN_CALL_NS	1000000000ULL
#define MIN_SLICES	100

#define EFIVARFS	"/sys/firmware/efi/efivars"
#define VARIABLE	EFIVARFS "/FromLinux-7d1b7a5f-4f3c-4b55-8d0a-0d4b7b6c2f11"

/* Attributes: non-volatile, boot services, runtime */
#define CONTENT		"\7\0\0\0beside U-Boot"

/* Size in sectors, by which the test finds the data disk of the host part */
#define DISK_SECTORS	"32768"
#define WRITE_SIZE	(4 << 20)
#define TAG		"ubt"

static bool get_time(int fd, uint64_t *seconds)
{
	struct efi_mode_test_time t = {};

	if (ioctl(fd, EFI_MODE_TEST_TIME, &t) || t.status)
		return false;
	*seconds = t.seconds;
	return true;
}

static void check_time(int fd)
{
	uint64_t before = 0, after = 0, passed;
	bool ok;

	ok = get_time(fd, &before);
	sleep(5);
	ok &= get_time(fd, &after);
	passed = (after + SECONDS_A_DAY - before) % SECONDS_A_DAY;
	ksft_test_result(ok && passed >= 4 && passed <= 6,
			 "GetTime() advances by %llu s in 5 s\n",
			 (unsigned long long)passed);
}

static void check_long_call(int fd)
{
	struct efi_mode_test_driver d;
	volatile unsigned long *count;
	unsigned long alone, shared;
	uint64_t start, took;
	double percent;
	pid_t load;
	bool ok;

	count = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	load = fork();
	if (!load)
		for (;;)
			++*count;
	sleep(1);
	alone = *count;

	start = now_ns();
	ok = call_driver(fd, "spin_notify", CALL_USEC, &d);
	took = now_ns() - start;
	shared = *count - alone;
	stop_load(load);

	ksft_test_result(ok && took >= MIN_CALL_NS && d.slices >= MIN_SLICES,
			 "a call of %llu ms at TPL_NOTIFY has %llu slices\n",
			 (unsigned long long)took / 1000000,
			 (unsigned long long)d.slices);
	percent = shared * 100.0 / (alone * (took / 1e9));
	ksft_test_result(percent > 10,
			 "user space computes meanwhile, at %.0f %% of full speed\n", percent);
}

static void check_variable(void)
{
	char buf[sizeof(CONTENT)] = "";
	bool written = false;
	ssize_t n = -1;
	int fd;

	mount("efivarfs", EFIVARFS, "efivarfs", 0, NULL);
	fd = open(VARIABLE, O_WRONLY | O_CREAT, 0644);
	if (fd >= 0) {
		written = write(fd, CONTENT, sizeof(CONTENT)) == sizeof(CONTENT);
		close(fd);
	}
	fd = open(VARIABLE, O_RDONLY);
	if (fd >= 0) {
		n = read(fd, buf, sizeof(buf));
		close(fd);
	}
	ksft_test_result(written && n == sizeof(CONTENT) &&
			 !memcmp(buf, CONTENT, sizeof(CONTENT)),
			 "a variable is written and read\n");
}

static bool find_data_disk(char *disk, size_t size)
{
	unsigned int i;

	for (i = 0; i < 8; i++) {
		snprintf(disk, size, "efida%u", i);
		if (!strcmp(disk_attr(disk, "size"), DISK_SECTORS))
			return true;
	}
	return false;
}

static void check_disk(void)
{
	uint8_t *buf = alloc_aligned(WRITE_SIZE);
	bool written = false, same = false;
	char disk[32];
	int fd = -1;

	if (find_data_disk(disk, sizeof(disk)))
		fd = open_disk(disk, O_RDWR | O_DIRECT);
	if (fd >= 0) {
		fill_pattern(buf, TAG, 0, WRITE_SIZE);
		written = pwrite(fd, buf, WRITE_SIZE, 0) == WRITE_SIZE && !fsync(fd);
		memset(buf, 0, WRITE_SIZE);
		same = pread(fd, buf, WRITE_SIZE, 0) == WRITE_SIZE &&
		       is_pattern(buf, TAG, 0, WRITE_SIZE);
		close(fd);
	}
	free(buf);
	ksft_test_result(written, "4 MiB are written to %s\n", disk);
	ksft_test_result(same, "4 MiB are read back\n");
}

/* U-Boot has loaded the kernel and the initrd from this partition */
static void check_esp(void)
{
	bool mounted;

	mkdir("/mnt", 0755);
	mounted = !mount("/dev/efida0p1", "/mnt", "vfat", MS_RDONLY, NULL);
	ksft_test_result(mounted && !access("/mnt/EFI/BOOT/BOOTX64.EFI", R_OK),
			 "the EFI system partition can be read\n");
	if (mounted)
		umount("/mnt");
}

int main(void)
{
	int fd = open_test_device();

	ksft_print_header();
	ksft_set_plan(7);
	check_time(fd);
	check_long_call(fd);
	check_variable();
	check_disk();
	check_esp();
	ksft_finished();
}
