// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions with the defects that a firmware can have
 */
#include "breach.h"
#include "driver.h"

#define CR4_LA57	0x1000
#define PAGE_PRESENT	0x1
#define PAGE_LARGE	0x80
#define PAGE_ADDRESS	0xffffffffff000

/* More than the 128 KiB that a call has */
#define MAX_STACK_KIB	256

static UINT64 end_of_ram(void)
{
	UINTN entries, key, size, i;
	EFI_MEMORY_DESCRIPTOR *map, *d;
	UINT64 last, end = 0;
	UINT32 version;

	map = LibMemoryMap(&entries, &key, &size, &version);
	for (i = 0; map && i < entries; i++) {
		d = (VOID *)((UINT8 *)map + i * size);
		last = d->PhysicalStart + d->NumberOfPages * EFI_PAGE_SIZE;
		if (last > end)
			end = last;
	}
	if (map)
		FreePool(map);
	return end;
}

/*
 * Is there a page at @address?
 * @shift: in: shift of the top level; out: shift of the level that decided
 */
static BOOLEAN is_mapped(UINT64 address, UINT32 *shift)
{
	UINT64 entry = READ_REGISTER("cr3");

	for (;; *shift -= 9) {
		entry = ((UINT64 *)(entry & PAGE_ADDRESS))[address >> *shift & 511];
		if (!(entry & PAGE_PRESENT))
			return FALSE;
		if (*shift == 12 || (*shift <= 30 && (entry & PAGE_LARGE)))
			return TRUE;
	}
}

/*
 * Return: an address above all RAM, in the lower half, that is not mapped, or 0
 */
static UINT64 not_present(void)
{
	UINT32 shift, top = READ_REGISTER("cr4") & CR4_LA57 ? 48 : 39;
	UINT64 address = end_of_ram();

	while (address < 1ULL << (top + 8)) {
		shift = top;
		if (!is_mapped(address, &shift))
			return address;
		address = ((address >> shift) + 1) << shift;
	}
	return 0;
}

/* Raise an exception: 0, 6, 13 or 14 */
EFI_STATUS EFIAPI fault(UINT64 exception, UINT64 *value)
{
	UINT64 address;

	*value = 0;
	switch (exception) {
	case 0:
		asm volatile("divl %2" : "=a" (address) :
			     "0" (0ULL), "r" (0), "d" (0) : "cc");
		break;
	case 6:
		asm volatile("ud2");
		break;
	case 13:
		/* Not canonical, neither with 48 bits nor with 57 bits */
		address = 1ULL << 63;
		asm volatile("movb (%0), %b0" : "+r" (address));
		break;
	case 14:
		address = not_present();
		if (!address)
			return EFI_UNSUPPORTED;
		asm volatile("movb (%0), %b0" : "+r" (address));
		break;
	default:
		return EFI_INVALID_PARAMETER;
	}
	/* Only reached if a handler has skipped the instruction */
	return EFI_ABORTED;
}

TEST_FUNCTION(fault, fault, .max = 14);

#define MXCSR_TOWARDS_ZERO	0x7f80
#define FCW_TOWARDS_ZERO	0x0f7f

/* Return in the state that TEST_BREACH_* in @what says */
static EFI_STATUS EFIAPI breach(UINT64 what, UINT64 *value)
{
	UINT32 mxcsr = MXCSR_TOWARDS_ZERO;
	UINT16 fcw = FCW_TOWARDS_ZERO;

	*value = what;
	if (what & TEST_BREACH_TPL)
		uefi_call_wrapper(BS->RaiseTPL, 1, TPL_NOTIFY);
	if (what & TEST_BREACH_MXCSR)
		asm volatile("ldmxcsr %0" : : "m" (mxcsr));
	if (what & TEST_BREACH_FCW)
		asm volatile("fldcw %0" : : "m" (fcw));
	if (what & TEST_BREACH_IF)
		asm volatile("cli");
	/*
	 * Last, because compiled code must not run with the direction flag set
	 */
	if (what & TEST_BREACH_DF)
		asm volatile("std");
	return EFI_SUCCESS;
}

TEST_FUNCTION(breach, breach, .max = TEST_BREACH_ALL);

/*
 * In clobber.S: return with changed registers that a function must preserve,
 * one for each bit in @registers
 */
EFI_STATUS EFIAPI clobber(UINT64 registers, UINT64 *value);

TEST_FUNCTION(clobber, clobber, .max = TEST_CLOBBER_ALL);

