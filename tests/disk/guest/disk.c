// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test the disk driver with the test driver's disk (tests/disk/efi/disk.c):
 * data, errors, media, flushes, and removal
 */
#define _GNU_SOURCE
#include <linux/fs.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "ledger.h"
#include "testdisk.h"

/* Blocks */

static void blocks_of(unsigned int kind, unsigned int logical,
		      unsigned int physical)
{
	int fd = use(kind);
	const unsigned int part = logical > 4096 ? logical : 4096;

	ksft_test_result(atoi(disk_attr(disk, "queue/logical_block_size")) ==
				 (int)logical &&
			 atoi(disk_attr(disk, "queue/physical_block_size")) ==
				 (int)physical &&
			 atoll(disk_attr(disk, "size")) ==
				 TEST_DISK_SIZE / SECTOR,
			 "kind %u: sizes\n", kind);
	ksft_test_result(put(fd, "all", 0, 0, 2 * MIB) &&
			 disk_has("all", 0, 2 * MIB),
			 "kind %u: a large write\n", kind);
	/* In the middle of a large block, across two, and at the end */
	ksft_test_result(put(fd, "one", 0, 3 * part, part) &&
			 put(fd, "two", 512, 64 * 1024 - part, 3 * part) &&
			 put(fd, "end", 0, TEST_DISK_SIZE - part,
			     part) &&
			 disk_has("one", 3 * part, part) &&
			 disk_has("two", 64 * 1024 - part, 3 * part) &&
			 disk_has("end", TEST_DISK_SIZE - part, part),
			 "kind %u: small writes\n", kind);
	ksft_test_result(disk_has("all", 0, 3 * part) &&
			 disk_has("all", 4 * part, 64 * 1024 - 5 * part) &&
			 disk_has("all", 64 * 1024 + 2 * part, MIB),
			 "kind %u: the blocks beside them are unchanged\n", kind);
	ksft_test_result(get(fd, "one", 1024, 3 * part, part) &&
			 get(fd, "all", 512, 4 * part,
			     64 * 1024 - 5 * part) &&
			 get(fd, "two", 0, 64 * 1024 - part, 3 * part) &&
			 get(fd, "all", 512, MIB, MIB),
			 "kind %u: reads\n", kind);
	ksft_test_result(!ask(FN(BREACHES), 0),
			 "kind %u: no rule was broken\n", kind);
	close(fd);
	ksft_test_result(disappear(), "kind %u: the disk is removed\n", kind);
}

static bool is_best(int physical, int offset, int optimal)
{
	return atoi(disk_attr(disk, "queue/logical_block_size")) == SECTOR &&
	       atoi(disk_attr(disk, "queue/physical_block_size")) == physical &&
	       atoi(disk_attr(disk, "queue/minimum_io_size")) == physical &&
	       atoi(disk_attr(disk, "alignment_offset")) == offset &&
	       atoi(disk_attr(disk, "queue/optimal_io_size")) == optimal;
}

/* Alignment and best size, which only later revisions of the protocol have */
static void what_is_best(void)
{
	int fd = use(FN(KIND_PHYSICAL));

	ksft_test_result(is_best(4096, 7 * SECTOR, 64 * 1024),
			 "physical blocks, where they begin, and the best size\n");
	ksft_test_result(put(fd, "phy", 512, 7 * SECTOR, MIB) &&
			 get(fd, "phy", 0, 7 * SECTOR, MIB),
			 "such a disk can be written and read\n");
	close(fd);
	disappear();
	close(use(FN(KIND_512)));
	ksft_test_result(is_best(SECTOR, 0, 0),
			 "defaults with the first revision of the protocol\n");
	disappear();
}

/* Errors */

/* EFI_INVALID_PARAMETER need not be about the size */
static void refused_once(int fd)
{
	clear_log();
	ask(FN(FAIL), INVALID_PARAMETER_ | 1 << 8);
	ksft_test_result(get(fd, "err", 0, 0, MIB) &&
			 !log_has("refuses larger transfers"),
			 "an invalid parameter does not limit the size\n");
}

