// SPDX-License-Identifier: GPL-2.0-only
/*
 * Find the parts of an EFI application that the firmware measures
 *
 * "Windows Authenticode Portable Executable Signature Format" says which they are:
 * all of the file but its checksum, the table of signatures and the place of that
 * table. The parts are in the order of the file, with one exception: data that
 * follow the headers and sections come last, and their place is computed from the
 * sizes of those.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "efi-kexec.h"

/* Offsets in the DOS header, the PE header, and the optional header of PE32+ */
#define DOS_PE_AT		60
#define PE_NR_SECTIONS		6
#define PE_OPTIONAL_SIZE	20
#define PE_OPTIONAL		24
#define OPTIONAL_HEADERS_SIZE	60
#define OPTIONAL_CHECKSUM	64
#define OPTIONAL_NR_TABLES	108
#define OPTIONAL_SIGNATURES	144
#define OPTIONAL_MAGIC		0x20b
#define SIGNATURES		4	/* number of their entry in the list of tables */

/* Offsets in a section header */
#define SECTION_HEADER		40
#define SECTION_RAW_SIZE	16
#define SECTION_RAW_AT		20

/* Documentation/arch/x86/boot.rst of the kernel: "HdrS" */
#define SETUP_MAGIC_AT		0x202

static bool fits(const struct pe *pe, size_t at, size_t size)
{
	return at <= pe->file.size && size <= pe->file.size - at;
}

static bool add_part(struct pe *pe, size_t from, size_t to)
{
	if (from > to || to > pe->file.size || pe->nr_parts == PE_PARTS)
		return false;
	pe->parts[pe->nr_parts++] = (struct span) {
		pe->file.data + from, to - from,
	};
	return true;
}

/* The headers without the checksum and the place of the signatures */
static bool add_headers(struct pe *pe, size_t optional, size_t size, bool has_place)
{
	size_t after = optional + OPTIONAL_CHECKSUM + 4;
	size_t place = optional + OPTIONAL_SIGNATURES;

	if (!add_part(pe, 0, optional + OPTIONAL_CHECKSUM))
		return false;
	if (!has_place)
		return add_part(pe, after, size);
	return add_part(pe, after, place) && add_part(pe, place + 8, size);
}

static int by_place(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->data < y->data ? -1 : x->data > y->data;
}

/* Return the number of bytes in all sections, or 0 if a section is not in the file */
static size_t add_sections(struct pe *pe, const uint8_t *section, unsigned int nr)
{
	unsigned int first = pe->nr_parts;
	size_t at, size, sum = 0;

	for (; nr--; section += SECTION_HEADER) {
		size = get32(section + SECTION_RAW_SIZE);
		at = get32(section + SECTION_RAW_AT);
		if (!memcmp(section, ".linux\0", 8))
			pe->is_uki = true;
		if (!size)
			continue;
		if (!add_part(pe, at, at + size))
			return 0;
		sum += size;
	}
	qsort(pe->parts + first, pe->nr_parts - first, sizeof(*pe->parts), by_place);
	return sum;
}

const char *pe_parse(struct pe *pe, struct span file)
{
	size_t header, optional, sections, headers_size, sum, signatures = 0;
	const uint8_t *p = file.data;
	unsigned int nr;
	bool has_place;

	*pe = (struct pe) { .file = file };
	if (file.size < DOS_PE_AT + 4 || memcmp(p, "MZ", 2))
		return "not a PE file";
	header = get32(p + DOS_PE_AT);
	optional = header + PE_OPTIONAL;
	if (!fits(pe, header, PE_OPTIONAL + OPTIONAL_SIGNATURES + 8) ||
	    memcmp(p + header, "PE\0\0", 4) || get16(p + optional) != OPTIONAL_MAGIC)
		return "not an EFI application for this machine";
	nr = get16(p + header + PE_NR_SECTIONS);
	sections = optional + get16(p + header + PE_OPTIONAL_SIZE);
	headers_size = get32(p + optional + OPTIONAL_HEADERS_SIZE);
	has_place = get32(p + optional + OPTIONAL_NR_TABLES) > SIGNATURES;
	if (has_place) {
		signatures = get32(p + optional + OPTIONAL_SIGNATURES + 4);
		pe->signatures = (struct span) {
			file.data + get32(p + optional + OPTIONAL_SIGNATURES), signatures,
		};
	}
	if (!fits(pe, sections, nr * SECTION_HEADER) ||
	    !fits(pe, signatures ? pe->signatures.data - file.data : 0, signatures) ||
	    !add_headers(pe, optional, headers_size, has_place))
		return "truncated or damaged";
	sum = add_sections(pe, p + sections, nr);
	if (!sum)
		return "truncated or damaged";
	sum += headers_size;
	if (file.size > sum && !add_part(pe, sum, file.size - signatures))
		return "truncated or damaged";
	pe->is_kernel = fits(pe, SETUP_MAGIC_AT, 4) &&
			!memcmp(p + SETUP_MAGIC_AT, "HdrS", 4);
	return NULL;
}

bool pe_contains(const struct pe *pe, const char *text)
{
	return memmem(pe->file.data, pe->file.size, text, strlen(text));
}
