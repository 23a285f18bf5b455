// SPDX-License-Identifier: GPL-2.0-only
/*
 * One local APIC, two owners
 *
 * Each side has its own contents of the registers below, exchanged at every
 * switch. The mode (xAPIC or x2APIC) is firmware's choice and stays.
 *
 * The timer is more than its registers, because its time must go on while the
 * other side uses it:
 *
 *  - Linux's deadline is remembered as a time. At the egress the timer is
 *    programmed for what is left, or for at once.
 *  - Firmware's ticks are accounted for in ticks.c. What is owed at an ingress
 *    is replayed, and the timer is started with a whole period.
 *
 * Linux neither masks nor accepts the 8259: LINT0 stays as firmware has set it,
 * and what arrives there is recorded in irq.c.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/sched/clock.h>

#include <asm/apic.h>
#include <asm/tsc.h>

#include <asm/efi-mode.h>

/* Both sides' contents differ, or might; the timer's three are not among them */
static const u16 swapped[] = {
	APIC_SPIV,
	APIC_TASKPRI,
	APIC_LVT0,
	APIC_LVT1,
	APIC_LVTERR,
	APIC_LVTPC,
	APIC_LVTTHMR,
	APIC_DFR,
	APIC_LDR,
};

struct apic_state {
	u32 regs[ARRAY_SIZE(swapped)];
	u32 lvtt;
	u32 tdcr;
	u32 tmict;
	u32 tmcct;
};

static struct apic_state firmware, linux_state;
static struct efi_mode_ticks ticks;
static bool taken_over __ro_after_init;

/* Those of them that this CPU has, in this mode */
static u16 present[ARRAY_SIZE(swapped)] __ro_after_init;
static unsigned int nr_present __ro_after_init;

static u64 last_egress;		/* TSC, while Linux has the machine */
static u64 last_ingress;	/* TSC, while firmware has it */
static u64 linux_deadline;	/* TSC; 0: none */

/* Frequency of the timer's clock, before division, over that of the TSC */
static u64 counts_per_cycle __ro_after_init;	/* 0.32 fixed point */
static u64 cycles_per_count __ro_after_init;	/* 32.32 fixed point */

static u64 to_counts(u64 cycles)
{
	return mul_u64_u64_shr(cycles, counts_per_cycle, 32);
}

static u64 to_cycles(u64 counts)
{
	return mul_u64_u64_shr(counts, cycles_per_count, 32);
}

/* log2 of the divider: bits 0, 1 and 3, with 7 for "divide by 1" */
static unsigned int divider_shift(u32 tdcr)
{
	unsigned int code = (tdcr & 3) | (tdcr & 8) >> 1;

	return (code + 1) & 7;
}

#define TIMER_MODE	(APIC_LVT_TIMER_PERIODIC | APIC_LVT_TIMER_TSCDEADLINE)

static bool is_periodic(u32 lvtt)
{
	return (lvtt & TIMER_MODE) == APIC_LVT_TIMER_PERIODIC;
}

static bool is_ticking(const struct apic_state *s)
{
	return !(s->lvtt & APIC_LVT_MASKED) && is_periodic(s->lvtt) &&
	       s->tmict;
}

static void save(struct apic_state *s)
{
	unsigned int i;

	for (i = 0; i < nr_present; i++)
		s->regs[i] = apic_read(present[i]);
	s->lvtt = apic_read(APIC_LVTT);
	s->tdcr = apic_read(APIC_TDCR);
	s->tmict = apic_read(APIC_TMICT);
	s->tmcct = apic_read(APIC_TMCCT);
}

/*
 * The timer is stopped first: changing its mode or divider while it counts
 * turns what is left of the count into interrupts.
 */
static void load(const struct apic_state *s, const struct apic_state *current_state)
{
	unsigned int i;

	apic_write(APIC_TMICT, 0);
	if (s->tdcr != current_state->tdcr)
		apic_write(APIC_TDCR, s->tdcr);
	apic_write(APIC_LVTT, s->lvtt);

	for (i = 0; i < nr_present; i++)
		if (s->regs[i] != current_state->regs[i])
			apic_write(present[i], s->regs[i]);
}

