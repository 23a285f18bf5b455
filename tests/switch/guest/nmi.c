// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that Linux survives non-maskable interrupts, or machine checks, at any
 * instruction of the world switch. The host sends them while this program
 * forces a slice of the firmware every 20 us.
 *
 *	nmi [machine-checks]
 *
 * A machine check that arrives before the previous one is handled shuts down
 * any machine. So the host sends the next one only when this program asks for
 * it, by a line with a number.
 */
#include "common.h"

#define STORM_USEC	20
#define SECONDS		(is_long() ? 10 : 3)
/*
 * Machine checks come one at a time, so it takes longer until enough hit a
 * switch
 */
#define ASKED_SECONDS	10
#define WANTED		100
#define LOOK_USEC	500

/* Limit for a busy host, which sends them slowly */
#define MOST_SECONDS	120

static const struct kind {
	const char *line;	/* in /proc/interrupts */
	const char *name;
	const char *in_slices, *in_window;
	bool asked_for;
} nmis = {
	" NMI: %lu", "NMIs", "nmis_in_slices", "nmis_in_window", false
}, machine_checks = {
	" MCE: %lu", "machine checks", "machine_checks_in_slices",
	"machine_checks_in_window", true
};

static unsigned long count(const struct kind *k)
{
	FILE *f = fopen("/proc/interrupts", "r");
	unsigned long found = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, k->line, &found) == 1)
			break;
	if (f)
		fclose(f);
	return found;
}

static uint64_t ns_of(unsigned int seconds)
{
	return seconds * 1000000000ULL;
}

/*
 * Whenever a machine check has come, ask for the next one. It comes at an
 * unpredictable time, and so at any instruction.
 */
static void wait_for_them(const struct kind *k, unsigned long first)
{
	unsigned long seen = first, now = first;
	uint64_t start = now_ns(), spent = 0;

	if (k->asked_for)
		ksft_print_msg("SEND %lu\n", seen);
	while (spent < ns_of(k->asked_for ? ASKED_SECONDS : SECONDS) ||
	       (now - first <= WANTED && spent < ns_of(MOST_SECONDS))) {
		usleep(LOOK_USEC);
		spent = now_ns() - start;
		now = count(k);
		if (now != seen && k->asked_for)
			ksft_print_msg("SEND %lu\n", now);
		seen = now;
	}
}

int main(int argc, char **argv)
{
	const struct kind *k = &nmis;
	struct efi_mode_test_stats before, after;
	uint64_t usec = STORM_USEC;
	int fd = open_test_device();
	long long slices, window;
	unsigned long came;

	ksft_print_header();
	if (argc > 1 && strcmp(argv[1], "machine-checks"))
		ksft_exit_fail_msg("usage: nmi [machine-checks]\n");
	if (argc > 1)
		k = &machine_checks;
	ksft_set_plan(3);
	came = count(k);
	ioctl(fd, EFI_MODE_TEST_STATS, &before);
	ioctl(fd, EFI_MODE_TEST_STORM, &usec);
	ksft_print_msg("STORM BEGIN\n");
	wait_for_them(k, came);
	usec = 0;
	ioctl(fd, EFI_MODE_TEST_STORM, &usec);
	ioctl(fd, EFI_MODE_TEST_STATS, &after);
	ksft_print_msg("STORM END\n");
	came = count(k) - came;
	ksft_test_result(after.round_trips - before.round_trips > 1000 * SECONDS,
			 "%llu round trips\n",
			 (unsigned long long)(after.round_trips - before.round_trips));
	ksft_test_result(came > WANTED, "%lu %s\n", came, k->name);
	slices = read_stat(k->in_slices);
	window = read_stat(k->in_window);
	ksft_test_result(slices >= 0 && window >= 0 && slices + window > 0,
			 "%lld of them in slices, %lld in the middle of a switch\n",
			 slices, window);
	ksft_finished();
}
