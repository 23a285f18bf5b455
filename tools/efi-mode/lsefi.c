// SPDX-License-Identifier: GPL-2.0-only
/*
 * lsefi: list the handles of the firmware as a tree
 *
 *	lsefi [-v | -j]
 *
 * Each line shows a device on the bus "efi": its name, the part of its device
 * path that the parent does not have, its protocols and its driver. -v adds the
 * handle, the whole path, and the protocols with their GUIDs, one per line. -j
 * prints the same as JSON. The program reads only /sys/bus/efi.
 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEVICES	"/sys/bus/efi/devices"

struct device {
	char *name;
	char *handle;
	char *path;
	char *driver;		/* or NULL */
	char **protocols;	/* "guid", or "guid name" */
	size_t nr_protocols;
	struct device *parent;	/* or NULL */
};

static struct device *devices;
static size_t nr_devices;

static void *check(void *p)
{
	if (p)
		return p;
	fprintf(stderr, "lsefi: out of memory\n");
	exit(1);
}

/*
 * Read a whole file without the newline at its end; "" if the file does not
 * exist
 */
static char *read_file(const char *device, const char *attribute)
{
	char path[PATH_MAX], *text = check(calloc(1, 65537));
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), DEVICES "/%s/%s", device, attribute);
	f = fopen(path, "r");
	if (f) {
		n = fread(text, 1, 65536, f);
		fclose(f);
	}
	while (n && text[n - 1] == '\n')
		n--;
	text[n] = '\0';
	return text;
}

/*
 * Get the last name in the target of a link, @up levels above it; NULL if there
 * is no link
 */
static char *read_link(const char *device, const char *link, int up)
{
	char path[PATH_MAX], target[PATH_MAX], *slash;
	ssize_t n;

	snprintf(path, sizeof(path), DEVICES "/%s%s%s", device,
		 *link ? "/" : "", link);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return NULL;
	target[n] = '\0';
	while (up--) {
		slash = strrchr(target, '/');
		if (!slash)
			return NULL;
		*slash = '\0';
	}
	slash = strrchr(target, '/');
	return check(strdup(slash ? slash + 1 : target));
}

static void read_protocols(struct device *d)
{
	char *text = read_file(d->name, "protocols"), *line, *rest = text;

	while ((line = strsep(&rest, "\n"))) {
		if (!*line)
			continue;
		d->protocols = check(realloc(d->protocols, sizeof(char *) *
					     (d->nr_protocols + 1)));
		d->protocols[d->nr_protocols++] = line;
	}
}

static unsigned long number_of(const char *name)
{
	return strtoul(name + strcspn(name, "0123456789"), NULL, 10);
}

static int by_number(const void *a, const void *b)
{
	unsigned long x = number_of(((const struct device *)a)->name);
	unsigned long y = number_of(((const struct device *)b)->name);

	return x < y ? -1 : x > y;
}

static bool read_devices(void)
{
	DIR *dir = opendir(DEVICES);
	struct dirent *entry;
	struct device *d;
	size_t i, j;
	char *up;

	if (!dir) {
		fprintf(stderr, "lsefi: %s: %s\n", DEVICES, strerror(errno));
		if (errno == ENOENT)
			fprintf(stderr, "lsefi: this kernel has no bus \"efi\"\n");
		return false;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		devices = check(realloc(devices,
					sizeof(*devices) * (nr_devices + 1)));
		d = &devices[nr_devices++];
		memset(d, 0, sizeof(*d));
		d->name = check(strdup(entry->d_name));
		d->handle = read_file(d->name, "handle");
		d->path = read_file(d->name, "path");
		d->driver = read_link(d->name, "driver", 0);
		read_protocols(d);
	}
	closedir(dir);
	if (nr_devices)
		qsort(devices, nr_devices, sizeof(*devices), by_number);
	for (i = 0; i < nr_devices; i++) {
		up = read_link(devices[i].name, "", 1);
		for (j = 0; up && j < nr_devices; j++)
			if (!strcmp(devices[j].name, up))
				devices[i].parent = &devices[j];
		free(up);
	}
	return true;
}

static const char *protocol_name(const char *protocol)
{
	const char *name = strchr(protocol, ' ');

	return name ? name + 1 : NULL;
}

/*
 * Get the length of a UTF-8 character, or 0 if the bytes are not valid UTF-8.
 * The callers print U+FFFD for a byte that is not valid.
 */
