// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read the boot options of the firmware
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot-entry.h"
#include "efi-kexec.h"

#define ACTIVE	1

/* Device path nodes (UEFI 2.10, section 10.3): type, subtype */
#define HARD_DRIVE	0x0401
#define FILE_PATH	0x0404
#define END		0x7fff

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
	struct span data;
	char name[16];
	bool good;

	memset(e, 0, sizeof(*e));
	e->number = number;
	snprintf(name, sizeof(name), "Boot%04X", number & 0xffff);
	if (!read_variable(name, EFI_GLOBAL, &data)) {
		complain("there is no %s (is efivarfs mounted?)", name);
		return false;
	}
	good = parse_option(data.data, data.size, e);
	free(data.data);
	if (!good)
		complain("%s is damaged", name);
	return good;
}

bool each_boot_entry(bool (*use)(const struct boot_entry *e, void *context),
		     void *context)
{
	struct span order;
	struct boot_entry e;
	bool go_on = true;
	size_t at;

	if (!read_variable("BootOrder", EFI_GLOBAL, &order)) {
		complain("there is no BootOrder (is efivarfs mounted?)");
		return false;
	}
	for (at = 0; go_on && at + 2 <= order.size; at += 2) {
		if (!read_boot_entry(get16(order.data + at), &e))
			continue;
		go_on = use(&e, context);
		free(e.options);
	}
	free(order.data);
	return true;
}

static bool print_entry(const struct boot_entry *e, void *context)
{
	(void)context;
	printf("%04X%c %s", e->number, e->active ? '*' : ' ', e->title);
	if (e->partition && *e->file)
		printf("\t%s on partition %u", e->file, e->partition);
	else
		printf("\t(no file on a disk)");
	putchar('\n');
	return true;
}

int list_boot_entries(void)
{
	return each_boot_entry(print_entry, NULL) ? 0 : 1;
}
