// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exit boot services and call SetVirtualAddressMap(), as the next operating
 * system does
 *
 * This cannot be undone, and the firmware's console does not work afterwards.
 * Therefore, the function prints the results to the serial port. Then it powers
 * off the machine through the runtime services at their new addresses.
 */
#include "driver.h"

/* Allocating the buffer for the memory map may add descriptors to the map */
#define EXTRA	16

static void print_number(const char *what, UINT64 n)
{
	char digits[2 * sizeof(n) + 1] = {};
	int i;

	for (i = 2 * sizeof(n) - 1; i >= 0; i--, n >>= 4)
		digits[i] = "0123456789abcdef"[n & 15];
	serial_print(what);
	serial_print(digits);
	serial_print("\r\n");
}

struct map {
	UINTN size, key, stride;
	UINT32 version;
	UINT8 *start;
};

/* Return the next runtime descriptor after @d, or the first if @d is NULL */
static EFI_MEMORY_DESCRIPTOR *next(const struct map *m, EFI_MEMORY_DESCRIPTOR *d)
{
	UINT8 *p = d ? (UINT8 *)d + m->stride : m->start;

	for (; p < m->start + m->size; p += m->stride) {
		d = (EFI_MEMORY_DESCRIPTOR *)p;
		if (d->Attribute & EFI_MEMORY_RUNTIME)
			return d;
	}
	return NULL;
}

static EFI_STATUS get_map(struct map *m)
{
	return uefi_call_wrapper(BS->GetMemoryMap, 5, &m->size,
				 (void *)m->start,
				 &m->key, &m->stride, &m->version);
}

/* Return TRUE if @function is in memory for runtime services code */
static BOOLEAN in_place(const struct map *m, UINT64 function)
{
	EFI_MEMORY_DESCRIPTOR *d = NULL;

	while ((d = next(m, d)))
		if (d->Type == EfiRuntimeServicesCode &&
		    function >= d->PhysicalStart &&
		    function - d->PhysicalStart < d->NumberOfPages * 4096)
			return TRUE;
	return FALSE;
}

/*
 * Count the memory descriptors and runtime services that SetVirtualAddressMap()
 * has moved; 0 if it has not been called
 */
static UINT64 count_moved(const struct map *m)
{
	EFI_MEMORY_DESCRIPTOR *d = NULL;
	UINT64 moved = 0;

	while ((d = next(m, d)))
		if (d->VirtualStart && d->VirtualStart != d->PhysicalStart)
			moved++;
	moved += !in_place(m, (UINT64)RT->GetVariable);
	moved += !in_place(m, (UINT64)RT->GetTime);
	moved += !in_place(m, (UINT64)RT->ResetSystem);
	moved += !in_place(m, (UINT64)RT->SetVirtualAddressMap);
	return moved;
}

/* Map runtime memory to its physical addresses; only the call is tested */
static void set_virtual(struct map *m)
{
	EFI_MEMORY_DESCRIPTOR *d = NULL;
	UINT8 *to = m->start;

	while ((d = next(m, d))) {
		d->VirtualStart = d->PhysicalStart;
		CopyMem(to, d, m->stride);
		to += m->stride;
	}
	m->size = to - m->start;
}

/* Check that GetVariable() works after SetVirtualAddressMap() */
static EFI_STATUS read_variable(void)
{
	EFI_GUID global = EFI_GLOBAL_VARIABLE;
	UINT16 order[64];
	UINTN size = sizeof(order);

	return uefi_call_wrapper(RT->GetVariable, 5, L"BootOrder", &global,
				 NULL, &size, order);
}

/*
 * @argument 0: the value is the number of runtime services and memory
 * descriptors that have been moved. @argument 1: exit boot services, and power
 * off the machine.
 *
 * Return: the status of GetMemoryMap() if @argument is 0, else the status of
 * ExitBootServices(), if that fails
 */
static EFI_STATUS EFIAPI leave(UINT64 argument, UINT64 *moved)
{
	struct map m = {};
	EFI_STATUS status;

	get_map(&m);
	m.size += EXTRA * m.stride;
	status = uefi_call_wrapper(BS->AllocatePool, 3, EfiLoaderData, m.size,
				   (void **)&m.start);
	if (EFI_ERROR(status))
		return status;
	status = get_map(&m);
	*moved = count_moved(&m);
	if (!argument) {
		uefi_call_wrapper(BS->FreePool, 1, m.start);
		return status;
	}

	status = uefi_call_wrapper(BS->ExitBootServices, 2, driver_image,
				   m.key);
	if (EFI_ERROR(status))
		return status;
	irq_save();
	set_virtual(&m);
	status = uefi_call_wrapper(RT->SetVirtualAddressMap, 4, m.size,
				   m.stride, m.version, (void *)m.start);
	print_number("LEFT SetVirtualAddressMap() ", status);
	status = uefi_call_wrapper(RT->SetVirtualAddressMap, 4, m.size,
				   m.stride, m.version, (void *)m.start);
	print_number("LEFT SetVirtualAddressMap() again ", status);
	print_number("LEFT GetVariable() ", read_variable());
	uefi_call_wrapper(RT->ResetSystem, 4, EfiResetShutdown, EFI_SUCCESS, 0,
			  NULL);
	for (;;)
		;
}

TEST_FUNCTION(leave, leave, .max = 1);
