// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test BlockIo2 and DiskIo2 with the test driver's disk
 * (tests/disk/efi/tokens.c)
 *
 *	disk-tokens		transfer data
 *	disk-tokens faults	choose a mode; tokens fail; the disk is removed
 *	disk-tokens lose	leave a token in flight that never completes
 *	disk-tokens slow	leave a token in flight that completes after 3 s
 */
#define _GNU_SOURCE
#include <linux/aio_abi.h>
#include <sys/syscall.h>

#include "ledger.h"
#include "testdisk.h"

#define MODE		"/sys/module/efi_disk/parameters/mode"
#define BLOCKIO2	TEST_DISK_WITH_BLOCKIO2
#define DISKIO2		TEST_DISK_WITH_DISKIO2

/*
 * How long tokens take, in ms: TICK is a tick of the firmware's clock, and
 * SLOW_TOKEN is as long as ten slow reads by BlockIo
 */
#define TICK		10
#define SLOW_TOKEN	30
#define SLOW_READ	3000	/* us */

/* ms; the trial of a mode waits five seconds for a token */
#define LONG_PATIENCE	9000

#define READERS		16
#define MAX_BATCH	32

static void set_mode(const char *mode)
{
	if (!write_file(MODE, mode))
		ksft_exit_fail_msg("%s: %s\n", MODE, strerror(errno));
}

/*
 * Number of breaches that are expected: after a lost token, the trial of a mode
 * uses BlockIo all the same
 */
static long long breaches;

static bool no_breach(void)
{
	return ask(FN(BREACHES), 0) == breaches;
}

/* The choice of a mode */

/*
 * Wait until the driver has chosen a mode and the disk is ready. If the test
 * removed the disk earlier, Linux would still be reading its partition table.
 */
static bool wait_hello(void)
{
	int ms;

	for (ms = 0; ms < LONG_PATIENCE; ms += 10) {
		if (log_has(", mode: "))
			return true;
		usleep(10000);
	}
	return false;
}

static const char *find_reason(const char *disk)
{
	static char line[256];
	size_t n = strlen(disk);
	const char *found = NULL;
	FILE *f;

	f = fopen("/sys/kernel/debug/efi-mode/disk_modes", "r");
	while (f && !found && fgets(line, sizeof(line), f))
		if (!strncmp(line, disk, n) && line[n] == ' ')
			found = strstr(line, ": ");
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = '\0';
	return found ? found + 2 : NULL;
}

/*
 * Return: the reason for the mode of a disk, or "". A disk is in the list when
 * it is bound to the driver, which is shortly after the block device appears.
 */
static const char *mode_reason(const char *disk)
{
	const char *reason = find_reason(disk);
	int i;

	for (i = 0; i < 100 && !reason; i++) {
		usleep(10000);
		reason = find_reason(disk);
	}
	return reason ?: "";
}

static void chosen(const char *wanted, unsigned int with, const char *mode,
		   const char *reason)
{
	char found[32] = "", why[128] = "", said[160];

	set_mode(wanted);
	clear_log();
	if (appear(FN(KIND_512) | with) && wait_hello() &&
	    find_disk(GUID, disk, sizeof(disk))) {
		snprintf(found, sizeof(found), "%s", disk_attr(disk, "mode"));
		snprintf(why, sizeof(why), "%s", mode_reason(disk));
	}
	snprintf(said, sizeof(said), "mode: %s (%s)", found, why);
	ksft_test_result(!strcmp(found, mode) && strstr(why, reason) &&
			 log_has(said),
			 "%s, protocols %x: %s: %s\n", wanted, with, mode, reason);
	if (strcmp(found, mode) || !strstr(why, reason))
		ksft_print_msg("it is %s: %s\n", found, why);
	disappear();
}

