// SPDX-License-Identifier: GPL-2.0-only
/*
 * Share the local APIC between Linux and the firmware
 *
 * Each side has its own contents of the registers below, which are exchanged in
 * every switch. The firmware chooses the mode (xAPIC or x2APIC), and Linux
 * keeps it. Register accesses are the largest cost of a switch. Therefore
 * Linux's values are remembered when Linux writes them, and a register that has
 * the same value on both sides is not written. The firmware's values must be
 * read after each slice, because the firmware may change any of them.
 *
 * The timer is in lapic-timer.c.
 *
 * Linux neither masks the 8259 nor handles its interrupts: LINT0 stays as the
 * firmware has set it, and irq.c records the interrupts that come from there.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/jump_label.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/string.h>

#include <asm/apic.h>
#include <asm/desc.h>
#include <asm/segment.h>

#include <asm/efi-mode.h>
#include "lapic-timer.h"

/* Registers that may differ between the two sides, except those of the timer */
static const u16 swapped[] = {
	APIC_SPIV,
	APIC_TASKPRI,
	APIC_LVT0,
	APIC_LVT1,
	APIC_LVTERR,
	APIC_LVTPC,
	APIC_DFR,
	APIC_LDR,
	APIC_LVTTHMR,
};

/*
 * Not every local APIC has the last register. In x2APIC mode there is no DFR
 * and LDR is read-only, so native_apic_msr_write() ignores both.
 */
static unsigned int nr_swapped __ro_after_init = ARRAY_SIZE(swapped);

/* Values of both sides, independent of the side that has the local APIC now */
static u32 firmware_value[ARRAY_SIZE(swapped)];
static u32 linux_value[ARRAY_SIZE(swapped)];

/*
 * Registers that differ now; the list is renewed after a write to any of them
 */
static struct difference {
	u32 reg;
	u32 firmware_value;
	u32 linux_value;
} different[ARRAY_SIZE(swapped)];
static struct difference *different_end = different;

static DEFINE_STATIC_KEY_FALSE(x2apic_key);

static bool taken_over __ro_after_init;

/* Linux discards all interrupts from now on */
static bool irqs_masked;

/*
 * Linux holds off its interrupts in this slice. The vectors of those that came
 * are collected, to send them again afterwards; bit 0 is %FIRST_HELD_VECTOR.
 */
static bool irqs_held;
static u32 held_vectors;

/*
 * Loaded to drop an interrupt that is discarded or held off: an IDT in which
 * the vectors of Linux lead to efi_mode_ignore()
 */
static gate_desc masked_idt[IDT_ENTRIES] __aligned(8);

static void __kprobes eapic_compare(void)
{
	struct difference *d = different;
	unsigned int i;

	for (i = 0; i < nr_swapped; i++) {
		if (firmware_value[i] == linux_value[i])
			continue;
		d->reg = swapped[i];
		d->firmware_value = firmware_value[i];
		d++->linux_value = linux_value[i];
	}
	different_end = d;
}

/* Replacements for the native functions, to remember what Linux writes */
static void eapic_remember(u32 reg, u32 v)
{
	unsigned int i;

	switch (reg) {
	case APIC_ICR:
	case APIC_ICR2:
		break;
	case APIC_LVTT:
	case APIC_TDCR:
	case APIC_TMICT:
		efi_mode_timer_written(reg, v);
		break;
	default:
		for (i = 0; i < nr_swapped; i++)
			if (swapped[i] == reg)
				linux_value[i] = v;
		eapic_compare();
	}
}

static void eapic_write_mem(u32 reg, u32 v)
{
	native_apic_mem_write(reg, v);
	eapic_remember(reg, v);
}

static void eapic_write_msr(u32 reg, u32 v)
{
	native_apic_msr_write(reg, v);
	eapic_remember(reg, v);
}

/*
 * Check for a pending interrupt for Linux. All vectors of Linux are in the last
 * of the eight words. All other vectors belong to the firmware, and can wait
 * for it.
 */
static __always_inline bool eapic_linux_pending(bool x2apic)
{
	BUILD_BUG_ON(FIRST_SYSTEM_VECTOR < 224);

	return lapic_read_as(x2apic, APIC_IRR + 7 * 0x10);
}

/*
 * Signal the end of those interrupts that would hold back Linux's interrupts.
 *
 * Some firmware signals the end of its timer interrupt before it dispatches
 * events, and some afterwards, and the egress may be in the middle of that. An
 * interrupt that is in service remains so, and the firmware's handler ends it.
 * Only an interrupt with a priority that holds back Linux's own interrupts is
 * ended here.
 */
static __always_inline void eapic_end_interrupts(bool x2apic)
{
	u32 in_service = lapic_read_as(x2apic, APIC_ISR + 7 * 0x10);

	while (unlikely(in_service)) {
		apic_eoi();
		in_service &= in_service - 1;
	}
}

