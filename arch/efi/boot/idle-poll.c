// SPDX-License-Identifier: GPL-2.0-only
/*
 * Idle poll: the kernel is idle, and so is the firmware
 *
 * Without this, each tick of the firmware would cost two switches. So the CPU halts here,
 * the firmware's own interrupts come to it as if there were no kernel, and the slice
 * lasts until the kernel is wanted: its next timer is near, one of its events is
 * signalled, or the firmware has the answer to a question.
 *
 * The timer of a slice stands for the kernel's only if that comes before a tick is due.
 * An idle poll lasts longer, so it ends at the last tick before.
 */
#include "boot.h"

/* An interrupt that comes now interrupts no function of the firmware */
static bool halted;

/* The slice may end in here, and the kernel may change the questions then */
static bool idle_poll_ask(const struct efi_mode_question *question)
{
	struct efi_mode_question q;
	efi_event_t event;
	void *interface;

	native_irq_disable();
	q = *question;
	native_irq_enable();
	interface = efi_mode_lookup_interface(&q.target);
	/* The kernel finds out by itself that it has gone */
	if (!interface)
		return false;
	event = *(efi_event_t *)(interface + q.offset);
	/* What the kernel has not looked at may be anything */
	return event != (efi_event_t)q.event ||
	       efi_bs_call(check_event, event) != EFI_NOT_READY;
}

static bool idle_poll_is_answered(struct efi_mode_handoff *h, u64 now)
{
	struct efi_mode_idle_poll *poll = &h->idle_poll;
	bool answered = false;
	unsigned int i;

	if (!poll->nr || now - poll->asked < poll->every)
		return false;
	poll->asked = now;
	/* Drivers take devices away at this priority, or below */
	efi_bs_call(raise_tpl, EFI_TPL_CALLBACK);
	for (i = 0; i < poll->nr && i < EFI_MODE_NR_QUESTIONS && !answered; i++)
		answered = idle_poll_ask(&poll->questions[i]);
	efi_bs_call(restore_tpl, EFI_TPL_APPLICATION);
	if (answered) {
		WRITE_ONCE(h->signals[EFI_MODE_EVENT_POLL], 1);
		WRITE_ONCE(h->signalled, 1);
	}
	return answered;
}

/* The slice may have ended since, and this may be a slice of another kind */
static bool idle_poll_is_wanted(const struct efi_mode_handoff *h)
{
	return !READ_ONCE(h->idle_poll.on) || READ_ONCE(h->leaving) ||
	       READ_ONCE(h->signalled) || READ_ONCE(h->exceptions.any);
}

/**
 * efi_mode_idle_poll_halt() - halt until the next interrupt
 * @h:	the handoff
 *
 * Context: the resident half's main loop, at TPL_APPLICATION, interrupts on; the kernel
 * is idle.
 * Return: false if the kernel is wanted, or not idle any more.
 */
bool efi_mode_idle_poll_halt(struct efi_mode_handoff *h)
{
	if (idle_poll_is_answered(h, rdtsc()))
		return false;
	native_irq_disable();
	if (idle_poll_is_wanted(h)) {
		native_irq_enable();
		return false;
	}
	WRITE_ONCE(halted, true);
	asm volatile("sti; hlt" : : : "memory");
	WRITE_ONCE(halted, false);
	return true;
}

/**
 * efi_mode_idle_poll_interrupted() - has the interrupt ended a halt?
 *
 * A further interrupt, which comes before the next halt, has not.
 *
 * Context: an entry in the firmware's IDT, interrupts off.
 * Return: true if the interrupt has ended a halt.
 */
bool efi_mode_idle_poll_interrupted(void)
{
	bool was = halted;

	WRITE_ONCE(halted, false);
	return was;
}

/**
 * efi_mode_idle_poll_goes_on() - does the slice go on after a tick?
 * @h:	the handoff
 * @now:	TSC
 *
 * Context: an entry in the firmware's IDT, interrupts off, at a tick that has ended a halt.
 * Return: true if there will be another tick before the kernel's timer.
 */
bool efi_mode_idle_poll_goes_on(const struct efi_mode_handoff *h, u64 now)
{
	/* A timer that firmware arms at each tick does not come back by itself */
	if (h->clock != EFI_MODE_CLOCK_APIC_PERIODIC &&
	    h->clock != EFI_MODE_CLOCK_DEVICE)
		return false;
	return h->idle_poll.on && h->ticks.period &&
	       (s64)(h->idle_poll.until - now) > (s64)h->ticks.period;
}
