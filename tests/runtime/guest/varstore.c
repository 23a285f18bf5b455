// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fill the variable store: the firmware must return an error and lose nothing
 */
#include "efi_test.h"

#define USUAL	(NON_VOLATILE | BOOTSERVICE_ACCESS | RUNTIME_ACCESS)
#define SIZE	(12 * 1024)
#define MAX	200

static const struct guid vendor = {
	0x9f3c7d12, 0x5be4, 0x4f0a,
	{ 0x8c, 0x11, 0x2a, 0x6d, 0x90, 0x47, 0xe3, 0x60 }
};

static uint8_t data[SIZE], back[SIZE + 1];
static int fd;

static void fill(int number)
{
	int i;

	for (i = 0; i < SIZE; i++)
		data[i] = i * (2 * number + 1) + (i >> 8);
}

static char16 *name_of(int number)
{
	char text[16];

	snprintf(text, sizeof(text), "Full%03d", number);
	return wide(text);
}

static unsigned long write_one(int number, size_t size)
{
	char16 *name = name_of(number);
	unsigned long status;

	fill(number);
	status = set_variable(fd, name, &vendor, USUAL, size, data);
	free(name);
	return status;
}

static bool is_whole(int number, size_t expected)
{
	char16 *name = name_of(number);
	unsigned long size = sizeof(back), status;

	fill(number);
	status = get_variable(fd, name, &vendor, NULL, &size, back);
	free(name);
	return !status && size == expected && !memcmp(data, back, size);
}

static int count_whole(int count)
{
	int i, whole = 0;

	for (i = 0; i < count; i++)
		whole += is_whole(i, SIZE);
	return whole;
}

static int count_all(void)
{
	char16 found[512] = {};
	struct guid guid = vendor;
	unsigned long size;
	int count = 0;

	do {
		size = sizeof(found);
	} while (!get_next_name(fd, &size, found, &guid) && count++ < 1000);
	return count;
}

static uint64_t space(void)
{
	uint64_t storage, remaining = 0, largest;

	query_info(fd, USUAL, &storage, &remaining, &largest);
	return remaining;
}

int main(void)
{
	int before, count, small, i, deleted = 0;
	uint64_t free_before, free_after;
	unsigned long status = 0;

	fd = open_efi_test();
	ksft_print_header();
	ksft_set_plan(8);

	before = count_all();
	free_before = space();
	for (count = 0; count < MAX; count++) {
		status = write_one(count, SIZE);
		if (status)
			break;
	}
	ksft_test_result(status == OUT_OF_RESOURCES && count,
			 "after %d variables of 12 KiB the store is full: %#lx\n",
			 count, status);
	ksft_test_result(!is_whole(count, SIZE) && count_whole(count) == count,
			 "all of them are intact, and the one that failed is not there\n");

	/*
	 * Few attempts, because the firmware may search the whole store each
	 * time
	 */
	for (small = SIZE / 2; small && write_one(count, small); )
		small /= 4;
	ksft_test_result(!small || is_whole(count, small),
			 "a smaller variable of %d bytes still fits\n", small);
	/*
	 * The firmware may or may not have the space to store both for a moment
	 */
	status = write_one(0, SIZE - 1);
	ksft_test_result(is_whole(0, status ? SIZE : SIZE - 1),
			 "a replaced variable has the old or the new value: %#lx\n",
			 status);
	ksft_test_result(count_all() == before + count + !!small,
			 "no other variable is lost\n");

	for (i = 0; i < count + !!small; i++)
		deleted += !write_one(i, 0);
	ksft_test_result(deleted == count + !!small && count_all() == before,
			 "all of them can be deleted\n");
	ksft_test_result(!write_one(0, SIZE) && is_whole(0, SIZE),
			 "a large variable fits again\n");
	write_one(0, 0);
	free_after = space();
	ksft_test_result(free_after + 3 * SIZE > free_before,
			 "as much space is free as before: %llu, %llu bytes\n",
			 (unsigned long long)free_before,
			 (unsigned long long)free_after);
	ksft_finished();
}
