/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EFI_PCI_IO_PROTOCOL (UEFI 2.10, section 14.4), which is on the handle of each
 * PCI function
 */
#ifndef _EFI_MODE_PCI_IO_H
#define _EFI_MODE_PCI_IO_H

#include <linux/efi.h>
#include <linux/types.h>

/* Pairs read and write. A function that Linux does not call has no type. */
struct efi_pci_io {
	void *poll_mem;
	void *poll_io;
	void *mem[2];
	void *io[2];
	void *pci[2];
	void *copy_mem;
	void *map;
	void *unmap;
	void *allocate_buffer;
	void *free_buffer;
	void *flush;
	efi_status_t (__efiapi *get_location)(struct efi_pci_io *this,
					      unsigned long *segment, unsigned long *bus,
					      unsigned long *device,
					      unsigned long *function);
};

#endif /* _EFI_MODE_PCI_IO_H */
