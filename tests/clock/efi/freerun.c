// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware that ticks by the HPET, with a local APIC timer that runs unmasked
 *
 * The UEFI shell loads this driver. It imitates firmware with code that uses
 * the local APIC timer as a counter, and leaves the timer and its interrupt
 * enabled.
 */
#include "machine.h"

#define VECTOR	0x63

static INTERRUPT void unused(struct interrupt_frame *frame)
{
	(void)frame;
	lapic_write(LAPIC_EOI, 0);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	EFI_STATUS status;
	UINT64 flags;

	InitializeLib(image, systab);
	status = tick_by_hpet(10000);
	if (EFI_ERROR(status))
		return status;
	flags = irq_save();
	idt_hook(VECTOR, unused);
	lapic_write(LAPIC_TMICT, 0);
	lapic_write(LAPIC_LVTT, LVTT_PERIODIC | VECTOR);
	lapic_write(LAPIC_TMICT, 0xffffffff);
	irq_restore(flags);
	return EFI_SUCCESS;
}
