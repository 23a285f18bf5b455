/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that the firmware gets the address of
 *
 * <efi-mode/bus.h> includes this.
 */
#ifndef _EFI_MODE_BUFFER_H
#define _EFI_MODE_BUFFER_H

#include <linux/bits.h>
#include <linux/types.h>

struct efi_device;

/**
 * efi_memory_abandon() - never use memory again
 * @phys:	its address; the pages are somebody's, who gives them back some time
 * @size:	bytes
 *
 * For what is not in a buffer, when firmware has stopped in the call that had its address, or
 * has given up waiting: a device that it has told to may still read or write there.
 *
 * Context: any.
 */
void efi_memory_abandon(phys_addr_t phys, size_t size);

/**
 * efi_memory_end() - the end of the memory that the firmware can be given
 *
 * It is 4 GiB with efi_mode.below_4g=1. All buffers are below it. Other memory that a
 * driver gives the firmware has to go through a buffer if it is not.
 *
 * Context: any.
 * Return: the first address behind it.
 */
phys_addr_t efi_memory_end(void);

/* Devices that have only 32 bits for an address can use it */
#define EFI_BUFFER_BELOW_4G	BIT(0)

/**
 * struct efi_buffer - memory that firmware gets the address of
 * @virt:	for Linux
 * @phys:	for firmware, and for a device that it hands it to: both address memory
 *		physically, and an IOMMU that firmware uses is its own affair
 * @size:	bytes
 * @align:	as of efi_buffer_alloc()
 * @flags:	as of efi_buffer_alloc()
 */
struct efi_buffer {
	void *virt;
	phys_addr_t phys;
	size_t size;
	size_t align;
	unsigned int flags;
};

/**
 * efi_buffer_alloc() - allocate a buffer
 * @edev:	the device that it is for, which the caller is bound to
 * @size:	bytes
 * @align:	of the physical address: a power of two, or 0. It is a page at least.
 * @flags:	EFI_BUFFER_*
 *
 * The buffer is contiguous and full of zeros. When the driver is gone from the device
 * it is freed, so it must not be with firmware any more when remove() returns. If firmware
 * has stopped it is not freed: a device may still have it.
 *
 * Context: task context; sleeps.
 * Return: the buffer, or an ERR_PTR: -ENOMEM, -EINVAL.
 */
struct efi_buffer *efi_buffer_alloc(struct efi_device *edev, size_t size,
				    size_t align, unsigned int flags);

/**
 * efi_buffer_free() - free a buffer, before remove()
 * @edev:	as of efi_buffer_alloc()
 * @buffer:	the buffer, which firmware has no use for any more
 *
 * Context: task context; sleeps.
 */
void efi_buffer_free(struct efi_device *edev, struct efi_buffer *buffer);

/**
 * efi_buffer_abandon() - never free a buffer
 * @edev:	as of efi_buffer_alloc()
 * @buffer:	the buffer, which a token of firmware's names that has not come back
 *
 * The memory is nobody's from then on. Only @buffer itself is freed.
 *
 * Context: task context.
 */
void efi_buffer_abandon(struct efi_device *edev, struct efi_buffer *buffer);

/**
 * efi_buffer_replace() - abandon a buffer, and allocate another one like it
 * @edev:	as of efi_buffer_alloc()
 * @buffer:	the buffer, which a device may still use: the firmware has given up waiting for
 *		it, and has returned EFI_TIMEOUT
 *
 * Context: task context; sleeps.
 * Return: the other buffer, or NULL if there is no memory for it.
 */
struct efi_buffer *efi_buffer_replace(struct efi_device *edev,
				      struct efi_buffer *buffer);

#endif /* _EFI_MODE_BUFFER_H */
