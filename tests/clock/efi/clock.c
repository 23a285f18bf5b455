// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test the firmware's clock from inside the firmware
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

/* Arm a timer event that expires in @usec microseconds */
static EFI_STATUS EFIAPI timer_arm(UINT64 usec, UINT64 *value)
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

TEST_FUNCTION(timer_arm, timer_arm, .max = TEST_MAX_USEC);

/* The value is the time in us until the event was notified, or 0 before that */
static EFI_STATUS EFIAPI timer_read(UINT64 unused, UINT64 *usec)
{
	(void)unused;
	*usec = notified ? (notified - armed) * 1000 / cycles_per_ms : 0;
	return EFI_SUCCESS;
}

TEST_FUNCTION(timer_read, timer_read);

/* The value is the deepest nesting of the tick handler since the last call */
static EFI_STATUS EFIAPI nesting(UINT64 unused, UINT64 *depth)
{
	UINT64 flags = irq_save();

	(void)unused;
	*depth = tick_deepest;
	tick_deepest = 0;
	irq_restore(flags);
	return EFI_SUCCESS;
}

TEST_FUNCTION(nesting, nesting);

/* The value is the number of runs of the tick handler */
static EFI_STATUS EFIAPI ticks(UINT64 unused, UINT64 *count)
{
	(void)unused;
	*count = tick_count;
	return EFI_SUCCESS;
}

TEST_FUNCTION(ticks, ticks);

/* Make the tick handler @usec microseconds longer, with interrupts on */
static EFI_STATUS EFIAPI burden(UINT64 usec, UINT64 *value)
{
	*value = 0;
	tick_burden = cycles(usec);
	return EFI_SUCCESS;
}

TEST_FUNCTION(burden, burden, .max = TEST_MAX_USEC);

static EFI_GUID timer_guid = {
	0x26baccb3, 0x6f42, 0x11d4,
	{ 0xbc, 0xe7, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 }
};

/* Periods are in units of 100 ns; 0 stops the timer */
struct timer_arch {
	VOID *register_handler;
	EFI_STATUS (EFIAPI *set_timer_period)(struct timer_arch *this,
					      UINT64 period);
	EFI_STATUS (EFIAPI *get_timer_period)(struct timer_arch *this,
					      UINT64 *period);
};

/* @what: TPL | ms << 8. Stop the clock, spin at this TPL, start the clock. */
static EFI_STATUS EFIAPI no_clock(UINT64 what, UINT64 *value)
{
	EFI_TPL tpl = what & 0xff, old;
	struct timer_arch *timer;
	UINT64 period = 0, end;
	EFI_STATUS status;

	*value = 0;
	status = uefi_call_wrapper(BS->LocateProtocol, 3, &timer_guid, NULL,
				   (VOID **)&timer);
	if (!EFI_ERROR(status))
		status = uefi_call_wrapper(timer->get_timer_period, 2, timer,
					   &period);
	if (!EFI_ERROR(status))
		status = uefi_call_wrapper(timer->set_timer_period, 2, timer,
					   0);
	if (EFI_ERROR(status))
		return status;
	old = uefi_call_wrapper(BS->RaiseTPL, 1, tpl);
	end = rdtsc() + cycles((what >> 8) * 1000);
	while (rdtsc() < end)
		;
	uefi_call_wrapper(BS->RestoreTPL, 1, old);
	return uefi_call_wrapper(timer->set_timer_period, 2, timer, period);
}

TEST_FUNCTION(no_clock, no_clock, .max = TEST_MAX_MS << 8 | 0xff);

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
