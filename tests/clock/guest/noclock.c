// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware that is busy while it has no clock: can Linux get the machine back?
 *
 *	noclock		firmware has stopped it, in the call itself
 *	noclock slow	it was not found, and ticks seldom: by the timer event
 */
#include <signal.h>
#include <sys/mman.h>

#include "common.h"

#define BUSY_MS		3000
#define TPL_APPLICATION	4
#define TPL_NOTIFY	16

/* Half of the time is firmware's; a busy host takes its share */
#define MIN_SLICES	100
#define MIN_PERCENT	10

/* There is a tick a second, and the event comes with each */
#define MIN_SLOW_SLICES	2

static volatile unsigned long *count;

/* How far a task gets in a second by itself */
static unsigned long compute_alone(void)
{
	unsigned long before = *count;

	sleep(1);
	return *count - before;
}

static void check(int fd, unsigned int tpl, unsigned long alone)
{
	struct efi_mode_test_driver d;
	unsigned long before = *count;
	uint64_t start = now_ns();
	double percent;
	bool ok;

	ok = call_driver(fd, "no_clock", tpl | BUSY_MS << 8, &d);
	percent = (*count - before) * 100.0 /
		  (alone * ((now_ns() - start) / 1e9));
	ksft_test_result(ok && d.slices >= MIN_SLICES,
			 "at TPL %u without a clock: %llu slices ended by force\n",
			 tpl, (unsigned long long)d.slices);
	ksft_test_result(percent > MIN_PERCENT,
			 "user space computed meanwhile: %.0f %% of alone\n",
			 percent);
}

static void check_slow(int fd, unsigned long alone)
{
	struct efi_mode_test_driver d;
	unsigned long before = *count;
	bool ok;

	ok = call_driver(fd, "registers", BUSY_MS * 1000, &d);
	ksft_test_result(ok && !d.value && d.slices >= MIN_SLOW_SLICES,
			 "%llu slices ended by force\n",
			 (unsigned long long)d.slices);
	ksft_test_result(*count - before > alone / 100,
			 "user space computed meanwhile\n");
}

static void check_clock(int fd, long long tick)
{
	struct efi_mode_test_timer t = { .usec = 1000000 };
	bool ok = !ioctl(fd, EFI_MODE_TEST_TIMER, &t) && !t.status;
	long long now = read_stat("tick_us");

	ksft_test_result(now > tick - tick / 10 && now < tick + tick / 10,
			 "firmware's clock ticks again every %lld us\n", now);
	ksft_test_result(ok && t.waited_ns > 900000000 &&
			 t.waited_ns < 1500000000,
			 "a timer of firmware of 1 s after %llu ms\n",
			 (unsigned long long)t.waited_ns / 1000000);
}

int main(int argc, char **argv)
{
	bool slow = argc > 1 && !strcmp(argv[1], "slow");
	long long tick = read_stat("tick_us");
	int fd = open_test_device();
	unsigned long alone;
	pid_t load;

	count = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ksft_print_header();
	ksft_set_plan(slow ? 2 : 6);
	load = fork();
	if (!load)
		for (;;)
			++*count;
	alone = compute_alone();
	if (slow) {
		check_slow(fd, alone);
	} else {
		check(fd, TPL_APPLICATION, alone);
		check(fd, TPL_NOTIFY, alone);
		check_clock(fd, tick);
	}
	stop_load(load);
	ksft_finished();
}
