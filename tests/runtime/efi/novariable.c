// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that makes SetVariable() hang when efi-pstore writes a record
 *
 * The UEFI shell loads this driver.
 */
#include "services.h"

static volatile BOOLEAN endless = TRUE;

static EFI_SET_VARIABLE set_variable;

static EFI_STATUS EFIAPI set(CHAR16 *name, EFI_GUID *vendor, UINT32 attributes,
			     UINTN size, VOID *data)
{
	if (StrnCmp(name, L"dump-", 5))
		return uefi_call_wrapper(set_variable, 5, name, vendor,
					 attributes, size, data);
	Print(L"\nSETVARIABLE %s\n", name);
	while (endless)
		asm volatile("pause");
	return EFI_DEVICE_ERROR;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	set_variable = RT->SetVariable;
	RT->SetVariable = (EFI_SET_VARIABLE)set;
	renew_checksum();
	return EFI_SUCCESS;
}
