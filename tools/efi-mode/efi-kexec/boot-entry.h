/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The boot options of the firmware: Boot#### (UEFI 2.10, section 3.1.3)
 */
#ifndef BOOT_ENTRY_H
#define BOOT_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct boot_entry - a boot option
 * @number:	#### of its variable
 * @active:	the firmware may start it by itself
 * @title:	its description, in UTF-8
 * @file:	name of its file in UTF-8, with slashes; "" if it has none
 * @partition:	number of the partition that the file is on, or 0
 * @start:	first block of the partition
 * @signature:	of the partition (GPT), or of the disk in the first 4 bytes (MBR)
 * @signature_type: 2: GPT, 1: MBR, 0: none
 * @options:	its optional data
 * @options_size: size of @options in bytes
 */
struct boot_entry {
	unsigned int number;
	bool active;
	char title[256];
	char file[512];
	uint32_t partition;
	uint64_t start;
	uint8_t signature[16];
	uint8_t signature_type;
	uint8_t *options;
	size_t options_size;
};

/* Read Boot#### from efivarfs; print a message and return false on any error */
bool read_boot_entry(unsigned int number, struct boot_entry *e);

/*
 * Call @use for the entries in the order of BootOrder, until it returns false. Return
 * false after a message if there is no order.
 */
bool each_boot_entry(bool (*use)(const struct boot_entry *e, void *context),
		     void *context);

/* Print all entries in the order of BootOrder; return an exit status */
int list_boot_entries(void);

/*
 * Open the file of an entry: mount its partition read-only, where only this
 * process sees it. Return: a file descriptor, or -1 after a message.
 */
int open_boot_file(const struct boot_entry *e);

#endif /* BOOT_ENTRY_H */
