// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware that ticks by the 8254 through the 8259, as OVMF did until 2022
 *
 * The UEFI shell loads this driver. It masks the local APIC timer, and its
 * handler for the 8254 jumps to the firmware's tick handler.
 */
#include "machine.h"

static UINT8 vector;

UINT64 end_interrupt(void)
{
	pic_eoi();
	return idt_handler(vector);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	EFI_STATUS status;
	UINT64 flags;

	InitializeLib(image, systab);
	flags = irq_save();
	vector = firmware_tick_vector();
	status = take_ticks();
	if (!EFI_ERROR(status)) {
		idt_hook(PIC_BASE, chain);
		pit_start(PIT_PERIODIC, PIT_HZ / 100);
		pic_init(PIC_ALL_BUT_IRQ0);
		lapic_write(LAPIC_LVT0, LVT_EXTINT);
	}
	irq_restore(flags);
	return status;
}
