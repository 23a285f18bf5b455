// SPDX-License-Identifier: GPL-2.0-only
/*
 * While firmware waits others have the CPU
 *
 *	stall [COUNT]
 *
 * COUNT is the number of short stalls in a row.
 */
#include <dirent.h>
#include <signal.h>

#include "common.h"

#define TPL_APPLICATION	4
#define TPL_NOTIFY	16
#define TPL_HIGH_LEVEL	31

#define STALLS		2000	/* if no argument says how many */
#define LONG_US		2000000
#define TRIES		3

/*
 * Percent of the CPU for firmware. Where waiting is work it is half. What is left is not
 * all for who computes: switching takes its time.
 */
#define MOST	30

struct shares {
	uint64_t start, had;
	long long firmware;
	unsigned int percent, firmware_percent;
};

static int fd, stalls = STALLS;

static uint64_t cpu_time(pid_t pid)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &ts))
		ksft_exit_fail_msg("no clock of a process\n");
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static struct shares begin(pid_t load)
{
	return (struct shares) {
		.firmware = read_stat("firmware_us"),
		.had	= cpu_time(load),
		.start	= now_ns(),
	};
}

static void end(struct shares *s, pid_t load)
{
	uint64_t took = now_ns() - s->start;

	s->percent = (cpu_time(load) - s->had) * 100 / took;
	s->firmware_percent = (read_stat("firmware_us") - s->firmware) *
			      100000 / took;
}

static void judge(const struct shares *s, const char *where)
{
	ksft_test_result(s->firmware_percent <= MOST,
			 "%s: who computes has %u %% of the CPU, firmware %u %%\n",
			 where, s->percent, s->firmware_percent);
}

static uint64_t value_of(const char *name, uint64_t argument)
{
	struct efi_mode_test_driver d;

	if (!call_driver(fd, name, argument, &d))
		ksft_exit_fail_msg("the test driver does not answer\n");
	return d.value;
}

static void beside(pid_t load, unsigned int tpl, const char *where)
{
	long long given = read_stat("ended_stall");
	struct shares s = begin(load);
	uint64_t bad;

	bad = value_of("stall", tpl | stalls << 8);
	end(&s, load);
	given = read_stat("ended_stall") - given;
	ksft_test_result(!bad, "%s: none of %d stalls is too short, or changes a register: %llu\n",
			 where, stalls, (unsigned long long)bad);
	ksft_test_result(given >= stalls / 2, "%s: %lld slices ended\n",
			 where, given);
	judge(&s, where);
}

/* Nothing else ends a slice there either */
static void at_high_level(void)
{
	long long given = read_stat("ended_stall");
	uint64_t bad;

	bad = value_of("stall", TPL_HIGH_LEVEL | 20 << 8);
	given = read_stat("ended_stall") - given;
	ksft_test_result(!bad && !given,
			 "TPL_HIGH_LEVEL: no slice ends: %lld\n", given);
}

/* How often a process, or a thread of the kernel, has run; 0 if it has ended */
static long long runs_of(const char *pid)
{
	char path[280], line[128];
	long long n, runs = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "voluntary_ctxt_switches: %lld", &n) == 1 ||
		    sscanf(line, "nonvoluntary_ctxt_switches: %lld", &n) == 1)
			runs += n;
	if (f)
		fclose(f);
	return runs;
}

/*
 * How often all tasks but this one have run. The threads of the kernel that give the
 * firmware its share are among them: for the scheduler they are tasks like all others.
 */
static long long runs_of_others(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	long long runs = 0;

	if (!dir)
		ksft_exit_fail_msg("/proc: %s\n", strerror(errno));
	while ((entry = readdir(dir)))
		if (atoi(entry->d_name) && atoi(entry->d_name) != getpid())
			runs += runs_of(entry->d_name);
	closedir(dir);
	return runs;
}

/*
 * A slice ends early only for a task that is ready to run, and that task runs then. Linux
 * may have work left from its boot, so the test waits for a time that is quiet enough to
 * tell the two apart.
 */
static void alone(void)
{
	long long given, runs;
	uint64_t bad;
	int i = 0;

	do {
		runs = runs_of_others();
		given = read_stat("ended_stall");
		bad = value_of("stall", TPL_APPLICATION | stalls << 8);
		given = read_stat("ended_stall") - given;
		runs = runs_of_others() - runs;
	} while (!bad && runs > stalls / 2 && ++i < TRIES);
	ksft_test_result(!bad && given <= runs + stalls / 20,
			 "alone: %lld slices ended, other tasks ran %lld times\n",
			 given, runs);
}

static void long_stall(pid_t load)
{
	uint64_t ticks = value_of("ticks", 0), took;
	struct efi_mode_test_stall stall = { .usec = LONG_US };
	long long slices = read_stat("round_trips");
	struct shares s = begin(load);
	bool ok;

	ok = !ioctl(fd, EFI_MODE_TEST_STALL, &stall) && !stall.status;
	took = now_ns() - s.start;
	end(&s, load);
	slices = read_stat("round_trips") - slices;
	ticks = value_of("ticks", 0) - ticks;
	ksft_test_result(ok && took >= LONG_US * 990ULL,
			 "Stall(2 s): it takes %llu ms\n",
			 (unsigned long long)took / 1000000);
	judge(&s, "Stall(2 s)");
	ksft_test_result(ticks * 10000000 >= took * 9 / 10,
			 "Stall(2 s): firmware has its ticks: %llu in %lld slices\n",
			 (unsigned long long)ticks, slices);
}

/* Not in a call of Linux's, but in a notify function */
static void in_its_own_time(pid_t load)
{
	uint64_t ticks = value_of("ticks", 0), took;
	long long given = read_stat("ended_stall");
	uint64_t start = now_ns();
	struct shares s;

	value_of("stall_later", LONG_US);
	usleep(300000);
	s = begin(load);
	sleep(1);
	end(&s, load);
	given = read_stat("ended_stall") - given;
	took = now_ns() - start;
	ticks = value_of("ticks", 0) - ticks;
	ksft_test_result(given, "a notify function: %lld slices ended\n", given);
	judge(&s, "a notify function");
	ksft_test_result(ticks * 10000000 >= took * 9 / 10,
			 "a notify function: firmware has its ticks: %llu\n",
			 (unsigned long long)ticks);
}

int main(int argc, char **argv)
{
	pid_t load;

	if (argc > 1)
		stalls = atoi(argv[1]);
	fd = open_test_device();
	ksft_print_header();
	ksft_set_plan(14);
	alone();
	load = start_load();
	beside(load, TPL_APPLICATION, "TPL_APPLICATION");
	beside(load, TPL_NOTIFY, "TPL_NOTIFY");
	at_high_level();
	long_stall(load);
	in_its_own_time(load);
	stop_load(load);
	ksft_finished();
}