static size_t utf8_length(const unsigned char *s)
{
	size_t n = *s < 0x80 ? 1 : *s >= 0xc2 && *s < 0xe0 ? 2 :
		   *s >= 0xe0 && *s < 0xf0 ? 3 : *s >= 0xf0 && *s < 0xf5 ? 4 :
		   0;
	size_t i;

	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* An overlong encoding, a surrogate, or a value beyond U+10FFFF */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

/* The tree */

/*
 * A path contains any text that the firmware has put there. Escape all control
 * characters, those below the space and those from U+0080, because a terminal
 * would execute them.
 */
static void print_text(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n;

	for (; *s; s += n ? n : 1) {
		n = utf8_length(s);
		if (!n)
			printf("\ufffd");
		else if (*s < 0x20 || *s == 0x7f)
			printf("\\x%02x", *s);
		else if (*s == 0xc2 && s[1] < 0xa0)
			printf("\\x%02x", s[1]);
		else
			fwrite(s, 1, n, stdout);
	}
}

static struct device *next_child(const struct device *parent, size_t from)
{
	for (; from < nr_devices; from++)
		if (devices[from].parent == parent)
			return &devices[from];
	return NULL;
}

/* The part of the path that the parent does not have */
static const char *own_path(const struct device *d)
{
	size_t n = d->parent ? strlen(d->parent->path) : 0;

	if (n && !strncmp(d->path, d->parent->path, n) && d->path[n] == '/')
		return d->path + n + 1;
	return d->path;
}

static void print_line(const struct device *d)
{
	const char *path = own_path(d), *name, *separator = "";
	size_t i, unknown = 0;

	printf("%s%s", d->name, *path ? " " : "");
	print_text(path);
	printf(" [");
	for (i = 0; i < d->nr_protocols; i++) {
		name = protocol_name(d->protocols[i]);
		if (!name) {
			unknown++;
		} else if (strcmp(name, "DevicePath")) {
			printf("%s%s", separator, name);
			separator = " ";
		}
	}
	if (unknown)
		printf("%s+%zu", separator, unknown);
	printf("]%s%s\n", d->driver ? " driver: " : "",
	       d->driver ? d->driver : "");
}

static void print_facts(const struct device *d, const char *indent)
{
	size_t i;

	/* Only root can read it, because it is an address. */
	if (*d->handle)
		printf("%s    handle: %s\n", indent, d->handle);
	if (*d->path) {
		printf("%s    path: ", indent);
		print_text(d->path);
		printf("\n");
	}
	printf("%s    driver: %s\n", indent, d->driver ? d->driver : "none");
	for (i = 0; i < d->nr_protocols; i++)
		printf("%s    protocol: %s\n", indent, d->protocols[i]);
}

static void print_tree(const struct device *parent, const char *indent,
		       bool verbose)
{
	struct device *d = next_child(parent, 0), *next;
	char deeper[PATH_MAX];

	for (; d; d = next) {
		next = next_child(parent, d - devices + 1);
		printf("%s%s", indent, !parent ? "" : next ? "|-- " : "`-- ");
		print_line(d);
		snprintf(deeper, sizeof(deeper), "%s%s", indent,
			 !parent ? "" : next ? "|   " : "    ");
		if (verbose)
			print_facts(d, deeper);
		print_tree(d, deeper, verbose);
	}
}

/* JSON */

static void print_string(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t n;

	putchar('"');
	while (*s) {
		n = utf8_length(s);
		if (!n)
			printf("\\ufffd");
		else if (*s == '"' || *s == '\\')
			printf("\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			printf("\\u%04x", *s);
		else
			fwrite(s, 1, n, stdout);
		s += n ? n : 1;
	}
	putchar('"');
}

static void print_member(const char *key, const char *value)
{
	printf(", \"%s\": ", key);
	if (value)
		print_string(value);
	else
		printf("null");
}

static void print_json(void)
{
	const struct device *d;
	char guid[64];
	size_t i;

	printf("[");
	for (d = devices; d < devices + nr_devices; d++) {
		printf("%s\n  {\"name\": ", d == devices ? "" : ",");
		print_string(d->name);
		print_member("parent", d->parent ? d->parent->name : NULL);
		print_member("handle", *d->handle ? d->handle : NULL);
		print_member("path", *d->path ? d->path : NULL);
		print_member("driver", d->driver);
		printf(", \"protocols\": [");
		for (i = 0; i < d->nr_protocols; i++) {
			snprintf(guid, sizeof(guid), "%.*s",
				 (int)strcspn(d->protocols[i], " "),
				 d->protocols[i]);
			printf("%s{\"guid\": ", i ? ", " : "");
			print_string(guid);
			print_member("name", protocol_name(d->protocols[i]));
			printf("}");
		}
		printf("]}");
	}
	printf("\n]\n");
}

static int print_help(FILE *f, int status)
{
	fprintf(f, "usage: lsefi [-v | -j]\n"
		"List the handles of the EFI firmware as a tree.\n"
		"  -v, --verbose  show handle (only for root), path, driver and all protocols\n"
		"  -j, --json     print the same as JSON\n"
		"  -h, --help     print this help\n");
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "verbose", no_argument, NULL, 'v' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	bool verbose = false, json = false;
	int c;

	while ((c = getopt_long(argc, argv, "vjh", options, NULL)) != -1) {
		switch (c) {
		case 'v':
			verbose = true;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			return print_help(stdout, 0);
		default:
			return print_help(stderr, 2);
		}
	}
	if (optind < argc || (verbose && json))
		return print_help(stderr, 2);
	if (!read_devices())
		return 1;
	if (json)
		print_json();
	else
		print_tree(NULL, "", verbose);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "lsefi: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
