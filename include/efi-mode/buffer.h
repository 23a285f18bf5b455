/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Buffers: memory whose address a driver passes to the firmware
 *
 * <efi-mode/bus.h> includes this file.
 */
#ifndef _EFI_MODE_BUFFER_H
#define _EFI_MODE_BUFFER_H

#include <linux/bits.h>
#include <linux/types.h>

struct efi_device;

/**
 * efi_memory_abandon() - keep memory from being used again
 * @phys:	physical address of the memory
 * @size:	size in bytes
 *
 * For memory that is not in a struct efi_buffer. Use it if the firmware was
 * stopped in a call that had the address of the memory, or if the call returned
 * EFI_TIMEOUT. In both cases a device may still read or write the memory.
 *
 * Takes a reference on each page, and never drops it. The owner of the pages
 * may free them as usual.
 *
 * Context: any.
 */
void efi_memory_abandon(phys_addr_t phys, size_t size);

/**
 * efi_memory_end() - get the end of the memory that the firmware can use
 *
 * The end is 4 GiB with ``efi_mode.below_4g=1``. All buffers are below it. If
 * other memory is not, the driver must copy the data through a buffer.
 *
 * Context: any.
 * Return: the first physical address that must not be passed to the firmware;
 * %PHYS_ADDR_MAX if there is no limit.
 */
phys_addr_t efi_memory_end(void);

/**
 * EFI_BUFFER_BELOW_4G - allocate a buffer below 4 GiB
 *
 * For devices with 32-bit addresses.
 */
#define EFI_BUFFER_BELOW_4G	BIT(0)

/**
 * struct efi_buffer - memory whose address a driver passes to the firmware
 * @virt:	address for the kernel
 * @phys:	address for the firmware, and for the device that it passes the
 *		address to. Both use physical addresses. If the firmware uses an
 *		IOMMU, it maps the buffer itself.
 * @size:	size in bytes
 * @align:	alignment as passed to efi_buffer_alloc()
 * @flags:	flags as passed to efi_buffer_alloc()
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
 * @edev:	the device, which the calling driver is bound to
 * @size:	size in bytes, greater than 0
 * @align:	alignment of the physical address in bytes: a power of two, or
 *		0. The buffer is always page-aligned.
 * @flags:	EFI_BUFFER_*, or 0
 *
 * The buffer is physically contiguous and zeroed. It is freed when the driver
 * is unbound from @edev, so the firmware must not use it any more when remove()
 * returns. If the firmware has been stopped, the buffer is leaked instead,
 * because a device may still access it.
 *
 * Context: task context; sleeps.
 * Return: the buffer, or an ERR_PTR: -EINVAL if an argument is out of range,
 * -ENOMEM if there is no memory, or @size or @align is larger than the page
 * allocator supports.
 */
struct efi_buffer *efi_buffer_alloc(struct efi_device *edev, size_t size,
				    size_t align, unsigned int flags);

/**
 * efi_buffer_free() - free a buffer before the driver is unbound
 * @edev:	the device, as passed to efi_buffer_alloc()
 * @buffer:	the buffer, which the firmware must not use any more
 *
 * Context: task context; sleeps.
 */
void efi_buffer_free(struct efi_device *edev, struct efi_buffer *buffer);

/**
 * efi_buffer_abandon() - never free the memory of a buffer
 * @edev:	the device, as passed to efi_buffer_alloc()
 * @buffer:	the buffer, which a device may still access, for example because
 *		it belongs to a token that has not completed
 *
 * The memory is leaked. @buffer itself is freed.
 *
 * Context: task context.
 */
void efi_buffer_abandon(struct efi_device *edev, struct efi_buffer *buffer);

/**
 * efi_buffer_replace() - abandon a buffer, and allocate another one like it
 * @edev:	the device, as passed to efi_buffer_alloc()
 * @buffer:	the buffer, which a device may still access because the firmware
 *		has stopped waiting for the device (EFI_TIMEOUT)
 *
 * Context: task context; sleeps.
 * Return: the new buffer, or NULL if there is no memory for it. @buffer is
 * abandoned in both cases.
 */
struct efi_buffer *efi_buffer_replace(struct efi_device *edev,
				      struct efi_buffer *buffer);

#endif /* _EFI_MODE_BUFFER_H */
