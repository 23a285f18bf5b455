// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that gives the firmware selectors in FS and GS that are not valid in
 * its GDT any more
 *
 * It loads a GDT with two more data segments, and loads FS and GS with their
 * selectors. Then it changes the first segment into a system segment, and loads
 * a GDT that ends before the second. U-Boot has such selectors, too: its 32-bit
 * stage leaves them behind. The UEFI shell loads this driver.
 */
#include "machine.h"
#include "selectors.h"

#define FS_BASE_MSR	0xc0000100
#define GS_BASE_MSR	0xc0000101

#define DATA		0x00cf93000000ffff	/* flat, writable */
#define TSS		0x0000890000000067	/* an available 64-bit TSS */

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	EFI_PHYSICAL_ADDRESS page = 0xffffffff;
	struct table_register gdt;
	UINT64 *descriptor, flags;
	EFI_STATUS status;
	UINT16 selector;

	InitializeLib(image, systab);
	asm volatile("sgdt %0" : "=m" (gdt));
	selector = (gdt.limit + 8) & ~7;
	if (selector + 16 > EFI_PAGE_SIZE)
		return EFI_UNSUPPORTED;
	status = uefi_call_wrapper(BS->AllocatePages, 4, AllocateMaxAddress,
				   EfiBootServicesData, 1, &page);
	if (EFI_ERROR(status))
		return status;

	ZeroMem((VOID *)page, EFI_PAGE_SIZE);
	CopyMem((VOID *)page, (VOID *)gdt.base, gdt.limit + 1);
	descriptor = (UINT64 *)(page + selector);
	descriptor[0] = DATA;
	descriptor[1] = DATA;

	gdt.base = page;
	gdt.limit = selector + 15;
	flags = irq_save();
	asm volatile("lgdt %0" : : "m" (gdt));
	asm volatile("movl %0, %%gs" : : "r" ((UINT32)selector));
	asm volatile("movl %0, %%fs" : : "r" (selector + 8U));
	wrmsr(FS_BASE_MSR, TEST_FS_BASE);
	wrmsr(GS_BASE_MSR, TEST_GS_BASE);
	descriptor[0] = TSS;
	gdt.limit = selector + 7;
	asm volatile("lgdt %0" : : "m" (gdt));
	irq_restore(flags);
	return EFI_SUCCESS;
}
