// SPDX-License-Identifier: GPL-2.0-only
/*
 * Compare the firmware's CPU, local APIC and memory with what they were before
 * Linux
 */
#include "breakpoint.h"
#include "driver.h"
#include "selectors.h"

#define EFER_MSR		0xc0000080
#define PAT_MSR			0x277
#define FS_BASE_MSR		0xc0000100
#define GS_BASE_MSR		0xc0000101
#define KERNEL_GS_BASE_MSR	0xc0000102
#define CR4_OSXSAVE		0x40000

/* Indices of the values, and bit numbers in the mask that "state" returns */
enum {
	CR0, CR3, CR4, EFER, PAT, FS_BASE, GS_BASE, KERNEL_GS_BASE,	/* 0 */
	GDT_BASE, GDT_LIMIT, IDT_BASE, IDT_LIMIT, LDT, TASK, CS_SS, DS_ES, /* 8 */
	FS_GS, DR7, DR0, DR1, DR2, DR3, DR6, XCR0,			/* 16 */
	SPIV, TPR, LVT0, LVT1, LVTERR, LVTPC, LVTTHMR, DFR,		/* 24 */
	LDR, TDCR,							/* 32 */
	NR_VALUES
};

struct state {
	UINT64 values[NR_VALUES];
};

static struct state before;

#define READ(instruction) ({						\
	UINT64 __v = 0;							\
									\
	asm volatile(instruction " %0" : "=r" (__v));			\
	__v;								\
})

static UINT64 read_xcr0(void)
{
	UINT32 low, high;

	asm volatile("xgetbv" : "=a" (low), "=d" (high) : "c" (0));
	return low | (UINT64)high << 32;
}

#define XCR0_AVX	4

/* Has the firmware enabled AVX? */
BOOLEAN has_avx(void)
{
	return (READ_REGISTER("cr4") & CR4_OSXSAVE) && (read_xcr0() & XCR0_AVX);
}

static void read_cpu(UINT64 *v)
{
	struct table_register gdt = {}, idt = {};

	asm volatile("sgdt %0" : "=m" (gdt));
	asm volatile("sidt %0" : "=m" (idt));

	v[CR0] = READ_REGISTER("cr0");
	v[CR3] = READ_REGISTER("cr3");
	v[CR4] = READ_REGISTER("cr4");
	v[EFER] = rdmsr(EFER_MSR);
	v[PAT] = rdmsr(PAT_MSR);
	v[FS_BASE] = rdmsr(FS_BASE_MSR);
	v[GS_BASE] = rdmsr(GS_BASE_MSR);
	v[KERNEL_GS_BASE] = rdmsr(KERNEL_GS_BASE_MSR);
	v[GDT_BASE] = gdt.base;
	v[GDT_LIMIT] = gdt.limit;
	v[IDT_BASE] = idt.base;
	v[IDT_LIMIT] = idt.limit;
	v[LDT] = READ("sldt");
	v[TASK] = READ("str");
	v[CS_SS] = READ_REGISTER("cs") | READ_REGISTER("ss") << 16;
	v[DS_ES] = READ_REGISTER("ds") | READ_REGISTER("es") << 16;
	v[FS_GS] = READ_REGISTER("fs") | READ_REGISTER("gs") << 16;
	v[DR0] = READ_REGISTER("dr0");
	v[DR1] = READ_REGISTER("dr1");
	v[DR2] = READ_REGISTER("dr2");
	v[DR3] = READ_REGISTER("dr3");
	v[DR6] = READ_REGISTER("dr6");
	v[DR7] = READ_REGISTER("dr7");
	v[XCR0] = v[CR4] & CR4_OSXSAVE ? read_xcr0() : 0;
}

/* Leave out the timer's count and vector: in a slice Linux may use the timer */
static void read_lapic(UINT64 *v)
{
	UINT32 last_lvt = lapic_read(LAPIC_VERSION) >> 16 & 0xff;

	v[SPIV] = lapic_read(LAPIC_SPIV);
	v[TPR] = lapic_read(LAPIC_TPR);
	v[LVT0] = lapic_read(LAPIC_LVT0);
	v[LVT1] = lapic_read(LAPIC_LVT1);
	v[LVTERR] = lapic_read(LAPIC_LVTERR);
	v[TDCR] = lapic_read(LAPIC_TDCR);
	if (last_lvt >= 4)
		v[LVTPC] = lapic_read(LAPIC_LVTPC);
	if (last_lvt >= 5)
		v[LVTTHMR] = lapic_read(LAPIC_LVTTHMR);
	if (!lapic_is_x2apic()) {
		v[DFR] = lapic_read(LAPIC_DFR);
		v[LDR] = lapic_read(LAPIC_LDR);
	}
}

static UINT64 if_loadable(UINT64 selector)
{
	UINT8 is_readable;

	asm("verr %w1; setz %0" : "=q" (is_readable) : "r" ((UINT32)selector) : "cc");
	return is_readable ? selector : 0;
}

/*
 * Replace selectors that cannot be loaded by 0, in a value that holds two of
 * them. A world switch replaces them, too; they have no effect.
 */
static UINT64 loadable(UINT64 pair)
{
	return if_loadable(pair & 0xffff) | if_loadable(pair >> 16) << 16;
}

