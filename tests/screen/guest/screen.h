/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Argument of the function "screen" of the EFI test driver
 *
 * The selftests and the driver share this file. tests/screen/host.py also has some of the
 * numbers, for the UEFI shell.
 */
#ifndef _TEST_SCREEN_H
#define _TEST_SCREEN_H

/* The lowest 8 bits say what to do; an argument of that is above them */
#define TEST_SCREEN_INSTALL	0	/* appear; if not 0, without a usable mode */
#define TEST_SCREEN_REMOVE	1	/* disappear */
#define TEST_SCREEN_REINSTALL	2	/* have this number of modes */
#define TEST_SCREEN_FAIL_BLT	3	/* this number of calls of Blt() fail */
#define TEST_SCREEN_FAIL_MODE	4	/* this number of calls of SetMode() fail */
#define TEST_SCREEN_SET_MODE	5	/* change the mode, without a call of SetMode() */
#define TEST_SCREEN_MODE	6	/* value: the current mode */
#define TEST_SCREEN_PIXEL	7	/* x, y << 24; value: XRGB8888, in mode 2 RGB565 */
#define TEST_SCREEN_BLTS	8	/* value: calls of Blt() */
#define TEST_SCREEN_STRAY	9	/* value: calls after the screen disappeared */
#define TEST_SCREEN_SLOW_MODE	10	/* SetMode() takes this many ms */

#endif /* _TEST_SCREEN_H */