/*
 * The driver tries a failed request again in pieces, until its failures have
 * taken two seconds. Here each call takes 600 ms, so it makes about four.
 */
static void no_answer(int fd)
{
	uint64_t start;
	long long n;

	ask(FN(SLOW), 600000);
	ask(FN(FAIL), DEVICE_ERROR_ | FOR_EVER << 8);
	ask(FN(CALLS), 0);
	start = now_ns();
	ksft_test_result(fails(fd, 0, MIB, EIO) &&
			 (n = ask(FN(CALLS), 0)) > 1 && n <= 5 &&
			 now_ns() - start < 8000000000ULL,
			 "a disk that does not answer does not get every piece\n");
	ask(FN(SLOW), 0);
	ask(FN(FAIL), 0);
}

/*
 * A device may continue a transfer for which the firmware reports a timeout, so
 * Linux must never use that memory again
 */
static void time_out(unsigned int kind, size_t offset, const char *what)
{
	int fd = use(kind), before;

	put(fd, "tim", 0, 0, MIB);
	before = read_ledger().abandoned;
	ask(FN(FAIL), TIMEOUT_ | 1 << 8);
	ksft_test_result(pread(fd, buf + offset, 4096, 0) < 0 &&
			 read_ledger().abandoned == before + 1,
			 "%s of a transfer that has timed out is never used again\n",
			 what);
	ksft_test_result(get(fd, "tim", 0, 0, MIB) &&
			 put(fd, "out", 0, 0, MIB) && disk_has("out", 0, MIB) &&
			 read_ledger().abandoned == before + 1,
			 "later transfers work\n");
	close(fd);
	disappear();
}

static void errors(void)
{
	int fd = use(FN(KIND_512)), buffered = open_disk(disk, O_RDONLY);

	put(fd, "err", 0, 0, 4 * MIB);
	ask(FN(FAIL), DEVICE_ERROR_ | 1 << 8);
	ksft_test_result(get(fd, "err", 0, 0, MIB),
			 "a large read that fails once is tried again\n");
	ask(FN(FAIL), OUT_OF_RESOURCES_ | 2 << 8);
	ksft_test_result(get(fd, "err", 0, 0, MIB),
			 "so is a read for which the firmware has no memory\n");
	clear_log();
	ask(FN(FAIL), DEVICE_ERROR_ | FOR_EVER << 8);
	ksft_test_result(fails(fd, 0, 4096, EIO) && log_has("device error"),
			 "a read that always fails returns an error\n");
	ask(FN(FAIL), 0);
	ask(FN(FAIL_AT), 3000);
	ksft_test_result(fails(fd, 3000 * SECTOR, SECTOR, EIO) &&
			 fails(fd, 2900 * SECTOR, 256 * SECTOR, EIO) &&
			 get(fd, "err", 0, 2999 * SECTOR, SECTOR) &&
			 get(fd, "err", 0, 3001 * SECTOR, SECTOR),
			 "reads of a bad block return an error\n");
	ksft_test_result(get(buffered, "err", 0, 2992 * SECTOR, 4096) &&
			 get(buffered, "err", 0, 3008 * SECTOR, 4096) &&
			 pread(buffered, buf, 4096, 3000 * SECTOR) < 0,
			 "reads of other blocks do not\n");
	ask(FN(FAIL_AT), 0);
	close(buffered);

	refused_once(fd);
	no_answer(fd);

	ask(FN(LIMIT), 64 * 1024);
	ask(FN(CALLS), 0);
	ksft_test_result(get(fd, "err", 0, 0, MIB) &&
			 ask(FN(CALLS), 0) > 16 && get(fd, "err", 0, 0, MIB) &&
			 ask(FN(CALLS), 0) == 16,
			 "a size that the firmware refuses is not tried again\n");
	ask(FN(LIMIT), 0);

	ask(FN(RENUMBER), 0);
	ksft_test_result(get(fd, "err", 0, 0, MIB),
			 "a disk whose medium gets another number is the same disk\n");
	ask(FN(FLUSHES), 0);
	ksft_test_result(!fsync(fd) && ask(FN(FLUSHES), 0) == 1,
			 "fsync() flushes\n");

	ask(FN(FAIL), WRITE_PROTECTED_ | FOR_EVER << 8);
	ksft_test_result(pwrite(fd, buf, 4096, 0) < 0 &&
			 atoi(disk_attr(disk, "ro")) == 1,
			 "a write-protected disk becomes read-only\n");
	ask(FN(FAIL), 0);
	close(fd);
	disappear();
}