static void modes(void)
{
	ksft_test_result(!write_file(MODE, "rubbish"), "a mode that does not exist is refused\n");
	chosen("auto", 0, "blockio", "no other protocol");
	chosen("blockio", BLOCKIO2, "blockio", "requested");
	chosen("blockio2", DISKIO2, "blockio", "BlockIo2 is not available");
	chosen("diskio2", BLOCKIO2, "blockio", "DiskIo2 is not available");
	chosen("blockio2", BLOCKIO2, "blockio2", "requested");
	chosen("diskio2", BLOCKIO2 | DISKIO2, "diskio2", "requested");
	ask(FN(DELAY), 0);
	chosen("auto", BLOCKIO2, "blockio", "BlockIo2 is not asynchronous");
	ask(FN(DELAY), TICK);
	chosen("auto", BLOCKIO2, "blockio", "us by BlockIo2 with");
	ask(FN(SLOW), SLOW_READ);
	chosen("auto", BLOCKIO2 | DISKIO2, "blockio2",
	       "us by BlockIo2 with 32 tokens");
	chosen("auto", DISKIO2, "diskio2", "us by DiskIo2 with 32 tokens");
	ask(FN(FAIL_TOKEN), DEVICE_ERROR_ | 1 << 8);
	chosen("auto", BLOCKIO2, "blockio", "BlockIo2 fails: device error");
	ask(FN(FAIL_TOKEN), 0);
	ksft_test_result(no_breach(), "no rule was broken\n");
	/*
	 * BlockIo is used all the same, because the root file system may be on
	 * the disk
	 */
	ask(FN(LOSE), 1);
	chosen("auto", BLOCKIO2, "blockio", "BlockIo2 fails: timeout");
	breaches = ask(FN(BREACHES), 0);
	ask(FN(LOSE), 0);
	ask(FN(SLOW), 0);
	ksft_test_result(ask(FN(FIND), 0) == 1, "a token of the trial completes late\n");
}

/* Data */

static void data(const char *mode, unsigned int kind, unsigned int with,
		 int delay)
{
	unsigned int part = kind == FN(KIND_16K) ? 16384 : 4096;
	int fd;

	set_mode(mode);
	ask(FN(DELAY), delay);
	fd = use(kind | with);
	ask(FN(TOKENS), 0);
	ask(FN(MOST), 0);
	ksft_test_result(put(fd, "all", 0, 0, 4 * MIB) &&
			 disk_has("all", 0, 4 * MIB) &&
			 ask(FN(MOST), 0) > (delay ? 4 : 0),
			 "%s, kind %u: many tokens at once\n", mode, kind);
	ksft_test_result(put(fd, "one", 512, 8 * part, part) &&
			 put(fd, "two", 0, 64 * 1024 - 4096, 8192) &&
			 put(fd, "end", 0, TEST_DISK_SIZE - 4096,
			     4096) &&
			 disk_has("one", 8 * part, part) &&
			 disk_has("two", 64 * 1024 - 4096, 8192) &&
			 disk_has("end", TEST_DISK_SIZE - 4096, 4096) &&
			 disk_has("all", 0, 8 * 4096) &&
			 disk_has("all", MIB / 4, MIB),
			 "%s, kind %u: small writes\n", mode, kind);
	ksft_test_result(get(fd, "one", 1024, 8 * part, part) &&
			 get(fd, "two", 512, 64 * 1024 - 4096, 8192) &&
			 get(fd, "all", 0, MIB, 3 * MIB) &&
			 get(fd, "end", 0, TEST_DISK_SIZE - 4096, 4096),
			 "%s, kind %u: reads\n", mode, kind);
	ksft_test_result(ask(FN(TOKENS), 0) > 40 && no_breach(),
			 "%s, kind %u: no rule was broken\n", mode, kind);
	close(fd);
	ksft_test_result(disappear(), "%s, kind %u: the disk is removed\n", mode, kind);
}

/*
 * Use a part of the disk. Some readers flush, which needs all tokens to be
 * complete.
 */
