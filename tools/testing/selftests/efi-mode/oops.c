// SPDX-License-Identifier: GPL-2.0-only
/*
 * An oops that is no panic: one process dies of it, and all else goes on
 *
 *	oops idle	nobody calls firmware
 *	oops call	while another process does
 *
 * The host has the machine reset, and looks for its record.
 */
#include <signal.h>
#include <sys/klog.h>

#include "common.h"

#define CALL_US		1500000

static int fd;

static bool logged(const char *text)
{
	static char log_text[1 << 20];
	int n = klogctl(3, log_text, sizeof(log_text) - 1);

	log_text[n > 0 ? n : 0] = '\0';
	return strstr(log_text, text);
}

/* Did the process not live to say that nothing has happened? */
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

/* A call that takes so long that it is preempted; exits 0 if it is as any other */
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

int main(int argc, char **argv)
{
	bool during = argc == 2 && !strcmp(argv[1], "call");
	struct efi_mode_test_time t = {};
	uint64_t start;
	pid_t call = 0;

	fd = open_test_device();
	ksft_print_header();
	ksft_set_plan(during ? 6 : 5);

	write_file("/dev/kmsg", during ? "an oops during a call\n" :
					 "an oops while firmware is idle\n");
	if (during) {
		call = start_call();
		usleep(CALL_US / 5);
	}
	ksft_test_result(dies(), "the process dies\n");
	if (during)
		ksft_test_result(ends_well(call), "the call comes to its end\n");

	ksft_test_result(!ioctl(fd, EFI_MODE_TEST_TIME, &t) && !t.status,
			 "firmware is called as before\n");
	ksft_test_result(ends_well(start_call()),
			 "a long call is preempted as before\n");
	start = now_ns();
	usleep(200000);
	ksft_test_result(now_ns() - start < 2000000000,
			 "Linux's timers go on\n");
	ksft_test_result(!logged("scheduling while atomic") &&
			 !logged("exited with preempt_count") &&
			 logged("NULL pointer dereference"),
			 "the log has the oops, and nothing that came of it\n");
	ksft_finished();
}