static void discard(void)
{
	uint64_t range[2] = { MIB, 64 * 1024 };
	int fd = use(FN(KIND_512));

	put(fd, "dis", 0, 0, 4 * MIB);
	ksft_test_result(!ioctl(fd, BLKDISCARD, range) &&
			 ask(FN(ERASED), 0) == 128 &&
			 (uint64_t)ask(FN(WORD), MIB) == 0xeeeeeeeeeeeeeeee &&
			 disk_has("dis", 0, MIB) &&
			 disk_has("dis", MIB + 64 * 1024, MIB),
			 "discarded blocks are erased\n");
	close(fd);
	disappear();
}

/* Blocks of 16 KiB, erased in units of eight. A discard can begin anywhere. */
static void discard_parts(void)
{
	uint64_t small[2] = { MIB + 4096, 120 * 1024 };
	uint64_t large[2] = { MIB - 4096, 256 * 1024 };
	int fd = use(FN(KIND_16K));
	long long before;

	before = ask(FN(ERASED), 0);
	put(fd, "dis", 0, 0, 4 * MIB);
	ksft_test_result(atoi(disk_attr(disk, "queue/discard_granularity")) ==
				 128 * 1024 &&
			 !atoi(disk_attr(disk, "discard_alignment")),
			 "the size and alignment of an erase unit\n");
	ksft_test_result(!ioctl(fd, BLKDISCARD, small) &&
			 ask(FN(ERASED), 0) == before &&
			 disk_has("dis", 0, 4 * MIB),
			 "a discard of less than a unit does nothing\n");
	ksft_test_result(!ioctl(fd, BLKDISCARD, large) &&
			 ask(FN(ERASED), 0) == before + 8 &&
			 disk_has("dis", 0, MIB) &&
			 disk_has("dis", MIB + 128 * 1024, MIB),
			 "data beside a discard stay\n");
	ksft_test_result(!ask(FN(BREACHES), 0),
			 "no rule of EraseBlocks() was broken\n");
	close(fd);
	disappear();
}

/* Discards by a file system */

#define KEPT	"/tmp/files/kept"
#define DELETED	"/tmp/files/deleted"

static bool write_whole(const char *path, int byte)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	bool ok;

	memset(buf, byte, MIB);
	ok = write(fd, buf, MIB) == MIB && !fsync(fd);
	close(fd);
	return ok;
}

static unsigned int count_sectors(const uint8_t *from, size_t size, int byte)
{
	uint8_t sector[SECTOR];
	unsigned int n = 0;
	size_t at;

	memset(sector, byte, SECTOR);
	for (at = 0; at < size; at += SECTOR)
		n += !memcmp(from + at, sector, SECTOR);
	return n;
}

/* Read the file with O_DIRECT, so not from the page cache */
static bool is_whole(const char *path, int byte)
{
	int fd = open(path, O_RDONLY | O_DIRECT);
	bool ok;

	ok = read(fd, buf, MIB) == MIB &&
	     count_sectors(buf, MIB, byte) == MIB / SECTOR;
	close(fd);
	return ok;
}