static int reader(int n)
{
	uint64_t base = n * 256 * 1024ULL, at;
	int fd = open_disk(disk, O_RDWR | O_DIRECT), i;

	for (i = 0; i < 30; i++) {
		at = base + i * 7 % 60 * 4096;
		if (!put(fd, "abc", 0, at, 4096 * (1 + i % 3)) ||
		    (n < 2 && i % 8 == 0 && fsync(fd)) ||
		    !get(fd, "abc", 0, at, 4096 * (1 + i % 3)))
			return 1;
	}
	close(fd);
	return 0;
}

static void together(const char *mode)
{
	pid_t pids[READERS];
	bool ok = true;
	int i, status;

	set_mode(mode);
	close(use(FN(KIND_512) | BLOCKIO2));
	ask(FN(MOST), 0);
	for (i = 0; i < READERS; i++) {
		pids[i] = fork();
		if (!pids[i])
			_exit(reader(i));
	}
	for (i = 0; i < READERS; i++)
		ok &= waitpid(pids[i], &status, 0) == pids[i] && !status;
	i = ask(FN(MOST), 0);
	ksft_test_result(ok && i > READERS / 2,
			 "%s: many readers and writers: %d at once\n", mode, i);
	ksft_test_result(no_breach(),
			 "no other function is called while tokens are in flight\n");
	disappear();
}

/* Issue reads at once that cannot be merged. Return: number of tokens, or -1 */
static long long read_batch(int fd, aio_context_t ctx, unsigned int n)
{
	struct iocb iocbs[MAX_BATCH] = {}, *pointers[MAX_BATCH];
	struct io_event done[MAX_BATCH];
	unsigned int i;

	for (i = 0; i < n; i++) {
		iocbs[i].aio_lio_opcode = IOCB_CMD_PREAD;
		iocbs[i].aio_fildes = fd;
		iocbs[i].aio_buf = (uintptr_t)buf + i * 4096;
		iocbs[i].aio_nbytes = 4096;
		iocbs[i].aio_offset = i * 8192;
		pointers[i] = &iocbs[i];
	}
	memset(buf, 0, n * 4096);
	ask(FN(TOKENS), 0);
	if (syscall(SYS_io_submit, ctx, n, pointers) != n ||
	    syscall(SYS_io_getevents, ctx, n, n, done, NULL) != n)
		return -1;
	for (i = 0; i < n; i++)
		if (done[i].res != 4096 ||
		    !is_pattern(buf + i * 4096, "few", i * 8192, 4096))
			return -1;
	return ask(FN(TOKENS), 0);
}

/*
 * In mode auto, the driver must use tokens only if there are so many requests
 * at once that tokens are faster than BlockIo
 */
static void few_and_many(void)
{
	aio_context_t ctx = 0;
	unsigned int from = 0;
	long long few, many;
	const char *said;
	int fd;

	set_mode("auto");
	ask(FN(DELAY), SLOW_TOKEN);
	ask(FN(SLOW), SLOW_READ);
	fd = use(FN(KIND_512) | BLOCKIO2);
	said = strstr(mode_reason(disk), "fewer than ");
	ksft_test_result(said && sscanf(said, "fewer than %u", &from) == 1 &&
			 from > 2 && from <= MAX_BATCH &&
			 !syscall(SYS_io_setup, MAX_BATCH, &ctx),
			 "tokens for %u requests at once\n", from);
	ask(FN(TOKENS), 0);
	ask(FN(MOST), 0);
	ksft_test_result(put(fd, "few", 0, 0, 2 * MIB) &&
			 get(fd, "few", 0, MIB, 4096) && !ask(FN(TOKENS), 0),
			 "no tokens for one request at a time\n");
	few = read_batch(fd, ctx, from - 1);
	ksft_test_result(!few, "%lld tokens for %u requests at once\n", few, from - 1);
	many = read_batch(fd, ctx, from);
	ksft_test_result(many == from, "%lld tokens for %u requests at once\n", many, from);
	syscall(SYS_io_destroy, ctx);
	close(fd);
	disappear();
	together("auto");
	ask(FN(SLOW), 0);
	ask(FN(DELAY), TICK);
}

