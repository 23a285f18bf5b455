// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware whose QueryVariableInfo() takes a second, and then is not supported
 *
 * EFI 1.10 had no such service, and Macs whose tables claim UEFI 2 do not have it either.
 * Loaded from the UEFI shell.
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
