// SPDX-License-Identifier: GPL-2.0-only
/*
 * Read and write files
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "efi-kexec.h"

#define EFIVARS	"/sys/firmware/efi/efivars"

uint16_t get16(const uint8_t *p)
{
	return p[0] | p[1] << 8;
}

uint32_t get32(const uint8_t *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

uint64_t get64(const uint8_t *p)
{
	return get32(p) | (uint64_t)get32(p + 4) << 32;
}

int complain(const char *format, ...)
{
	va_list args;

	fputs("efi-kexec: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return 1;
}

bool read_fd(int fd, struct span *content)
{
	size_t room = 65536;
	ssize_t n = 1;
	uint8_t *more;

	content->size = 0;
	content->data = malloc(room);
	while (content->data && n > 0) {
		if (content->size == room) {
			room *= 2;
			more = realloc(content->data, room);
			if (!more)
				break;
			content->data = more;
		}
		n = pread(fd, content->data + content->size, room - content->size,
			  content->size);
		if (n > 0)
			content->size += n;
	}
	if (!n)
		return true;
	free(content->data);
	*content = (struct span) {};
	return false;
}

bool read_file(const char *path, struct span *content)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;
	bool good;

	if (fd < 0)
		return false;
	good = read_fd(fd, content);
	error = errno;
	close(fd);
	errno = error;
	return good;
}

void read_line(char *line, size_t size, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;
	FILE *f;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	*line = '\0';
	f = fopen(path, "r");
	if (!f)
		return;
	if (!fgets(line, size, f))
		*line = '\0';
	fclose(f);
	line[strcspn(line, "\n")] = '\0';
}

bool write_file(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644), error;
	ssize_t n;

	if (fd < 0)
		return false;
	/* sysfs and efivarfs want all bytes at once */
	n = write(fd, data, size);
	error = errno;
	close(fd);
	errno = n < 0 ? error : EIO;
	return n == (ssize_t)size;
}

bool read_variable(const char *name, const char *guid, struct span *content)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), EFIVARS "/%s-%s", name, guid);
	if (!read_file(path, content))
		return false;
	if (content->size < 4) {
		free(content->data);
		return false;
	}
	/* The attributes come first */
	content->size -= 4;
	memmove(content->data, content->data + 4, content->size);
	return true;
}