static void read_state(struct state *s)
{
	ZeroMem(s, sizeof(*s));
	read_cpu(s->values);
	s->values[DS_ES] = loadable(s->values[DS_ES]);
	s->values[FS_GS] = loadable(s->values[FS_GS]);
	read_lapic(s->values);
}

/*
 * Return a mask of the values that differ from those before Linux was started
 */
static EFI_STATUS EFIAPI state(UINT64 unused, UINT64 *different)
{
	struct state now;
	UINTN i;

	(void)unused;
	read_state(&now);
	*different = 0;
	/*
	 * An empty task register cannot be restored; the difference has no
	 * effect
	 */
	if (!before.values[TASK])
		now.values[TASK] = 0;
	for (i = 0; i < NR_VALUES; i++)
		if (now.values[i] != before.values[i])
			*different |= (UINT64)1 << i;
	return EFI_SUCCESS;
}

TEST_FUNCTION(state, state);

#define BUFFER_SIZE	(1 << 20)
#define WORDS		(BUFFER_SIZE / sizeof(UINT64))

static EFI_PHYSICAL_ADDRESS buffer;

/* A linear congruential generator, so that adjacent words differ */
static UINT64 next_word(UINT64 word)
{
	return word * 6364136223846793005 + 1442695040888963407;
}

#define SEED	0x656669206d6f6465

static void fill_buffer(void)
{
	UINT64 *words = (UINT64 *)buffer, word = SEED;
	UINTN i;

	for (i = 0; i < WORDS; i++) {
		words[i] = word;
		word = next_word(word);
	}
}

/* Return the number of words that changed in 1 MiB of the firmware's memory */
static EFI_STATUS EFIAPI checksum(UINT64 unused, UINT64 *changed)
{
	volatile UINT64 *words = (UINT64 *)buffer;
	UINT64 word = SEED;
	UINTN i;

	(void)unused;
	*changed = 0;
	for (i = 0; i < WORDS; i++) {
		*changed += words[i] != word;
		word = next_word(word);
	}
	return EFI_SUCCESS;
}

TEST_FUNCTION(checksum, checksum);

/* Value of DR3 while no breakpoint is set */
#define UNUSED_ADDRESS		0xddddeeeeffff0000

#define DEBUG_VECTOR		1
#define DR6_CLEAR		0xffff0ff0
#define DR7_NONE		0x400
#define DR7_ON_WRITE		(DR7_NONE | 1 << 6 | 1 << 28 | 2UL << 30)

static volatile UINT64 watched, stopped;
static UINT64 debug_handler;

static INTERRUPT void on_write(struct interrupt_frame *frame)
{
	(void)frame;
	stopped++;
	WRITE_REGISTER("dr6", DR6_CLEAR);
}

/* Set DR3 and DR7, and note the debug registers as the firmware's state */
static void set_breakpoint(UINT64 address, UINT64 control)
{
	WRITE_REGISTER("dr7", DR7_NONE);
	WRITE_REGISTER("dr3", address);
	WRITE_REGISTER("dr7", control);
	before.values[DR3] = READ_REGISTER("dr3");
	before.values[DR6] = READ_REGISTER("dr6");
	before.values[DR7] = READ_REGISTER("dr7");
}

/* See enum test_breakpoint in breakpoint.h */
static EFI_STATUS EFIAPI breakpoint(UINT64 what, UINT64 *value)
{
	switch (what) {
	case TEST_BREAKPOINT_SET:
		debug_handler = idt_hook(DEBUG_VECTOR, on_write);
		WRITE_REGISTER("dr6", DR6_CLEAR);
		set_breakpoint((UINT64)&watched, DR7_ON_WRITE);
		break;
	case TEST_BREAKPOINT_WRITE:
		watched++;
		break;
	case TEST_BREAKPOINT_CLEAR:
		set_breakpoint(UNUSED_ADDRESS, DR7_NONE);
		idt_hook(DEBUG_VECTOR, (irq_handler)debug_handler);
		break;
	default:
		return EFI_INVALID_PARAMETER;
	}
	*value = stopped;
	return EFI_SUCCESS;
}

TEST_FUNCTION(breakpoint, breakpoint, .max = TEST_BREAKPOINT_CLEAR);

EFI_STATUS init_state(void)
{
	EFI_STATUS status;

	status = uefi_call_wrapper(BS->AllocatePages, 4, AllocateAnyPages,
				   EfiBootServicesData,
				   EFI_SIZE_TO_PAGES(BUFFER_SIZE), &buffer);
	if (EFI_ERROR(status))
		return status;
	fill_buffer();

	/* Recognisable addresses; DR7 enables no breakpoint */
	WRITE_REGISTER("dr0", 0x1111222233334444);
	WRITE_REGISTER("dr1", 0x5555666677778888);
	WRITE_REGISTER("dr2", 0x9999aaaabbbbcccc);
	WRITE_REGISTER("dr3", UNUSED_ADDRESS);
	read_state(&before);
	return EFI_SUCCESS;
}

/* @which: TEST_BASE_OF_FS or TEST_BASE_OF_GS */
static EFI_STATUS EFIAPI segment_base(UINT64 which, UINT64 *value)
{
	*value = rdmsr(which == TEST_BASE_OF_FS ? FS_BASE_MSR : GS_BASE_MSR);
	return EFI_SUCCESS;
}

TEST_FUNCTION(segment_base, segment_base, .max = TEST_BASE_OF_GS);
