// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the TPM driver: sizes of events in the log
 */
#include <kunit/test.h>

#include <linux/string.h>

#include "efi-tpm.h"

/* The header of a log with SHA-1 and SHA-256 digests, 69 bytes */
static const u8 header[] = {
	0, 0, 0, 0,  3, 0, 0, 0,			/* PCR 0, EV_NO_ACTION */
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	37, 0, 0, 0,
	'S', 'p', 'e', 'c', ' ', 'I', 'D', ' ', 'E', 'v', 'e', 'n', 't', '0', '3', 0,
	0, 0, 0, 0,  0, 2, 0, 2,
	2, 0, 0, 0,  4, 0, 20, 0,  11, 0, 32, 0,	/* digests */
	0,						/* no vendor data */
};

#define COUNT_AT	8
#define FIRST_AT	12
#define SECOND_AT	(FIRST_AT + 2 + 20)
#define SIZE_AT		(SECOND_AT + 2 + 32)
#define DATA_AT		(SIZE_AT + 4)

/* An event with both digests and @size bytes of data */
static void make_event(u8 *event, u8 size)
{
	memset(event, 0, DATA_AT);
	event[COUNT_AT] = 2;
	event[FIRST_AT] = 4;
	event[SECOND_AT] = 11;
	event[SIZE_AT] = size;
}

static size_t size_of(const u8 *event, size_t avail)
{
	return efi_tpm_event_size(true, header, sizeof(header), event, avail);
}

static void the_header(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, efi_tpm_event_size(true, header, 0, header, 0), 32);
	KUNIT_EXPECT_EQ(test, efi_tpm_event_size(true, header, 0, header, 31), 32);
	KUNIT_EXPECT_EQ(test, efi_tpm_event_size(true, header, 0, header, 32),
			sizeof(header));
	KUNIT_EXPECT_EQ(test, efi_tpm_event_size(true, header, 0, header,
						 sizeof(header)), sizeof(header));
}

static void old_format(struct kunit *test)
{
	u8 event[40] = { [28] = 8 };

	KUNIT_EXPECT_EQ(test, efi_tpm_event_size(false, header, 64, event, 10), 32);
	KUNIT_EXPECT_EQ(test, efi_tpm_event_size(false, header, 64, event, 32), 40);
}

/* However few bytes are available, the answer is never more than the event has */
static void grows_to_the_end(struct kunit *test)
{
	u8 event[DATA_AT + 5];
	size_t have = 0, need;
	unsigned int steps = 0;

	make_event(event, 5);
	for (;;) {
		need = size_of(event, have);
		KUNIT_ASSERT_NE(test, need, 0);
		KUNIT_ASSERT_LE(test, need, sizeof(event));
		if (need <= have)
			break;
		have = need;
		KUNIT_ASSERT_LE(test, ++steps, 10);
	}
	KUNIT_EXPECT_EQ(test, have, sizeof(event));
}

static void damaged(struct kunit *test)
{
	u8 other[sizeof(header)], event[DATA_AT];

	make_event(event, 0);
	KUNIT_EXPECT_EQ(test, size_of(event, DATA_AT), DATA_AT);
	event[SECOND_AT] = 12;
	KUNIT_EXPECT_EQ(test, size_of(event, DATA_AT), 0);

	make_event(event, 0);
	event[COUNT_AT] = 0;
	KUNIT_EXPECT_EQ(test, size_of(event, DATA_AT), 0);
	event[COUNT_AT] = 17;
	KUNIT_EXPECT_EQ(test, size_of(event, DATA_AT), 0);

	/* A size that overflows is larger than any log */
	make_event(event, 0);
	memset(event + SIZE_AT, 0xff, 4);
	KUNIT_EXPECT_GT(test, size_of(event, DATA_AT), (size_t)U32_MAX);

	/* A header that is longer than the log, or that has another signature */
	make_event(event, 0);
	KUNIT_EXPECT_EQ(test, efi_tpm_event_size(true, header, 40, event, DATA_AT), 0);
	memcpy(other, header, sizeof(header));
	other[32] = 'X';
	KUNIT_EXPECT_EQ(test, efi_tpm_event_size(true, other, sizeof(other), event,
						 DATA_AT), 0);
	memcpy(other, header, sizeof(header));
	other[32 + 24] = 200;
	KUNIT_EXPECT_EQ(test, efi_tpm_event_size(true, other, sizeof(other), event,
						 DATA_AT), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_header),
	KUNIT_CASE(old_format),
	KUNIT_CASE(grows_to_the_end),
	KUNIT_CASE(damaged),
	{}
};

static struct kunit_suite suite = {
	.name = "efi-mode-tpm",
	.test_cases = cases,
};
kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit tests of the TPM driver");
MODULE_LICENSE("GPL");