/* Errors */

static void errors(void)
{
	int fd, buffered, abandoned;

	set_mode("blockio2");
	fd = use(FN(KIND_512) | BLOCKIO2);
	buffered = open_disk(disk, O_RDONLY);
	put(fd, "err", 0, 0, 4 * MIB);
	clear_log();
	ask(FN(FAIL_TOKEN), DEVICE_ERROR_ | 1 << 8);
	ksft_test_result(get(fd, "err", 0, 0, MIB) &&
			 log_has("(device error): retrying with BlockIo"),
			 "a request whose token fails is tried again\n");
	ask(FN(FAIL_TOKEN), DEVICE_ERROR_ | FOR_EVER << 8);
	ksft_test_result(get(fd, "err", 0, 0, MIB) &&
			 put(fd, "err", 0, 0, MIB) && disk_has("err", 0, MIB),
			 "the same if every token fails\n");
	ask(FN(FAIL), DEVICE_ERROR_ | FOR_EVER << 8);
	ksft_test_result(fails(fd, 0, 4096, EIO) && log_has("cannot read"),
			 "if the second attempt fails, the program gets an error\n");
	ask(FN(FAIL_TOKEN), 0);
	ask(FN(FAIL), DEVICE_ERROR_ | 1 << 8);
	ksft_test_result(get(fd, "err", 0, 0, MIB),
			 "a request whose token is refused is tried again\n");
	ask(FN(FAIL_AT), 3000);
	ksft_test_result(fails(fd, 3000 * SECTOR, SECTOR, EIO) &&
			 fails(fd, 2900 * SECTOR, 200 * SECTOR, EIO) &&
			 get(fd, "err", 0, 2999 * SECTOR, SECTOR) &&
			 get(buffered, "err", 0, 2992 * SECTOR, 4096) &&
			 get(buffered, "err", 0, 3008 * SECTOR, 4096) &&
			 pread(buffered, buf, 4096, 3000 * SECTOR) < 0,
			 "only requests for the bad block fail\n");
	ask(FN(FAIL_AT), 0);
	close(buffered);
	ask(FN(LIMIT), 64 * 1024);
	ksft_test_result(get(fd, "err", 0, 0, MIB) &&
			 get(fd, "err", 0, 0, MIB),
			 "requests are split if the firmware refuses their size\n");
	ask(FN(LIMIT), 0);
	ask(FN(RENUMBER), 0);
	ask(FN(TOKENS), 0);
	ksft_test_result(get(fd, "err", 0, 0, 4096) &&
			 get(fd, "err", 0, 0, 4096) && ask(FN(TOKENS), 0),
			 "a disk whose medium gets another number is the same disk\n");
	ask(FN(FLUSHES), 0);
	ksft_test_result(!fsync(fd) && ask(FN(FLUSHES), 0) == 1,
			 "fsync() flushes\n");
	abandoned = read_ledger().abandoned;
	ask(FN(FAIL_TOKEN), TIMEOUT_ | 1 << 8);
	ksft_test_result(get(fd, "err", 0, 0, 4096) &&
			 read_ledger().abandoned == abandoned + 1 &&
			 get(fd, "err", 0, 0, MIB) &&
			 read_ledger().abandoned == abandoned + 1,
			 "the buffer of a token that timed out is never used again\n");
	ask(FN(FAIL_TOKEN), WRITE_PROTECTED_ | FOR_EVER << 8);
	ask(FN(FAIL), WRITE_PROTECTED_ | FOR_EVER << 8);
	ksft_test_result(pwrite(fd, buf, 4096, 0) < 0 &&
			 atoi(disk_attr(disk, "ro")) == 1,
			 "a write-protected disk becomes read-only\n");
	ask(FN(FAIL), 0);
	ask(FN(FAIL_TOKEN), 0);
	ksft_test_result(no_breach(), "no rule was broken\n");
	close(fd);
	disappear();
}

