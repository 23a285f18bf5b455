/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How fast a disk is: what is asked of it, in Linux (speed.c) and on the bare
 * firmware (tests/disk/efi/diskspeed.c)
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

/* Each word says where it is */
#define SPEED_WORD(offset)	((offset) * 0x9e3779b97f4a7c15ULL)

/**
 * speed_fill() - what a block has that is written
 * @buffer:	of %SPEED_LARGE bytes
 * @offset:	on the disk
 */
static inline void speed_fill(void *buffer, unsigned long long offset)
{
	unsigned long long *word = buffer;
	unsigned int i;

	for (i = 0; i < SPEED_LARGE / sizeof(*word); i++)
		word[i] = SPEED_WORD(offset + i * sizeof(*word));
}

/**
 * speed_is_filled() - is it what was written?
 * @buffer:	with what was read
 * @offset:	on the disk
 * @size:	in bytes
 *
 * What is done between two transfers makes them faster or slower, so it is the same
 * everywhere.
 *
 * Return: 1 if it is, else 0
 */
static inline int speed_is_filled(const void *buffer, unsigned long long offset,
				  unsigned int size)
{
	const unsigned long long *word = buffer;
	unsigned int i;

	for (i = 0; i < size / sizeof(*word); i++)
		if (word[i] != SPEED_WORD(offset + i * sizeof(*word)))
			return 0;
	return 1;
}

#endif /* _SELFTESTS_EFI_MODE_SPEED_H */
