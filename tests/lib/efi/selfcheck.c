// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check the test driver on the bare firmware, without Linux
 *
 *	selfcheck			check the functions for CPU state,
 *					clock, interrupts and breaches
 *	selfcheck NAME ARGUMENT		call one function; ARGUMENT in decimal
 */
#include <efi-mode/test.h>

#include "breach.h"
#include "driver.h"
#include "irq.h"

/*
 * Ticks nest at most once at each of the three TPLs below TPL_HIGH_LEVEL, and
 * once more while a handler returns
 */
#define DEEPEST		4

static EFI_GUID protocol_guid = PROTOCOL_GUID;
static struct efi_mode_test_protocol *driver;

typedef EFI_STATUS (EFIAPI *find_function)(const char *name,
					   struct efi_mode_test_found *found);
typedef EFI_STATUS (EFIAPI *test_function)(UINT64 argument, UINT64 *value);

/* Do not check the largest argument, because the functions check theirs, too */
static EFI_STATUS call_driver(const char *name, UINT64 argument, UINT64 *value)
{
	struct efi_mode_test_found found;
	EFI_STATUS status;

	status = ((find_function)driver->find)(name, &found);
	if (EFI_ERROR(status))
		return status;
	return (*(test_function *)found.entry)(argument, value);
}

static UINT64 call(const char *name, UINT64 argument)
{
	UINT64 value = 0;
	EFI_STATUS status;

	status = call_driver(name, argument, &value);
	/* Values of functions never have the error bit */
	return EFI_ERROR(status) ? status : value;
}

static void check(CHAR16 *name, BOOLEAN ok, UINT64 value)
{
	CHAR16 *said = ok ? L"ok" : L"FAILED";

	Print(EFI_ERROR(value) ? L"SELFCHECK %s %s 0x%lx\n" :
				 L"SELFCHECK %s %s %ld\n", name, said, value);
}

static void stall(UINTN ms)
{
	uefi_call_wrapper(BS->Stall, 1, ms * 1000);
}

static void check_equal(CHAR16 *name, const char *function, UINT64 argument,
			UINT64 wanted)
{
	UINT64 value = call(function, argument);

	check(name, value == wanted, value);
}

/* Check that each interrupt comes once and not early; it may be late */
static void check_irq(CHAR16 *name, UINT64 kind)
{
	UINT64 per_ms = tsc_cycles_per_ms(), early = 0, more, i, j;
	UINT64 first = call("irq_count", kind), start, status;

	for (i = 0; i < 3; i++) {
		start = rdtsc();
		status = call("irq_arm", kind | 50 << 8);
		if (status == EFI_UNSUPPORTED) {
			Print(L"SELFCHECK %s is not available here\n", name);
			return;
		}
		stall(25);
		more = call("irq_count", kind) - first;
		/* On a busy host, the 50 ms may have passed already */
		if (rdtsc() - start < 45 * per_ms)
			early += more - i;
		for (j = 0; j < 100 && more == i; j++) {
			stall(20);
			more = call("irq_count", kind) - first;
		}
		stall(100);
	}
	more = call("irq_count", kind) - first;
	check(name, more == 3 && !early, more | early << 32);
}

static void check_timer(void)
{
	UINT64 usec, best = 0, i, j;

	for (i = 0; i < 5 && (best < 88000 || best > 112000); i++) {
		call("timer_arm", 100000);
		usec = 0;
		for (j = 0; j < 300 && !usec; j++) {
			stall(10);
			usec = call("timer_read", 0);
		}
		if (!best || usec < best)
			best = usec;
	}
	check(L"timer-us", best > 88000 && best < 112000, best);
}

/* Use the highest of several rates, because a busy host loses ticks */
static void check_ticks(void)
{
	UINT64 per_ms = tsc_cycles_per_ms(), best = 0, start, ms, count, i;

	call("nesting", 0);
	for (i = 0; i < 5 && best < 9800; i++) {
		count = call("ticks", 0);
		start = rdtsc();
		stall(2000);
		ms = (rdtsc() - start) / per_ms;
		count = (call("ticks", 0) - count) * 100000 / ms;
		if (count > best)
			best = count;
	}
	check(L"ticks-per-100s", best > 9500 && best < 10200, best);
	best = call("nesting", 0);
	check(L"nesting", best >= 1 && best <= DEEPEST, best);
}

static VOID EFIAPI dawdle(EFI_EVENT unused, VOID *done)
{
	(void)unused;
	stall(50);
	*(volatile BOOLEAN *)done = TRUE;
}

/*
 * A notify function that runs inside a tick handler takes longer than a tick.
 * If the firmware sends the EOI before it dispatches events, the next ticks
 * nest in the notify function, else they wait.
 */
static void check_nesting(void)
{
	volatile BOOLEAN done = FALSE;
	EFI_EVENT event;
	UINT64 depth, i;

	uefi_call_wrapper(BS->CreateEvent, 5, EVT_TIMER | EVT_NOTIFY_SIGNAL,
			  TPL_CALLBACK, (EFI_EVENT_NOTIFY)dawdle, (VOID *)&done,
			  &event);
	call("nesting", 0);
	uefi_call_wrapper(BS->SetTimer, 3, event, TimerRelative, 100000);
	for (i = 0; i < 100 && !done; i++)
		stall(20);
	depth = call("nesting", 0);
	uefi_call_wrapper(BS->CloseEvent, 1, event);
	check(L"nesting-slow-notify", depth >= 1 && depth <= DEEPEST, depth);

	/* Check that the depth returns to 1 */
	for (i = 0; i < 10; i++) {
		stall(50);
		depth = call("nesting", 0);
		if (depth == 1)
			break;
	}
	check(L"nesting-after", depth == 1, depth);
}

