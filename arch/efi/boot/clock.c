// SPDX-License-Identifier: GPL-2.0-only
/*
 * Find the firmware's clock: the device whose interrupts are its ticks
 *
 * If the clock is the local APIC timer, the registers of the timer show that.
 * The timer may also run for another purpose, so its period must agree with the
 * period that the firmware reports. Any other device is found by watching: for
 * some ticks, all external vectors lead to the stubs in clock-watch.S, which
 * count the interrupts and pass them on to the firmware's handlers.
 */
#include <linux/math64.h>
#include <asm/apicdef.h>
#include <asm/msr.h>

#include "boot.h"

#include <efi-mode/time-limits.h>
#include <efi-mode/timer-arch.h>

#define FIRST_VECTOR	0x20

/* Minimum number of ticks that identifies the clock, and number of attempts */
#define MIN_TICKS	3
#define MAX_WATCHES	3

/*
 * Vectors below those that Linux uses itself. The highest free one is chosen,
 * because the firmware assigns vectors from the lowest upwards.
 */
#define LAST_SLICE_VECTOR	0xdf
#define FIRST_SLICE_VECTOR	0xd0

/* Unlike pack_gate(), keep the segment, the type and the IST of the firmware */
static void clock_set_offset(gate_desc *gate, unsigned long handler)
{
	gate->offset_low = handler;
	gate->offset_middle = handler >> 16;
	gate->offset_high = handler >> 32;
}

/*
 * Count the interrupts at each vector for EFI_MODE_CLOCK_WATCH_US; see
 * clock-watch.S. A copy of the firmware's IDT is loaded meanwhile, so the
 * firmware's own IDT does not change.
 */
static void clock_watch(void)
{
	static gate_desc copy[EFI_MODE_NR_VECTORS];
	struct desc_ptr before, during;
	unsigned long stub;
	unsigned int i, entries;
	int us;

	asm volatile("sidt %0" : "=m" (before));
	entries = min_t(unsigned int, (before.size + 1) / sizeof(gate_desc),
			EFI_MODE_NR_VECTORS);
	memcpy(copy, (void *)before.address, entries * sizeof(gate_desc));

	for (i = FIRST_VECTOR; i < entries; i++) {
		efi_mode_clock_watches[i].handler = gate_offset(&copy[i]);
		efi_mode_clock_watches[i].count = 0;
		stub = (unsigned long)efi_mode_clock_watch_stubs +
		       i * EFI_MODE_CLOCK_WATCH_STRIDE;
		clock_set_offset(&copy[i], stub);
	}

	during.size = entries * sizeof(gate_desc) - 1;
	during.address = (unsigned long)copy;
	asm volatile("lidt %0" : : "m" (during));
	for (us = 0; us < EFI_MODE_CLOCK_WATCH_US; us += EFI_MODE_CLOCK_WATCH_STEP_US)
		efi_bs_call(stall, EFI_MODE_CLOCK_WATCH_STEP_US);
	asm volatile("lidt %0" : : "m" (before));
}

static u64 clock_nominal_period(u32 tsc_khz)
{
	efi_guid_t guid = EFI_TIMER_ARCH_PROTOCOL_GUID;
	union efi_timer_arch_protocol *timer;
	u64 period;

	if (efi_bs_call(locate_protocol, &guid, NULL, (void **)&timer) !=
	    EFI_SUCCESS ||
	    timer->get_timer_period(timer, &period) != EFI_SUCCESS)
		return 0;
	/* Units of 100 ns */
	return period * tsc_khz / 10000;
}

/*
 * The clock's vector is the one with the most interrupts. A handler may pass
 * its interrupt on to another vector, so that both have the same number. Then
 * the clock's vector is the one at which the first interrupt came earlier.
 */
static bool clock_is_better(const struct efi_mode_clock_watch *w,
			    const struct efi_mode_clock_watch *best)
{
	if (w->count < MIN_TICKS)
		return false;
	if (!best || w->count > best->count + 1)
		return true;
	return w->count + 1 >= best->count && w->first < best->first;
}