static bool trims(uint64_t least)
{
	struct fstrim_range range = { .len = UINT64_MAX };
	int fd = open("/tmp/files", O_RDONLY);
	bool ok;

	ok = !ioctl(fd, FITRIM, &range) && range.len >= least;
	close(fd);
	return ok;
}

/* Return: number of sectors on the disk that are filled with @byte */
static unsigned int count_left(int fd, int byte)
{
	unsigned int n = 0;
	off_t at;

	for (at = 0; at < TEST_DISK_SIZE; at += MIB) {
		if (pread(fd, buf, MIB, at) != MIB)
			return ~0u;
		n += count_sectors(buf, MIB, byte);
	}
	return n;
}

static bool mount_files(const char *options)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/%s", disk);
	return !mount(path, "/tmp/files", "ext4", 0, options);
}

static void discard_files(unsigned int kind)
{
	unsigned int before;
	int fd = use(kind);
	char command[64];

	snprintf(command, sizeof(command),
		 "mke2fs -b 4096 /dev/%s > /dev/null", disk);
	mkdir("/tmp/files", 0700);
	ksft_test_result(!system(command) && mount_files(NULL) &&
			 write_whole(KEPT, 0x5a) && write_whole(DELETED, 0xa5),
			 "kind %u: a file system\n", kind);
	before = count_left(fd, 0xa5);
	unlink(DELETED);
	sync();
	ksft_test_result(before >= MIB / SECTOR && trims(MIB) &&
			 count_left(fd, 0xa5) <= before / 4,
			 "kind %u: fstrim erases what was deleted\n", kind);
	ksft_test_result(is_whole(KEPT, 0x5a), "kind %u: another file is intact\n", kind);
	umount("/tmp/files");

	ksft_test_result(mount_files("discard") && write_whole(DELETED, 0xa6) &&
			 !unlink(DELETED) && !umount("/tmp/files") &&
			 count_left(fd, 0xa6) <= before / 4,
			 "kind %u: mount option discard erases deleted files\n",
			 kind);
	ksft_test_result(mount_files(NULL) && is_whole(KEPT, 0x5a) &&
			 !ask(FN(BREACHES), 0),
			 "kind %u: the other file is intact, no rule was broken\n",
			 kind);
	umount("/tmp/files");
	close(fd);
	disappear();
}

/* Media */

static void media(void)
{
	int fd = use(FN(KIND_REMOVABLE)), other;

	put(fd, "old", 0, 0, MIB);
	ask(FN(MEDIUM), 1000);
	ksft_test_result(other_medium_is_safe(fd),
			 "a write for one medium does not reach another\n");
	other = open_disk(disk, O_RDONLY);
	ksft_test_result(other < 0 && errno == EBUSY,
			 "a new medium cannot be opened while the old one is open\n");
	close(fd);
	fd = open_disk(disk, O_RDWR | O_DIRECT);
	ksft_test_result(fd >= 0 && atoi(disk_attr(disk, "size")) == 4000 &&
			 pread(fd, buf, 4096, 0) == 4096 && buf[0] == 0x55,
			 "a new medium can be opened afterwards\n");
	close(fd);
	ask(FN(MEDIUM), 0);
	fd = open_disk(disk, O_RDONLY);
	ksft_test_result(fd < 0 && errno == ENOMEDIUM &&
			 !atoi(disk_attr(disk, "size")),
			 "without a medium, open() fails\n");
	ask(FN(MEDIUM), 2000);
	fd = open_disk(disk, O_RDWR | O_DIRECT);
	ksft_test_result(fd >= 0 && put(fd, "new", 0, 0, MIB) &&
			 disk_has("new", 0, MIB), "a medium that is inserted later works\n");
	close(fd);
	disappear();
}

