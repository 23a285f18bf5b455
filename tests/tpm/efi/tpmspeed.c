// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measure how long commands of the TPM take in the bare firmware, without Linux
 *
 * tpm-speed.h defines the commands, which are the same as those of the program
 * tpm-speed.
 */
#include <efi.h>
#include <efilib.h>

#include "tcg2.h"
#include "tpm-speed.h"

static UINT64 rdtsc(void)
{
	UINT32 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high));
	return low | (UINT64)high << 32;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	static UINT8 command[] = TPM_SPEED_COMMAND;
	static EFI_GUID guid = TCG2_GUID;
	static UINT8 response[4096];
	EFI_STATUS status;
	struct tcg2 *tcg2;
	UINT64 start;
	UINTN i;

	InitializeLib(image, systab);
	status = uefi_call_wrapper(BS->LocateProtocol, 3, &guid, NULL, (void **)&tcg2);
	if (EFI_ERROR(status))
		return status;
	start = rdtsc();
	for (i = 0; i < TPM_SPEED_COUNT; i++) {
		status = tcg2->submit(tcg2, sizeof(command), command, sizeof(response),
				      response);
		if (!EFI_ERROR(status) && response[5] != TPM_SPEED_RESPONSE)
			status = EFI_PROTOCOL_ERROR;
		if (EFI_ERROR(status))
			return status;
	}
	Print(L"TPMSPEED %ld cycles\n", rdtsc() - start);
	return EFI_SUCCESS;
}
