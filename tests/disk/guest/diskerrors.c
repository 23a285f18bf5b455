// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that a program gets an error for each request that a disk fails, and
 * for no other
 *
 *	diskerrors WHAT=MIB...
 *
 * MIB names a disk by its size. WHAT is the kind of request that fails: "read"
 * or "write", at the offset BAD, or "flush". With "-once", as in "read-once",
 * only the first request fails.
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

static bool flush_fails(int fd)
{
	errno = 0;
	return fsync(fd) && errno == EIO;
}

static void test_flush(const char *what, bool once, int mib, int fd)
{
	ksft_test_result(writes(fd, BLOCK, BAD), "%s %d: a write succeeds\n", what, mib);
	ksft_test_result(flush_fails(fd), "%s %d: the flush fails: %s\n", what, mib,
			 strerror(errno));
	ksft_test_result(reads(fd, BLOCK, BAD), "%s %d: a read succeeds\n", what, mib);
	ksft_test_result(once ? !fsync(fd) : flush_fails(fd), "%s %d: %s\n",
			 what, mib, once ? "the next flush succeeds" : "the next flush fails");
}

static void test(const char *what, int mib)
{
	bool once = strstr(what, "-once");
	bool (*other)(int fd, size_t size, off_t offset) = writes;
	bool (*bad)(int fd, size_t size, off_t offset) = reads;
	int fd = open_disk(mib, O_RDWR | O_DIRECT);

	if (!strncmp(what, "flush", 5)) {
		test_flush(what, once, mib, fd);
		close(fd);
		return;
	}
	if (!strncmp(what, "write", 5)) {
		bad = writes;
		other = reads;
	}
	ksft_test_result(!bad(fd, BLOCK, BAD) && errno == EIO,
			 "%s %d: the bad block fails: %s\n", what, mib, strerror(errno));
	if (once)
		ksft_test_result(bad(fd, BLOCK, BAD),
				 "%s %d: the second request succeeds\n", what, mib);
	else
		ksft_test_result(!bad(fd, LARGE, BAD - LARGE / 2),
				 "%s %d: a request with the bad block in it fails: %s\n", what,
				 mib, strerror(errno));
	ksft_test_result(bad(fd, BLOCK, BAD + BLOCK) &&
			 bad(fd, LARGE, 2 * LARGE) && bad(fd, BLOCK, 0),
			 "%s %d: requests to other blocks succeed\n", what, mib);
	ksft_test_result(other(fd, BLOCK, BAD),
			 "%s %d: the other direction succeeds\n", what, mib);
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
