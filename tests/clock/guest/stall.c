// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that other tasks get the CPU while the firmware waits in Stall()
 *
 *	stall [COUNT]
 *
 * COUNT: number of short stalls in a row
 */
#include <dirent.h>
#include <signal.h>

#include "common.h"

#define TPL_APPLICATION	4
#define TPL_NOTIFY	16
#define TPL_HIGH_LEVEL	31

#define STALLS		2000	/* default of COUNT */
#define LONG_US		2000000
#define TRIES		3

/*
 * Maximum share of the firmware in percent of the CPU time. If Stall() kept the
 * CPU, the share would be 50 %. The switches take time, too, so the computing
 * task does not get all of the rest.
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
		ksft_exit_fail_msg("cannot read the CPU time of a process\n");
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
			 "%s: CPU time: computing task %u %%, firmware %u %%\n",
			 where, s->percent, s->firmware_percent);
}

static uint64_t value_of(const char *name, uint64_t argument)
{
	struct efi_mode_test_driver d;

	if (!call_driver(fd, name, argument, &d))
		ksft_exit_fail_msg("the EFI test driver does not answer\n");
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
	ksft_test_result(!bad, "%s: %d stalls wait long enough and keep registers: %llu errors\n",
			 where, stalls, (unsigned long long)bad);
	ksft_test_result(given >= stalls / 2, "%s: stalls ended %lld slices\n",
			 where, given);
	judge(&s, where);
}

/* At TPL_HIGH_LEVEL, a slice never ends, not even in Stall() */
static void at_high_level(void)
{
	long long given = read_stat("ended_stall");
	uint64_t bad;

	bad = value_of("stall", TPL_HIGH_LEVEL | 20 << 8);
	given = read_stat("ended_stall") - given;
	ksft_test_result(!bad && !given,
			 "TPL_HIGH_LEVEL: stalls ended %lld slices\n", given);
}

/* Return how often a process or kernel thread has run; 0 if it is gone */
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
 * Return how often all tasks but this one have run. This includes the kernel
 * threads that give the firmware its share, because for the scheduler they are
 * tasks like all others.
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
 * Stall() ends a slice only if a task is ready to run, and this task runs then.
 * So the number of such ends is not larger than the number of times that other
 * tasks ran. Linux may still have work from its boot, so the test waits for a
 * quiet time.
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
			 "alone: stalls ended %lld slices, other tasks ran %lld times\n",
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
			 "Stall(2 s): returns after %llu ms\n",
			 (unsigned long long)took / 1000000);
	judge(&s, "Stall(2 s)");
	ksft_test_result(ticks * 10000000 >= took * 9 / 10,
			 "Stall(2 s): the firmware gets its ticks: %llu in %lld slices\n",
			 (unsigned long long)ticks, slices);
}

/* Stall() in a notify function, instead of a call from Linux */
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
	ksft_test_result(given, "notify function: stalls ended %lld slices\n", given);
	judge(&s, "notify function");
	ksft_test_result(ticks * 10000000 >= took * 9 / 10,
			 "notify function: the firmware gets its ticks: %llu\n",
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
