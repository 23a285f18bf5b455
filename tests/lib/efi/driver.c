// SPDX-License-Identifier: GPL-2.0-only
/*
 * The EFI test driver, which runs test functions in the firmware
 *
 * The UEFI shell loads the driver before it starts Linux. The driver saves the
 * CPU state for later comparison, and installs a protocol that finds functions
 * by their names. Linux calls the functions through /dev/efi-mode-test.
 * selfcheck.efi calls them without Linux.
 */
#include "driver.h"

static EFI_GUID protocol_guid = PROTOCOL_GUID;

EFI_HANDLE driver_image;

UINT64 EFIAPI check_registers(UINT64 deadline);
UINT64 EFIAPI check_ymm(UINT64 deadline);

/*
 * Load patterns into the registers and spin for @usec microseconds. The value
 * is the number of registers that changed. On a CPU with AVX, the first half of
 * the time is spent on the AVX registers.
 */
static EFI_STATUS EFIAPI registers(UINT64 usec, UINT64 *errors)
{
	UINT64 start = rdtsc();

	*errors = 0;
	if (has_avx())
		*errors += check_ymm(start + cycles(usec / 2));
	*errors += check_registers(start + cycles(usec));
	return EFI_SUCCESS;
}

TEST_FUNCTION(registers, registers, .max = TEST_MAX_USEC);

/* Spin for @usec microseconds at TPL_NOTIFY */
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

TEST_FUNCTION(spin_notify, spin_notify, .max = TEST_MAX_USEC);

/* The linker script defines these around the TEST_FUNCTION() entries */
extern const struct test_function test_functions[], test_functions_end[]
	__attribute__((visibility("hidden")));

static EFI_STATUS EFIAPI find(const char *name,
			      struct efi_mode_test_found *found)
{
	const struct test_function *f;

	for (f = test_functions; f < test_functions_end; f++) {
		if (strcmpa((const CHAR8 *)name, (const CHAR8 *)f->name))
			continue;
		found->entry = (UINT64)&f->call;
		found->max = f->max;
		return EFI_SUCCESS;
	}
	return EFI_NOT_FOUND;
}

static struct efi_mode_test_protocol protocol = {
	.find = (UINT64)find,
};

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	EFI_HANDLE handle = NULL;
	EFI_STATUS status;

	InitializeLib(image, systab);
	driver_image = image;
	/* Save the state last, because the other steps may change it */
	init_interrupts();
	status = init_clock();
	if (EFI_ERROR(status))
		return status;
	init_counter();
	status = init_state();
	if (EFI_ERROR(status))
		return status;

	return uefi_call_wrapper(BS->InstallProtocolInterface, 4, &handle,
				 &protocol_guid, EFI_NATIVE_INTERFACE,
				 &protocol);
}
