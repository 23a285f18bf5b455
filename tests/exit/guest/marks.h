/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mark that a guest program leaves in memory: two words, the second inverted
 */
#define MARK	0x6b72616d2d696665ULL	/* "efi-mark" */
