// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sizes of events in the firmware's log
 *
 * The firmware reports where the last event of its log begins. To find the end
 * of the log, the driver has to know how long that event is. All integers are
 * little-endian and unaligned (TCG PC Client Platform Firmware Profile, section
 * 10.2).
 */
#include <linux/bits.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/tpm_eventlog.h>
#include <linux/unaligned.h>

#include "efi-tpm.h"

/* An event with a SHA-1 digest: the header of each log, and all events of format 1.2 */
#define OLD_SIZE_AT	28
#define OLD_DATA_AT	32

/* An event with a list of digests */
#define NEW_COUNT_AT	8
#define NEW_DIGESTS_AT	12

/* The data of the header of a log with lists of digests ("Spec ID Event03") */
#define SPEC_SIGNATURE	"Spec ID Event03"
#define SPEC_COUNT_AT	24
#define SPEC_LIST_AT	28
#define SPEC_ENTRY	4

/* As many algorithms as a TPM could have banks for */
#define MAX_DIGESTS	16

static size_t eparse_old(const u8 *event, size_t avail)
{
	if (avail < OLD_DATA_AT)
		return OLD_DATA_AT;
	return size_add(OLD_DATA_AT, get_unaligned_le32(event + OLD_SIZE_AT));
}

/* Return: the size of a digest in bytes, or 0 if the header does not list it */
static size_t eparse_digest_size(const u8 *header, size_t size, u16 algorithm)
{
	const u8 *spec = header + OLD_DATA_AT;
	u32 i, count;

	if (size < OLD_DATA_AT + SPEC_LIST_AT ||
	    memcmp(spec, SPEC_SIGNATURE, sizeof(SPEC_SIGNATURE)))
		return 0;
	count = get_unaligned_le32(spec + SPEC_COUNT_AT);
	if (count > MAX_DIGESTS ||
	    size < OLD_DATA_AT + SPEC_LIST_AT + count * SPEC_ENTRY)
		return 0;
	for (i = 0; i < count; i++) {
		const u8 *entry = spec + SPEC_LIST_AT + i * SPEC_ENTRY;

		if (get_unaligned_le16(entry) == algorithm)
			return get_unaligned_le16(entry + 2);
	}
	return 0;
}

static size_t eparse_new(const u8 *header, size_t header_size, const u8 *event,
			 size_t avail)
{
	size_t at = NEW_DIGESTS_AT, digest;
	u32 i, count;

	if (avail < at)
		return at;
	count = get_unaligned_le32(event + NEW_COUNT_AT);
	if (!count || count > MAX_DIGESTS)
		return 0;
	for (i = 0; i < count; i++) {
		if (avail < at + sizeof(u16))
			return at + sizeof(u16);
		digest = eparse_digest_size(header, header_size,
					    get_unaligned_le16(event + at));
		if (!digest)
			return 0;
		at += sizeof(u16) + digest;
	}
	if (avail < at + sizeof(u32))
		return at + sizeof(u32);
	return size_add(at + sizeof(u32), get_unaligned_le32(event + at));
}

/**
 * efi_tpm_event_size() - get the size of an event
 * @crypto_agile: the events have lists of digests
 *		(%EFI_TCG2_EVENT_LOG_FORMAT_TCG_2)
 * @log:	the log, from its first event to @event
 * @log_size:	bytes at @log
 * @event:	the event
 * @avail:	bytes at @event, from 0 on
 *
 * The first event of a log, its header, has the old format in both kinds of
 * logs. It is @event if @log_size is 0.
 *
 * Context: any.
 * Return: the size of the event in bytes; or, if @avail is too small to know,
 * a number greater than @avail that is at most this size; or 0 if the event is
 * damaged.
 */
size_t efi_tpm_event_size(bool crypto_agile, const u8 *log, size_t log_size,
			  const u8 *event, size_t avail)
{
	size_t header;

	if (!crypto_agile || !log_size)
		return eparse_old(event, avail);
	header = eparse_old(log, log_size);
	if (header > log_size)
		return 0;
	return eparse_new(log, header, event, avail);
}
