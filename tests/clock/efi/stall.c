// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware functions that wait by Stall()
 */
#include "driver.h"

#define STALL_US	1000

/* In 100 ns */
#define LATER_IN	(100 * 10000)

UINT64 EFIAPI keep_registers(VOID *function, UINT64 argument);

/*
 * @what is TPL | number << 8: call Stall() this number of times for a
 * millisecond, at this TPL. The value is the number of registers that changed,
 * plus the number of stalls that were too short.
 */
static EFI_STATUS EFIAPI stalls(UINT64 what, UINT64 *value)
{
	UINT64 n = what >> 8, bad = 0, start;
	EFI_TPL old;

	if ((what & 0xff) < TPL_APPLICATION || (what & 0xff) > TPL_HIGH_LEVEL)
		return EFI_INVALID_PARAMETER;
	old = uefi_call_wrapper(BS->RaiseTPL, 1, what & 0xff);
	for (; n; n--) {
		start = rdtsc();
		bad += keep_registers(BS->Stall, STALL_US);
		/* Allow 1 %: the TSC may have been measured by Stall() */
		bad += rdtsc() - start < cycles(STALL_US) * 99 / 100;
	}
	uefi_call_wrapper(BS->RestoreTPL, 1, old);
	*value = bad;
	return EFI_SUCCESS;
}

TEST_FUNCTION(stall, stalls, .max = TEST_MAX_MS << 8 | 0xff);

static VOID EFIAPI wait(EFI_EVENT event, VOID *usec)
{
	uefi_call_wrapper(BS->CloseEvent, 1, event);
	uefi_call_wrapper(BS->Stall, 1, (UINTN)usec);
}

/* After 100 ms, call Stall() at TPL_CALLBACK for @usec microseconds */
static EFI_STATUS EFIAPI stall_later(UINT64 usec, UINT64 *value)
{
	EFI_EVENT event;
	EFI_STATUS status;

	*value = 0;
	status = uefi_call_wrapper(BS->CreateEvent, 5,
				   EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK,
				   (EFI_EVENT_NOTIFY)wait, (VOID *)usec,
				   &event);
	if (EFI_ERROR(status))
		return status;
	return uefi_call_wrapper(BS->SetTimer, 3, event, TimerRelative,
				 LATER_IN);
}

TEST_FUNCTION(stall_later, stall_later, .max = TEST_MAX_USEC);