/* Tokens that do not complete */

static bool be_impatient(void)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/block/%s/queue/io_timeout", disk);
	return write_file(path, "1000");
}

static bool all_are(uint8_t value, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		if (buf[i] != value)
			return false;
	return true;
}

static void lost(void)
{
	int fd;

	set_mode("blockio2");
	fd = use(FN(KIND_512) | BLOCKIO2);
	put(fd, "los", 0, 0, MIB);
	clear_log();
	ask(FN(LOSE), 1);
	ksft_test_result(be_impatient() && fails(fd, 0, 4096, ETIMEDOUT) &&
			 log_has("has not completed a token"),
			 "a token that does not complete is an error\n");
	ask(FN(CALLS), 0);
	ksft_test_result(fails(fd, MIB, 4096, ETIMEDOUT) && fsync(fd) &&
			 !ask(FN(CALLS), 0),
			 "no function of the disk is called any more\n");
	memset(buf, 0xaa, 4096);
	ksft_test_result(ask(FN(FIND), 0) == 1 && all_are(0xaa, 4096),
			 "when it completes late, no memory of programs changes\n");
	ksft_test_result(get(fd, "los", 0, 0, MIB) && !fsync(fd),
			 "and the disk works again\n");
	ask(FN(LOSE), 1);
	fill_pattern(buf, "lat", 0, 4096);
	ksft_test_result(pwrite(fd, buf, 4096, 0) < 0 && errno == ETIMEDOUT &&
			 disk_has("los", 0, 4096) && ask(FN(FIND), 0) == 1 &&
			 disk_has("lat", 0, 4096), "the same for a write\n");
	close(fd);
	disappear();
}

/*
 * Unbind the driver while tokens are in flight. @others, Return: the ledger
 * without this disk, before and after. The memory of these tokens is abandoned.
 */
static struct ledger left_behind(struct ledger others)
{
	int fd;

	set_mode("blockio2");
	fd = use(FN(KIND_512) | BLOCKIO2);
	ask(FN(LOSE), 2);
	ksft_test_result(be_impatient() && fails(fd, 0, 256 * 1024, ETIMEDOUT),
			 "two tokens do not complete\n");
	close(fd);
	/*
	 * Two buffers and the event, in addition to those that other tests
	 * abandoned
	 */
	others.abandoned = read_ledger().abandoned + 3;
	ksft_test_result(write_file(DISK_DRIVER "unbind", device) &&
			 same_ledger(read_ledger(), others),
			 "their buffers and event are not freed with the driver\n");
	ksft_test_result(write_file(DISK_DRIVER "bind", device) &&
			 wait_disk(GUID, disk, sizeof(disk), PATIENCE),
			 "the driver can be bound again\n");
	fd = open_new_disk(O_RDWR);
	ksft_test_result(put(fd, "new", 0, 0, MIB) && ask(FN(FIND), 0) == 2 &&
			 get(fd, "new", 0, 0, MIB),
			 "late tokens do not disturb it\n");
	close(fd);
	disappear();
	return others;
}

/* Binding and removal */

static void binding(struct ledger others)
{
	struct ledger bound;
	bool ok = true;
	int i;

	set_mode("blockio2");
	close(use(FN(KIND_512) | BLOCKIO2));
	bound = read_ledger();
	for (i = 0; i < 20 && ok; i++)
		ok = write_file(DISK_DRIVER "unbind", device) &&
		     same_ledger(read_ledger(), others) &&
		     write_file(DISK_DRIVER "bind", device) &&
		     find_disk(GUID, disk, sizeof(disk));
	ksft_test_result(ok && same_ledger(read_ledger(), bound),
			 "unbound and bound twenty times: %d\n", i);
	disappear();
}

/*
 * Remove the disk while tokens are in flight. They do not complete, but a
 * program must get an error soon.
 */
