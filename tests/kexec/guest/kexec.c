// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that kexec_load(2) and crash kernels are refused with messages in the log
 */
#include <linux/kexec.h>
#include <sys/klog.h>
#include <sys/syscall.h>

#include "common.h"

static bool fails(int error, long number, long a, long b, long c, long d, long e)
{
	return syscall(number, a, b, c, d, e) == -1 && errno == error;
}

static bool is_in_log(const char *text)
{
	static char log[1 << 20];
	int n = klogctl(3, log, sizeof(log) - 1);	/* SYSLOG_ACTION_READ_ALL */

	log[n > 0 ? n : 0] = 0;
	return strstr(log, text);
}

int main(void)
{
	static const char cmdline[] = "quiet";
	struct kexec_segment segment = { .buf = cmdline, .bufsz = 1, .memsz = 4096 };
	int fd = open("/proc/self/exe", O_RDONLY);

	ksft_print_header();
	ksft_set_plan(6);
	ksft_test_result(fails(EOPNOTSUPP, SYS_kexec_load, 0, 1, (long)&segment,
			       KEXEC_ARCH_DEFAULT, 0),
			 "kexec_load() is refused\n");
	ksft_test_result(fails(EOPNOTSUPP, SYS_kexec_load, 0, 1, (long)&segment,
			       KEXEC_ARCH_DEFAULT | KEXEC_ON_CRASH, 0),
			 "kexec_load() of a crash kernel is refused\n");
	ksft_test_result(is_in_log("kexec_load(2) cannot work beside the firmware"),
			 "the log has the reason\n");
	ksft_test_result(fails(ENOEXEC, SYS_kexec_file_load, fd, -1, sizeof(cmdline),
			       (long)cmdline, KEXEC_FILE_NO_INITRAMFS),
			 "kexec_file_load() of a program for Linux is refused\n");
	ksft_test_result(fails(EOPNOTSUPP, SYS_kexec_file_load, fd, -1, sizeof(cmdline),
			       (long)cmdline,
			       KEXEC_FILE_NO_INITRAMFS | KEXEC_FILE_ON_CRASH),
			 "kexec_file_load() of a crash kernel is refused\n");
	ksft_test_result(is_in_log("a crash kernel cannot be loaded"),
			 "the log has the reason\n");
	ksft_finished();
}
