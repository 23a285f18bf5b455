// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that makes the firmware protect its tables and handle an exception
 *
 * The table of boot services and the timer architectural protocol are moved to
 * read-only pages, like constant data of a protected image. The first call of
 * CalculateCrc32() raises #UD, and the handler in this file returns from it.
 * The UEFI shell loads this driver.
 */
#include "machine.h"

#define CR0_WP		(1 << 16)
#define PTE_WRITE	2ULL
#define PTE_LARGE	0x80ULL
#define PTE_ADDRESS	0x000ffffffffff000ULL
#define LARGE_ADDRESS	0x000fffffffe00000ULL
#define NR_ENTRIES	512
#define UD		6

/* Platform Initialization specification, volume 2, section 12.10 */
#define TIMER_ARCH_PROTOCOL_GUID { 0x26baccb3, 0x6f42, 0x11d4, \
	{ 0xbc, 0xe7, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 } }

struct timer {
	void *functions[4];
};

struct interrupt_frame {
	UINT64 ip;
};

extern const char ud_in_crc[];

static EFI_GUID timer_guid = TIMER_ARCH_PROTOCOL_GUID;
static EFI_STATUS (EFIAPI *calculate_crc32)(VOID *data, UINTN size, UINT32 *crc);

static EFI_STATUS EFIAPI crc_with_exception(VOID *data, UINTN size, UINT32 *crc)
{
	static BOOLEAN done;

	if (!done)
		asm volatile("ud_in_crc: ud2");
	done = TRUE;
	return calculate_crc32(data, size, crc);
}

static INTERRUPT void handle_ud(struct interrupt_frame *frame)
{
	/* Hang after any other #UD, so that the test fails */
	while (frame->ip != (UINT64)ud_in_crc)
		;
	frame->ip += 2;
}

static void *allocate_page(void)
{
	EFI_PHYSICAL_ADDRESS page = 0xffffffff;

	if (EFI_ERROR(uefi_call_wrapper(BS->AllocatePages, 4, AllocateMaxAddress,
					EfiBootServicesData, 1, &page)))
		return NULL;
	return (void *)page;
}

/* Replace the large page in an entry of a page directory by 512 small pages */
static EFI_STATUS split(UINT64 *entry)
{
	UINT64 flags = *entry & ~LARGE_ADDRESS & ~PTE_LARGE;
	UINT64 *table = allocate_page();
	UINTN i;

	if (!table)
		return EFI_OUT_OF_RESOURCES;
	for (i = 0; i < NR_ENTRIES; i++)
		table[i] = ((*entry & LARGE_ADDRESS) + i * EFI_PAGE_SIZE) | flags;
	*entry = (UINT64)table | (flags & 7);
	return EFI_SUCCESS;
}

/* Context: interrupts are off, and CR0.WP is clear */
static EFI_STATUS make_read_only(void *page)
{
	UINT64 *table = (UINT64 *)(READ_REGISTER("cr3") & PTE_ADDRESS), *entry;
	EFI_STATUS status;
	int level;

	for (level = 3; ; level--) {
		entry = &table[((UINT64)page >> (12 + 9 * level)) % NR_ENTRIES];
		if (!level)
			break;
		if (*entry & PTE_LARGE) {
			status = level == 1 ? split(entry) : EFI_UNSUPPORTED;
			if (EFI_ERROR(status))
				return status;
		}
		table = (UINT64 *)(*entry & PTE_ADDRESS);
	}
	*entry &= ~PTE_WRITE;
	return EFI_SUCCESS;
}

static EFI_STATUS protect(void *services, void *timer)
{
	UINT64 flags = irq_save(), cr0 = READ_REGISTER("cr0");
	EFI_STATUS status;

	WRITE_REGISTER("cr0", cr0 & ~CR0_WP);
	status = make_read_only(services);
	if (!EFI_ERROR(status))
		status = make_read_only(timer);
	WRITE_REGISTER("cr3", READ_REGISTER("cr3"));
	WRITE_REGISTER("cr0", cr0 | CR0_WP);
	irq_restore(flags);
	return status;
}

static EFI_STATUS move_timer(struct timer *to)
{
	UINTN size = sizeof(EFI_HANDLE);
	struct timer *timer;
	EFI_HANDLE handle;
	EFI_STATUS status;

	status = uefi_call_wrapper(BS->LocateHandle, 5, ByProtocol, &timer_guid, NULL,
				   &size, &handle);
	if (!EFI_ERROR(status))
		status = uefi_call_wrapper(BS->HandleProtocol, 3, handle, &timer_guid,
					   (VOID **)&timer);
	if (EFI_ERROR(status))
		return status;
	*to = *timer;
	return uefi_call_wrapper(BS->ReinstallProtocolInterface, 4, handle, &timer_guid,
				 timer, to);
}

static void move_services(EFI_SYSTEM_TABLE *systab, EFI_BOOT_SERVICES *to)
{
	CopyMem(to, systab->BootServices, sizeof(*to));
	calculate_crc32 = (void *)to->CalculateCrc32;
	to->CalculateCrc32 = (void *)crc_with_exception;
	SetCrc(&to->Hdr);
	systab->BootServices = to;
	SetCrc(&systab->Hdr);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	void *services, *timer;
	EFI_STATUS status;

	InitializeLib(image, systab);
	services = allocate_page();
	timer = allocate_page();
	if (!services || !timer)
		return EFI_OUT_OF_RESOURCES;
	status = move_timer(timer);
	if (EFI_ERROR(status))
		return status;
	idt_hook(UD, handle_ud);
	move_services(systab, services);
	status = protect(services, timer);
	if (!EFI_ERROR(status))
		Print(L"PROTECTED\n");
	return status;
}
