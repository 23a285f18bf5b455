/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Argument of the function "screen" of the EFI test driver
 *
 * The selftests and the driver share this file. tests/screen/host.py uses some
 * of the numbers in commands for the UEFI shell.
 */
#ifndef _TEST_SCREEN_H
#define _TEST_SCREEN_H

/* Bits 0 to 7 select the operation, the higher bits are its argument */
#define TEST_SCREEN_INSTALL	0	/* if not 0: no usable mode */
#define TEST_SCREEN_REMOVE	1
#define TEST_SCREEN_REINSTALL	2	/* change the number of modes */
#define TEST_SCREEN_FAIL_BLT	3	/* let this many calls of Blt() fail */
#define TEST_SCREEN_FAIL_MODE	4	/* let this many SetMode() calls fail */
#define TEST_SCREEN_SET_MODE	5	/* set a mode behind Linux's back */
#define TEST_SCREEN_MODE	6	/* value: the current mode */
/* Argument: x | y << 24. Value: XRGB8888, in mode 2 RGB565 */
#define TEST_SCREEN_PIXEL	7
#define TEST_SCREEN_BLTS	8	/* value: calls of Blt() */
#define TEST_SCREEN_STRAY	9	/* value: calls after REMOVE */
#define TEST_SCREEN_SLOW_MODE	10	/* SetMode() takes this many ms */

#endif /* _TEST_SCREEN_H */
