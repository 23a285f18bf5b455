// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that data are intact if a program's buffer is above 4 GiB, and the disk
 * cannot address memory above 4 GiB
 *
 * The machine has more than 4 GiB, and Linux runs with efi_mode.below_4g=1.
 */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "testdisk.h"

#define HIGH		(1ULL << 32)
#define HUGE_PAGE	(2 * MIB)
#define MOST_PAGES	1024
#define BLOCK		4096

static uint64_t phys_of(const void *virt)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry = 0;

	pread(fd, &entry, sizeof(entry), (uintptr_t)virt / BLOCK * sizeof(entry));
	close(fd);
	return (entry & ((1ULL << 55) - 1)) * BLOCK;
}

/*
 * Get two adjacent huge pages above 4 GiB. Pages below 4 GiB are not freed, so
 * that the kernel does not return them again.
 */
static uint8_t *alloc_high(void)
{
	uint8_t *p;
	int i;

	for (i = 0; i < MOST_PAGES; i++) {
		p = mmap(NULL, 3 * HUGE_PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED)
			break;
		p += HUGE_PAGE - (uintptr_t)p % HUGE_PAGE;
		madvise(p, 2 * HUGE_PAGE, MADV_HUGEPAGE);
		memset(p, 1, 2 * HUGE_PAGE);
		if (phys_of(p) >= HIGH && phys_of(p + HUGE_PAGE) >= HIGH)
			return p;
	}
	return NULL;
}

/*
 * Without below_4g, the driver transfers large, aligned pieces in place. Here
 * it must copy them, too.
 */
static bool transfers(int fd, size_t size, size_t offset)
{
	uint64_t at;

	for (at = 0; at + size <= HUGE_PAGE; at += size)
		if (!put(fd, "hig", offset, at, size))
			return false;
	memset(buf, 0, HUGE_PAGE);
	for (at = 0; at + size <= HUGE_PAGE; at += size)
		if (!get(fd, "hig", offset, at, size))
			return false;
	return disk_has("hig", 0, 64 * SECTOR);
}

int main(void)
{
	int fd, cached;

	ksft_print_header();
	ksft_set_plan(6);
	driver = open_test_device();
	uevents = open_uevents();
	buf = alloc_high();
	ksft_test_result(buf, "memory above 4 GiB\n");
	if (!buf)
		ksft_exit_fail_msg("the machine has no memory above 4 GiB\n");
	ksft_print_msg("at %llx\n", (unsigned long long)phys_of(buf));
	ask(FN(LOW_ONLY), 1);
	fd = use(TEST_DISK_KIND_512);
	ksft_test_result(transfers(fd, HUGE_PAGE, 0), "in one piece\n");
	ksft_test_result(transfers(fd, BLOCK, 0), "in blocks\n");
	ksft_test_result(transfers(fd, 64 * 1024, SECTOR), "in badly aligned pieces\n");
	cached = open_disk(disk, O_RDWR);
	ksft_test_result(put(cached, "cac", 0, 3 * MIB, MIB) && !fsync(cached) &&
			 get(fd, "cac", 0, 3 * MIB, MIB), "from the page cache\n");
	close(cached);
	close(fd);
	ksft_test_result(!ask(FN(BREACHES), 0) && disappear(),
			 "the disk got no address above 4 GiB\n");
	ksft_finished();
}
