// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read the boot options of the firmware
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot-entry.h"

#define EFIVARS	"/sys/firmware/efi/efivars/"
#define GLOBAL	"-8be4df61-93ca-11d2-aa0d-00e098032b8c"

#define ACTIVE	1

/* Device path nodes (UEFI 2.10, section 10.3): type, subtype */
#define HARD_DRIVE	0x0401
#define FILE_PATH	0x0404
#define END		0x7fff

static uint16_t get16(const uint8_t *p)
{
	return p[0] | p[1] << 8;
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static uint64_t get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

/* Read a variable without its attributes; the caller frees it */
static uint8_t *read_variable(const char *name, size_t *size)
{
	static uint8_t buf[65536];
	char path[128];
	size_t n = 0;
	uint8_t *data;
	FILE *f;

	snprintf(path, sizeof(path), EFIVARS "%s" GLOBAL, name);
	f = fopen(path, "r");
	if (f) {
		n = fread(buf, 1, sizeof(buf), f);
		fclose(f);
	}
	if (n < 4)
		return NULL;
	*size = n - 4;
	data = malloc(*size + 1);
	if (data)
		memcpy(data, buf + 4, *size);
	return data;
}

/*
 * Append UTF-16 text as UTF-8; characters outside of the basic plane become
 * question marks. Return the number of bytes read, with the NUL.
 */
static size_t append_text(const uint8_t *p, size_t size, char *to, size_t room)
{
	size_t at, n = strlen(to);
	uint16_t c;

	for (at = 0; at + 2 <= size; at += 2) {
		c = get16(p + at);
		if (!c)
			return at + 2;
		if (n + 4 > room)
			continue;
		if (c < 0x80) {
			to[n++] = c;
		} else if (c < 0x800) {
			to[n++] = 0xc0 | c >> 6;
			to[n++] = 0x80 | (c & 0x3f);
		} else if (c >= 0xd800 && c < 0xe000) {
			to[n++] = '?';
		} else {
			to[n++] = 0xe0 | c >> 12;
			to[n++] = 0x80 | (c >> 6 & 0x3f);
			to[n++] = 0x80 | (c & 0x3f);
		}
		to[n] = '\0';
	}
	return at;
}

static void parse_node(const uint8_t *node, size_t length, struct boot_entry *e)
{
	char *c;

	switch (node[0] << 8 | node[1]) {
	case HARD_DRIVE:
		if (length < 42)
			break;
		e->partition = get32(node + 4);
		e->start = get64(node + 8);
		memcpy(e->signature, node + 24, sizeof(e->signature));
		e->signature_type = node[41];
		break;
	case FILE_PATH:
		append_text(node + 4, length - 4, e->file, sizeof(e->file));
		for (c = e->file; *c; c++)
			if (*c == '\\')
				*c = '/';
		break;
	}
}

/* A list may have several paths; the first is that of the image */
static void parse_path(const uint8_t *path, size_t size, struct boot_entry *e)
{
	size_t at, length;

	for (at = 0; at + 4 <= size; at += length) {
		length = get16(path + at + 2);
		if (length < 4 || length > size - at ||
		    (path[at] << 8 | path[at + 1]) == END)
			break;
		parse_node(path + at, length, e);
	}
}

static bool parse_option(const uint8_t *data, size_t size, struct boot_entry *e)
{
	size_t paths, at = 6;

	if (size < at)
		return false;
	e->active = get32(data) & ACTIVE;
	paths = get16(data + 4);
	at += append_text(data + at, size - at, e->title, sizeof(e->title));
	if (paths > size - at)
		return false;
	parse_path(data + at, paths, e);
	at += paths;
	e->options_size = size - at;
	e->options = malloc(e->options_size + 1);
	if (e->options)
		memcpy(e->options, data + at, e->options_size);
	return e->options;
}

bool read_boot_entry(unsigned int number, struct boot_entry *e)
{
	char name[16];
	uint8_t *data;
	size_t size;
	bool good;

	memset(e, 0, sizeof(*e));
	e->number = number;
	snprintf(name, sizeof(name), "Boot%04X", number & 0xffff);
	data = read_variable(name, &size);
	if (!data) {
		fprintf(stderr, "efi-kexec: there is no %s (is efivarfs mounted?)\n", name);
		return false;
	}
	good = parse_option(data, size, e);
	free(data);
	if (!good)
		fprintf(stderr, "efi-kexec: %s is damaged\n", name);
	return good;
}

int list_boot_entries(void)
{
	struct boot_entry e;
	uint8_t *order;
	size_t size, at;

	order = read_variable("BootOrder", &size);
	if (!order) {
		fprintf(stderr, "efi-kexec: there is no BootOrder (is efivarfs mounted?)\n");
		return 1;
	}
	for (at = 0; at + 2 <= size; at += 2) {
		if (!read_boot_entry(get16(order + at), &e))
			continue;
		printf("%04X%c %s", e.number, e.active ? '*' : ' ', e.title);
		if (e.partition && *e.file)
			printf("\t%s on partition %u", e.file, e.partition);
		else
			printf("\t(no file on a disk)");
		putchar('\n');
		free(e.options);
	}
	free(order);
	return 0;
}
