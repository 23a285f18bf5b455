// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that Linux goes on if the firmware takes an exception or never returns
 *
 *	contain fault VECTOR		take an exception
 *	contain forever TPL [fifo]	never return, called by a real-time task
 *					with "fifo"
 *	contain atomic TPL		never return, called with interrupts off
 *	contain disk 0			take an exception during a transfer
 *	contain outlive MS		spin with interrupts off, while the host
 *					sends a machine check
 *
 * Once the firmware is stopped, the consoles do not work any more. So this
 * program prints its results to the serial port itself.
 */
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/klog.h>
#include <sys/reboot.h>

#include "ledger.h"
#include "testdisk.h"

#define ABORTED	(1ULL << 63 | 21)

/*
 * The firmware's share is 50 % of the CPU; Linux has the rest, less the cost of
 * switches
 */
#define FAIR_PERCENT	40

static int fd;
static unsigned int number;

static void say(const char *format, ...)
{
	struct efi_mode_test_print p = {};
	va_list args;

	va_start(args, format);
	vsnprintf(p.text, sizeof(p.text), format, args);
	va_end(args);
	ioctl(fd, EFI_MODE_TEST_PRINT, &p);
}

static void result(bool ok, const char *what)
{
	say("%sok %u %s\r\n", ok ? "" : "not ", ++number, what);
}

static bool logged(const char *text)
{
	static char log_text[1 << 20];
	int n = klogctl(3, log_text, sizeof(log_text) - 1);

	log_text[n > 0 ? n : 0] = '\0';
	return strstr(log_text, text);
}

/*
 * Return: CPU time of an ordinary task that computes for two seconds, in
 * percent
 */
static unsigned int compute(void)
{
	struct timespec used = {};
	uint64_t start = now_ns();
	pid_t pid = start_load();
	clockid_t clock;

	sleep(2);
	if (!clock_getcpuclockid(pid, &clock))
		clock_gettime(clock, &used);
	start = now_ns() - start;
	stop_load(pid);
	return (used.tv_sec * 1000000000ULL + used.tv_nsec) * 100 / start;
}

/* An ordinary task must get CPU time, and sleep() must not take too long */
static void check_linux(unsigned int least)
{
	uint64_t start = now_ns();
	unsigned int part = compute();
	char line[80];

	snprintf(line, sizeof(line), "a task gets %u %% of the CPU, and should get at least %u",
		 part, least);
	result(part >= least, line);
	result(now_ns() - start < 4000000000ULL, "Linux timers go on");
}

static void fault(unsigned int vector)
{
	static const char * const names[] = {
		[0] = "divide error", [6] = "invalid opcode",
		[13] = "general protection fault", [14] = "page fault",
	};
	struct efi_mode_test_driver d = {
		.name = "fault", .argument = vector,
	};
	struct efi_mode_test_stall s = { .usec = 1000 };
	uint64_t start;
	char line[64];

	ioctl(fd, EFI_MODE_TEST_DRIVER, &d);
	result(d.status == ABORTED, "the call returns EFI_ABORTED");
	snprintf(line, sizeof(line), "[Firmware Bug]: %s (vector %u",
		 names[vector], vector);
	result(logged(line), "the exception is in the log");
	result(logged("in test driver"), "the log has the name of the call");

	start = now_ns();
	ioctl(fd, EFI_MODE_TEST_STALL, &s);
	result(s.status == ABORTED && now_ns() - start < 100000000,
	       "a later call fails at once");
	result(logged("stall: not called, the firmware is stopped"),
	       "the log says that it was not made");
	/* Wait until the firmware's thread has ended */
	sleep(1);
	result(!write_file(INTERVAL, "20") && !write_file(SHARE, "40"),
	       "writes to interval and share are refused");
}

static void forever(unsigned int tpl, bool fifo)
{
	struct sched_param urgent = { .sched_priority = 50 };
	struct efi_mode_test_driver d = {
		.name = "forever", .argument = tpl,
	};

	if (!fork()) {
		if (fifo && sched_setscheduler(0, SCHED_FIFO, &urgent))
			_exit(1);
		ioctl(fd, EFI_MODE_TEST_DRIVER, &d);
		_exit(0);
	}
	sleep(1);
}

/* With Linux's interrupts off, nothing else runs until the call times out */
static void forever_atomic(unsigned int tpl)
{
	struct efi_mode_test_driver d = {
		.name = "forever", .argument = tpl,
	};
	struct efi_mode_test_stall s = { .usec = 1000 };

	ioctl(fd, EFI_MODE_TEST_DRIVER_ATOMIC, &d);
	result(d.status == ABORTED, "the call returns EFI_ABORTED");
	result(logged("[Firmware Bug]: test driver does not return, with interrupts off"),
	       "the reason is in the log");
	ioctl(fd, EFI_MODE_TEST_STALL, &s);
	result(s.status == ABORTED, "a later call fails");
}

/* The machine check must reset the machine, so this function must not go on */
static void outlive(unsigned int ms)
{
	struct efi_mode_test_driver d;

	call_driver(fd, "outlive", ms, &d);
	result(false, "the machine check has reset the machine");
}

static int abandoned(void)
{
	return read_ledger().abandoned;
}

/* A device may continue a transfer, so Linux must not use its memory again */
static void disk_fault(void)
{
	int disk_fd, before, read_errno;
	ssize_t n;

	driver = fd;
	uevents = open_uevents();
	buf = alloc_aligned(4096);
	disk_fd = use(FN(KIND_512));
	ask(FN(FAULT), 0);
	before = abandoned();
	n = pread(disk_fd, buf, 4096, 0);
	read_errno = errno;
	result(n < 0 && read_errno == EIO, "a read during which the firmware faults is an error");
	result(abandoned() == before + 1, "the memory of that read is not used again");
	result(fails(disk_fd, 4096, 4096, EIO), "a later read is an error, too");
	result(abandoned() == before + 1, "the firmware did not get the memory of the later read");
	close(disk_fd);
	result(write_file(DISK_DRIVER "unbind", device) &&
	       abandoned() == before + 3, "the driver's buffers are not used again either");
}

int main(int argc, char **argv)
{
	bool fifo = argc == 4 && !strcmp(argv[3], "fifo");

	fd = open_test_device();
	if (argc != 3 && !fifo)
		return 2;

	sync();
	if (!strcmp(argv[1], "fault"))
		fault(atoi(argv[2]));
	else if (!strcmp(argv[1], "disk"))
		disk_fault();
	else if (!strcmp(argv[1], "atomic"))
		forever_atomic(atoi(argv[2]));
	else if (!strcmp(argv[1], "outlive"))
		outlive(atoi(argv[2]));
	else
		forever(atoi(argv[2]), fifo);
	check_linux(FAIR_PERCENT);
	say("1..%u\r\nCONTAINED\r\n", number);
	/* This reset must work without the firmware */
	reboot(RB_AUTOBOOT);
	return 1;
}
