/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interface of /dev/efi-mode-test, for the selftests
 */
#ifndef _EFI_MODE_TEST_H
#define _EFI_MODE_TEST_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct efi_mode_test_stall - call Stall()
 * @usec:	in: microseconds
 * @slices:	out: how often the call was preempted
 * @status:	out: what it returned
 */
struct efi_mode_test_stall {
	__u64 usec;
	__u64 slices;
	__u64 status;
};

/**
 * struct efi_mode_test_timer - arm a timer event of firmware and wait for it
 * @usec:	in: after how many microseconds
 * @waited_ns:	out: after how many nanoseconds it was seen to be signalled, or, with
 *		%EFI_MODE_TEST_SIGNAL, Linux was woken by it
 * @status:	out: of CreateEvent() or SetTimer(), if not success
 */
struct efi_mode_test_timer {
	__u64 usec;
	__u64 waited_ns;
	__u64 status;
};

/**
 * struct efi_mode_test_time - call GetTime()
 * @seconds:	out: second of the day
 * @nanosecond:	out: as firmware says
 * @status:	out: what it returned
 */
struct efi_mode_test_time {
	__u64 seconds;
	__u64 nanosecond;
	__u64 status;
};

/* With the NUL */
#define EFI_MODE_TEST_NAME_SIZE	32

/**
 * struct efi_mode_test_driver - call a function of the EFI test driver
 * @name:	in: name of the function, as TEST_FUNCTION() registers it, with a NUL
 * @argument:	in: its argument
 * @value:	out: its result
 * @slices:	out: number of times that the call was preempted
 * @status:	out: EFI status of the function; %EFI_NOT_FOUND without the driver
 *
 * The call fails with -ENOENT if the driver has no function of this name, and with -EINVAL
 * if the function refuses arguments as large as @argument.
 */
struct efi_mode_test_driver {
	char name[EFI_MODE_TEST_NAME_SIZE];
	__u64 argument;
	__u64 value;
	__u64 slices;
	__u64 status;
};

/**
 * struct efi_mode_test_stats - counters of the time-sharing
 * @preemptions:	slices ended by firmware's clock
 * @replayed:		interrupts replayed into firmware
 * @recorded:		firmware's interrupts that came to Linux
 * @round_trips:	slices
 */
struct efi_mode_test_stats {
	__u64 preemptions;
	__u64 replayed;
	__u64 recorded;
	__u64 round_trips;
};

/**
 * struct efi_mode_test_round_trips - round trips with nothing to do
 * @count:	in: how many, at most 10000
 * @shortest:	out: cycles of the shortest
 * @total:	out: cycles of all
 */
struct efi_mode_test_round_trips {
	__u64 count;
	__u64 shortest;
	__u64 total;
};

/**
 * struct efi_mode_test_print - write to the first serial port
 * @text:	in: what, up to a NUL
 *
 * Only when firmware has stopped, or a call does not return.
 */
struct efi_mode_test_print {
	char text[120];
};

/**
 * struct efi_mode_test_atomic - call runtime services with preemption disabled
 * @get_time:		out: EFI status of efi.get_time()
 * @get_variable:	out: of efi.get_variable()
 * @get_next:		out: of efi.get_next_variable()
 * @set_variable:	out: of efi.set_variable()
 * @query:		out: of efi.query_variable_info()
 * @query_nonblocking:	out: of efi.query_variable_info_nonblocking()
 * @set_nonblocking:	out: of efi.set_variable_nonblocking(), which deletes a
 *			variable that is not there
 * @set_large:		out: of the same, with a value too large for it
 * @set_hidden:		out: of the same, which writes MokList of shim, a variable of boot
 *			services
 */
struct efi_mode_test_atomic {
	__u64 get_time;
	__u64 get_variable;
	__u64 get_next;
	__u64 set_variable;
	__u64 query;
	__u64 query_nonblocking;
	__u64 set_nonblocking;
	__u64 set_large;
	__u64 set_hidden;
};

/* Free in Documentation/userspace-api/ioctl/ioctl-number.rst */
#define EFI_MODE_TEST_MAGIC	0xef

#define EFI_MODE_TEST_STALL	_IOWR(EFI_MODE_TEST_MAGIC, 1, struct efi_mode_test_stall)
#define EFI_MODE_TEST_TIMER	_IOWR(EFI_MODE_TEST_MAGIC, 2, struct efi_mode_test_timer)
#define EFI_MODE_TEST_TIME	_IOWR(EFI_MODE_TEST_MAGIC, 3, struct efi_mode_test_time)
#define EFI_MODE_TEST_DRIVER	_IOWR(EFI_MODE_TEST_MAGIC, 4, struct efi_mode_test_driver)
#define EFI_MODE_TEST_STATS	_IOR(EFI_MODE_TEST_MAGIC, 5, struct efi_mode_test_stats)
/* Microseconds between slices; 0 ends the storm */
#define EFI_MODE_TEST_STORM	_IOW(EFI_MODE_TEST_MAGIC, 6, __u64)
#define EFI_MODE_TEST_ROUND_TRIPS _IOWR(EFI_MODE_TEST_MAGIC, 7, struct efi_mode_test_round_trips)
#define EFI_MODE_TEST_PRINT	_IOW(EFI_MODE_TEST_MAGIC, 8, struct efi_mode_test_print)
#define EFI_MODE_TEST_ATOMIC	_IOR(EFI_MODE_TEST_MAGIC, 9, struct efi_mode_test_atomic)
/* The caller does not survive it */
#define EFI_MODE_TEST_OOPS	_IO(EFI_MODE_TEST_MAGIC, 10)
/* The EFI test driver faults in the last slice */
#define EFI_MODE_TEST_LAST_FAULT _IO(EFI_MODE_TEST_MAGIC, 11)
#define EFI_MODE_TEST_SIGNAL	_IOWR(EFI_MODE_TEST_MAGIC, 12, struct efi_mode_test_timer)
/* CR4 of Linux */
#define EFI_MODE_TEST_CR4	_IOR(EFI_MODE_TEST_MAGIC, 13, __u64)
/* A thread that calls the firmware again and again */
#define EFI_MODE_TEST_CROWD	_IO(EFI_MODE_TEST_MAGIC, 14)
/* While the CPU holds a lock that an interrupt wants */
#define EFI_MODE_TEST_PANIC	_IO(EFI_MODE_TEST_MAGIC, 15)
/*
 * As EFI_MODE_TEST_DRIVER, with Linux's interrupts off; fails with -EBUSY if the firmware
 * has been interrupted in work of its own
 */
#define EFI_MODE_TEST_DRIVER_ATOMIC _IOWR(EFI_MODE_TEST_MAGIC, 16, struct efi_mode_test_driver)

#endif /* _EFI_MODE_TEST_H */
