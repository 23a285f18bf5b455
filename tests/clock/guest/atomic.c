// SPDX-License-Identifier: GPL-2.0-only
/*
 * Call firmware functions that wait, with Linux's interrupts enabled and
 * disabled
 *
 *	atomic [counter]
 *
 * counter: also call functions that delay by the counter of the local APIC
 * timer, see tests/clock/efi/counter.c
 */
#include "common.h"

#define WAIT_US		50000

/* Tolerance for a busy host, less than the timeout of a loop */
#define LATE_US		2000000

#define RETRIES		100

static int fd;

static bool call(unsigned long request, const char *name, uint64_t argument,
		 struct efi_mode_test_driver *d)
{
	int i;

	for (i = 0; i < RETRIES; i++) {
		memset(d, 0, sizeof(*d));
		snprintf(d->name, sizeof(d->name), "%s", name);
		d->argument = argument;
		if (!ioctl(fd, request, d))
			return !d->status;
		/* Linux has interrupted the firmware in work of its own */
		if (errno != EBUSY)
			return false;
		usleep(1000);
	}
	return false;
}

static void wait_for_event(unsigned long request, const char *how)
{
	struct efi_mode_test_driver d;
	bool ok = call(request, "event_wait", WAIT_US, &d);

	ksft_test_result(ok && d.value < WAIT_US + LATE_US,
			 "%s: a timer event is signalled after %llu us\n", how,
			 (unsigned long long)d.value);
}

/* Check that Linux timers work after an atomic call */
static void sleep_after(void)
{
	uint64_t start = now_ns();

	usleep(10000);
	start = now_ns() - start;
	ksft_test_result(start < 1000000000ULL,
			 "a sleep of 10 ms takes %llu us\n",
			 (unsigned long long)start / 1000);
}

static const unsigned int delays[] = { 1000, 7000, 30000, 80000 };

#define NR_DELAYS	(sizeof(delays) / sizeof(delays[0]))
#define ROUNDS		8

static void delay(unsigned long request, const char *how, unsigned int period,
		  unsigned int allowed)
{
	unsigned int i, shorter = 0, longer = 0;
	unsigned long long worst = 0;
	struct efi_mode_test_driver d;

	if (!call(EFI_MODE_TEST_DRIVER, "counter_period", period, &d))
		ksft_exit_fail_msg("the firmware uses the local APIC timer\n");
	for (i = 0; i < NR_DELAYS * ROUNDS; i++) {
		unsigned int usec = delays[i % NR_DELAYS];

		if (!call(request, "counter_delay", usec, &d)) {
			longer++;
			continue;
		}
		/* Allow 2 %: the counter was measured by the TSC */
		shorter += d.value < usec * 98ULL / 100;
		longer += d.value > usec + LATE_US;
		if (d.value - usec > worst && d.value > usec)
			worst = d.value - usec;
	}
	ksft_test_result(shorter <= allowed, "%s, period %u us: %u delays are too short\n",
			 how, period, shorter);
	ksft_test_result(!longer, "%s, period %u us: %u delays do not end; worst %llu us late\n",
			 how, period, longer, worst);
}

/*
 * The first period is longer than any delay. In the second one, the counter
 * wraps during some delays. QEMU lets the loop read the wrapped counter before
 * the interrupt comes, so a few delays may be too short.
 */
static const struct {
	unsigned int usec, allowed;
} periods[] = { { 1000000, 0 }, { 65000, 2 } };

#define NR_PERIODS	(sizeof(periods) / sizeof(periods[0]))

static void delay_all(void)
{
	unsigned int i;
	pid_t load;

	for (i = 0; i < NR_PERIODS; i++) {
		load = start_load();
		delay(EFI_MODE_TEST_DRIVER, "preempted", periods[i].usec,
		      periods[i].allowed);
		stop_load(load);
		delay(EFI_MODE_TEST_DRIVER_ATOMIC, "atomic", periods[i].usec,
		      periods[i].allowed);
	}
}

int main(int argc, char **argv)
{
	bool counter = argc > 1 && !strcmp(argv[1], "counter");

	ksft_print_header();
	ksft_set_plan(3 + (counter ? 4 * NR_PERIODS : 0));
	fd = open_test_device();
	wait_for_event(EFI_MODE_TEST_DRIVER, "preempted");
	wait_for_event(EFI_MODE_TEST_DRIVER_ATOMIC, "atomic");
	sleep_after();
	if (counter)
		delay_all();
	close(fd);
	ksft_finished();
}
