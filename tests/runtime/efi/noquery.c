// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that makes QueryVariableInfo() take a second, overwrite the results,
 * and return EFI_UNSUPPORTED
 *
 * EFI 1.10 had no such service, and Macs whose tables claim UEFI 2 do not have
 * it either. The UEFI shell loads this driver.
 */
#include "services.h"

static EFI_STATUS EFIAPI query(UINT32 attributes, UINT64 *storage, UINT64 *remaining,
			       UINT64 *largest)
{
	Print(L"\nQUERY %x\n", attributes);
	BS->Stall(1000000);
	*storage = *remaining = *largest = 0x5a5a5a5a5a5a5a5a;
	return EFI_UNSUPPORTED;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	InitializeLib(image, systab);
	RT->QueryVariableInfo = (EFI_QUERY_VARIABLE_INFO)query;
	renew_checksum();
	return EFI_SUCCESS;
}
