// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test driver: somebody in firmware's world who looks at himself
 *
 * Loaded from the UEFI shell before Linux is started. It notes the state of the
 * CPU as firmware has it, and offers a protocol with functions that Linux calls
 * through /dev/efi-mode-test.
 */
#include "driver.h"

static EFI_GUID protocol_guid = PROTOCOL_GUID;

EFI_HANDLE driver_image;

UINT64 EFIAPI check_registers(UINT64 deadline);
UINT64 EFIAPI check_ymm(UINT64 deadline);

/* With AVX the first half is for what has come with that */
static EFI_STATUS EFIAPI registers(UINT64 usec, UINT64 *errors)
{
	UINT64 start = rdtsc();

	*errors = 0;
	if (has_avx())
		*errors += check_ymm(start + cycles(usec / 2));
	*errors += check_registers(start + cycles(usec));
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI spin_notify(UINT64 usec, UINT64 *value)
{
	UINT64 end = rdtsc() + cycles(usec);
	EFI_TPL old;

	old = uefi_call_wrapper(BS->RaiseTPL, 1, TPL_NOTIFY);
	while (rdtsc() < end)
		;
	uefi_call_wrapper(BS->RestoreTPL, 1, old);
	*value = usec;
	return EFI_SUCCESS;
}

static struct protocol protocol = {
	.functions = {
		[EFI_MODE_TEST_FN_REGISTERS] = registers,
		[EFI_MODE_TEST_FN_STATE] = state,
		[EFI_MODE_TEST_FN_SPIN_NOTIFY] = spin_notify,
		[EFI_MODE_TEST_FN_CHECKSUM] = checksum,
		[EFI_MODE_TEST_FN_FAULT] = fault,
		[EFI_MODE_TEST_FN_BREACH] = breach,
		[EFI_MODE_TEST_FN_FOREVER] = forever,
		[EFI_MODE_TEST_FN_IRQ_ARM] = irq_arm,
		[EFI_MODE_TEST_FN_IRQ_COUNT] = irq_count,
		[EFI_MODE_TEST_FN_TIMER_ARM] = timer_arm,
		[EFI_MODE_TEST_FN_TIMER_READ] = timer_read,
		[EFI_MODE_TEST_FN_NESTING] = nesting,
		[EFI_MODE_TEST_FN_TICKS] = ticks,
		[EFI_MODE_TEST_FN_MISUSE_STACK] = misuse_stack,
		[EFI_MODE_TEST_FN_LEAVE] = leave,
		[EFI_MODE_TEST_FN_FAULT_WHEN] = fault_when,
		[EFI_MODE_TEST_FN_BUS] = bus,
		[EFI_MODE_TEST_FN_KEYS] = keys,
		[EFI_MODE_TEST_FN_SCREEN] = screen,
		[EFI_MODE_TEST_FN_DISK] = disk,
		[EFI_MODE_TEST_FN_BURDEN] = burden,
		[EFI_MODE_TEST_FN_NO_CLOCK] = no_clock,
		[EFI_MODE_TEST_FN_CLOBBER] = clobber,
		[EFI_MODE_TEST_FN_OVERWRITE] = overwrite,
		[EFI_MODE_TEST_FN_BREAKPOINT] = breakpoint,
		[EFI_MODE_TEST_FN_BUSY] = busy,
		[EFI_MODE_TEST_FN_STALL] = stalls,
		[EFI_MODE_TEST_FN_STALL_LATER] = stall_later,
	},
};

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	EFI_HANDLE handle = NULL;
	EFI_STATUS status;

	InitializeLib(image, systab);
	driver_image = image;
	init_leave(image);
	/* The state is noted last: the others may change it */
	init_interrupts();
	status = init_clock();
	if (EFI_ERROR(status))
		return status;
	status = init_state();
	if (EFI_ERROR(status))
		return status;

	return uefi_call_wrapper(BS->InstallProtocolInterface, 4, &handle,
				 &protocol_guid, EFI_NATIVE_INTERFACE,
				 &protocol);
}
