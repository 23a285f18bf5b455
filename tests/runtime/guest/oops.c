// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cause an oops that is no panic, and check that only one process dies
 *
 *	oops idle	while no process calls the firmware
 *	oops call	while another process calls the firmware
 *	oops busy	while the firmware is busy with work of its own
 *
 * The host part lets Linux reset the machine, and looks for the record of the
 * oops.
 */
#include <signal.h>
#include <sys/klog.h>

#include "common.h"

#define CALL_US		1500000
#define BUSY_US		5000000

static int fd;

static bool logged(const char *text)
{
	static char log_text[1 << 20];
	int n = klogctl(3, log_text, sizeof(log_text) - 1);

	log_text[n > 0 ? n : 0] = '\0';
	return strstr(log_text, text);
}

/* Cause an oops in a child process. Return: whether it was killed */
static bool dies(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		ioctl(fd, EFI_MODE_TEST_OOPS);
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status);
}

/*
 * Make a long call in a child, which exits with 0 if the call succeeds and is
 * preempted
 */
static pid_t start_call(void)
{
	struct efi_mode_test_stall s = { .usec = CALL_US };
	pid_t pid = fork();

	if (!pid)
		_exit(ioctl(fd, EFI_MODE_TEST_STALL, &s) || s.status ||
		      !s.slices);
	return pid;
}

static bool ends_well(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       !WEXITSTATUS(status);
}

/*
 * While the firmware is busy, the process must die at once and timers must be
 * on time
 */
static void check_busy(void)
{
	struct efi_mode_test_driver d;
	uint64_t start = now_ns(), before, dead_after, late = 0;
	bool dead, called;
	int i;

	called = call_driver(fd, "busy", BUSY_US, &d);
	usleep(400000);
	before = now_ns();
	dead = dies();
	dead_after = now_ns() - before;
	for (i = 0; i < 20; i++) {
		before = now_ns();
		usleep(10000);
		if (now_ns() - before > late)
			late = now_ns() - before;
	}
	ksft_test_result(dead && dead_after < BUSY_US / 2 * 1000ULL,
			 "the process dies at once: %llu us\n",
			 (unsigned long long)dead_after / 1000);
	ksft_test_result(late < 1000000000, "timers are on time: at most %llu us\n",
			 (unsigned long long)late / 1000);
	/* A call waits until the firmware has finished its work */
	called = called && call_driver(fd, "state", 0, &d);
	ksft_test_result(called && now_ns() - start >= BUSY_US * 1000ULL,
			 "the firmware was busy all the time\n");
}

int main(int argc, char **argv)
{
	bool during = argc == 2 && !strcmp(argv[1], "call");
	bool busy = argc == 2 && !strcmp(argv[1], "busy");
	struct efi_mode_test_time t = {};
	uint64_t start;
	pid_t call = 0;

	fd = open_test_device();
	ksft_print_header();
	ksft_set_plan(busy ? 7 : during ? 6 : 5);

	write_file("/dev/kmsg", busy ? "an oops while the firmware is busy\n" :
				during ? "an oops during a call\n" :
					 "an oops while the firmware is idle\n");
	if (during) {
		call = start_call();
		usleep(CALL_US / 5);
	}
	if (busy)
		check_busy();
	else
		ksft_test_result(dies(), "the process dies\n");
	if (during)
		ksft_test_result(ends_well(call), "the other process's call completes\n");

	ksft_test_result(!ioctl(fd, EFI_MODE_TEST_TIME, &t) && !t.status,
			 "the firmware can be called as before\n");
	ksft_test_result(ends_well(start_call()),
			 "a long call is preempted as before\n");
	start = now_ns();
	usleep(200000);
	ksft_test_result(now_ns() - start < 2000000000,
			 "Linux timers go on\n");
	ksft_test_result(!logged("scheduling while atomic") &&
			 !logged("exited with preempt_count") &&
			 logged("NULL pointer dereference"),
			 "the log has the oops and no messages about its effects\n");
	ksft_finished();
}
