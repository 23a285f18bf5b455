// SPDX-License-Identifier: GPL-2.0-only
/*
 * Add the section .sbat to the kernel image
 *
 * usage: add-sbat IMAGE FILE
 *
 *	IMAGE	the PE image, which is changed
 *	FILE	the content of the section
 *
 * Linux 6.12 cannot build it into the image. So this program appends it to the
 * finished image, behind all other sections.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Microsoft PE format: offsets in the headers */
#define MZ_PE_AT		0x3c
#define PE_NR_SECTIONS		6
#define PE_OPTIONAL_SIZE	20
#define PE_OPTIONAL		24
#define OPT_SECTION_ALIGNMENT	32
#define OPT_FILE_ALIGNMENT	36
#define OPT_IMAGE_SIZE		56
#define OPT_HEADERS_SIZE	60

/* Initialized data, discardable, readable */
#define SBAT_FLAGS		(0x40U | 0x02000000U | 0x40000000U)

struct section {
	char name[8];
	uint32_t size, address, raw_size, offset;
	uint8_t unused[12];
	uint32_t flags;
};

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("add-sbat: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	exit(1);
}

static uint32_t get(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static void put(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

static uint32_t align(uint32_t value, uint32_t to)
{
	return (value + to - 1) / to * to;
}

static uint8_t *read_file(const char *name, size_t *size)
{
	FILE *f = fopen(name, "rb");
	uint8_t *data;
	long length;

	if (!f || fseek(f, 0, SEEK_END) || (length = ftell(f)) < 0)
		die("cannot read %s", name);
	rewind(f);
	data = malloc(length + 1);
	if (!data || fread(data, 1, length, f) != (size_t)length)
		die("cannot read %s", name);
	fclose(f);
	*size = length;
	return data;
}

/* Fill in @new from the sections in @image, and add it to the section table */
static void add_section(uint8_t *image, size_t size, struct section *new)
{
	uint8_t *pe = image + get(image + MZ_PE_AT), *opt = pe + PE_OPTIONAL;
	uint32_t nr = get(pe + PE_NR_SECTIONS) & 0xffff;
	uint8_t *table = opt + (get(pe + PE_OPTIONAL_SIZE) & 0xffff);
	uint32_t room = get(opt + OPT_HEADERS_SIZE), end = 0, i;
	struct section s;

	for (i = 0; i < nr; i++) {
		memcpy(&s, table + i * sizeof(s), sizeof(s));
		if (s.raw_size && s.offset < room)
			room = s.offset;
		if (end < s.address + s.size)
			end = s.address + s.size;
	}
	if ((size_t)(table - image) + (nr + 1) * sizeof(s) > room)
		die("the headers have no room for a section");
	new->address = align(end, get(opt + OPT_SECTION_ALIGNMENT));
	new->offset = align(size, get(opt + OPT_FILE_ALIGNMENT));
	new->raw_size = align(new->size, get(opt + OPT_FILE_ALIGNMENT));
	memcpy(table + nr * sizeof(s), new, sizeof(*new));
	/* Two bytes behind the number are the first ones of the time */
	put(pe + PE_NR_SECTIONS, get(pe + PE_NR_SECTIONS) + 1);
	put(opt + OPT_IMAGE_SIZE, align(new->address + new->size,
					get(opt + OPT_SECTION_ALIGNMENT)));
}

int main(int argc, char **argv)
{
	struct section new = { .name = ".sbat", .flags = SBAT_FLAGS };
	uint8_t *image, *content, *end;
	size_t size, length;
	FILE *f;

	if (argc != 3)
		die("usage: add-sbat IMAGE FILE");
	image = read_file(argv[1], &size);
	content = read_file(argv[2], &length);
	new.size = length;
	add_section(image, size, &new);
	end = calloc(1, new.offset - size + new.raw_size);
	if (!end)
		die("no memory");
	memcpy(end + (new.offset - size), content, length);
	f = fopen(argv[1], "wb");
	if (!f || fwrite(image, 1, size, f) != size ||
	    fwrite(end, 1, new.offset - size + new.raw_size, f) !=
	    new.offset - size + new.raw_size || fclose(f))
		die("cannot write %s", argv[1]);
	return 0;
}
