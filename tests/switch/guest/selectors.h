/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bases of segments whose selectors cannot be loaded again
 */
#ifndef SELECTORS_H
#define SELECTORS_H

#define TEST_FS_BASE	0x123456780ULL
#define TEST_GS_BASE	0x23456789aULL

/* The argument of segment_base */
#define TEST_BASE_OF_FS	0
#define TEST_BASE_OF_GS	1

#endif /* SELECTORS_H */