/* Is an interrupt pending that this side would get? */
static bool irr_pending(void)
{
	int i;

	for (i = 1; i < 8; i++)
		if (apic_read(APIC_IRR + i * 0x10))
			return true;
	return false;
}

/*
 * Firmware differs in whether it signals the end of its timer interrupt before
 * or after it dispatches events, in the middle of which the egress is. An
 * interrupt left in service would hold back all of its priority.
 */
static void end_all_interrupts(void)
{
	int i, n;

	for (i = 1; i < 8; i++)
		for (n = hweight32(apic_read(APIC_ISR + i * 0x10)); n; n--)
			apic_eoi();
}

/**
 * efi_mode_apic_to_firmware() - give the local APIC to firmware
 *
 * Interrupts for Linux that are pending are taken first: firmware would not
 * know what they are.
 *
 * Context: interrupts off, preemption disabled; interrupts may be on for a
 * moment.
 * Return: false if the local APIC is still firmware's own; nothing was done.
 */
bool efi_mode_apic_to_firmware(void)
{
	u32 lvtt, owed, vector;
	u64 now;

	if (!taken_over)
		return false;

	for (;;) {
		lvtt = apic_read(APIC_LVTT);
		apic_write(APIC_LVTT, lvtt | APIC_LVT_MASKED);
		if (!irr_pending())
			break;
		/* Handlers expect a timer that they can program */
		apic_write(APIC_LVTT, lvtt);
		local_irq_enable();
		/* STI takes effect after the next instruction */
		asm volatile("nop");
		local_irq_disable();
	}
	save(&linux_state);
	linux_state.lvtt = lvtt;

	now = rdtsc_ordered();
	linux_deadline = 0;
	if (!(linux_state.lvtt & APIC_LVT_MASKED) && linux_state.tmict &&
	    !is_periodic(linux_state.lvtt))
		linux_deadline = now + to_cycles((u64)linux_state.tmcct <<
						 divider_shift(linux_state.tdcr));

	owed = efi_mode_ticks_owed(&ticks, to_counts(now - last_egress));
	vector = firmware.lvtt & APIC_VECTOR_MASK;
	if (is_ticking(&firmware))
		efi_mode_handoff->replay[vector] += owed;

	load(&firmware, &linux_state);
	last_ingress = rdtsc_ordered();
	apic_write(APIC_TMICT, firmware.tmict);
	return true;
}

/**
 * efi_mode_apic_to_linux() - take the local APIC back
 *
 * Context: interrupts off, after efi_mode_apic_to_firmware().
 */
void efi_mode_apic_to_linux(void)
{
	unsigned int shift;
	u64 left;

	save(&firmware);
	/* At once: a tick from here on would be counted and recorded */
	apic_write(APIC_TMICT, 0);
	last_egress = rdtsc_ordered();
	end_all_interrupts();

	shift = divider_shift(firmware.tdcr);
	efi_mode_ticks_set_period(&ticks, is_ticking(&firmware) ?
				  (u64)firmware.tmict << shift : 0);
	efi_mode_ticks_slice(&ticks, to_counts(last_egress - last_ingress),
			     (u64)firmware.tmcct << shift);

	load(&linux_state, &firmware);
	if (is_periodic(linux_state.lvtt)) {
		apic_write(APIC_TMICT, linux_state.tmict);
	} else if (linux_deadline) {
		left = linux_deadline > last_egress ?
		       to_counts(linux_deadline - last_egress) : 0;
		left >>= divider_shift(linux_state.tdcr);
		apic_write(APIC_TMICT, clamp_t(u64, left, 1, U32_MAX));
	}
}

/**
 * efi_mode_apic_hold() - hold off all interrupts of the local APIC
 *
 * For a slice in which Linux's interrupts may be pending: they stay so.
 *
 * Context: interrupts off.
 * Return: what efi_mode_apic_release() wants.
 */
u32 efi_mode_apic_hold(void)
{
	u32 priority;

	if (!taken_over)
		return 0;
	priority = apic_read(APIC_TASKPRI);
	apic_write(APIC_TASKPRI, APIC_TPRI_MASK);
	return priority;
}

/**
 * efi_mode_apic_release() - undo efi_mode_apic_hold()
 * @priority:	what that returned
 *
 * Context: interrupts off.
 */
