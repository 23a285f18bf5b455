// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware whose clock is the local APIC timer in one-shot mode, armed at each
 * tick
 *
 * The UEFI shell loads this driver. Its handler arms the timer, and then jumps
 * to the firmware's tick handler.
 */
#include "machine.h"

static UINT64 handler;
static UINT32 count;

/* The firmware's handler sends the EOI */
UINT64 end_interrupt(void)
{
	lapic_write(LAPIC_TMICT, count);
	return handler;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	UINT64 flags;
	UINT32 lvtt;
	UINT8 vector;

	InitializeLib(image, systab);
	vector = firmware_tick_vector();
	lvtt = lapic_read(LAPIC_LVTT);
	if (!vector || (lvtt & LVT_MASKED))
		return EFI_UNSUPPORTED;

	flags = irq_save();
	count = lapic_read(LAPIC_TMICT);
	lapic_write(LAPIC_TMICT, 0);
	lapic_write(LAPIC_LVTT, lvtt & ~LVTT_MODE);
	handler = idt_hook(vector, chain);
	lapic_write(LAPIC_TMICT, count);
	irq_restore(flags);
	return EFI_SUCCESS;
}