/* The handle gets a disk of another size while the old disk is open */
static void another_disk(void)
{
	int fd = use(FN(KIND_512)), other;
	char old[sizeof(disk)];
	struct uevent u;

	snprintf(old, sizeof(old), "%s", disk);
	put(fd, "old", 0, 0, MIB);
	ask(FN(MEDIUM), 1000);
	ksft_test_result(wait_uevent(uevents, PATIENCE, "remove", ALIAS, &u) >= 0 &&
			 wait_uevent(uevents, PATIENCE, "add", ALIAS, &u) >= 0 &&
			 wait_disk(GUID, disk, sizeof(disk), PATIENCE) &&
			 strcmp(disk, old) &&
			 atoi(disk_attr(disk, "size")) == 1000,
			 "a fixed medium of another size is another disk\n");
	ksft_test_result(pread(fd, buf, 4096, 0) <= 0 &&
			 pwrite(fd, buf, 4096, 0) < 0 &&
			 (uint64_t)ask(FN(WORD), 0) == 0x5555555555555555,
			 "writes for the old disk do not reach it\n");
	close(fd);
	other = open_new_disk(O_RDWR);
	ksft_test_result(other >= 0 && put(other, "new", 0, 0, 64 * 1024) &&
			 disk_has("new", 0, 64 * 1024), "the new disk can be written\n");
	close(other);
	disappear();
}

/* Flushes */

static bool has_cache(void)
{
	return !strcmp(disk_attr(disk, "queue/write_cache"), "write back");
}

static bool flushes(int fd)
{
	ask(FN(FLUSHES), 0);
	return !fsync(fd) && ask(FN(FLUSHES), 0) == 1;
}

static bool can_discard(void)
{
	return atoll(disk_attr(disk, "queue/discard_max_bytes"));
}

/* A read-only medium needs no flush. If a writable medium follows, it does. */
static void read_only_media(void)
{
	int fd;

	ask(FN(READ_ONLY), 1);
	fd = use_with(FN(KIND_REMOVABLE), O_RDONLY);
	ksft_test_result(atoi(disk_attr(disk, "ro")) && !has_cache() &&
			 !can_discard(), "a read-only medium has no write cache\n");
	close(fd);
	ask(FN(READ_ONLY), 0);
	ask(FN(MEDIUM), 1000);
	fd = open_disk(disk, O_RDWR | O_DIRECT);
	ksft_test_result(fd >= 0 && has_cache() && can_discard() &&
			 put(fd, "wri", 0, 0, MIB) && flushes(fd),
			 "a writable medium after it is flushed\n");
	close(fd);
	ask(FN(READ_ONLY), 1);
	ask(FN(MEDIUM), 2000);
	fd = open_disk(disk, O_RDONLY);
	ksft_test_result(fd >= 0 && atoi(disk_attr(disk, "ro")) &&
			 !has_cache() && !can_discard(),
			 "a read-only medium after that has no write cache\n");
	close(fd);
	disappear();

	fd = use_with(FN(KIND_512), O_RDONLY);
	ksft_test_result(!has_cache(), "a read-only disk has no write cache\n");
	close(fd);
	ask(FN(READ_ONLY), 0);
	ask(FN(MEDIUM), TEST_DISK_SIZE / SECTOR);
	for (fd = 0; fd < PATIENCE && atoi(disk_attr(disk, "ro")); fd += 10)
		usleep(10000);
	fd = open_disk(disk, O_RDWR | O_DIRECT);
	ksft_test_result(fd >= 0 && has_cache() && put(fd, "wri", 0, 0, MIB) &&
			 flushes(fd), "a disk that becomes writable is flushed\n");
	close(fd);
	disappear();
}

