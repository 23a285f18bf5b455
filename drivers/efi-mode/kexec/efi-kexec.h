/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Internal header of kexec beside the firmware
 *
 * kexec_file_load(2) passes an EFI application to LoadImage() of the firmware,
 * which verifies it, and measures it into the TPM. The image, its load options
 * and its initrd are in memory of the firmware from then on. When Linux ends by
 * reboot(LINUX_REBOOT_CMD_KEXEC), the resident half starts the image.
 *
 * Calls run downwards. Files on a line do not call each other:
 *
 *	kexec
 *	image, measure, path
 *	firmware-memory, pe
 *	give
 *
 * pe.c contains pure functions only.
 */
#ifndef _EFI_MODE_KEXEC_INTERNAL_H
#define _EFI_MODE_KEXEC_INTERNAL_H

#include <linux/efi.h>
#include <linux/types.h>

#include <efi-mode/child.h>

struct file;

/* image.c */

/**
 * struct efi_kexec_image - an image that LoadImage() has loaded
 * @users:	number of loads that use it
 * @handle:	handle of the image
 * @hash:	hash of the file
 * @size:	size of the file in bytes
 * @path:	device path of the file
 * @path_size:	size of @path in bytes
 */
struct efi_kexec_image {
	unsigned int users;
	u64 handle;
	u64 hash;
	size_t size;
	void *path;
	size_t path_size;
};

struct efi_kexec_image *efi_kexec_image_get(const void *buf, size_t size, void *path,
					    size_t path_size);
void efi_kexec_image_put(struct efi_kexec_image *image);

/* measure.c */

void efi_kexec_measure(const struct efi_mode_child *child, const void *options,
		       const char *cmdline);

/* path.c */

void *efi_kexec_path(struct file *file, size_t *size);

/* firmware-memory.c */

/**
 * struct efi_kexec_memory - pages that are allocated from the firmware
 * @base:	physical address, or 0 if there are none
 * @pages:	number of pages of 4 KiB
 */
struct efi_kexec_memory {
	u64 base;
	unsigned long pages;
};

int efi_kexec_allocate(struct efi_kexec_memory *m, size_t size);
int efi_kexec_write(const struct efi_kexec_memory *m, size_t at, const void *from,
		    size_t size);
void efi_kexec_free(struct efi_kexec_memory *m);

/* pe.c */

const char *efi_pe_why_not(const void *buf, size_t size);
size_t efi_pe_memory(const void *buf);

/* give.c */

int efi_kexec_give(size_t size);
int efi_kexec_insert_block(unsigned long *blocks, unsigned int nr, unsigned long block,
			   unsigned int wanted);

#endif /* _EFI_MODE_KEXEC_INTERNAL_H */
