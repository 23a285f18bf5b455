// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print firmware settings that an application must leave as they were
 *
 *	settings			print the settings in one line
 *	settings watchdog SECONDS	set the watchdog first
 *	settings attribute NUMBER	set the colours of the console first
 */
#include "machine.h"

#define NR_VECTORS	256
#define MAX_OUTPUTS	8

/* Platform Initialization specification, volume 2, sections 12.10 and 12.14 */
#define TIMER_ARCH_PROTOCOL_GUID { 0x26baccb3, 0x6f42, 0x11d4, \
	{ 0xbc, 0xe7, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 } }
#define WATCHDOG_TIMER_ARCH_PROTOCOL_GUID { 0x665e3ff5, 0x46cc, 0x11d4, \
	{ 0x9a, 0x38, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d } }

/* The first members of the timer and watchdog protocols, which are the same */
struct timer {
	void *register_handler;
	void *set_timer_period;
	EFI_STATUS (EFIAPI *get_timer_period)(struct timer *self,
					      UINT64 *period);
};

static EFI_GUID clock_guid = TIMER_ARCH_PROTOCOL_GUID;
static EFI_GUID watchdog_guid = WATCHDOG_TIMER_ARCH_PROTOCOL_GUID;
static EFI_GUID gop_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;

/* In 100 ns */
static UINT64 timer_period(EFI_GUID *guid)
{
	struct timer *timer;
	UINT64 period;

	if (EFI_ERROR(LibLocateProtocol(guid, (VOID **)&timer)) ||
	    EFI_ERROR(timer->get_timer_period(timer, &period)))
		return ~0ULL;
	return period;
}

/* Return the modes of all outputs, one in each byte */
static UINT64 graphics_modes(void)
{
	EFI_HANDLE handles[MAX_OUTPUTS];
	UINTN size = sizeof(handles), i;
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop;
	UINT64 modes = 0;

	if (EFI_ERROR(uefi_call_wrapper(BS->LocateHandle, 5, ByProtocol,
					&gop_guid, NULL, &size, handles)))
		return ~0ULL;
	for (i = 0; i < size / sizeof(*handles); i++) {
		uefi_call_wrapper(BS->HandleProtocol, 3, handles[i], &gop_guid,
				  (VOID **)&gop);
		modes = modes << 8 | (gop->Mode->Mode & 0xff);
	}
	return modes;
}

/* Return a checksum of the handlers of all vectors, in this order */
static UINT64 handlers(void)
{
	UINT64 sum = 0;
	UINTN i;

	for (i = 0; i < NR_VECTORS; i++)
		sum = sum * 31 + idt_handler(i);
	return sum;
}

/* Return the checksum of the boot services table, or ~0 if it is wrong */
static UINT64 services(void)
{
	UINT32 said = BS->Hdr.CRC32, crc;

	BS->Hdr.CRC32 = 0;
	uefi_call_wrapper(BS->CalculateCrc32, 3, BS, BS->Hdr.HeaderSize, &crc);
	BS->Hdr.CRC32 = said;
	return said == crc ? crc : ~0ULL;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	SIMPLE_TEXT_OUTPUT_MODE *mode;
	CHAR16 **argv;
	INTN argc;

	InitializeLib(image, systab);
	argc = GetShellArgcArgv(image, &argv);
	if (argc == 3 && !StrCmp(argv[1], L"watchdog"))
		uefi_call_wrapper(BS->SetWatchdogTimer, 4, Atoi(argv[2]), 0, 0,
				  NULL);
	if (argc == 3 && !StrCmp(argv[1], L"attribute"))
		uefi_call_wrapper(ST->ConOut->SetAttribute, 2, ST->ConOut,
				  Atoi(argv[2]));
	mode = ST->ConOut->Mode;
	Print(L"SETTINGS watchdog=%ld clock=%ld count=%x graphics=%lx text=%d attribute=%x cursor=%d handlers=%lx tpr=%x lvtt=%x lvt0=%x pic=%x services=%lx\n",
	      timer_period(&watchdog_guid) / 10000000,
	      timer_period(&clock_guid), lapic_read(LAPIC_TMICT),
	      graphics_modes(), mode->Mode,
	      mode->Attribute, mode->CursorVisible, handlers(),
	      lapic_read(LAPIC_TPR), lapic_read(LAPIC_LVTT),
	      lapic_read(LAPIC_LVT0), pic_mask(), services());
	return EFI_SUCCESS;
}
