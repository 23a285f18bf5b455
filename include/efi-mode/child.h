/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The EFI image that follows Linux: implemented by arch/efi/kernel/child.c
 */
#ifndef _EFI_MODE_CHILD_H
#define _EFI_MODE_CHILD_H

#include <linux/types.h>

/**
 * struct efi_mode_child - an image that the resident half starts when Linux ends
 * @handle:	handle of the image, which LoadImage() has returned; 0: none
 * @options:	physical address of the load options, or 0
 * @options_size: size of the load options in bytes
 * @ours:	1 if the image is a kernel that runs beside the firmware, too
 * @initrd:	physical address of the initrd, or 0
 * @initrd_size: size of the initrd in bytes
 * @pages:	physical address of the pages that contain the load options and
 *		the initrd, or 0. They are allocated from the firmware, and not
 *		part of the arena.
 * @nr_pages:	number of these pages, of 4 KiB each
 */
struct efi_mode_child {
	__u64 handle;
	__u64 options;
	__u32 options_size;
	__u32 ours;
	__u64 initrd;
	__u64 initrd_size;
	__u64 pages;
	__u64 nr_pages;
};

/**
 * efi_mode_set_child() - choose the image that follows Linux
 * @child:	the image, or NULL for none
 *
 * If the system ends by LINUX_REBOOT_CMD_KEXEC, the resident half frees the
 * arena and starts the image, with its load options. While the image runs, it
 * finds the initrd by the Load File 2 protocol (UEFI 2.10, section 13.2). When it
 * returns, the pages are freed, and Linux returns its status.
 *
 * Context: task context, and the caller serializes calls.
 */
void efi_mode_set_child(const struct efi_mode_child *child);

#endif /* _EFI_MODE_CHILD_H */
