/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Internal header of efi-kexec
 *
 * Calls run downwards. Files on a line do not call each other:
 *
 *	efi-kexec
 *	predict, windows
 *	authority, boot-entry, origin, partition
 *	digest, pe
 *	files
 */
#ifndef EFI_KEXEC_H
#define EFI_KEXEC_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

/**
 * struct span - bytes in memory
 * @data:	the first byte
 * @size:	number of bytes
 */
struct span {
	uint8_t *data;
	size_t size;
};

/**
 * struct request - an image, and what it is started with
 * @fd:		the file
 * @name:	its name, for messages
 * @initrd:	name of the initrd, or NULL
 * @append:	load options as text, or NULL
 * @data:	load options that are not text; counts if @append is NULL
 * @device:	name of a device on the bus "efi", or "" for that of the file
 * @path:	name of the file on this device, with backslashes, or NULL
 */
struct request {
	int fd;
	const char *name;
	const char *initrd;
	const char *append;
	struct span data;
	char device[32];
	const char *path;
};

/* files.c */

#define EFI_GLOBAL	"8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* Print "efi-kexec: ", a message, and a newline; return 1, an exit status */
__attribute__((format(printf, 1, 2))) int complain(const char *format, ...);

/* Read a whole file. Return false with errno set after an error. */
bool read_fd(int fd, struct span *content);
bool read_file(const char *path, struct span *content);

/* Read the first line of a small file; "" if there is none */
void read_line(char *line, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

bool write_file(const char *path, const void *data, size_t size);

/* Read a variable of the firmware without its attributes, or return false */
bool read_variable(const char *name, const char *guid, struct span *content);

/* Little-endian numbers */
uint16_t get16(const uint8_t *p);
uint32_t get32(const uint8_t *p);
uint64_t get64(const uint8_t *p);

/* pe.c */

#define PE_PARTS	128

/**
 * struct pe - an EFI application
 * @file:	the file
 * @parts:	the parts of the file that its Authenticode hash covers, in order
 * @nr_parts:	number of @parts
 * @signatures:	the table of signatures; empty if there are none
 * @is_kernel:	it has the setup header of a Linux kernel
 * @is_uki:	it contains a Linux kernel, as unified kernel images do
 */
struct pe {
	struct span file;
	struct span parts[PE_PARTS];
	unsigned int nr_parts;
	struct span signatures;
	bool is_kernel;
	bool is_uki;
};

/* Parse a file. Return NULL, or the reason why it cannot be loaded. */
const char *pe_parse(struct pe *pe, struct span file);

/* Does the file contain @text? */
bool pe_contains(const struct pe *pe, const char *text);

/* digest.c */

#define DIGEST_MAX	64

/**
 * struct digest - a digest
 * @size:	size of @bytes
 * @bytes:	the value
 */
struct digest {
	unsigned int size;
	uint8_t bytes[DIGEST_MAX];
};

/* Hash several spans, one after the other; return false if there is no @algorithm */
bool digest_spans(const char *algorithm, const struct span *spans, unsigned int nr,
		  struct digest *digest);

/* authority.c */

/**
 * struct authority - entries of db that the firmware uses to verify an image
 * @events:	the data that it measures into PCR 7 for each of them; the caller frees
 *		them
 * @nr:		number of @events
 */
struct authority {
	struct span events[4];
	unsigned int nr;
};

bool secure_boot_is_on(void);
bool is_under_shim(void);

/* Find the entries for an image; none if the firmware would refuse it */
void find_authority(const struct pe *pe, struct authority *authority);

/* origin.c */

/*
 * The device on the bus "efi" for a block device, whose partition it is if the
 * firmware knows it; "" if it is not a disk of the firmware
 */
void find_device(dev_t number, char *name, size_t size);

/* Find the device for the argument of --device, or print a message */
bool parse_device(const char *argument, char *name, size_t size);

/* The name of an open file in its file system, with backslashes, or NULL */
char *find_name(int fd);

/* predict.c */

/* Print the PCRs that the image will find. Return an exit status. */
int predict(const struct request *request);

/* windows.c */

enum windows { WINDOWS_NONE, WINDOWS_AUTO, WINDOWS_CHAIN, WINDOWS_BOOTNEXT };

/* Return WINDOWS_NONE if @word is not a way to start Windows */
enum windows parse_windows(const char *word);

/**
 * decide_windows() - decide how Windows starts
 * @how:	the argument of --windows
 * @entry:	set to the number of its boot option, or to -1 if there is none
 *
 * Return: WINDOWS_CHAIN or WINDOWS_BOOTNEXT, or WINDOWS_NONE after a message.
 */
enum windows decide_windows(enum windows how, int *entry);

/* Let the firmware start a boot option after the next reset */
bool set_boot_next(int entry);

#endif /* EFI_KEXEC_H */