static void removal(struct ledger others)
{
	int fd, status = -1;
	struct uevent u;
	uint64_t start;
	pid_t pid;

	set_mode("blockio2");
	fd = use(FN(KIND_512) | BLOCKIO2);
	ask(FN(DELAY), 1000);
	pid = start_writer(fd);
	usleep(300000);
	start = now_ns();
	ask(FN(REMOVE), 0);
	ksft_test_result(waitpid(pid, &status, 0) == pid && !status &&
			 now_ns() - start < 10 * 1000000000ULL,
			 "a program gets an error when the disk it writes to goes\n");
	ksft_test_result(wait_uevent(uevents, LONG_PATIENCE, "remove", ALIAS,
				     &u) >= 0 &&
			 !find_disk(GUID, disk, sizeof(disk)) &&
			 pread(fd, buf, 4096, 0) <= 0, "Linux notices that the disk is gone\n");
	close(fd);
	/* Tokens that were in flight do not complete once the disk is gone */
	others.abandoned = read_ledger().abandoned;
	ksft_test_result(!ask(FN(STRAY), 0) &&
			 same_ledger(read_ledger(), others),
			 "Linux has not called the removed disk, and holds nothing of it\n");
	ksft_test_result(ask(FN(FIND), 0) > 0, "tokens of the removed disk complete late\n");
	ask(FN(DELAY), TICK);
}

static void media(void)
{
	int fd;

	set_mode("blockio2");
	fd = use(FN(KIND_REMOVABLE) | BLOCKIO2);
	put(fd, "old", 0, 0, MIB);
	ask(FN(MEDIUM), 1000);
	ksft_test_result(other_medium_is_safe(fd),
			 "a write for one medium does not reach another\n");
	close(fd);
	fd = open_disk(disk, O_RDWR | O_DIRECT);
	ask(FN(TOKENS), 0);
	ksft_test_result(fd >= 0 && atoi(disk_attr(disk, "size")) == 4000 &&
			 put(fd, "new", 0, 0, MIB) && disk_has("new", 0, MIB) &&
			 ask(FN(TOKENS), 0), "the new medium can be used\n");
	ksft_test_result(no_breach(), "no rule was broken\n");
	close(fd);
	disappear();
}

/* Leave a token in flight: the host part checks what happens when Linux ends */
static void leave_one(const char *how)
{
	int fd;

	set_mode("blockio2");
	fd = use(FN(KIND_512) | BLOCKIO2);
	if (!strcmp(how, "lose"))
		ask(FN(LOSE), 1);
	else
		ask(FN(DELAY), 3000);
	if (!fork()) {
		be_impatient();
		pread(fd, buf, 4096, 0);
		_exit(0);
	}
	usleep(!strcmp(how, "lose") ? 4000000 : 300000);
}

static void test_transfers(void)
{
	ksft_set_plan(33);
	data("blockio2", FN(KIND_512), BLOCKIO2, TICK);
	data("blockio2", FN(KIND_16K), BLOCKIO2, 0);
	data("blockio2", FN(KIND_ALIGN), BLOCKIO2, TICK);
	data("diskio2", FN(KIND_512), DISKIO2, 0);
	data("diskio2", FN(KIND_16K), DISKIO2, TICK);
	together("blockio2");
	few_and_many();
}

static void test_faults(void)
{
	struct ledger others = read_ledger();

	ksft_set_plan(43);
	modes();
	errors();
	lost();
	others = left_behind(others);
	binding(others);
	removal(others);
	media();
}

int main(int argc, char **argv)
{
	bool faults = argc > 1 && !strcmp(argv[1], "faults");

	driver = open_test_device();
	uevents = open_uevents();
	buf = alloc_aligned(5 * MIB);
	if (argc > 1 && !faults) {
		leave_one(argv[1]);
		return 0;
	}
	ksft_print_header();
	if (ask(FN(CALLS), 0) < 0)
		ksft_exit_fail_msg("the EFI test driver is not loaded\n");
	if (faults)
		test_faults();
	else
		test_transfers();
	set_mode("auto");
	ksft_finished();
}
