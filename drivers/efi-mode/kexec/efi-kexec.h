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
 *	image, info, measure
 *	path
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

/* Room for the name of a device on the bus */
#define EFI_KEXEC_DEVICE	32

/**
 * struct efi_kexec_origin - the place that an image comes from
 * @path:	device path of the file, from kmalloc()
 * @path_size:	size of @path in bytes
 * @device:	name of the device on the bus; "" if it is the one that Linux was
 *		loaded from, or no device
 * @file:	name of the file on this device, with backslashes, from kmalloc()
 */
struct efi_kexec_origin {
	void *path;
	size_t path_size;
	char device[EFI_KEXEC_DEVICE];
	char *file;
};

/* path.c */

/**
 * struct efi_kexec_place - an origin that the user has chosen
 * @device:	name of a device on the bus; "": the device that the file is on
 * @file:	name of a file with backslashes, from kmalloc(); NULL: that of the file
 */
struct efi_kexec_place {
	char device[EFI_KEXEC_DEVICE];
	char *file;
};

int efi_kexec_find_origin(struct file *file, const struct efi_kexec_place *place,
			  struct efi_kexec_origin *origin);
void efi_kexec_free_origin(struct efi_kexec_origin *origin);

/* image.c */

/* The verifier of an image */
enum efi_kexec_verifier {
	EFI_KEXEC_UNVERIFIED,
	EFI_KEXEC_FIRMWARE,
	EFI_KEXEC_SHIM,
};

/**
 * struct efi_kexec_image - an image that LoadImage() has loaded
 * @users:	number of loads that use it
 * @handle:	handle of the image
 * @hash:	hash of the file
 * @size:	size of the file in bytes
 * @origin:	where the file comes from
 * @verifier:	the firmware, shim, or none if Secure Boot is off
 * @ours:	the image is a kernel that runs beside the firmware
 */
struct efi_kexec_image {
	unsigned int users;
	u64 handle;
	u64 hash;
	size_t size;
	struct efi_kexec_origin origin;
	enum efi_kexec_verifier verifier;
	bool ours;
};

bool efi_kexec_is_verified(void);
struct efi_kexec_image *efi_kexec_image_get(const void *buf, size_t size,
					    struct efi_kexec_origin *origin);
void efi_kexec_image_put(struct efi_kexec_image *image);

/* info.c */

void efi_kexec_show(const struct efi_kexec_image *image);
void efi_kexec_take_place(struct efi_kexec_place *place);

/* measure.c */

void efi_kexec_measure(const struct efi_mode_child *child, const void *options,
		       const char *cmdline);

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
bool efi_pe_is_ours(const void *buf, size_t size);

/* give.c */

int efi_kexec_give(size_t size);
int efi_kexec_insert_block(unsigned long *blocks, unsigned int nr, unsigned long block,
			   unsigned int wanted);

#endif /* _EFI_MODE_KEXEC_INTERNAL_H */