static void flush_answers(void)
{
	int fd = use(FN(KIND_512));

	ksft_test_result(!strcmp(disk_attr(disk, "flush_supported"), "unknown"),
			 "FlushBlocks() alone: flush_supported is unknown\n");
	clear_log();
	ksft_test_result(flushes(fd) && flushes(fd) &&
			 log_count("may not flush the disk's cache") == 1,
			 "the log says so once\n");
	ask(FN(FLUSH_STATUS), DEVICE_ERROR_);
	ksft_test_result(fsync(fd) < 0 && errno == EIO,
			 "if FlushBlocks() fails, fsync() fails\n");
	close(fd);
	disappear();

	fd = use(FN(KIND_512));
	ask(FN(FLUSH_STATUS), UNSUPPORTED_);
	clear_log();
	ksft_test_result(flushes(fd) && flushes(fd) &&
			 log_count("does not flush the disk's cache") == 1 &&
			 !strcmp(disk_attr(disk, "flush_supported"), "no"),
			 "an unsupported flush is logged, flush_supported is no\n");
	close(fd);
	disappear();
}

/* Binding and removal */

static void binding(struct ledger others)
{
	struct ledger bound;
	int i, cycles = is_long() ? 100 : 3;
	bool ok = true;

	close(use(FN(KIND_512)));
	bound = read_ledger();
	for (i = 0; i < cycles && ok; i++)
		ok = write_file(DISK_DRIVER "unbind", device) &&
		     !find_disk(GUID, disk, sizeof(disk)) &&
		     same_ledger(read_ledger(), others) &&
		     write_file(DISK_DRIVER "bind", device) &&
		     find_disk(GUID, disk, sizeof(disk));
	ksft_test_result(ok && same_ledger(read_ledger(), bound),
			 "unbound and bound %d times\n", i);
	disappear();
}

static void removal(struct ledger others)
{
	int fd = use(FN(KIND_512)), status = -1;
	struct uevent u;
	pid_t pid;

	pid = start_writer(fd);
	usleep(300000);
	ask(FN(REMOVE), 0);
	ksft_test_result(waitpid(pid, &status, 0) == pid && !status,
			 "a program gets an error when the disk it writes to goes\n");
	ksft_test_result(wait_uevent(uevents, PATIENCE, "remove", ALIAS,
				     &u) >= 0 &&
			 !find_disk(GUID, disk, sizeof(disk)) &&
			 pread(fd, buf, 4096, 0) <= 0,
			 "Linux notices that the disk is gone\n");
	close(fd);
	ksft_test_result(!ask(FN(STRAY), 0), "Linux has not called the removed disk\n");
	ksft_test_result(same_ledger(read_ledger(), others),
			 "Linux holds nothing of it\n");
}

static void no_disk(unsigned int kind, const char *word)
{
	bool seen;

	clear_log();
	seen = appear(kind);
	usleep(300000);
	ksft_test_result(seen && !find_disk(GUID, disk, sizeof(disk)) &&
			 (word ? log_has(word) : !log_has("efi-disk")),
			 "kind %u is ignored\n", kind);
	disappear();
}

int main(void)
{
	struct ledger others;

	driver = open_test_device();
	ksft_print_header();
	ksft_set_plan(87);
	uevents = open_uevents();
	buf = alloc_aligned(5 * MIB);
	others = read_ledger();
	if (ask(FN(CALLS), 0) < 0)
		ksft_exit_fail_msg("the EFI test driver is not loaded\n");

	blocks_of(FN(KIND_512), 512, 512);
	blocks_of(FN(KIND_16K), 4096, 16384);
	blocks_of(FN(KIND_64K), 4096, 65536);
	blocks_of(FN(KIND_ALIGN), 512, 512);
	what_is_best();
	errors();
	time_out(FN(KIND_512), 0, "the memory");
	time_out(FN(KIND_ALIGN), 512, "the buffer");
	others = read_ledger();
	discard();
	discard_parts();
	discard_files(FN(KIND_512));
	discard_files(FN(KIND_16K));
	media();
	another_disk();
	read_only_media();
	flush_answers();
	binding(others);
	removal(others);
	no_disk(FN(KIND_IPXE), NULL);
	no_disk(FN(KIND_PARTITION), NULL);
	no_disk(FN(KIND_520), "block size is not a power of two");
	no_disk(FN(KIND_TOO_LARGE), "number of blocks is out of range");
	ksft_finished();
}
