// SPDX-License-Identifier: GPL-2.0-only
/*
 * Use one breakpoint in the firmware and one in Linux: each must stop its own
 * side only
 */
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <sys/syscall.h>

#include "breakpoint.h"
#include "common.h"

#define ROUNDS		200
#define CALL_US		12000
#define CALLS		10

static volatile uint64_t word;

/* Let perf count the writes to @word with a breakpoint */
static int count_writes(void)
{
	struct perf_event_attr attr = {
		.size		= sizeof(attr),
		.type		= PERF_TYPE_BREAKPOINT,
		.bp_type	= HW_BREAKPOINT_W,
		.bp_addr	= (uintptr_t)&word,
		.bp_len		= HW_BREAKPOINT_LEN_8,
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static uint64_t driver(int fd, const char *name, uint64_t argument)
{
	struct efi_mode_test_driver d;

	if (!call_driver(fd, name, argument, &d))
		ksft_exit_fail_msg("the test driver does not answer\n");
	return d.value;
}

static uint64_t stops(int fd, uint64_t what)
{
	return driver(fd, "breakpoint", what);
}

int main(void)
{
	uint64_t before, state = 0, changed = 0, writes = 0, counted = 0;
	int fd = open_test_device(), perf = count_writes();
	unsigned int i;
	pid_t load;

	ksft_print_header();
	ksft_set_plan(4);
	load = start_load();
	before = stops(fd, TEST_BREAKPOINT_SET);
	for (i = 0; i < ROUNDS; i++) {
		word = ++writes;
		state |= driver(fd, "state", 0);
		if (!(i % (ROUNDS / CALLS)))
			changed += driver(fd, "registers", CALL_US);
		before += i & 1;
		if (i & 1)
			stops(fd, TEST_BREAKPOINT_WRITE);
	}
	stop_load(load);
	ksft_test_result(!state && !changed,
			 "the firmware's debug registers: mask %#llx changed\n",
			 (unsigned long long)state);
	ksft_test_result(stops(fd, TEST_BREAKPOINT_WRITE) == before + 1,
			 "the firmware has stopped at its breakpoint %llu times\n",
			 (unsigned long long)before + 1);
	ksft_test_result(perf >= 0 &&
			 read(perf, &counted, sizeof(counted)) == sizeof(counted) &&
			 counted == writes,
			 "Linux has stopped at its breakpoint %llu times of %llu\n",
			 (unsigned long long)counted,
			 (unsigned long long)writes);
	stops(fd, TEST_BREAKPOINT_CLEAR);
	ksft_test_result(!driver(fd, "state", 0),
			 "the firmware's breakpoint is cleared\n");
	ksft_finished();
}
