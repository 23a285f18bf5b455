/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ioctls of /dev/efi-mode-test, for the selftests
 */
#ifndef _EFI_MODE_TEST_H
#define _EFI_MODE_TEST_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct efi_mode_test_stall - call Stall()
 * @usec:	in: argument of Stall(), in microseconds
 * @slices:	out: number of times that the call was preempted
 * @status:	out: EFI status
 */
struct efi_mode_test_stall {
	__u64 usec;
	__u64 slices;
	__u64 status;
};

/**
 * struct efi_mode_test_timer - arm a firmware timer event and wait for it
 * @usec:	in: delay in microseconds
 * @waited_ns:	out: nanoseconds until CheckEvent() saw the event, or, with
 *		%EFI_MODE_TEST_SIGNAL, until the event woke Linux
 * @status:	out: EFI status of CreateEvent() or SetTimer(), or 0
 */
struct efi_mode_test_timer {
	__u64 usec;
	__u64 waited_ns;
	__u64 status;
};

/**
 * struct efi_mode_test_time - call GetTime()
 * @seconds:	out: second of the day
 * @nanosecond:	out: as returned by the firmware
 * @status:	out: EFI status
 */
struct efi_mode_test_time {
	__u64 seconds;
	__u64 nanosecond;
	__u64 status;
};

/* Including the NUL */
#define EFI_MODE_TEST_NAME_SIZE	32

/**
 * struct efi_mode_test_driver - call a function of the EFI test driver
 * @name:	in: name by which TEST_FUNCTION() registers the function, with a
 *		NUL
 * @argument:	in: argument of the function
 * @value:	out: result of the function
 * @slices:	out: number of times that the call was preempted
 * @status:	out: EFI status of the function, or %EFI_NOT_FOUND without the
 *		driver
 *
 * The ioctl fails with -ENOENT if the driver has no function of this name, and
 * with -EINVAL if @argument is too large for the function.
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
 * @preemptions:	slices that the firmware's clock has ended
 * @replayed:		interrupts that were replayed into the firmware
 * @recorded:		firmware interrupts that arrived while Linux was running
 * @round_trips:	slices
 */
struct efi_mode_test_stats {
	__u64 preemptions;
	__u64 replayed;
	__u64 recorded;
	__u64 round_trips;
};

/**
 * struct efi_mode_test_round_trips - measure slices without work
 * @count:	in: number of slices, at most 10000
 * @shortest:	out: TSC cycles of the shortest
 * @total:	out: TSC cycles of all
 */
struct efi_mode_test_round_trips {
	__u64 count;
	__u64 shortest;
	__u64 total;
};

/**
 * struct efi_mode_test_print - write to the first serial port
 * @text:	in: the text, up to a NUL
 *
 * Use it only if the firmware has stopped, or if a call does not return: the
 * serial port belongs to the firmware.
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
 * @set_nonblocking:	out: of efi.set_variable_nonblocking() when it deletes a
 *			variable that does not exist
 * @set_large:		out: of the same function with a value that is too large
 *		for it
 * @set_hidden:		out: of the same function when it writes MokList of
 *			shim, a variable without runtime access
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

/**
 * struct efi_mode_test_measure - call efi_tcg2_measure()
 * @pcr:	in: index of the PCR
 * @type:	in: type of the event
 * @text:	in: the data that is hashed, up to a NUL, and the event
 *
 * The ioctl fails with the error of efi_tcg2_measure().
 */
struct efi_mode_test_measure {
	__u32 pcr;
	__u32 type;
	char text[112];
};

/* Not used in Documentation/userspace-api/ioctl/ioctl-number.rst */
#define EFI_MODE_TEST_MAGIC	0xef

#define EFI_MODE_TEST_STALL	_IOWR(EFI_MODE_TEST_MAGIC, 1, struct efi_mode_test_stall)
#define EFI_MODE_TEST_TIMER	_IOWR(EFI_MODE_TEST_MAGIC, 2, struct efi_mode_test_timer)
#define EFI_MODE_TEST_TIME	_IOWR(EFI_MODE_TEST_MAGIC, 3, struct efi_mode_test_time)
#define EFI_MODE_TEST_DRIVER	_IOWR(EFI_MODE_TEST_MAGIC, 4, struct efi_mode_test_driver)
#define EFI_MODE_TEST_STATS	_IOR(EFI_MODE_TEST_MAGIC, 5, struct efi_mode_test_stats)
/* Force a slice every so many microseconds; 0 stops it */
#define EFI_MODE_TEST_STORM	_IOW(EFI_MODE_TEST_MAGIC, 6, __u64)
#define EFI_MODE_TEST_ROUND_TRIPS _IOWR(EFI_MODE_TEST_MAGIC, 7, struct efi_mode_test_round_trips)
#define EFI_MODE_TEST_PRINT	_IOW(EFI_MODE_TEST_MAGIC, 8, struct efi_mode_test_print)
#define EFI_MODE_TEST_ATOMIC	_IOR(EFI_MODE_TEST_MAGIC, 9, struct efi_mode_test_atomic)
/* Oops in the calling process, which is killed */
#define EFI_MODE_TEST_OOPS	_IO(EFI_MODE_TEST_MAGIC, 10)
/* Make the EFI test driver fault in the last slice */
#define EFI_MODE_TEST_LAST_FAULT _IO(EFI_MODE_TEST_MAGIC, 11)
#define EFI_MODE_TEST_SIGNAL	_IOWR(EFI_MODE_TEST_MAGIC, 12, struct efi_mode_test_timer)
/* Read CR4 of Linux */
#define EFI_MODE_TEST_CR4	_IOR(EFI_MODE_TEST_MAGIC, 13, __u64)
/* Start a thread that calls the firmware again and again */
#define EFI_MODE_TEST_CROWD	_IO(EFI_MODE_TEST_MAGIC, 14)
/* Panic while the CPU holds a lock that an interrupt handler takes */
#define EFI_MODE_TEST_PANIC	_IO(EFI_MODE_TEST_MAGIC, 15)
/*
 * As EFI_MODE_TEST_DRIVER, with Linux's interrupts disabled. Fails with -EBUSY
 * if the firmware was interrupted in work of its own.
 */
#define EFI_MODE_TEST_DRIVER_ATOMIC _IOWR(EFI_MODE_TEST_MAGIC, 16, struct efi_mode_test_driver)
#define EFI_MODE_TEST_MEASURE	_IOW(EFI_MODE_TEST_MAGIC, 17, struct efi_mode_test_measure)

#endif /* _EFI_MODE_TEST_H */