/*
 * Task priority that holds back the firmware's interrupts, and first vector of
 * Linux: see eapic_linux_pending()
 */
#define PRIORITY_OF_FIRMWARE	0xdf
#define FIRST_HELD_VECTOR	(PRIORITY_OF_FIRMWARE + 1)

static void __kprobes eapic_make_masked_idt(void)
{
	struct desc_ptr now;
	unsigned int i;

	store_idt(&now);
	memcpy(masked_idt, (void *)now.address, sizeof(masked_idt));
	for (i = PRIORITY_OF_FIRMWARE + 1; i < IDT_ENTRIES; i++)
		pack_gate(&masked_idt[i], GATE_INTERRUPT,
			  (unsigned long)efi_mode_ignore, 0, 0, __KERNEL_CS);
}

/* Let one pending interrupt come to efi_mode_ignore(), and signal its end */
static void __kprobes eapic_drop_interrupt(void)
{
	const struct desc_ptr table = {
		.size = sizeof(masked_idt) - 1,
		.address = (unsigned long)masked_idt,
	};
	u32 priority = lapic_read(APIC_TASKPRI);
	struct desc_ptr before;

	held_vectors |= lapic_read(APIC_IRR + 7 * 0x10);
	eapic_make_masked_idt();
	store_idt(&before);
	lapic_write(APIC_TASKPRI, PRIORITY_OF_FIRMWARE);
	load_idt(&table);
	asm volatile("sti; nop; cli" : : : "memory");
	load_idt(&before);
	eapic_end_interrupts(x2apic_mode);
	lapic_write(APIC_TASKPRI, priority);
}

/* Handle Linux's interrupts, which the firmware could not handle */
static noinline void eapic_take_interrupts(void)
{
	if (unlikely(irqs_masked || irqs_held)) {
		eapic_drop_interrupt();
		return;
	}
	local_irq_enable();
	/* STI takes effect after the next instruction */
	asm volatile("nop");
	local_irq_disable();
}

static __always_inline u64 eapic_to_firmware(bool x2apic)
{
	const struct difference *d;
	u64 now;

	for (;;) {
		if (likely(!eapic_linux_pending(x2apic))) {
			lapic_write_as(x2apic, APIC_TMICT, 0);
			/*
			 * Check again afterwards: until the counters stop,
			 * the NMI handler of perf can send a self-interrupt
			 */
			efi_mode_counters_stop();
			if (likely(!eapic_linux_pending(x2apic)))
				break;
			efi_mode_counters_start();
			/*
			 * Start Linux's timer again, because the handler of
			 * another interrupt would not
			 */
			efi_mode_timer_to_linux(x2apic, rdtsc());
		}
		eapic_take_interrupts();
		/*
		 * A task that the handler has woken must run first, because no
		 * timer would end the slice for it. The idle task has to
		 * compute the end of its slice again, because the handler may
		 * have set another timer.
		 */
		if (need_resched() || is_idle_task(current))
			return 0;
	}

	for (d = different; d < different_end; d++)
		lapic_write_as(x2apic, d->reg, d->firmware_value);
	now = rdtsc();
	efi_mode_timer_to_firmware(x2apic, now);
	return now;
}

/* Collect the bits that the firmware has changed in any register */
static __always_inline u32 eapic_changed_bits(bool x2apic)
{
	unsigned int last = ARRAY_SIZE(swapped) - 1, i;
	u32 bits = 0;

	BUILD_BUG_ON(ARRAY_SIZE(swapped) != 9);

	/* Unrolled, so that the register addresses are constants */
#pragma GCC unroll 8
	for (i = 0; i < last; i++)
		bits |= lapic_read_as(x2apic, swapped[i]) ^ firmware_value[i];
	if (nr_swapped > last)
		bits |= lapic_read_as(x2apic, swapped[last]) ^
			firmware_value[last];
	return bits;
}

static noinline void __kprobes eapic_follow(void)
{
	unsigned int i;

	for (i = 0; i < nr_swapped; i++)
		firmware_value[i] = lapic_read(swapped[i]);
	eapic_compare();
}

static __always_inline u64 eapic_to_linux(bool x2apic)
{
	const struct difference *d;
	u64 now;

	efi_mode_timer_from_firmware(x2apic);
	eapic_end_interrupts(x2apic);
	if (unlikely(eapic_changed_bits(x2apic)))
		eapic_follow();
	for (d = different; d < different_end; d++)
		lapic_write_as(x2apic, d->reg, d->linux_value);
	now = rdtsc();
	efi_mode_timer_to_linux(x2apic, now);
	efi_mode_counters_start();
	return now;
}

static noinline u64 __kprobes eapic_x2apic_to_firmware(void)
{
	return eapic_to_firmware(true);
}

static noinline u64 __kprobes eapic_x2apic_to_linux(void)
{
	return eapic_to_linux(true);
}

