// SPDX-License-Identifier: GPL-2.0-only
/*
 * Idle poll: halt the CPU while both the kernel and the firmware are idle
 *
 * Without the idle poll, each tick of the firmware would cost two world
 * switches. In an idle poll, the CPU halts in the firmware's world, and the
 * firmware handles its own interrupts as if there were no kernel. The slice
 * lasts until the kernel has something to do: its next timer is due soon, one
 * of its events is signalled, or the answer to one of its questions is yes.
 *
 * If the local APIC timer is the firmware's clock, it stands for the kernel's
 * next timer only if that is due before the next tick. An idle poll that spans
 * several ticks therefore ends at the last tick before the kernel's next timer.
 * If the kernel is still idle, it programs the local APIC timer for its own
 * timer, and starts another slice.
 */
#include "boot.h"

/* The CPU is halted, so an interrupt interrupts no function of the firmware */
static bool halted;

/*
 * Copy the question with interrupts off: the slice may end at any interrupt,
 * and then the kernel may change the questions.
 *
 * Return: true if the kernel has to look at the device.
 */
static bool idle_poll_ask(const struct efi_mode_question *question)
{
	struct efi_mode_question q;
	efi_event_t event;
	void *interface;

	native_irq_disable();
	q = *question;
	native_irq_enable();
	interface = efi_mode_lookup_interface(&q.target);
	/* The kernel itself notices if the interface is gone */
	if (!interface)
		return false;
	event = *(efi_event_t *)(interface + q.offset);
	/* Do not check an event that the kernel has not validated */
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
	/* Firmware drivers remove devices at TPL_CALLBACK or below */
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

/*
 * Return: true if the kernel has something to do, or if the slice has ended
 * since the caller's check and this is a slice of another kind.
 */
static bool idle_poll_is_wanted(const struct efi_mode_handoff *h)
{
	return !READ_ONCE(h->idle_poll.on) || READ_ONCE(h->leaving) ||
	       READ_ONCE(h->signalled) || READ_ONCE(h->exceptions.any);
}

/**
 * efi_mode_idle_poll_halt() - halt until the next interrupt
 * @h:	the handoff
 *
 * Context: the main loop of the resident half, at TPL_APPLICATION, interrupts
 * on, while the kernel is idle.
 * Return: false if the kernel has something to do, or is not idle any more.
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
 * efi_mode_idle_poll_interrupted() - check whether an interrupt ended a halt
 *
 * Only the first interrupt after a halt has ended it.
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
 * efi_mode_idle_poll_goes_on() - check whether the slice continues after a tick
 * @h:		the handoff
 * @now:	current TSC
 *
 * Context: an entry in the firmware's IDT, interrupts off, at a tick that has
 * ended a halt.
 * Return: true if another tick will come before the kernel's next timer.
 */
bool efi_mode_idle_poll_goes_on(const struct efi_mode_handoff *h, u64 now)
{
	/* A one-shot timer does not fire again until its handler arms it */
	if (h->clock != EFI_MODE_CLOCK_APIC_PERIODIC &&
	    h->clock != EFI_MODE_CLOCK_DEVICE)
		return false;
	return h->idle_poll.on && h->ticks.period &&
	       (s64)(h->idle_poll.until - now) > (s64)h->ticks.period;
}
