/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How fast a disk is: what is asked of it, in Linux (speed.c) and on the bare
 * firmware (tests/firmware/diskspeed.c)
 */
#ifndef _SELFTESTS_EFI_MODE_SPEED_H
#define _SELFTESTS_EFI_MODE_SPEED_H

/* Bytes, from the beginning of the disk on */
#define SPEED_AREA	(64 << 20)
#define SPEED_LARGE	(1 << 20)
#define SPEED_SMALL	(4 << 10)
#define SPEED_RANDOM	2000

/**
 * speed_next() - where the next small block is
 * @state:	of the sequence, begins with 0
 *
 * Return: a multiple of %SPEED_SMALL below %SPEED_AREA
 */
static inline unsigned long long speed_next(unsigned long long *state)
{
	/* Knuth's MMIX */
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (*state >> 33) % (SPEED_AREA / SPEED_SMALL) * SPEED_SMALL;
}

#endif /* _SELFTESTS_EFI_MODE_SPEED_H */
