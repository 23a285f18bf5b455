// SPDX-License-Identifier: GPL-2.0-only
/*
 * While firmware waits others have the CPU
 */
#include <signal.h>

#include "common.h"

#define TPL_APPLICATION	4
#define TPL_NOTIFY	16
#define TPL_HIGH_LEVEL	31

#define STALLS		2000
#define LONG_US		2000000

/* Of the CPU for who computes. Where waiting is work it is half. */
#define MOST		75

static int fd;

static uint64_t cpu_time(pid_t pid)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &ts))
		ksft_exit_fail_msg("no clock of a process\n");
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* Percent of a time that a process had, since it had @before at @start */
static unsigned int percent(pid_t pid, uint64_t before, uint64_t start)
{
	return (cpu_time(pid) - before) * 100 / (now_ns() - start);
}

static uint64_t value_of(uint64_t function, uint64_t argument)
{
	struct efi_mode_test_driver d;

	if (!call_driver(fd, function, argument, &d))
		ksft_exit_fail_msg("the test driver does not answer\n");
	return d.value;
}

static void beside(pid_t load, unsigned int tpl, const char *where)
{
	long long given = read_stat("ended_stall");
	uint64_t before = cpu_time(load), start = now_ns(), bad;
	unsigned int had;

	bad = value_of(EFI_MODE_TEST_FN_STALL, tpl | STALLS << 8);
	had = percent(load, before, start);
	given = read_stat("ended_stall") - given;
	ksft_test_result(!bad, "%s: none of %d stalls is too short, or changes a register: %llu\n",
			 where, STALLS, (unsigned long long)bad);
	ksft_test_result(given >= STALLS / 2, "%s: %lld slices ended\n",
			 where, given);
	ksft_test_result(had >= MOST, "%s: who computes has %u %% of the CPU\n",
			 where, had);
}

/* Nothing else ends a slice there either */
static void at_high_level(void)
{
	long long given = read_stat("ended_stall");
	uint64_t bad;

	bad = value_of(EFI_MODE_TEST_FN_STALL, TPL_HIGH_LEVEL | 20 << 8);
	given = read_stat("ended_stall") - given;
	ksft_test_result(!bad && !given,
			 "TPL_HIGH_LEVEL: no slice ends: %lld\n", given);
}

static void nobody_else(void)
{
	long long given = read_stat("ended_stall");
	uint64_t bad;

	bad = value_of(EFI_MODE_TEST_FN_STALL, TPL_APPLICATION | STALLS << 8);
	given = read_stat("ended_stall") - given;
	ksft_test_result(!bad && given < STALLS / 4,
			 "alone: there is nobody to give it to: %lld slices ended\n",
			 given);
}

static void long_stall(pid_t load)
{
	uint64_t ticks = value_of(EFI_MODE_TEST_FN_TICKS, 0), before, start, took;
	struct efi_mode_test_stall s = { .usec = LONG_US };
	long long slices = read_stat("round_trips");
	unsigned int had;
	bool ok;

	before = cpu_time(load);
	start = now_ns();
	ok = !ioctl(fd, EFI_MODE_TEST_STALL, &s) && !s.status;
	took = now_ns() - start;
	had = percent(load, before, start);
	slices = read_stat("round_trips") - slices;
	ticks = value_of(EFI_MODE_TEST_FN_TICKS, 0) - ticks;
	ksft_test_result(ok && took >= LONG_US * 990ULL,
			 "Stall(2 s): it takes %llu ms\n",
			 (unsigned long long)took / 1000000);
	ksft_test_result(had >= MOST, "Stall(2 s): who computes has %u %% of the CPU\n",
			 had);
	ksft_test_result(ticks * 10000000 >= took * 9 / 10,
			 "Stall(2 s): firmware has its ticks: %llu in %lld slices\n",
			 (unsigned long long)ticks, slices);
}

/* Not in a call of Linux's, but in a notify function */
static void in_its_own_time(pid_t load)
{
	uint64_t before, start, ticks = value_of(EFI_MODE_TEST_FN_TICKS, 0);
	long long given = read_stat("ended_stall");
	unsigned int had;

	value_of(EFI_MODE_TEST_FN_STALL_LATER, LONG_US);
	usleep(300000);
	before = cpu_time(load);
	start = now_ns();
	sleep(1);
	had = percent(load, before, start);
	given = read_stat("ended_stall") - given;
	ticks = value_of(EFI_MODE_TEST_FN_TICKS, 0) - ticks;
	ksft_test_result(given, "a notify function: %lld slices ended\n", given);
	ksft_test_result(had >= MOST,
			 "a notify function: who computes has %u %% of the CPU\n",
			 had);
	ksft_test_result(ticks >= 150,
			 "a notify function: firmware has its ticks: %llu\n",
			 (unsigned long long)ticks);
}

int main(void)
{
	pid_t load;

	fd = open_test_device();
	ksft_print_header();
	ksft_set_plan(14);
	nobody_else();
	load = start_load();
	beside(load, TPL_APPLICATION, "TPL_APPLICATION");
	beside(load, TPL_NOTIFY, "TPL_NOTIFY");
	at_high_level();
	long_stall(load);
	in_its_own_time(load);
	stop_load(load);
	ksft_finished();
}