/* Check that each violation has its effect, and undo it at once */
static void check_breach(CHAR16 *name, UINT64 what)
{
	UINT32 mxcsr, sane_mxcsr;
	UINT16 fcw, sane_fcw;
	UINT64 flags, value, seen = 0;
	EFI_TPL tpl;

	asm volatile("stmxcsr %0; fnstcw %1" : "=m" (sane_mxcsr), "=m" (sane_fcw));
	call_driver("breach", what, &value);
	asm volatile("pushfq; popq %0; cld; sti" : "=r" (flags) : : "memory");
	asm volatile("stmxcsr %0; fnstcw %1" : "=m" (mxcsr), "=m" (fcw));
	asm volatile("ldmxcsr %0; fldcw %1" : : "m" (sane_mxcsr), "m" (sane_fcw));
	tpl = uefi_call_wrapper(BS->RaiseTPL, 1, TPL_HIGH_LEVEL);
	uefi_call_wrapper(BS->RestoreTPL, 1, TPL_APPLICATION);

	if (flags & 0x400)
		seen |= TEST_BREACH_DF;
	if (mxcsr != sane_mxcsr)
		seen |= TEST_BREACH_MXCSR;
	if (fcw != sane_fcw)
		seen |= TEST_BREACH_FCW;
	if (!(flags & RFLAGS_IF))
		seen |= TEST_BREACH_IF;
	if (tpl == TPL_NOTIFY)
		seen |= TEST_BREACH_TPL;
	check(name, seen == what, seen);
}

/* Check that "state" detects changes of DR3 and of the LVT error entry */
static void check_state(void)
{
	UINT64 dr3 = READ_REGISTER("dr3");
	UINT32 lvterr = lapic_read(LAPIC_LVTERR);

	check_equal(L"state", "state", 0, 0);
	WRITE_REGISTER("dr3", 0);
	lapic_write(LAPIC_LVTERR, lvterr ^ 1);
	check_equal(L"state-changed", "state", 0, 1ULL << 21 | 1ULL << 28);
	WRITE_REGISTER("dr3", dr3);
	lapic_write(LAPIC_LVTERR, lvterr);
	check_equal(L"state-again", "state", 0, 0);
}

static void print_machine(void)
{
	struct table_register gdt;
	UINT64 task = 0;

	asm volatile("sgdt %0" : "=m" (gdt));
	asm volatile("str %0" : "=r" (task));
	Print(L"LVTT %x LVT0 %x LVT1 %x x2APIC %d, 8259 masks %x %x\n",
	      lapic_read(LAPIC_LVTT), lapic_read(LAPIC_LVT0),
	      lapic_read(LAPIC_LVT1), lapic_is_x2apic(), pic_mask(), inb(0xa1));
	Print(L"TR %lx GDT %lx+%x CR4 %lx\n", task, gdt.base, gdt.limit,
	      READ_REGISTER("cr4"));
}

static const char *to_ascii(const CHAR16 *name)
{
	static char text[EFI_MODE_TEST_NAME_SIZE];
	UINTN i;

	for (i = 0; i < sizeof(text) - 1 && name[i]; i++)
		text[i] = name[i];
	text[i] = '\0';
	return text;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	EFI_STATUS status;
	CHAR16 **argv;
	UINT64 value;

	InitializeLib(image, systab);
	print_machine();
	status = LibLocateProtocol(&protocol_guid, (VOID **)&driver);
	if (EFI_ERROR(status)) {
		check(L"driver", FALSE, status);
		return status;
	}
	if (GetShellArgcArgv(image, &argv) == 3) {
		value = call(to_ascii(argv[1]), Atoi(argv[2]));
		Print(L"SELFCHECK %s %s 0x%lx\n", argv[1], argv[2], value);
		return EFI_SUCCESS;
	}

	check_state();
	check_equal(L"registers", "registers", 100000, 0);
	check_ticks();
	check_nesting();
	check_timer();
	check_irq(L"irq-edge", TEST_IRQ_EDGE);
	check_irq(L"irq-level", TEST_IRQ_LEVEL);
	check_irq(L"irq-8259", TEST_IRQ_8259);
	check_breach(L"breach-none", 0);
	check_breach(L"breach-df", TEST_BREACH_DF);
	check_breach(L"breach-mxcsr", TEST_BREACH_MXCSR);
	check_breach(L"breach-fcw", TEST_BREACH_FCW);
	check_breach(L"breach-if", TEST_BREACH_IF);
	check_breach(L"breach-tpl", TEST_BREACH_TPL);
	check_breach(L"breach-all", TEST_BREACH_ALL);
	value = call("misuse_stack", 32);
	check(L"misuse-stack", !EFI_ERROR(value), value);
	check_equal(L"fault-unknown", "fault", 99, EFI_INVALID_PARAMETER);
	check_equal(L"irq-unknown", "irq_arm", 3 | 1 << 8,
		    EFI_INVALID_PARAMETER);
	check_ticks();
	check_equal(L"checksum", "checksum", 0, 0);
	check_equal(L"state-end", "state", 0, 0);
	Print(L"SELFCHECK end\n");
	return EFI_SUCCESS;
}