static const struct efi_mode_clock_watch *clock_find_best(void)
{
	const struct efi_mode_clock_watch *best = NULL;
	int i;

	clock_watch();
	for (i = FIRST_VECTOR; i < EFI_MODE_NR_VECTORS; i++)
		if (clock_is_better(&efi_mode_clock_watches[i], best))
			best = &efi_mode_clock_watches[i];
	return best;
}

/*
 * The period that the firmware reports is exact, but may be wrong. The measured
 * period is right, but only approximate, and it is too long if a hypervisor on
 * a busy host loses ticks. The callers therefore measure several times until
 * both agree.
 */
static bool clock_agrees(u64 seen, u64 nominal)
{
	return nominal > seen - seen / 4 && nominal < seen + seen / 4;
}

static void clock_find_device(struct efi_mode_handoff *h, u64 nominal)
{
	u64 seen = 0;
	const struct efi_mode_clock_watch *best;
	int i;

	for (i = 0; i < MAX_WATCHES; i++) {
		best = clock_find_best();
		if (!best)
			return;
		seen = (best->last - best->first) / (best->count - 1);
		if (!nominal)
			break;
		if (clock_agrees(seen, nominal)) {
			seen = nominal;
			break;
		}
	}

	h->clock = EFI_MODE_CLOCK_DEVICE;
	h->tick_vector = best - efi_mode_clock_watches;
	efi_mode_ticks_set_period(&h->ticks, seen, best->last);
}

/* Return: what kind of clock the local APIC timer can be, EFI_MODE_CLOCK_* */
static u8 clock_lapic_kind(u32 lvtt)
{
	if (lvtt & APIC_LVT_MASKED || (lvtt & APIC_VECTOR_MASK) < FIRST_VECTOR ||
	    !(efi_mode_apic_read(APIC_SPIV) & APIC_SPIV_APIC_ENABLED))
		return EFI_MODE_CLOCK_NONE;
	if (lvtt & APIC_LVT_TIMER_TSCDEADLINE)
		return EFI_MODE_CLOCK_TSC_DEADLINE;
	if (!efi_mode_apic_read(APIC_TMICT))
		return EFI_MODE_CLOCK_NONE;
	return lvtt & APIC_LVT_TIMER_PERIODIC ? EFI_MODE_CLOCK_APIC_PERIODIC :
						EFI_MODE_CLOCK_APIC_ONE_SHOT;
}

/* Return: period of the local APIC timer in TSC cycles; 0 if it is stopped */
static u64 clock_lapic_period(u32 tsc_khz)
{
	u32 tmict = efi_mode_apic_read(APIC_TMICT), first, last, counts;
	u64 start, end;

	first = efi_mode_apic_read(APIC_TMCCT);
	start = rdtsc();
	do {
		last = efi_mode_apic_read(APIC_TMCCT);
		end = rdtsc();
	} while (end - start < (u64)tsc_khz * EFI_MODE_CLOCK_COUNT_US / 1000);
	counts = first - last;
	if (first < last)
		counts += tmict;
	return counts ? mul_u64_u32_div(end - start, tmict, counts) : 0;
}

/*
 * Measure several times, because on a busy host the timer may start anew more
 * than once during a measurement.
 */
static bool clock_lapic_agrees(u32 tsc_khz, u64 nominal)
{
	int i;

	for (i = 0; i < MAX_WATCHES; i++)
		if (clock_agrees(clock_lapic_period(tsc_khz), nominal))
			return true;
	return false;
}

static void clock_find(struct efi_mode_handoff *h)
{
	u32 lvtt = efi_mode_apic_read(APIC_LVTT);
	u64 nominal = clock_nominal_period(h->tsc_khz);
	u8 vector = lvtt & APIC_VECTOR_MASK, kind = clock_lapic_kind(lvtt);
	bool sure = !nominal || kind == EFI_MODE_CLOCK_TSC_DEADLINE;

	if (kind != EFI_MODE_CLOCK_NONE &&
	    (sure || clock_lapic_agrees(h->tsc_khz, nominal))) {
		h->clock = kind;
		h->tick_vector = vector;
		return;
	}
	clock_find_device(h, nominal);
	/*
	 * The local APIC timer is the clock after all: the reported period is
	 * wrong
	 */
	if (h->clock == EFI_MODE_CLOCK_DEVICE && kind != EFI_MODE_CLOCK_NONE &&
	    h->tick_vector == vector) {
		h->clock = kind;
		h->ticks.period = 0;
	}
}

