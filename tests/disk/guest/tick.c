// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that the firmware's clock ticks faster while tokens of a disk are in
 * flight, and that its time stays correct
 *
 * The argument is a part of the disk's device path.
 */
#include <limits.h>

#include "blockdev.h"

#define BURSTS		25
#define READS		20
#define PAUSE_US	200000
#define TIMER_S		(BURSTS * PAUSE_US / 1000000)
#define TRIES		3
#define BLOCK		4096
#define STRIDE		(1 << 20)

/* The tick must become at least this many times shorter */
#define FASTER		4

#define PARAMETER	"/sys/module/efi_mode/parameters/fast_tick"

static unsigned long long tick;

static void read_burst(int fd)
{
	static uint8_t buf[BLOCK] __attribute__((aligned(BLOCK)));
	unsigned int i;

	for (i = 0; i < READS; i++)
		if (pread(fd, buf, BLOCK, i * STRIDE) != BLOCK)
			ksft_exit_fail_msg("the disk cannot be read\n");
}

static bool is_normal(void)
{
	unsigned long long now = read_stat("tick_us");

	return now > tick - tick / 10 && now < tick + tick / 10;
}

static void speed(int fd)
{
	unsigned long long during;

	read_burst(fd);
	during = read_stat("tick_us");
	ksft_test_result(during && during < tick / FASTER,
			 "a tick of %llu us takes %llu us\n", tick, during);
	usleep(500000);
	ksft_test_result(is_normal(), "the tick is as before after the tokens\n");
}

static void parameter(int fd)
{
	ksft_test_result(!write_file(PARAMETER, "999") &&
			 !write_file(PARAMETER, "100001") &&
			 !write_file(PARAMETER, "fast"),
			 "fast_tick refuses values out of range\n");
	if (!write_file(PARAMETER, "0"))
		ksft_exit_fail_msg("%s: %s\n", PARAMETER, strerror(errno));
	read_burst(fd);
	ksft_test_result(is_normal(), "fast_tick=0 leaves the tick alone\n");
	write_file(PARAMETER, "1000");
}

/*
 * Return: how late a firmware timer is, in us. Each burst changes the tick
 * twice.
 */
static long long lateness(int test, int fd)
{
	struct efi_mode_test_timer t = { .usec = TIMER_S * 1000000ULL };
	unsigned int i;
	pid_t child = fork();

	if (!child) {
		for (i = 0; i < BURSTS; i++) {
			read_burst(fd);
			usleep(PAUSE_US);
		}
		_exit(0);
	}
	if (child < 0 || ioctl(test, EFI_MODE_TEST_TIMER, &t) || t.status)
		ksft_exit_fail_msg("cannot start a firmware timer\n");
	waitpid(child, NULL, 0);
	return (long long)(t.waited_ns / 1000) - (long long)t.usec;
}

/* On a busy host a timer may be late, but not each time */
static void time_of_firmware(int test, int fd)
{
	long long limit = 3 * tick, late = LLONG_MAX;
	unsigned int i;

	for (i = 0; i < TRIES && llabs(late) > limit; i++)
		late = lateness(test, fd);
	ksft_test_result(llabs(late) <= limit,
			 "a firmware timer of %d s is %lld us late\n", TIMER_S,
			 late);
	usleep(500000);
	ksft_test_result(is_normal(), "the tick is as before after that\n");
}

int main(int argc, char **argv)
{
	int test = open_test_device(), fd;
	char disk[32];

	if (argc != 2 || !find_disk(argv[1], disk, sizeof(disk)))
		ksft_exit_fail_msg("there is no disk with this path\n");
	fd = open_disk(disk, O_RDONLY | O_DIRECT);
	if (fd < 0)
		ksft_exit_fail_msg("%s cannot be opened\n", disk);
	ksft_print_header();
	ksft_set_plan(6);
	usleep(500000);
	tick = read_stat("tick_us");
	speed(fd);
	parameter(fd);
	time_of_firmware(test, fd);
	ksft_finished();
}
