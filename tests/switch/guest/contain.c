// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware that faults, or never returns: Linux goes on
 *
 *	contain fault VECTOR
 *	contain forever TPL [fifo]
 *	contain disk 0		fault in the middle of a transfer
 *	contain outlive MS	spin with interrupts off; the host sends a machine check
 *
 * There is no console any more then, so results go to the serial port.
 */
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/klog.h>
#include <sys/reboot.h>

#include "ledger.h"
#include "testdisk.h"

#define ABORTED	(1ULL << 63 | 21)

/* Of firmware's usual share half is left to others, less what it costs to give it */
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

/* The part of two seconds of its time that an ordinary task has, in percent */
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

/* A task that computes, and sleeps that last as long as they should */
static void check_linux(unsigned int least)
{
	uint64_t start = now_ns();
	unsigned int part = compute();
	char line[80];

	snprintf(line, sizeof(line), "Linux computes: %u %% of the time, %u at least",
		 part, least);
	result(part >= least, line);
	result(now_ns() - start < 4000000000ULL, "Linux's timers go on");
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
	result(logged("in test driver"), "with the name of the call");

	start = now_ns();
	ioctl(fd, EFI_MODE_TEST_STALL, &s);
	result(s.status == ABORTED && now_ns() - start < 100000000,
	       "a later call fails at once");
	result(logged("stall: not called, the firmware is stopped"),
	       "with a message");
	/* When its thread has ended, with nothing of it left */
	sleep(1);
	result(!write_file(INTERVAL, "20") && !write_file(SHARE, "40"),
	       "an interval or a share is refused");
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

/* With Linux's interrupts off nothing else runs until the call is given up */
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

/* Linux does not survive it either */
static void outlive(unsigned int ms)
{
	struct efi_mode_test_driver d;

	call_driver(fd, "outlive", ms, &d);
	result(false, "Linux has not seen a machine check");
}

static int abandoned(void)
{
	return read_ledger().abandoned;
}

/* A device may still write to what it has been told: that stays where it is */
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
	result(n < 0 && read_errno == EIO, "a read that has faulted is an error");
	result(abandoned() == before + 1, "its memory is not used again");
	result(fails(disk_fd, 4096, 4096, EIO), "so is one after it");
	result(abandoned() == before + 1, "of which firmware knows nothing");
	close(disk_fd);
	result(write_file(DISK_DRIVER "unbind", device) &&
	       abandoned() == before + 3, "nor are the driver's buffers");
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
	/* By a reset that does not need firmware */
	reboot(RB_AUTOBOOT);
	return 1;
}
