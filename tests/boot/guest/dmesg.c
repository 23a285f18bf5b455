// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that the kernel has logged no warning and no error
 *
 *	dmesg			no warning at all
 *	dmesg busy-host		the scheduler may warn that the host is busy
 *
 * This does the same as dmesg -l emerg,alert,crit,err,warn, but the dmesg of
 * the initramfs does not have this option.
 */
#include <poll.h>

#include "common.h"

#define LOG_WARNING	4
#define LEVEL_MASK	7

/* Wait for late messages, which belong to the boot, too */
#define SETTLE_MS	3000

/* Messages that do not count */
static bool is_excused(const char *text, bool busy_host)
{
	/* The out-of-tree module belongs to the tests */
	return strstr(text, "loading out-of-tree module taints kernel") ||
	       (busy_host && strstr(text, "DL replenish lagged too much"));
}

int main(int argc, char **argv)
{
	const bool busy_host = argc > 1 && !strcmp(argv[1], "busy-host");
	char record[8192], *text;
	int fd, level, messages = 0, wrong = 0;
	ssize_t n;

	ksft_print_header();
	ksft_set_plan(2);
	poll(NULL, 0, SETTLE_MS);
	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		ksft_exit_fail_msg("/dev/kmsg: %s\n", strerror(errno));
	for (;;) {
		n = read(fd, record, sizeof(record) - 1);
		if (n < 0 && errno == EPIPE)
			continue;
		if (n <= 0)
			break;
		record[n] = '\0';
		text = strchr(record, ';');
		if (!text || sscanf(record, "%d,", &level) != 1)
			ksft_exit_fail_msg("invalid record in /dev/kmsg: %s\n", record);
		messages++;
		/* Messages from user space have a facility */
		if (level > LEVEL_MASK || (level & LEVEL_MASK) > LOG_WARNING ||
		    is_excused(text, busy_host))
			continue;
		wrong++;
		ksft_print_msg("level %d: %s", level, text + 1);
	}
	ksft_test_result(messages > 100, "the log has %d messages\n", messages);
	ksft_test_result(!wrong, "%d of them are warnings or worse\n", wrong);
	ksft_finished();
}
