// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make the HPET the firmware's clock, instead of the local APIC timer
 *
 * The HPET interrupts through the IO-APIC, and its handler jumps to the
 * firmware's tick handler.
 */
#include "machine.h"

#define VECTOR	0x62

static struct comparator comparator;
static UINT8 vector;

UINT64 end_interrupt(void)
{
	lapic_write(LAPIC_EOI, 0);
	return idt_handler(vector);
}

EFI_STATUS tick_by_hpet(UINT64 usec)
{
	EFI_STATUS status;

	vector = firmware_tick_vector();
	status = comparator_claim(&comparator, VECTOR, FALSE, TRUE);
	if (!EFI_ERROR(status))
		status = take_ticks();
	if (EFI_ERROR(status))
		return status;
	idt_hook(VECTOR, chain);
	comparator_periodic(&comparator, usec);
	return EFI_SUCCESS;
}