/**
 * efi_mode_apic_to_firmware() - give the local APIC to the firmware
 *
 * First handles pending interrupts for Linux, which may wake a task that must
 * run before the firmware. The idle task always has to check for that.
 *
 * Context: interrupts off, preemption disabled; interrupts may be on for a
 * moment.
 * Return: TSC just before the firmware's timer is started; 0 if the local APIC
 * was not given, because a task was woken, the idle task has handled an
 * interrupt, or the local APIC is not shared yet.
 */
u64 __kprobes efi_mode_apic_to_firmware(void)
{
	if (unlikely(!taken_over))
		return 0;
	return static_branch_unlikely(&x2apic_key) ? eapic_x2apic_to_firmware() :
						     eapic_to_firmware(false);
}

/**
 * efi_mode_apic_is_shared() - check whether Linux shares the local APIC
 *
 * Context: any.
 * Return: true from efi_mode_apic_take_over() on.
 */
bool efi_mode_apic_is_shared(void)
{
	return taken_over;
}

/**
 * efi_mode_apic_to_linux() - take the local APIC back
 *
 * Context: interrupts off, after efi_mode_apic_to_firmware().
 * Return: TSC just before Linux's timer is started.
 */
u64 __kprobes efi_mode_apic_to_linux(void)
{
	return static_branch_unlikely(&x2apic_key) ? eapic_x2apic_to_linux() :
						     eapic_to_linux(false);
}

/**
 * efi_mode_apic_hold() - hold off Linux's interrupts in the next slice
 * @limit:	TSC at which the slice ends, if it has not ended before
 *
 * In a slice, Linux's interrupts cannot stay pending: they would come to the
 * firmware. They have the highest priority, so the local APIC cannot hold them
 * off without holding off the firmware's interrupts, too. Therefore pending
 * interrupts are dropped before the slice, and sent again after it. Linux's
 * timer does not run in the slice.
 *
 * Context: interrupts off, after efi_mode_apic_take_over().
 */
void efi_mode_apic_hold(u64 limit)
{
	held_vectors = 0;
	irqs_held = true;
	efi_mode_timer_hold(limit);
}

/**
 * efi_mode_apic_release() - undo efi_mode_apic_hold()
 *
 * Context: interrupts off.
 */
void efi_mode_apic_release(void)
{
	unsigned long vectors = held_vectors;
	unsigned int i;

	irqs_held = false;
	efi_mode_timer_release();
	if (irqs_masked)
		return;
	for_each_set_bit(i, &vectors, 32) {
		/* efi_mode_timer_release() has taken care of this one */
		if (i + FIRST_HELD_VECTOR == LOCAL_TIMER_VECTOR)
			continue;
		__apic_send_IPI_self(i + FIRST_HELD_VECTOR);
		apic_wait_icr_idle();
	}
}

/**
 * efi_mode_apic_is_held() - check whether Linux's interrupts are held off
 *
 * Context: interrupts off.
 * Return: true between efi_mode_apic_hold() and efi_mode_apic_release().
 */
bool efi_mode_apic_is_held(void)
{
	return irqs_held;
}

/**
 * efi_mode_apic_mask_linux() - discard all Linux interrupts from now on
 *
 * For slices of a dying kernel. The code that died may hold locks that
 * interrupt handlers take. This cannot be undone, because the timer is stopped.
 *
 * Context: interrupts off.
 */
void efi_mode_apic_mask_linux(void)
{
	if (irqs_masked || !taken_over)
		return;
	apic_write(APIC_LVTT, apic_read(APIC_LVTT) | APIC_LVT_MASKED);
	apic_write(APIC_TMICT, 0);
	irqs_masked = true;
}

/**
 * efi_mode_apic_take_over() - begin to share the local APIC
 *
 * Saves the present contents as the firmware's. Afterwards, Linux may set up
 * the local APIC for itself.
 *
 * Context: early boot, interrupts off, before Linux has written to it. Panics
 * if there is no local APIC.
 */
void __init efi_mode_apic_take_over(void)
{
	unsigned int i;

	if (apic_is_disabled)
		panic("efi-mode: cannot run without the local APIC\n");

	if (x2apic_enabled())
		static_branch_enable(&x2apic_key);
	if (lapic_get_maxlvt() < 5)
		nr_swapped--;
	for (i = 0; i < nr_swapped; i++) {
		firmware_value[i] = lapic_read(swapped[i]);
		linux_value[i] = firmware_value[i];
	}
	efi_mode_timer_take_over();

	/* Braces, because the macro is more than one statement */
	if (x2apic_enabled()) {
		apic_update_callback(write, eapic_write_msr);
	} else {
		apic_update_callback(write, eapic_write_mem);
	}
	taken_over = true;
	/* Not earlier: the firmware's console may use the timer as a counter */
	efi_mode_timer_report();
}
