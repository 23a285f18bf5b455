// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that gives the firmware five-level page tables
 *
 * The firmware's four levels become the lower levels under a fifth. The UEFI
 * shell loads this driver.
 */
#include "machine.h"

#define CPUID_EXTENDED	7
#define ECX		2
#define ECX_LA57	(1 << 16)

#define CR3_ADDRESS	0xffffffffff000
#define PTE_PRESENT	1
#define PTE_WRITE	2

/* In enter-la57.S. The code between these symbols is copied. */
extern UINT8 enter_la57[], enter_la57_end[];
typedef void (*enter_fn)(UINT64 cr3);

/* Below 4 GiB, because enter_la57() runs in a mode with 32-bit addresses */
static EFI_STATUS allocate(EFI_MEMORY_TYPE type, UINT64 *page)
{
	*page = 0xffffffff;
	return uefi_call_wrapper(BS->AllocatePages, 4, AllocateMaxAddress, type,
				 1, page);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	UINT64 code, table;
	EFI_STATUS status;
	UINT32 regs[4];

	InitializeLib(image, systab);
	cpuid(CPUID_EXTENDED, regs);
	if (!(regs[ECX] & ECX_LA57))
		return EFI_UNSUPPORTED;
	status = allocate(EfiBootServicesData, &table);
	if (!EFI_ERROR(status))
		status = allocate(EfiBootServicesCode, &code);
	if (EFI_ERROR(status))
		return status;

	ZeroMem((VOID *)table, EFI_PAGE_SIZE);
	*(UINT64 *)table = (READ_REGISTER("cr3") & CR3_ADDRESS) | PTE_WRITE |
			   PTE_PRESENT;
	CopyMem((VOID *)code, enter_la57, enter_la57_end - enter_la57);
	((enter_fn)code)(table);
	return EFI_SUCCESS;
}
