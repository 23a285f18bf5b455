// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that Linux can preempt the firmware while the firmware's clock is
 * stopped
 *
 *	noclock		a firmware call stops the clock, computes, and starts
 *			it again
 *	noclock slow	Linux has not found the clock, which ticks once a
 *			second; the timer event ends slices
 */
#include <signal.h>
#include <sys/mman.h>

#include "common.h"

#define BUSY_MS		3000
#define TPL_APPLICATION	4
#define TPL_NOTIFY	16

/* Linux should get half of the CPU time, less on a busy host */
#define MIN_SLICES	100
#define MIN_PERCENT	10

/* The timer event is signalled at each tick, once a second */
#define MIN_SLOW_SLICES	2

static volatile unsigned long *count;

/* Return the progress of a task that has the CPU to itself for a second */
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
			 "TPL %u, clock stopped: the firmware was preempted %llu times\n",
			 tpl, (unsigned long long)d.slices);
	ksft_test_result(percent > MIN_PERCENT,
			 "user space ran at %.0f %% of its speed meanwhile\n",
			 percent);
}

static void check_slow(int fd, unsigned long alone)
{
	struct efi_mode_test_driver d;
	unsigned long before = *count;
	bool ok;

	ok = call_driver(fd, "registers", BUSY_MS * 1000, &d);
	ksft_test_result(ok && !d.value && d.slices >= MIN_SLOW_SLICES,
			 "the firmware was preempted %llu times\n",
			 (unsigned long long)d.slices);
	ksft_test_result(*count - before > alone / 100,
			 "user space ran meanwhile\n");
}

static void check_clock(int fd, long long tick)
{
	struct efi_mode_test_timer t = { .usec = 1000000 };
	bool ok = !ioctl(fd, EFI_MODE_TEST_TIMER, &t) && !t.status;
	long long now = read_stat("tick_us");

	ksft_test_result(now > tick - tick / 10 && now < tick + tick / 10,
			 "the firmware's clock ticks again every %lld us\n", now);
	ksft_test_result(ok && t.waited_ns > 900000000 &&
			 t.waited_ns < 1500000000,
			 "a firmware timer of 1 s expires after %llu ms\n",
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
