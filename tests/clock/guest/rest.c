// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test the long slices that an idle Linux gives to the firmware
 *
 * While Linux is idle, there are few world switches, and Linux timers and
 * firmware events still wake Linux in time. When Linux is busy again, the
 * firmware gets its share.
 *
 *	rest [ticks|none|exact]
 */
#include <string.h>

#include "common.h"

/* The expected behaviour, which the argument names */
enum kind {
	WHOLE,		/* idle slices last as long as Linux is idle */
	TICKS,		/* "ticks": the firmware's clock ends each idle slice */
	NONE,		/* "none": there are no idle slices */
	EXACT,		/* "exact": like WHOLE, with -icount, so that no timer may be late */
};

static const char * const kinds[] = {
	[WHOLE] = "", [TICKS] = "ticks", [NONE] = "none", [EXACT] = "exact",
};

#define IDLE_S		4
#define SLEEPS		200
#define SIGNALS		10
#define BUSY_MS		400

/* There must be less than one switch for this number of ticks */
#define TICKS_PER_SWITCH	3

/*
 * On a busy host, some timers are late. If only the firmware's tick ended an
 * idle slice, two thirds of them would be late, by up to 10 ms.
 */
#define LATE_US		3000
#define MAX_LATE	(SLEEPS / 3)
#define TRIES		3

/* A firmware event waits for the firmware's next tick, which may be late */
#define LATE_TICKS	3

static uint64_t firmware_ticks(int fd)
{
	struct efi_mode_test_driver d;

	if (!call_driver(fd, "ticks", 0, &d))
		ksft_exit_fail_msg("the EFI test driver does not answer\n");
	return d.value;
}

static void judge_rests(enum kind kind, uint64_t rest_us,
			unsigned long long switches, uint64_t ticks)
{
	if (kind == NONE) {
		ksft_test_result(!rest_us && !read_stat("idle_slices"),
				 "there are no idle slices\n");
		return;
	}
	ksft_test_result(kind == TICKS || switches < ticks / TICKS_PER_SWITCH,
			 "Linux idle: %llu world switches in %d s\n", switches, IDLE_S);
	ksft_test_result(rest_us > IDLE_S * 700000ULL,
			 "the idle slices took %llu ms of this time\n",
			 (unsigned long long)rest_us / 1000);
}

static void check_idle(int fd, enum kind kind)
{
	uint64_t ticks, tick_us = read_stat("tick_us"), rests, start, expected;
	unsigned long long switches;

	/* Let programs that have just started finish their work */
	sleep(2);
	ticks = firmware_ticks(fd);
	switches = read_stat("round_trips");
	rests = read_stat("idle_slice_us");
	start = now_ns();
	sleep(IDLE_S);
	rests = read_stat("idle_slice_us") - rests;
	switches = read_stat("round_trips") - switches;
	ticks = firmware_ticks(fd) - ticks;
	expected = (now_ns() - start) / 1000 / tick_us;
	ksft_test_result(ticks + 2 >= expected && ticks <= expected + 2,
			 "the firmware got %llu of %llu ticks\n",
			 (unsigned long long)ticks,
			 (unsigned long long)expected);
	judge_rests(kind, rests, switches, ticks);
}

/* Sleep for times from less than one tick to several ticks */
static unsigned int late_timers(void)
{
	unsigned int i, late = 0;

	for (i = 0; i < SLEEPS; i++) {
		uint64_t us = 1000 + i * 7919 % 45000, start = now_ns();

		usleep(us);
		late += (now_ns() - start) / 1000 > us + LATE_US;
	}
	return late;
}

static void check_timers(unsigned int most)
{
	unsigned int late = SLEEPS, i;

	for (i = 0; i < TRIES && late > most; i++)
		late = late_timers();
	ksft_test_result(late <= most,
			 "%u of %d timers are more than %d us late\n", late,
			 SLEEPS, LATE_US);
}

/* Nothing but the firmware event wakes Linux here */
static unsigned int late_signals(int fd)
{
	uint64_t tick_ns = read_stat("tick_us") * 1000;
	unsigned int i, late = 0;

	for (i = 0; i < SIGNALS; i++) {
		struct efi_mode_test_timer t = { .usec = 150000 };

		if (ioctl(fd, EFI_MODE_TEST_SIGNAL, &t) || t.status)
			ksft_exit_fail_msg("cannot create a firmware event\n");
		late += t.waited_ns > t.usec * 1000 + LATE_TICKS * tick_ns;
	}
	return late;
}

static void check_signals(int fd)
{
	unsigned int late = SIGNALS, i;

	for (i = 0; i < TRIES && late > 1; i++)
		late = late_signals(fd);
	ksft_test_result(late <= 1,
			 "%u of %d firmware events wake Linux late\n", late,
			 SIGNALS);
}

static void check_busy(void)
{
	unsigned long long switches = read_stat("round_trips");
	uint64_t end = now_ns() + BUSY_MS * 1000000ULL;

	while (now_ns() < end)
		;
	switches = read_stat("round_trips") - switches;
	ksft_test_result(switches >= BUSY_MS / 40,
			 "%llu slices while Linux is busy for %d ms\n", switches,
			 BUSY_MS);
}

int main(int argc, char **argv)
{
	int fd = open_test_device();
	enum kind kind = WHOLE;

	while (argc > 1 && strcmp(argv[1], kinds[kind]))
		if (++kind > EXACT)
			ksft_exit_fail_msg("%s: unknown\n", argv[1]);
	ksft_print_header();
	ksft_set_plan(kind == NONE ? 5 : 6);
	check_idle(fd, kind);
	check_timers(kind == EXACT ? 0 : MAX_LATE);
	check_signals(fd);
	check_busy();
	ksft_finished();
}
