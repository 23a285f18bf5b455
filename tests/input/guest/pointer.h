/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Argument of the function "pointer" of the EFI test driver
 *
 * The selftests and the driver share this file.
 */
#ifndef _EFI_MODE_TEST_POINTER_H
#define _EFI_MODE_TEST_POINTER_H

/* The lowest 4 bits say what to do; an argument of that is above them */
enum test_pointer {
	TEST_POINTER_PLUG,	/* 0: a mouse appears; 1: a tablet appears */
	TEST_POINTER_UNPLUG,	/* the mouse or tablet disappears */
	TEST_POINTER_MOVE,	/* TEST_POINTER_AT() */
};

/*
 * A mouse moves by (@x, @y), which are 16 bits each. A tablet moves to (@x, @y), which
 * are 17 bits each. Buttons: 1 left, 2 right.
 */
#define TEST_POINTER_AT(x, y, buttons) \
	((x) | (unsigned long long)(y) << 20 | \
	 (unsigned long long)(buttons) << 40)

#endif /* _EFI_MODE_TEST_POINTER_H */
