/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mark that marks.c writes to memory: this word and its inverse
 */
#define MARK	0x6b72616d2d696665ULL	/* "efi-mark" */
