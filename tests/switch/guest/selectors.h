/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bases of the segments in selectors.efi, whose selectors cannot be loaded
 * again
 */
#ifndef SELECTORS_H
#define SELECTORS_H

#define TEST_FS_BASE	0x123456780ULL
#define TEST_GS_BASE	0x23456789aULL

/* Argument of the function "segment_base" of the EFI test driver */
#define TEST_BASE_OF_FS	0
#define TEST_BASE_OF_GS	1

#endif /* SELECTORS_H */
