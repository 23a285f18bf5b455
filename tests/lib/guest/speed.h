/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests of the disk benchmark, shared by its Linux part (speed.c) and its
 * firmware part (tests/disk/efi/diskspeed.c)
 */
#ifndef _SELFTESTS_EFI_MODE_SPEED_H
#define _SELFTESTS_EFI_MODE_SPEED_H

/*
 * The benchmark uses the first SPEED_AREA bytes of the disk. SPEED_RANDOM is
 * the number of small blocks at random offsets, the other values are in bytes.
 */
#define SPEED_AREA	(64 << 20)
#define SPEED_LARGE	(1 << 20)
#define SPEED_SMALL	(4 << 10)
#define SPEED_RANDOM	2000

/**
 * speed_next() - choose the next small block of a pseudo-random sequence
 * @state:	state of the sequence, initially 0
 *
 * Return: the offset of the block in bytes, a multiple of %SPEED_SMALL below
 * %SPEED_AREA
 */
static inline unsigned long long speed_next(unsigned long long *state)
{
	/* The linear congruential generator of Knuth's MMIX */
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (*state >> 33) % (SPEED_AREA / SPEED_SMALL) * SPEED_SMALL;
}

/* The content of each word depends on its offset on the disk */
#define SPEED_WORD(offset)	((offset) * 0x9e3779b97f4a7c15ULL)

/**
 * speed_fill() - fill a block that is then written
 * @buffer:	block of %SPEED_LARGE bytes
 * @offset:	offset of the block on the disk, in bytes
 */
static inline void speed_fill(void *buffer, unsigned long long offset)
{
	unsigned long long *word = buffer;
	unsigned int i;

	for (i = 0; i < SPEED_LARGE / sizeof(*word); i++)
		word[i] = SPEED_WORD(offset + i * sizeof(*word));
}

/**
 * speed_is_filled() - check that a block has the content that was written
 * @buffer:	content that was read
 * @offset:	offset of the block on the disk, in bytes
 * @size:	size of the block in bytes
 *
 * The work between two transfers affects their speed, so both parts of the
 * benchmark use this function.
 *
 * Return: 1 if the content is right, else 0
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
