// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware's clock, as firmware's programs see it
 */
#include "driver.h"

static UINT64 cycles_per_ms;

static EFI_EVENT event;
static UINT64 armed;
static volatile UINT64 notified;

UINT64 cycles(UINT64 usec)
{
	return cycles_per_ms * usec / 1000;
}

static VOID EFIAPI note_time(EFI_EVENT unused, VOID *context)
{
	(void)unused;
	(void)context;
	notified = rdtsc();
}

EFI_STATUS EFIAPI timer_arm(UINT64 usec, UINT64 *value)
{
	EFI_STATUS status;

	*value = 0;
	status = uefi_call_wrapper(BS->SetTimer, 3, event, TimerCancel, 0);
	if (EFI_ERROR(status))
		return status;
	notified = 0;
	armed = rdtsc();
	return uefi_call_wrapper(BS->SetTimer, 3, event, TimerRelative,
				 usec * 10);
}

EFI_STATUS EFIAPI timer_read(UINT64 unused, UINT64 *usec)
{
	(void)unused;
	*usec = notified ? (notified - armed) * 1000 / cycles_per_ms : 0;
	return EFI_SUCCESS;
}

EFI_STATUS EFIAPI nesting(UINT64 unused, UINT64 *depth)
{
	UINT64 flags = irq_save();

	(void)unused;
	*depth = tick_deepest;
	tick_deepest = 0;
	irq_restore(flags);
	return EFI_SUCCESS;
}

EFI_STATUS EFIAPI ticks(UINT64 unused, UINT64 *count)
{
	(void)unused;
	*count = tick_count;
	return EFI_SUCCESS;
}

EFI_STATUS init_clock(void)
{
	UINT8 vector = firmware_tick_vector();
	UINT64 flags;

	cycles_per_ms = tsc_cycles_per_ms();
	if (vector) {
		flags = irq_save();
		tick_handler = idt_handler(vector);
		idt_hook(vector, tick);
		irq_restore(flags);
	}
	return uefi_call_wrapper(BS->CreateEvent, 5,
				 EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK,
				 (EFI_EVENT_NOTIFY)note_time, NULL, &event);
}
