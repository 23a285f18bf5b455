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

/* Registers of the local APIC */
#define APIC_TMICT	(0x380 / sizeof(UINT32))

/* 3 ms in QEMU, of the order of a tick */
#define TIMER_COUNT	3000000

/*
 * TLB flushes of a world switch: Linux's page tables, those of the switch, and
 * those of the firmware, with the changes of CR0 and CR4 between
 */
#define FLUSHES		6

static volatile UINT32 *const apic = (void *)0xfee00000UL;

static UINT64 rdtsc(void)
{
	UINT32 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high));
	return low | (UINT64)high << 32;
}

/*
 * Do what makes a world switch expensive in QEMU: stop and restart the timer of
 * the local APIC, and flush the TLB
 */
static void imitate_switch(void)
{
	UINT64 cr3;
	int i;

	apic[APIC_TMICT] = 0;
	apic[APIC_TMICT] = TIMER_COUNT;
	for (i = 0; i < FLUSHES; i++)
		asm volatile("movq %%cr3, %0; movq %0, %%cr3" : "=r" (cr3) : : "memory");
}

/* Send the commands. The firmware refuses a larger buffer than it reports. */
static EFI_STATUS measure(struct tcg2 *tcg2, BOOLEAN imitate, UINT64 *took)
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
		if (imitate)
			imitate_switch();
		status = tcg2->submit(tcg2, sizeof(command), command, room, response);
		if (imitate)
			imitate_switch();
		if (!EFI_ERROR(status) && response[5] != TPM_SPEED_RESPONSE)
			status = EFI_PROTOCOL_ERROR;
	}
	*took = rdtsc() - start;
	return status;
}

/*
 * Measure the commands between imitated world switches, too. Restore the timer
 * afterwards, because it may be the firmware's clock.
 */
static EFI_STATUS measure_both(struct tcg2 *tcg2, UINT64 *alone, UINT64 *imitated)
{
	EFI_STATUS status = measure(tcg2, FALSE, alone);
	UINT32 count = apic[APIC_TMICT];

	if (EFI_ERROR(status))
		return status;
	status = measure(tcg2, TRUE, imitated);
	apic[APIC_TMICT] = count;
	return status;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	static EFI_GUID guid = TCG2_GUID;
	EFI_STATUS status;
	struct tcg2 *tcg2;
	UINT64 alone, imitated;

	InitializeLib(image, systab);
	status = uefi_call_wrapper(BS->LocateProtocol, 3, &guid, NULL, (void **)&tcg2);
	if (!EFI_ERROR(status))
		status = measure_both(tcg2, &alone, &imitated);
	if (EFI_ERROR(status))
		Print(L"tpmspeed: %r\n", status);
	else
		Print(L"TPMSPEED %ld cycles\nIMITATED %ld cycles\n", alone, imitated);
	return status;
}