#define EFI_ALREADY_STARTED	(20 | (1UL << (BITS_PER_LONG - 1)))

/* Platform Initialization Specification 1.8, volume 2, section 12.3 */
#define CPU_ARCH_PROTOCOL_GUID \
	EFI_GUID(0x26baccb1, 0x6f42, 0x11d4, 0xbc, 0xe7, 0x00, 0x80, 0xc7, \
		 0x3c, 0x88, 0x81)

typedef void (__efiapi *cpu_interrupt_handler_t)(long vector, void *context);

union cpu_arch_protocol {
	struct {
		void *flush_data_cache;
		void *enable_interrupt;
		void *disable_interrupt;
		void *get_interrupt_state;
		void *init;
		efi_status_t (__efiapi *register_interrupt_handler)(union cpu_arch_protocol *,
								    long, cpu_interrupt_handler_t);
	};
};

/* Registered for a moment only, at a vector that no driver uses */
static void __efiapi clock_no_interrupt(long vector, void *context)
{
}

/* Return: true if a firmware driver has registered a handler for the vector */
static bool clock_vector_is_taken(union cpu_arch_protocol *cpu, u8 vector)
{
	efi_status_t status = cpu->register_interrupt_handler(cpu, vector,
							      clock_no_interrupt);

	if (status == EFI_SUCCESS)
		cpu->register_interrupt_handler(cpu, vector, NULL);
	return status == EFI_ALREADY_STARTED;
}

/*
 * Choose a vector for efi-mode itself. The firmware's IDT has a gate for each
 * vector, so a gate does not show that a driver uses the vector.
 *
 * Return: the vector, or 0 if firmware drivers use all candidates.
 */
static u8 clock_choose_vector(void)
{
	efi_guid_t guid = CPU_ARCH_PROTOCOL_GUID;
	union cpu_arch_protocol *cpu;
	u8 vector = LAST_SLICE_VECTOR;

	if (efi_mode_own_idt_is_loaded() ||
	    efi_bs_call(locate_protocol, &guid, NULL, (void **)&cpu) != EFI_SUCCESS)
		return vector;
	for (; vector >= FIRST_SLICE_VECTOR; vector--)
		if (!clock_vector_is_taken(cpu, vector))
			return vector;
	return 0;
}

/**
 * efi_mode_clock_find() - find the firmware's clock
 * @h:	the handoff; @tsc_khz must be set. Sets @clock, @tick_vector and
 *	@slice_vector, and @ticks if the clock is not the local APIC timer.
 *
 * Takes a fifth of a second if the clock is not the local APIC timer, and up to
 * three fifths if its period does not agree with the one that the firmware
 * reports.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 */
void efi_mode_clock_find(struct efi_mode_handoff *h)
{
	h->clock = EFI_MODE_CLOCK_NONE;
	/* A firmware that runs with interrupts off has no ticks */
	if (!efi_mode_own_idt_is_loaded())
		clock_find(h);
	/*
	 * Even if the timer is the firmware's clock: the firmware may stop it
	 * later
	 */
	if (efi_mode_apic_read(APIC_SPIV) & APIC_SPIV_APIC_ENABLED)
		h->slice_vector = clock_choose_vector();
}

/**
 * efi_mode_clock_note() - record the count of the local APIC timer
 * @h:	the handoff
 *
 * Some time passes until the kernel shares the local APIC. From this count, the
 * kernel computes the ticks that the firmware has missed until then. If the
 * clock is another device, efi_mode_clock_find() has recorded its last tick.
 *
 * Context: the firmware's world, interrupts off, just before the first egress.
 */
void efi_mode_clock_note(struct efi_mode_handoff *h)
{
	if (!efi_mode_counts_ticks(h))
		return;
	h->noted_left = efi_mode_apic_read(APIC_TMCCT);
	h->noted_at = rdtsc();
}
