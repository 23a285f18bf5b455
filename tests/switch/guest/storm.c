// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run a command during a storm of world switches
 *
 *	storm USEC COUNT COMMAND...
 *
 * The storm forces a slice every USEC microseconds. After the end of the
 * command it goes on until there were COUNT round trips. All the time another
 * process writes patterns to its memory and reads them back.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "common.h"

#define DATA_SIZE	(4 << 20)
#define WORDS		(DATA_SIZE / sizeof(uint64_t))

/* If there is no round trip for so long, there will be none */
#define PATIENCE_NS	30000000000ULL

struct result {
	unsigned long long rounds, errors;
};

/* Make the compiler access memory, and not keep values in registers */
static inline void barrier(void)
{
	asm volatile("" : : : "memory");
}

static uint64_t next_word(uint64_t word)
{
	word ^= word << 13;
	word ^= word >> 7;
	return word ^ word << 17;
}

static void check_memory(struct result *r)
{
	uint64_t *data = malloc(DATA_SIZE), seed = 0x9e3779b97f4a7c15, word;
	struct sched_param param = {};
	size_t i;

	if (!data)
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Only use idle time, because some of the selftests measure time */
	if (sched_setscheduler(0, SCHED_IDLE, &param))
		_exit(1);
	for (;;) {
		for (i = 0, word = seed; i < WORDS; i++) {
			word = next_word(word);
			data[i] = word;
		}
		barrier();
		for (i = 0, word = seed; i < WORDS; i++) {
			word = next_word(word);
			if (data[i] != word)
				r->errors++;
		}
		seed = word;
		r->rounds++;
		barrier();
	}
}

/* Run the command, and print its output as KTAP of a subtest */
static int run_command(char **argv)
{
	char *line = NULL;
	size_t size = 0;
	int fds[2], status;
	FILE *output;
	pid_t pid;

	if (pipe(fds))
		return -1;
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(fds[1]);
	output = fdopen(fds[0], "r");
	if (pid < 0 || !output)
		return -1;
	while (getline(&line, &size, output) > 0)
		printf("  %s", line);
	free(line);
	fclose(output);
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool set_storm(int fd, uint64_t usec)
{
	return !ioctl(fd, EFI_MODE_TEST_STORM, &usec);
}

static unsigned long long round_trips(int fd)
{
	struct efi_mode_test_stats stats = {};

	if (ioctl(fd, EFI_MODE_TEST_STATS, &stats))
		return 0;
	return stats.round_trips;
}

/*
 * Wait for @count round trips since @start. Return: number of them, which can
 * be smaller
 */
static unsigned long long wait_for(int fd, unsigned long long start,
				   unsigned long long count)
{
	unsigned long long now, before = start;
	uint64_t since = now_ns();

	for (;;) {
		now = round_trips(fd);
		if (now - start >= count)
			break;
		if (now != before)
			since = now_ns();
		else if (now_ns() - since > PATIENCE_NS)
			break;
		before = now;
		usleep(100000);
	}
	return now - start;
}

int main(int argc, char **argv)
{
	unsigned long long usec, count, start, made, ns;
	struct efi_mode_test_driver d;
	struct result *r;
	int fd, code, i;
	bool intact;
	pid_t pid;

	ksft_print_header();
	if (argc < 4)
		ksft_exit_fail_msg("usage: storm USEC COUNT COMMAND...\n");
	usec = strtoull(argv[1], NULL, 0);
	count = strtoull(argv[2], NULL, 0);
	ksft_set_plan(5);

	fd = open_test_device();
	r = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		 -1, 0);
	if (r == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");
	pid = fork();
	if (pid < 0)
		ksft_exit_fail_msg("no process\n");
	if (!pid)
		check_memory(r);

	start = round_trips(fd);
	ns = now_ns();
	if (!set_storm(fd, usec)) {
		code = errno;
		stop_load(pid);
		ksft_exit_fail_msg("the storm does not start: %s\n",
				   strerror(code));
	}

	printf("# Subtest: %s\n", argv[3]);
	code = run_command(argv + 3);
	/* The host part judges whether a failure of the command is expected */
	ksft_test_result(code >= 0 && code < 126, "%s: ended, status %d\n",
			 argv[3], code);
	ksft_print_msg("%llu round trips during the command\n",
		       round_trips(fd) - start);

	made = wait_for(fd, start, count);
	/*
	 * On a busy host the other process may not have finished its first
	 * round yet
	 */
	for (i = 0; i < 600 && !*(volatile typeof(r->rounds) *)&r->rounds; i++)
		usleep(100000);
	ns = now_ns() - ns;
	ksft_test_result(set_storm(fd, 0), "the storm ends\n");
	stop_load(pid);
	ksft_print_msg("%llu ms\n", ns / 1000000);

	ksft_test_result(made >= count, "%llu round trips of %llu\n", made,
			 count);
	ksft_test_result(r->rounds && !r->errors,
			 "user data, written %llu times: %llu words changed\n",
			 r->rounds, r->errors);
	intact = call_driver(fd, "checksum", 0, &d) && !d.value;
	ksft_test_result(intact, "the firmware's data are unchanged\n");
	ksft_finished();
}