void efi_mode_apic_release(u32 priority)
{
	if (taken_over)
		apic_write(APIC_TASKPRI, priority);
}

/**
 * efi_mode_tick_period_ns() - how often firmware's clock ticks
 *
 * Context: any.
 * Return: nanoseconds; 0 if it does not tick by the local APIC.
 */
u64 efi_mode_tick_period_ns(void)
{
	return div_u64(to_cycles(ticks.period) * 1000000, tsc_khz);
}

/*
 * Both counters run on their own; the two reads of the TSC around the read of
 * the timer tell how far apart a pair is.
 */
static u64 __init sample(u32 *count)
{
	u64 before, after, best = U64_MAX, at = 0;
	u32 value;
	int i;

	for (i = 0; i < 16; i++) {
		before = rdtsc_ordered();
		value = apic_read(APIC_TMCCT);
		after = rdtsc_ordered();
		if (after - before < best) {
			best = after - before;
			at = before + best / 2;
			*count = value;
		}
	}
	return at;
}

static void __init measure_clock(void)
{
	u64 start, end, cycles;
	u32 first = 0, last = 0;
	unsigned int shift;

	/* Slow enough not to reach 0, and with no interrupt if it does */
	apic_write(APIC_TMICT, 0);
	apic_write(APIC_LVTT, APIC_LVT_MASKED | LOCAL_TIMER_VECTOR);
	apic_write(APIC_TDCR, APIC_TDR_DIV_16);
	shift = divider_shift(APIC_TDR_DIV_16);
	apic_write(APIC_TMICT, U32_MAX);

	start = sample(&first);
	while (rdtsc() - start < (u64)tsc_khz * 20)
		cpu_relax();
	end = sample(&last);
	apic_write(APIC_TMICT, 0);

	cycles = end - start;
	counts_per_cycle = div64_u64((u64)(first - last) << (32 + shift),
				     cycles);
	cycles_per_count = div64_u64(cycles << 32,
				     (u64)(first - last) << shift);
}

/**
 * efi_mode_apic_period() - the speed of the local APIC's timer
 *
 * Context: after efi_mode_apic_take_over().
 * Return: counts in one jiffy, before division.
 */
u32 __init efi_mode_apic_period(void)
{
	return to_counts((u64)tsc_khz * 1000 / HZ);
}

static bool __init is_present(u16 reg)
{
	switch (reg) {
	case APIC_LVTPC:
		return lapic_get_maxlvt() >= 4;
	case APIC_LVTTHMR:
		return lapic_get_maxlvt() >= 5;
	case APIC_DFR:
	case APIC_LDR:
		/* Not there, and read-only */
		return !x2apic_enabled();
	default:
		return true;
	}
}

/**
 * efi_mode_apic_take_over() - begin to share the local APIC
 *
 * What is in it now is firmware's. Afterwards Linux may set it up.
 *
 * Context: early boot, interrupts off, before Linux has written to it.
 */
void __init efi_mode_apic_take_over(void)
{
	unsigned int shift, i;
	u64 counts;

	if (apic_is_disabled)
		panic("efi-mode: the kernel needs the local APIC\n");

	for (i = 0; i < ARRAY_SIZE(swapped); i++)
		if (is_present(swapped[i]))
			present[nr_present++] = swapped[i];

	save(&firmware);
	last_egress = rdtsc_ordered();
	end_all_interrupts();
	measure_clock();

	shift = divider_shift(firmware.tdcr);
	counts = (u64)firmware.tmict << shift;
	if (is_ticking(&firmware)) {
		efi_mode_ticks_set_period(&ticks, counts);
		ticks.carry = counts - ((u64)firmware.tmcct << shift);
		/* A tick must be new to end a slice, see firmware_tick() */
		efi_mode_handoff->pause_ticks = to_cycles(counts) / 2;
		pr_info("firmware's clock: local APIC timer, vector %#x, every %llu us\n",
			firmware.lvtt & APIC_VECTOR_MASK,
			div_u64(efi_mode_tick_period_ns(), 1000));
	} else {
		efi_mode_handoff->pause_ticks = tsc_khz;
		pr_info("firmware's clock: not the local APIC timer\n");
	}

	taken_over = true;
}
