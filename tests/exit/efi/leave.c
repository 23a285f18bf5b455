// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a next operating system does: leave boot services and have firmware's
 * runtime services moved to virtual addresses
 *
 * There is no way back from this, and firmware's console is gone. So the outcome
 * is written to the serial port, and then the machine is powered off, through
 * the services where they are then.
 */
#include "driver.h"

#define EXTRA	16	/* descriptors that come with the buffer for them */

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

/* The descriptor of runtime memory behind @d, or the first; NULL if none is left */
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

/* Where a runtime service is, in the memory map as firmware has it */
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

/* What is mapped elsewhere: nothing, unless somebody has done this before */
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

/* Where they are: what is asked for is the move, not the place */
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

/* Are they there still, when they are called by these addresses? */
static EFI_STATUS read_variable(void)
{
	EFI_GUID global = EFI_GLOBAL_VARIABLE;
	UINT16 order[64];
	UINTN size = sizeof(order);

	return uefi_call_wrapper(RT->GetVariable, 5, L"BootOrder", &global,
				 NULL, &size, order);
}

/*
 * 0: the value is the number of runtime services and pieces of runtime memory that have
 * been moved. 1: leave boot services and end the machine.
 *
 * Return: 0 and @moved, with @argument 0; the status of ExitBootServices() if it
 * does not leave.
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
