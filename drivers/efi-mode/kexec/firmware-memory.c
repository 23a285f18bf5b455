// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of the firmware
 *
 * LoadImage() wants the file in one piece, and an initrd has to be in one piece
 * when the memory of Linux is gone. The firmware keeps a part of the
 * machine's memory for purposes like this one, and gets more from Linux if that is not
 * enough.
 */
#define pr_fmt(fmt) "kexec: " fmt

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <efi-mode/call.h>

#include "efi-kexec.h"

/* Pieces that one switch to the firmware copies */
#define EMEM_PIECES	32

static int emem_allocate(struct efi_kexec_memory *m, size_t size)
{
	efi_physical_addr_t *base = kzalloc(sizeof(*base), GFP_KERNEL);
	efi_status_t status;

	memset(m, 0, sizeof(*m));
	if (!base)
		return -ENOMEM;
	m->pages = DIV_ROUND_UP(size, EFI_PAGE_SIZE);
	status = efi_bs_call(allocate_pages, EFI_ALLOCATE_ANY_PAGES, EFI_LOADER_DATA,
			     m->pages, efi_phys(base));
	m->base = *base;
	kfree(base);
	if (status == EFI_SUCCESS)
		return 0;
	memset(m, 0, sizeof(*m));
	return status == EFI_OUT_OF_RESOURCES || status == EFI_NOT_FOUND ? -ENOMEM : -EIO;
}

/**
 * efi_kexec_allocate() - allocate pages from the firmware
 * @m:		filled in; empty after an error
 * @size:	size in bytes, greater than 0
 *
 * AllocatePages(): UEFI 2.10, section 7.2. If the firmware has not enough memory, it
 * gets some from Linux.
 *
 * Context: task context; sleeps.
 * Return: 0, -ENOMEM if the firmware has not enough memory in one piece, or -EIO.
 */
int efi_kexec_allocate(struct efi_kexec_memory *m, size_t size)
{
	int ret = emem_allocate(m, size);

	if (ret == -ENOMEM && !efi_kexec_give(size))
		ret = emem_allocate(m, size);
	if (ret != -ENOMEM)
		return ret;
	pr_err("the firmware has no %zu KiB of memory in one piece: start Linux with a larger efi_mode.reserve=\n",
	       size / SZ_1K);
	return -ENOMEM;
}

/* The length of the physically contiguous memory at @from, up to @size bytes */
static size_t emem_run(const void *from, size_t size)
{
	unsigned long pfn = vmalloc_to_pfn(from);
	size_t run = PAGE_SIZE - offset_in_page(from);

	while (run < size && vmalloc_to_pfn(from + run) == ++pfn)
		run += PAGE_SIZE;
	return min(run, size);
}

static phys_addr_t emem_address(const void *from)
{
	return PFN_PHYS(vmalloc_to_pfn(from)) + offset_in_page(from);
}

/**
 * efi_kexec_write() - copy data to pages of the firmware
 * @m:		the pages
 * @at:		offset of the destination in bytes
 * @from:	the data, from vmalloc()
 * @size:	size in bytes; @at + @size must not exceed the size of the pages
 *
 * Context: task context; sleeps.
 * Return: 0, -ENOMEM or -EIO.
 */
int efi_kexec_write(const struct efi_kexec_memory *m, size_t at, const void *from,
		    size_t size)
{
	const struct efi_call copy = EFI_TABLE_CALL("resident", efi_mode_resident(),
						    read, NULL, NULL, 0, 1, 0, 0, 0,
						    0, 0);
	struct efi_call *calls = kcalloc(EMEM_PIECES, sizeof(*calls), GFP_KERNEL);
	unsigned int nr;
	size_t run;
	int ret = 0;

	if (!calls)
		return -ENOMEM;
	while (size && !ret) {
		for (nr = 0; nr < EMEM_PIECES && size; nr++) {
			run = emem_run(from, size);
			calls[nr] = copy;
			calls[nr].args[0] = emem_address(from);
			calls[nr].args[1] = m->base + at;
			calls[nr].args[2] = run;
			at += run;
			from += run;
			size -= run;
		}
		if (efi_call_submit(calls, nr))
			ret = -EIO;
		cond_resched();
	}
	kfree(calls);
	return ret;
}

/**
 * efi_kexec_free() - free pages of the firmware
 * @m:		the pages; may be empty
 *
 * Context: task context; sleeps.
 */
void efi_kexec_free(struct efi_kexec_memory *m)
{
	if (m->base)
		efi_bs_call(free_pages, m->base, m->pages);
	memset(m, 0, sizeof(*m));
}
