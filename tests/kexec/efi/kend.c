// SPDX-License-Identifier: GPL-2.0-only
/*
 * End boot services as an operating system does
 */
#include <efi.h>
#include <efilib.h>

#include "kend.h"

#define SERIAL_PORT	0x3f8
#define SERIAL_STATUS	0x3fd
#define SERIAL_EMPTY	0x20
#define DEBUG_PORT	0x402

/* Regions of memory that may appear while the map is read */
#define SPARE_REGIONS	16

static void out(UINT16 port, UINT8 value)
{
	asm volatile("outb %0, %1" : : "a" (value), "Nd" (port));
}

static UINT8 in(UINT16 port)
{
	UINT8 value;

	asm volatile("inb %1, %0" : "=a" (value) : "Nd" (port));
	return value;
}

/* Write to the serial port and to QEMU's debug port, without the firmware */
static void say(const char *text)
{
	for (; *text; text++) {
		while (!(in(SERIAL_STATUS) & SERIAL_EMPTY))
			;
		out(SERIAL_PORT, *text);
		out(DEBUG_PORT, *text);
	}
}

static void number(UINTN n)
{
	char digit[2] = { '0' + n % 10 };

	if (n > 9)
		number(n / 10);
	say(digit);
}

static void result(const char *name, EFI_STATUS status)
{
	say(name);
	say(status ? " error " : " ok ");
	number(status & 0xffff);
	say("\r\n");
}

/**
 * leave_boot_services() - end boot services, use runtime services, and power off
 * @image:	image handle of the program
 * @message:	printed at the end
 *
 * The runtime services stay at their addresses.
 */
void leave_boot_services(EFI_HANDLE image, const char *message)
{
	UINTN size = 0, key, each, room;
	EFI_MEMORY_DESCRIPTOR *map, *d;
	EFI_STATUS status;
	UINT32 version;
	EFI_TIME time;
	UINT8 *at;

	BS->GetMemoryMap(&size, NULL, &key, &each, &version);
	room = size + SPARE_REGIONS * each;
	map = AllocatePool(room);
	do {
		size = room;
		status = BS->GetMemoryMap(&size, map, &key, &each, &version);
		if (EFI_ERROR(status))
			break;
		status = BS->ExitBootServices(image, key);
	} while (status == EFI_INVALID_PARAMETER);
	result("END ExitBootServices", status);
	for (at = (UINT8 *)map; at < (UINT8 *)map + size; at += each) {
		d = (EFI_MEMORY_DESCRIPTOR *)at;
		if (d->Attribute & EFI_MEMORY_RUNTIME)
			d->VirtualStart = d->PhysicalStart;
	}
	result("END SetVirtualAddressMap",
	       RT->SetVirtualAddressMap(size, each, version, map));
	result("END GetTime", RT->GetTime(&time, NULL));
	say(message);
	say("\r\n");
	RT->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
}
