// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measure the speed of disks in the bare firmware, without Linux
 *
 *	diskspeed MIB...
 *
 * Each argument names a disk by its size. The contents of the disks are lost.
 * speed.h defines the requests, which are the same as those of the selftest
 * speed.
 */
#include <efi.h>
#include <efilib.h>

#include "speed.h"

static VOID *buffer;

static UINT64 rdtsc(void)
{
	UINT32 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high));
	return low | (UINT64)high << 32;
}

static BOOLEAN is_disk(EFI_BLOCK_IO *io, UINT64 mib)
{
	EFI_BLOCK_IO_MEDIA *media = io->Media;

	return !media->LogicalPartition && media->MediaPresent &&
	       (media->LastBlock + 1) * media->BlockSize == mib << 20;
}

static EFI_BLOCK_IO *find_disk(UINT64 mib)
{
	EFI_BLOCK_IO *io = NULL, *found = NULL;
	EFI_HANDLE *handles;
	UINTN n, i;

	if (EFI_ERROR(uefi_call_wrapper(BS->LocateHandleBuffer, 5, ByProtocol,
					&gEfiBlockIoProtocolGuid, NULL, &n,
					&handles)))
		return NULL;
	for (i = 0; i < n && !found; i++)
		if (!EFI_ERROR(uefi_call_wrapper(BS->HandleProtocol, 3,
						 handles[i],
						 &gEfiBlockIoProtocolGuid,
						 (VOID **)&io)) &&
		    is_disk(io, mib))
			found = io;
	FreePool(handles);
	return found;
}

static EFI_STATUS transfer(EFI_BLOCK_IO *io, BOOLEAN writes, UINTN size,
			   UINT64 offset)
{
	/* The types of the two functions differ in a const only */
	EFI_BLOCK_READ function = writes ? (EFI_BLOCK_READ)io->WriteBlocks :
					   io->ReadBlocks;

	return uefi_call_wrapper(function, 5, io, io->Media->MediaId,
				 offset / io->Media->BlockSize, size, buffer);
}

/* Return: TSC cycles, or 0 if a transfer fails or reads wrong data */
static UINT64 sequential(EFI_BLOCK_IO *io, BOOLEAN writes)
{
	UINT64 start, spent = 0, offset;

	for (offset = 0; offset < SPEED_AREA; offset += SPEED_LARGE) {
		if (writes)
			speed_fill(buffer, offset);
		start = rdtsc();
		if (EFI_ERROR(transfer(io, writes, SPEED_LARGE, offset)))
			return 0;
		spent += rdtsc() - start;
		if (!writes && !speed_is_filled(buffer, offset, SPEED_LARGE))
			return 0;
	}
	return spent;
}

static UINT64 random_reads(EFI_BLOCK_IO *io)
{
	unsigned long long state = 0;
	UINT64 start, spent = 0, offset;
	UINTN i;

	for (i = 0; i < SPEED_RANDOM; i++) {
		offset = speed_next(&state);
		start = rdtsc();
		if (EFI_ERROR(transfer(io, FALSE, SPEED_SMALL, offset)))
			return 0;
		spent += rdtsc() - start;
		if (!speed_is_filled(buffer, offset, SPEED_SMALL))
			return 0;
	}
	return spent;
}

static void measure(UINT64 mib)
{
	EFI_BLOCK_IO *io = find_disk(mib);

	if (!io) {
		Print(L"SPEED %ld is not there\n", mib);
		return;
	}
	Print(L"SPEED %ld write %ld cycles\n", mib, sequential(io, TRUE));
	Print(L"SPEED %ld read %ld cycles\n", mib, sequential(io, FALSE));
	Print(L"SPEED %ld random %ld cycles\n", mib, random_reads(io));
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	EFI_PHYSICAL_ADDRESS pages;
	EFI_STATUS status;
	CHAR16 **argv;
	INTN argc, i;

	InitializeLib(image, systab);
	argc = GetShellArgcArgv(image, &argv);
	/* Page alignment satisfies the IoAlign of any driver */
	status = uefi_call_wrapper(BS->AllocatePages, 4, AllocateAnyPages,
				   EfiLoaderData, EFI_SIZE_TO_PAGES(SPEED_LARGE),
				   &pages);
	if (EFI_ERROR(status))
		return status;
	buffer = (VOID *)pages;
	for (i = 1; i < argc; i++)
		measure(Atoi(argv[i]));
	uefi_call_wrapper(BS->FreePages, 2, pages,
			  EFI_SIZE_TO_PAGES(SPEED_LARGE));
	return EFI_SUCCESS;
}
