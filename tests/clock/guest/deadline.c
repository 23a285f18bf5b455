// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that deadline tasks and the firmware's share of the CPU get along
 */
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "common.h"

#define PERIOD_NS	10000000ULL

/*
 * Percentage that is free beside an idle firmware: the scheduler keeps 5 percent,
 * and since Linux 6.12 as much for tasks without a deadline
 */
#define MOST		84

/* The same beside a busy firmware, whose share is 50 percent */
#define LESS		40

/*
 * CPU time of the firmware in percent: with its smallest reservation, which is 5
 * percent, and with its whole one. In QEMU, pauses between slices are long.
 */
#define LEAST_SHARE	3
#define FULL_SHARE	10

#define BUSY_US		2500000
#define MEASURE_US	1500000

static int fd;
static char stat_path[64];

/* The kernel's struct sched_attr, which libraries do not all have */
struct attributes {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
};

static int reserve(unsigned int percent)
{
	struct attributes a = {
		.size = sizeof(a), .policy = 6 /* SCHED_DEADLINE */,
		.runtime = PERIOD_NS / 100 * percent,
		.deadline = PERIOD_NS, .period = PERIOD_NS,
	};

	return syscall(SYS_sched_setattr, 0, &a, 0) ? errno : 0;
}

static void release(void)
{
	struct sched_param first = { .sched_priority = 99 };

	sched_setscheduler(0, SCHED_FIFO, &first);
}

/* Try for a second, because the firmware's thread has to run in between */
static bool becomes(unsigned int percent, int wanted)
{
	int i, ret = -1;

	for (i = 0; i < 20 && ret != wanted; i++) {
		usleep(50000);
		ret = reserve(percent);
		release();
	}
	return ret == wanted;
}

/* The largest reservation that is accepted */
static unsigned int most(void)
{
	unsigned int percent = 100;

	while (percent && reserve(percent))
		percent--;
	release();
	return percent;
}

/* A process that loops, as a deadline task, with a real-time priority, or with none */
static pid_t hog(int policy, unsigned int percent)
{
	struct sched_param p = { .sched_priority = policy == SCHED_FIFO ? 50 : 0 };
	pid_t pid = fork();

	if (pid)
		return pid;
	if (percent ? reserve(percent) : sched_setscheduler(0, policy, &p))
		_exit(1);
	for (;;)
		;
}

static bool stop_hog(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status);
}

static bool find_thread(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[300], comm[32];
	bool found = false;
	FILE *f;

	while (proc && !found && (entry = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		found = fgets(comm, sizeof(comm), f) && !strcmp(comm, "efi\n");
		fclose(f);
		snprintf(stat_path, sizeof(stat_path), "/proc/%.20s/stat",
			 entry->d_name);
	}
	if (proc)
		closedir(proc);
	return found;
}

/* Nanoseconds of CPU time of the firmware's thread */
static uint64_t thread_ns(void)
{
	unsigned long user = 0, system = 0;
	FILE *f = fopen(stat_path, "r");

	if (!f || fscanf(f, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
			 &user, &system) != 2)
		ksft_exit_fail_msg("cannot read %s\n", stat_path);
	fclose(f);
	return (user + system) * (1000000000ULL / sysconf(_SC_CLK_TCK));
}

/* Percent of the CPU that a busy firmware gets beside a real-time and a deadline task */
static unsigned int beside(unsigned int percent, bool *ok)
{
	struct efi_mode_test_driver d;
	uint64_t start, used;
	pid_t deadline, fifo;

	/* Reserve the bandwidth before the firmware is busy */
	deadline = percent ? hog(SCHED_OTHER, percent) : 0;
	usleep(50000);
	*ok &= call_driver(fd, "busy", BUSY_US, &d);
	fifo = hog(SCHED_FIFO, 0);
	usleep(400000);
	start = now_ns();
	used = thread_ns();
	usleep(MEASURE_US);
	used = thread_ns() - used;
	start = now_ns() - start;
	*ok &= !percent || stop_hog(deadline);
	*ok &= stop_hog(fifo);
	usleep(BUSY_US - MEASURE_US);
	return used * 100 / start;
}

int main(void)
{
	struct efi_mode_test_driver d;
	unsigned int least, full;
	bool ok = true;
	pid_t load;

	fd = open_test_device();
	ksft_print_header();
	ksft_set_plan(6);
	if (!find_thread())
		ksft_exit_fail_msg("there is no thread efi\n");
	release();

	ksft_print_msg("up to %u %% can be reserved\n", most());
	ksft_test_result(becomes(MOST, 0),
			 "a program reserves %d %% beside an idle firmware\n", MOST);
	ksft_test_result(becomes(96, EBUSY), "96 %% are refused\n");

	/* While Linux is idle, the firmware needs no reservation */
	load = hog(SCHED_OTHER, 0);
	ok = call_driver(fd, "busy", BUSY_US, &d);
	ksft_test_result(ok && becomes(MOST, EBUSY) && becomes(LESS, 0),
			 "%d %% are refused beside a busy firmware, %d %% are not\n",
			 MOST, LESS);
	stop_hog(load);
	usleep(BUSY_US);
	ksft_test_result(becomes(MOST, 0),
			 "a program reserves %d %% again afterwards\n", MOST);

	ok = true;
	least = beside(MOST, &ok);
	ksft_test_result(ok && least >= LEAST_SHARE,
			 "the firmware has %u %% beside a task that has %d %%\n", least,
			 MOST);
	ok = true;
	full = beside(0, &ok);
	ksft_test_result(ok && full >= FULL_SHARE,
			 "the firmware has %u %% beside a real-time task\n", full);
	ksft_finished();
}
