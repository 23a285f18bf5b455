// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware that uses the vectors that Linux tries first for its slice timer
 *
 * The UEFI shell loads this driver. A timer event sends an interrupt to one of
 * the vectors, and checks that the handler is called. It prints the counts
 * after every 20 interrupts.
 */
#include "machine.h"

#define FIRST		0xdc
#define LAST		0xdf

#define LAPIC_ICR	0x300
#define ICR_SELF	0x40000

#define PERIOD		500000	/* 50 ms, in 100 ns */
#define PRINT_EACH	20
#define WAIT_US		1000

/* Platform Initialization specification, volume 2, section 12.3 */
#define CPU_ARCH_PROTOCOL_GUID { 0x26baccb1, 0x6f42, 0x11d4, \
	{ 0xbc, 0xe7, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 } }

typedef VOID (EFIAPI *handler)(INTN vector, VOID *context);

struct cpu {
	void *others[5];
	EFI_STATUS (EFIAPI *register_interrupt_handler)(struct cpu *self, INTN vector,
							handler function);
};

static EFI_GUID cpu_guid = CPU_ARCH_PROTOCOL_GUID;
static volatile UINTN handled;
static UINTN sent;

static VOID EFIAPI handle(INTN vector, VOID *context)
{
	(void)vector;
	(void)context;
	handled++;
	lapic_write(LAPIC_EOI, 0);
}

static VOID EFIAPI send(EFI_EVENT event, VOID *unused)
{
	UINTN before = handled, us;

	(void)event;
	(void)unused;
	lapic_write(LAPIC_ICR, ICR_SELF | (FIRST + sent % (LAST - FIRST + 1)));
	sent++;
	for (us = 0; us < WAIT_US && handled == before; us += 10)
		uefi_call_wrapper(BS->Stall, 1, 10);
	if (sent % PRINT_EACH == 0)
		Print(L"VECTORS %d of %d\n", handled, sent);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	struct cpu *cpu;
	EFI_EVENT event;
	EFI_STATUS status;
	UINTN vector;

	InitializeLib(image, systab);
	status = LibLocateProtocol(&cpu_guid, (VOID **)&cpu);
	for (vector = FIRST; !EFI_ERROR(status) && vector <= LAST; vector++)
		status = cpu->register_interrupt_handler(cpu, vector, handle);
	if (!EFI_ERROR(status))
		status = uefi_call_wrapper(BS->CreateEvent, 5,
					   EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK,
					   (EFI_EVENT_NOTIFY)send, NULL, &event);
	return EFI_ERROR(status) ? status :
	       uefi_call_wrapper(BS->SetTimer, 3, event, TimerPeriodic, PERIOD);
}
