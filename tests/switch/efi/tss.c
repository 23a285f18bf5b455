// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that loads the task register for the firmware
 *
 * It copies the GDT and adds the descriptor of a 64-bit TSS. The UEFI shell
 * loads this driver.
 */
#include "machine.h"

#define TSS_SIZE	104
#define TSS_IO_MAP	102	/* field with the offset of the I/O bit map */
#define TSS_AVAILABLE	0x89	/* present, 64-bit */

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	EFI_PHYSICAL_ADDRESS page = 0xffffffff;
	struct table_register gdt;
	UINT64 tss, *descriptor, flags;
	EFI_STATUS status;
	UINT16 selector;

	InitializeLib(image, systab);
	asm volatile("sgdt %0" : "=m" (gdt));
	selector = (gdt.limit + 8) & ~7;
	if (selector + 16 + TSS_SIZE > EFI_PAGE_SIZE)
		return EFI_UNSUPPORTED;
	status = uefi_call_wrapper(BS->AllocatePages, 4, AllocateMaxAddress,
				   EfiBootServicesData, 1, &page);
	if (EFI_ERROR(status))
		return status;

	ZeroMem((VOID *)page, EFI_PAGE_SIZE);
	CopyMem((VOID *)page, (VOID *)gdt.base, gdt.limit + 1);
	tss = page + EFI_PAGE_SIZE - TSS_SIZE;
	*(UINT16 *)(tss + TSS_IO_MAP) = TSS_SIZE;	/* no bit map */
	descriptor = (UINT64 *)(page + selector);
	descriptor[0] = (TSS_SIZE - 1) | (tss & 0xffffff) << 16 |
			(UINT64)TSS_AVAILABLE << 40 | (tss >> 24 & 0xff) << 56;
	descriptor[1] = tss >> 32;

	gdt.base = page;
	gdt.limit = selector + 15;
	flags = irq_save();
	asm volatile("lgdt %0" : : "m" (gdt));
	asm volatile("ltr %0" : : "r" (selector));
	irq_restore(flags);
	return EFI_SUCCESS;
}
