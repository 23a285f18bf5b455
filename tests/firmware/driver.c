// SPDX-License-Identifier: GPL-2.0-only
/*
 * The test driver: somebody in firmware's world who looks at himself
 *
 * Loaded from the UEFI shell before Linux is started. It notes the state of the
 * CPU as firmware has it, and offers a protocol with functions that Linux calls
 * through /dev/efi-mode-test.
 */
#include <efi.h>
#include <efilib.h>

static EFI_GUID protocol_guid = { 0x3ca3cb1f, 0x8a2c, 0x4d4d,
	{ 0xb3, 0x60, 0x5a, 0x41, 0x9b, 0x07, 0x16, 0x11 } };

struct table_register {
	UINT16 limit;
	UINT64 base;
} __attribute__((packed));

struct state {
	UINT64 values[18];
};

#define TASK	13	/* place of the task register */

static struct state before;
static UINT64 cycles_per_ms;

UINT64 EFIAPI check_registers(UINT64 deadline);

static UINT64 rdtsc(void)
{
	UINT32 low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high));
	return low | (UINT64)high << 32;
}

static UINT64 rdmsr(UINT32 msr)
{
	UINT32 low, high;

	asm volatile("rdmsr" : "=a" (low), "=d" (high) : "c" (msr));
	return low | (UINT64)high << 32;
}

#define READ(instruction) ({						\
	UINT64 __v = 0;							\
									\
	asm volatile(instruction " %0" : "=r" (__v));			\
	__v;								\
})
#define READ_REGISTER(name) ({						\
	UINT64 __v;							\
									\
	asm volatile("mov %%" name ", %0" : "=r" (__v));		\
	__v;								\
})

static void read_state(struct state *s)
{
	struct table_register gdt = {}, idt = {};
	UINTN i = 0;

	asm volatile("sgdt %0" : "=m" (gdt));
	asm volatile("sidt %0" : "=m" (idt));

	s->values[i++] = READ_REGISTER("cr0");
	s->values[i++] = READ_REGISTER("cr3");
	s->values[i++] = READ_REGISTER("cr4");
	s->values[i++] = rdmsr(0xc0000080);	/* EFER */
	s->values[i++] = rdmsr(0x277);		/* PAT */
	s->values[i++] = rdmsr(0xc0000100);	/* FS base */
	s->values[i++] = rdmsr(0xc0000101);	/* GS base */
	s->values[i++] = rdmsr(0xc0000102);	/* KERNEL_GS base */
	s->values[i++] = gdt.base;
	s->values[i++] = gdt.limit;
	s->values[i++] = idt.base;
	s->values[i++] = idt.limit;
	s->values[i++] = READ("sldt");
	s->values[i++] = READ("str");
	s->values[i++] = READ_REGISTER("cs") | READ_REGISTER("ss") << 16;
	s->values[i++] = READ_REGISTER("ds") | READ_REGISTER("es") << 16;
	s->values[i++] = READ_REGISTER("fs") | READ_REGISTER("gs") << 16;
	s->values[i++] = READ_REGISTER("dr7");
}

static UINT64 after(UINT64 usec)
{
	return rdtsc() + cycles_per_ms * usec / 1000;
}

static EFI_STATUS EFIAPI registers(UINT64 usec, UINT64 *errors)
{
	*errors = check_registers(after(usec));
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI state(UINT64 unused, UINT64 *different)
{
	struct state now;
	UINTN i;

	(void)unused;
	read_state(&now);
	*different = 0;
	/* An empty task register cannot be restored, and is of no effect */
	if (!before.values[TASK])
		now.values[TASK] = 0;
	for (i = 0; i < sizeof(now.values) / sizeof(now.values[0]); i++)
		if (now.values[i] != before.values[i])
			*different |= (UINT64)1 << i;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI spin_notify(UINT64 usec, UINT64 *value)
{
	UINT64 end = after(usec);
	EFI_TPL old;

	old = uefi_call_wrapper(BS->RaiseTPL, 1, TPL_NOTIFY);
	while (rdtsc() < end)
		;
	uefi_call_wrapper(BS->RestoreTPL, 1, old);
	*value = usec;
	return EFI_SUCCESS;
}

static struct {
	EFI_STATUS (EFIAPI *functions[3])(UINT64 argument, UINT64 *value);
} protocol = { { registers, state, spin_notify } };

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *systab)
{
	EFI_HANDLE handle = NULL;
	UINT64 start;

	InitializeLib(image, systab);
	start = rdtsc();
	uefi_call_wrapper(BS->Stall, 1, 10000);
	cycles_per_ms = (rdtsc() - start) / 10;
	read_state(&before);

	return uefi_call_wrapper(BS->InstallProtocolInterface, 4, &handle,
				 &protocol_guid, EFI_NATIVE_INTERFACE,
				 &protocol);
}