/* Loop at this TPL and never return */
static EFI_STATUS EFIAPI forever(UINT64 tpl, UINT64 *value)
{
	EFI_TPL now;

	*value = 0;
	if (tpl < TPL_APPLICATION || tpl > TPL_HIGH_LEVEL)
		return EFI_INVALID_PARAMETER;
	/* The only way to find out the current TPL */
	now = uefi_call_wrapper(BS->RaiseTPL, 1, TPL_HIGH_LEVEL);
	uefi_call_wrapper(BS->RestoreTPL, 1, now);
	if (tpl > now)
		uefi_call_wrapper(BS->RaiseTPL, 1, tpl);
	for (;;)
		asm volatile("pause");
}

TEST_FUNCTION(forever, forever, .max = TPL_HIGH_LEVEL);

/*
 * Spin for this many ms with interrupts off, with a message before and after it
 */
static EFI_STATUS EFIAPI outlive(UINT64 ms, UINT64 *value)
{
	EFI_TPL old = uefi_call_wrapper(BS->RaiseTPL, 1, TPL_HIGH_LEVEL);
	UINT64 end = rdtsc() + cycles(ms * 1000);

	*value = ms;
	serial_print("\r\nSPINNING\r\n");
	while (rdtsc() < end)
		;
	serial_print("\r\nOUTLIVED\r\n");
	uefi_call_wrapper(BS->RestoreTPL, 1, old);
	return EFI_SUCCESS;
}

TEST_FUNCTION(outlive, outlive, .max = TEST_MAX_MS);

/* Recurse, so that the stack pointer moves down with the writes */
static __attribute__((noinline)) UINT64 dig(UINT64 end)
{
	volatile UINT8 hole[512];
	UINTN i;

	for (i = 0; i < sizeof(hole); i++)
		hole[i] = i;
	return (UINT64)hole > end ? dig(end) + hole[1] : hole[1];
}

/* Write to this many KiB of stack */
static EFI_STATUS EFIAPI misuse_stack(UINT64 kib, UINT64 *value)
{
	*value = dig(READ_REGISTER("rsp") - (kib << 10));
	return EFI_SUCCESS;
}

TEST_FUNCTION(misuse_stack, misuse_stack, .max = MAX_STACK_KIB);

/*
 * Invert the word at @address. Linux passes the address of the last word of the
 * handoff.
 */
static EFI_STATUS EFIAPI overwrite(UINT64 address, UINT64 *value)
{
	if (!address)
		return EFI_INVALID_PARAMETER;
	*value = *(volatile UINT64 *)address;
	*(volatile UINT64 *)address = ~*value;
	return EFI_SUCCESS;
}

TEST_FUNCTION(overwrite, overwrite);

static VOID EFIAPI look(EFI_EVENT unused, VOID *byte)
{
	(void)unused;
	if (!*(volatile UINT8 *)byte)
		return;
	serial_print("\r\nFAULT\r\n");
	asm volatile("ud2");
}

/*
 * Fault at the first tick at which the byte at @address is not 0. Linux passes
 * the address of a byte in its memory. A period of 0 is one tick of the
 * firmware's clock.
 */
static EFI_STATUS EFIAPI fault_when(UINT64 address, UINT64 *value)
{
	EFI_EVENT event;
	EFI_STATUS status;

	*value = 0;
	if (!address)
		return EFI_INVALID_PARAMETER;
	status = uefi_call_wrapper(BS->CreateEvent, 5,
				   EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK,
				   (EFI_EVENT_NOTIFY)look, (VOID *)address,
				   &event);
	if (EFI_ERROR(status))
		return status;
	return uefi_call_wrapper(BS->SetTimer, 3, event, TimerPeriodic, 0);
}

TEST_FUNCTION(fault_when, fault_when);

static VOID EFIAPI work(EFI_EVENT event, VOID *usec)
{
	UINT64 start = rdtsc();

	(void)event;
	while (!usec || rdtsc() - start < cycles((UINT64)usec))
		asm volatile("pause");
}

/* In units of 100 ns: long enough for this call to return first */
#define BUSY_IN		(100 * 10000)

/* In 100 ms begin to spin at TPL_CALLBACK, for this many us; 0: for ever */
static EFI_STATUS EFIAPI busy(UINT64 usec, UINT64 *value)
{
	EFI_EVENT event;
	EFI_STATUS status;

	*value = 0;
	status = uefi_call_wrapper(BS->CreateEvent, 5,
				   EVT_TIMER | EVT_NOTIFY_SIGNAL, TPL_CALLBACK,
				   (EFI_EVENT_NOTIFY)work, (VOID *)usec,
				   &event);
	if (EFI_ERROR(status))
		return status;
	return uefi_call_wrapper(BS->SetTimer, 3, event, TimerRelative,
				 BUSY_IN);
}

TEST_FUNCTION(busy, busy, .max = TEST_MAX_USEC);
