/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Argument of the function "pointer" of the EFI test driver
 *
 * The selftests and the driver share this file.
 */
#ifndef _EFI_MODE_TEST_POINTER_H
#define _EFI_MODE_TEST_POINTER_H

/* Bits 0 to 3 select the operation, the higher bits are its argument */
enum test_pointer {
	TEST_POINTER_PLUG,	/* install a mouse (0) or a tablet (1) */
	TEST_POINTER_UNPLUG,	/* uninstall it */
	TEST_POINTER_MOVE,	/* move it, TEST_POINTER_AT() */
};

/*
 * A mouse moves by (@x, @y), 16 bits each. A tablet moves to (@x, @y), up to
 * 0x20000 each. Buttons: 1 left, 2 right.
 */
#define TEST_POINTER_AT(x, y, buttons) \
	((x) | (unsigned long long)(y) << 20 | \
	 (unsigned long long)(buttons) << 40)

#endif /* _EFI_MODE_TEST_POINTER_H */
