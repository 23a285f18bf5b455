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

/* Send the commands. The firmware refuses a larger buffer than it reports. */
static EFI_STATUS measure(struct tcg2 *tcg2, UINT64 *took)
{
	static UINT8 command[] = TPM_SPEED_COMMAND;
	static UINT8 response[4096];
	struct capability capability = { .size = sizeof(capability) };
	EFI_STATUS status = tcg2->get_capability(tcg2, &capability);
	UINT32 room = capability.max_response;
	UINT64 start = rdtsc();
	UINTN i;

	if (room > sizeof(response))
		room = sizeof(response);
	for (i = 0; !EFI_ERROR(status) && i < TPM_SPEED_COUNT; i++) {
		status = tcg2->submit(tcg2, sizeof(command), command, room, response);
		if (!EFI_ERROR(status) && response[5] != TPM_SPEED_RESPONSE)
			status = EFI_PROTOCOL_ERROR;
	}
	*took = rdtsc() - start;
	return status;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	static EFI_GUID guid = TCG2_GUID;
	EFI_STATUS status;
	struct tcg2 *tcg2;
	UINT64 took;

	InitializeLib(image, systab);
	status = uefi_call_wrapper(BS->LocateProtocol, 3, &guid, NULL, (void **)&tcg2);
	if (!EFI_ERROR(status))
		status = measure(tcg2, &took);
	if (EFI_ERROR(status))
		Print(L"tpmspeed: %r\n", status);
	else
		Print(L"TPMSPEED %ld cycles\n", took);
	return status;
}
