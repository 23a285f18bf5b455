// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware that delays by the counter of the local APIC timer
 *
 * The timer counts while its interrupt is masked, because another device makes
 * the ticks. Like all such loops, the loop here assumes that the counter counts
 * down to 0, and then starts again at the value of TMICT.
 */
#include "driver.h"

#define MEASURE_MS	5

/* Timeout of a loop, in addition to the time that it should take */
#define PATIENCE_US	5000000

static UINT64 counts_per_ms;

static UINT64 measure(void)
{
	UINT64 end, shortest = ~0ULL, flags = irq_save(), passed;
	UINT32 first, init = lapic_read(LAPIC_TMICT);
	UINTN i;

	for (i = 0; i < 3; i++) {
		first = lapic_read(LAPIC_TMCCT);
		end = rdtsc() + cycles(MEASURE_MS * 1000);
		while (rdtsc() < end)
			;
		passed = first - lapic_read(LAPIC_TMCCT);
		if (passed >> 31)
			passed += init;
		passed &= 0xffffffff;
		if (passed < shortest)
			shortest = passed;
	}
	irq_restore(flags);
	return shortest / MEASURE_MS;
}

void init_counter(void)
{
	if (lapic_read(LAPIC_TMICT))
		counts_per_ms = measure();
}

/* Set the period of the local APIC timer to @usec microseconds */
static EFI_STATUS EFIAPI counter_period(UINT64 usec, UINT64 *value)
{
	*value = counts_per_ms;
	if (!counts_per_ms || !(lapic_read(LAPIC_LVTT) & LVT_MASKED))
		return EFI_UNSUPPORTED;
	lapic_write(LAPIC_TMICT, counts_per_ms * usec / 1000);
	return EFI_SUCCESS;
}

TEST_FUNCTION(counter_period, counter_period, .max = 2000000);

/*
 * Delay for @usec microseconds, in pieces of at most half a period. The value
 * is the time that has passed by the TSC, in us. The call fails if the period
 * is too short to halve.
 */
static EFI_STATUS EFIAPI counter_delay(UINT64 usec, UINT64 *value)
{
	UINT64 left = counts_per_ms * usec / 1000, start = rdtsc(), last;
	UINT32 init = lapic_read(LAPIC_TMICT), from;
	INT32 passed, piece;

	*value = 0;
	if (init < 2)
		return EFI_DEVICE_ERROR;
	last = start + cycles(usec + PATIENCE_US);
	from = lapic_read(LAPIC_TMCCT);
	while (left) {
		piece = left < init / 2 ? left : init / 2;
		do {
			asm volatile("pause");
			passed = from - lapic_read(LAPIC_TMCCT);
			if (passed < 0)
				passed += init;
		} while (passed < piece && rdtsc() < last);
		from = from > (UINT32)piece ? from - piece : from + init - piece;
		left -= piece;
	}
	*value = (rdtsc() - start) * 1000 / cycles(1000);
	return EFI_SUCCESS;
}

TEST_FUNCTION(counter_delay, counter_delay, .max = 1000000);

/*
 * Poll a timer event that expires in @usec microseconds, as drivers do for
 * their timeouts. The value is the time that has passed by the TSC, in us.
 */
static EFI_STATUS EFIAPI event_wait(UINT64 usec, UINT64 *value)
{
	UINT64 start = rdtsc(), last = start + cycles(usec + PATIENCE_US);
	EFI_STATUS status;
	EFI_EVENT event;

	*value = 0;
	status = uefi_call_wrapper(BS->CreateEvent, 5, EVT_TIMER, 0, NULL, NULL,
				   &event);
	if (EFI_ERROR(status))
		return status;
	status = uefi_call_wrapper(BS->SetTimer, 3, event, TimerRelative,
				   usec * 10);
	while (!EFI_ERROR(status)) {
		if (!EFI_ERROR(uefi_call_wrapper(BS->CheckEvent, 1, event)))
			break;
		if (rdtsc() > last)
			status = EFI_TIMEOUT;
	}
	uefi_call_wrapper(BS->CloseEvent, 1, event);
	*value = (rdtsc() - start) * 1000 / cycles(1000);
	return status;
}

TEST_FUNCTION(event_wait, event_wait, .max = TEST_MAX_USEC);
