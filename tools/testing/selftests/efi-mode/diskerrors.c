// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors of a disk reach who asked, and nobody else
 *
 *	diskerrors WHAT=MIB...
 *
 * Disks are named by their sizes. WHAT fails at the sector of BAD: "read" or "write",
 * always; "read-once"; "flush", wherever.
 */
#include "disksize.h"

#define BAD	(1 << 20)
#define BLOCK	4096
#define LARGE	(1 << 20)

static void *buffer;

static bool reads(int fd, size_t size, off_t offset)
{
	errno = 0;
	return pread(fd, buffer, size, offset) == (ssize_t)size;
}

static bool writes(int fd, size_t size, off_t offset)
{
	errno = 0;
	return pwrite(fd, buffer, size, offset) == (ssize_t)size;
}

static void test(const char *what, int mib)
{
	bool (*other)(int fd, size_t size, off_t offset) = writes;
	bool (*bad)(int fd, size_t size, off_t offset) = reads;
	int fd = open_disk(mib, O_RDWR | O_DIRECT);

	if (!strcmp(what, "flush")) {
		ksft_test_result(writes(fd, BLOCK, BAD), "flush: writes\n");
		ksft_test_result(fsync(fd) && errno == EIO,
				 "flush: fails: %s\n", strerror(errno));
		ksft_test_result(reads(fd, BLOCK, BAD), "flush: reads\n");
		ksft_test_result(fsync(fd) && errno == EIO,
				 "flush: fails again: %s\n", strerror(errno));
		close(fd);
		return;
	}
	if (!strcmp(what, "write")) {
		bad = writes;
		other = reads;
	}
	ksft_test_result(!bad(fd, BLOCK, BAD) && errno == EIO,
			 "%s %d: a bad block: %s\n", what, mib, strerror(errno));
	if (!strcmp(what, "read-once"))
		ksft_test_result(bad(fd, BLOCK, BAD),
				 "%s %d: and then good\n", what, mib);
	else
		ksft_test_result(!bad(fd, LARGE, BAD - LARGE / 2),
				 "%s %d: in the middle of others: %s\n", what,
				 mib, strerror(errno));
	ksft_test_result(bad(fd, BLOCK, BAD + BLOCK) &&
			 bad(fd, LARGE, 2 * LARGE) && bad(fd, BLOCK, 0),
			 "%s %d: the others are good\n", what, mib);
	ksft_test_result(other(fd, BLOCK, BAD),
			 "%s %d: the other direction is good\n", what, mib);
	close(fd);
}

int main(int argc, char **argv)
{
	char *mib;
	int i;

	ksft_print_header();
	ksft_set_plan((argc - 1) * 4);
	if (posix_memalign(&buffer, BLOCK, LARGE))
		ksft_exit_fail_msg("no memory\n");
	memset(buffer, 0, LARGE);
	for (i = 1; i < argc; i++) {
		mib = strchr(argv[i], '=');
		if (!mib)
			ksft_exit_fail_msg("usage: diskerrors WHAT=MIB...\n");
		*mib++ = '\0';
		test(argv[i], atoi(mib));
	}
	ksft_finished();
}
