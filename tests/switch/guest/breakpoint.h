/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Argument of the function "breakpoint" of the EFI test driver
 *
 * The selftests and the driver share this file.
 */
#ifndef _TEST_BREAKPOINT_H
#define _TEST_BREAKPOINT_H

/* value: how often the breakpoint has stopped the firmware since the start */
enum test_breakpoint {
	TEST_BREAKPOINT_SET,	/* stop at writes to a certain word */
	TEST_BREAKPOINT_WRITE,	/* write to that word */
	TEST_BREAKPOINT_CLEAR,
};

#endif /* _TEST_BREAKPOINT_H */
