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
 * @waited_ns:	out: after how many nanoseconds it was seen to be signalled
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

/**
 * struct efi_mode_test_driver - call the test driver in firmware's world
 * @function:	in: EFI_MODE_TEST_FN_*
 * @argument:	in: its argument
 * @value:	out: its result
 * @slices:	out: how often the call was preempted
 * @status:	out: EFI status; EFI_NOT_FOUND without the driver
 */
struct efi_mode_test_driver {
	__u64 function;
	__u64 argument;
	__u64 value;
	__u64 slices;
	__u64 status;
};

/* Functions of the test driver, by their place in its protocol */
#define EFI_MODE_TEST_FN_REGISTERS	0	/* load patterns, spin @argument us,
						 * value: registers that changed
						 */
#define EFI_MODE_TEST_FN_STATE		1	/* value: bit mask of what differs
						 * from before Linux was started
						 */
#define EFI_MODE_TEST_FN_SPIN_NOTIFY	2	/* spin @argument us at TPL_NOTIFY */

/**
 * struct efi_mode_test_stats - counters of the time-sharing
 * @preemptions:	slices ended by firmware's clock
 * @replayed:		interrupts replayed into firmware
 * @recorded:		firmware's interrupts that came to Linux
 */
struct efi_mode_test_stats {
	__u64 preemptions;
	__u64 replayed;
	__u64 recorded;
};

#define EFI_MODE_TEST_STALL	_IOWR('E', 1, struct efi_mode_test_stall)
#define EFI_MODE_TEST_TIMER	_IOWR('E', 2, struct efi_mode_test_timer)
#define EFI_MODE_TEST_TIME	_IOWR('E', 3, struct efi_mode_test_time)
#define EFI_MODE_TEST_DRIVER	_IOWR('E', 4, struct efi_mode_test_driver)
#define EFI_MODE_TEST_STATS	_IOR('E', 5, struct efi_mode_test_stats)

#endif /* _EFI_MODE_TEST_H */
