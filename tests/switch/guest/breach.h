/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Argument of the functions "breach" and "clobber" of the EFI test driver
 *
 * The selftests and the driver share this file.
 */
#ifndef _TEST_BREACH_H
#define _TEST_BREACH_H

/* The state in which "breach" returns */
#define TEST_BREACH_DF		0x01	/* the direction flag is set */
#define TEST_BREACH_MXCSR	0x02	/* SSE rounds towards zero */
#define TEST_BREACH_FCW		0x04	/* the x87 unit rounds towards zero */
#define TEST_BREACH_IF		0x08	/* interrupts are off */
#define TEST_BREACH_TPL		0x10	/* the task priority is TPL_NOTIFY */
#define TEST_BREACH_ALL		0x1f

/* What "clobber" changes: bits 0 to 7 are RBX, RBP, RSI, RDI, R12 to R15 */
#define TEST_CLOBBER_ALL	0xff

#endif /* _TEST_BREACH_H */
