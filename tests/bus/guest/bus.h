/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Argument of the function "bus" of the EFI test driver
 *
 * The selftests and the driver share this file.
 */
#ifndef _TEST_BUS_H
#define _TEST_BUS_H

/* Bits 0 to 7 are the operation, the bits above are its argument */
enum test_bus {
	TEST_BUS_INSTALL,	/* the test device appears */
	TEST_BUS_REMOVE,	/* it disappears after this number of ms */
	TEST_BUS_REINSTALL,	/* its protocol is reinstalled */
	TEST_BUS_REPLACE,	/* it disappears and appears at once; value: 1 if it
				 * has the same handle
				 */
	TEST_BUS_OPENS,		/* value: number of times its protocol is open */
	TEST_BUS_EVENTS,	/* value: events that all callers created and did not
				 * close, since the first TEST_BUS_EVENTS
				 */
	TEST_BUS_STRAY,		/* value: calls after the device disappeared */
	TEST_BUS_CALLS,		/* value: calls while the device was there */
	TEST_BUS_CONNECT,	/* connect drivers to all USB devices */
	TEST_BUS_DISCONNECT,	/* disconnect the drivers of all USB devices */
	TEST_BUS_FLOCK,		/* n: a device of the flock appears during the
				 * nth LocateHandle(ByProtocol) call from now on
				 */
	TEST_BUS_FLOCK_SIZE,	/* value: number of devices of the flock */
	TEST_BUS_FLOCK_REMOVE,	/* the flock disappears */
	TEST_BUS_CHILD,		/* 1: the device gets a child without a path; 0: it
				 * loses the child
				 */
	TEST_BUS_GAIN,		/* 1: the device gets SmartCardReader; 0: it loses
				 * that protocol
				 */
	TEST_BUS_MUTE,		/* 1: the firmware does not say which protocols the
				 * device has; 0: it does
				 */
	TEST_BUS_ODD,		/* 1: a device appears whose path is hard to print;
				 * 0: it disappears
				 */
	TEST_BUS_HANG,		/* from now on, calls of the device's dawdle()
				 * never return
				 */
};

/* Maximum number of devices in the flock */
#define TEST_BUS_MAX_FLOCK	16

/* File name in the device path of the odd device */
#define TEST_BUS_ODD_NAME	"a\"b\\c\033d\177"

#endif /* _TEST_BUS_H */
