// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that each firmware interrupt that comes while Linux runs is replayed
 * once
 *
 *	irq [device]
 *
 * device: a device makes the firmware's ticks, which Linux records, too
 */
#include <signal.h>

#include "common.h"
#include "irq.h"

#define ROUNDS	20

static const char * const kinds[] = {
	[TEST_IRQ_EDGE]		= "IO-APIC, edge",
	[TEST_IRQ_LEVEL]	= "IO-APIC, level",
	[TEST_IRQ_8259]		= "8259",
};

static uint64_t driver(int fd, const char *name, uint64_t argument)
{
	struct efi_mode_test_driver d;

	if (!call_driver(fd, name, argument, &d))
		return -1;
	return d.value;
}

static void check(int fd, unsigned int kind, bool device)
{
	struct efi_mode_test_stats before, after;
	uint64_t recorded;
	uint64_t first, last;
	int i;

	ioctl(fd, EFI_MODE_TEST_STATS, &before);
	first = driver(fd, "irq_count", kind);
	for (i = 0; i < ROUNDS; i++) {
		if (driver(fd, "irq_arm", kind | 20 << 8) ==
		    (uint64_t)-1)
			break;
		usleep(60000);
	}
	/* Linux may still owe the firmware a slice */
	usleep(200000);
	last = driver(fd, "irq_count", kind);
	ioctl(fd, EFI_MODE_TEST_STATS, &after);
	ksft_test_result(last - first == ROUNDS,
			 "%s: of %d interrupts, %llu were handled\n",
			 kinds[kind], ROUNDS, (unsigned long long)(last - first));
	recorded = after.recorded - before.recorded;
	ksft_test_result(recorded >= ROUNDS / 2 &&
			 (device || recorded <= ROUNDS),
			 "%s: %llu came while Linux ran\n", kinds[kind],
			 (unsigned long long)recorded);
}

int main(int argc, char **argv)
{
	bool device = argc > 1 && !strcmp(argv[1], "device");
	int fd = open_test_device();
	unsigned int kind;
	pid_t load;

	ksft_print_header();
	ksft_set_plan(2 * NR_TEST_IRQS);
	/* Give Linux most of the time, so that most interrupts come then */
	write_file(INTERVAL, "50");
	load = start_load();
	for (kind = 0; kind < NR_TEST_IRQS; kind++)
		check(fd, kind, device);
	stop_load(load);
	write_file(INTERVAL, "10");
	ksft_finished();
}
