// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pollers: drivers that look for changes that the firmware does not announce
 *
 * While Linux is busy, each poller is woken as often as it wants, and its call
 * replaces a regular slice of the firmware. While Linux is idle, no poller is
 * woken without need. Instead, the resident half asks the firmware with
 * CheckEvent(), if there is an event to ask about.
 */
#include <linux/export.h>
#include <linux/init.h>
#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>

#include <asm/tsc.h>

#include <asm/efi-mode.h>
#include <efi-mode/poll.h>
#include <efi-mode/time-limits.h>

/*
 * Milliseconds between two slices of an idle firmware. share.c has the module
 * parameter. The variable is in this file because pollers are checked with each
 * of these slices.
 */
unsigned int efi_mode_poll_interval = EFI_MODE_INTERVAL_DEFAULT_MS;

/* Not a mutex: its owner must not delay the deadline task */
static DEFINE_SPINLOCK(poll_lock);
static LIST_HEAD(pollers);

void efi_mode_poll_start(struct efi_mode_poller *poller)
{
	unsigned long flags;

	spin_lock_irqsave(&poll_lock, flags);
	poller->next = jiffies;
	poller->due = false;
	poller->idle_poll = false;
	list_add_tail(&poller->list, &pollers);
	spin_unlock_irqrestore(&poll_lock, flags);
}
EXPORT_SYMBOL_GPL(efi_mode_poll_start);

void efi_mode_poll_stop(struct efi_mode_poller *poller)
{
	unsigned long flags;

	spin_lock_irqsave(&poll_lock, flags);
	list_del(&poller->list);
	spin_unlock_irqrestore(&poll_lock, flags);
}
EXPORT_SYMBOL_GPL(efi_mode_poll_stop);

unsigned long efi_mode_poll_timeout(const struct efi_mode_poller *poller)
{
	if (msecs_to_jiffies(READ_ONCE(efi_mode_poll_interval)) <= poller->every)
		return MAX_SCHEDULE_TIMEOUT;
	return poller->every;
}
EXPORT_SYMBOL_GPL(efi_mode_poll_timeout);

static void efpl_wake(struct efi_mode_poller *p)
{
	WRITE_ONCE(p->due, true);
	wake_up(p->wait);
}

/**
 * efi_mode_wake_pollers() - wake the pollers that are due
 * @early:	jiffies by which the slice that serves a poller may come too
 *		early
 *
 * Context: task context.
 * Return: true if a poller was woken, which will make a call now.
 */
bool efi_mode_wake_pollers(unsigned long early)
{
	struct efi_mode_poller *p;
	unsigned long flags;
	bool some = false;

	spin_lock_irqsave(&poll_lock, flags);
	list_for_each_entry(p, &pollers, list) {
		if (time_before(jiffies, p->next))
			continue;
		p->next = jiffies + p->every - early;
		efpl_wake(p);
		some = true;
	}
	spin_unlock_irqrestore(&poll_lock, flags);
	return some;
}

/**
 * efi_mode_pollers_can_idle() - check whether pollers can sleep in idle
 *
 * Context: any but NMI.
 * Return: true if the questions to the firmware are enough for all pollers.
 */
bool efi_mode_pollers_can_idle(void)
{
	struct efi_mode_poller *p;
	unsigned long flags;
	bool can_idle = true;

	spin_lock_irqsave(&poll_lock, flags);
	list_for_each_entry(p, &pollers, list)
		can_idle &= READ_ONCE(p->idle_poll);
	spin_unlock_irqrestore(&poll_lock, flags);
	return can_idle;
}

/*
 * The resident half may be in the middle of the old questions. It copies each
 * of them with interrupts off.
 */
void efi_mode_poll_ask(struct efi_mode_poller *poller,
		       const struct efi_mode_question *questions,
		       unsigned int nr)
{
	struct efi_mode_idle_poll *poll = &efi_mode_handoff->idle_poll;
	unsigned long flags;

	nr = min(nr, EFI_MODE_NR_QUESTIONS);
	local_irq_save(flags);
	memcpy(poll->questions, questions, nr * sizeof(*questions));
	poll->nr = nr;
	/* Questions are asked at ticks, and a tick may be a little early */
	poll->every = (u64)jiffies_to_msecs(poller->every) * tsc_khz * 3 / 4;
	local_irq_restore(flags);
}
EXPORT_SYMBOL_GPL(efi_mode_poll_ask);

static void efpl_wake_all(struct irq_work *work)
{
	struct efi_mode_poller *p;
	unsigned long flags;

	spin_lock_irqsave(&poll_lock, flags);
	list_for_each_entry(p, &pollers, list)
		efpl_wake(p);
	spin_unlock_irqrestore(&poll_lock, flags);
}

/* Event handlers run in hard interrupt context, which cannot wake tasks */
static DEFINE_IRQ_WORK(wake_work, efpl_wake_all);

static void efpl_answered(void *unused)
{
	irq_work_queue(&wake_work);
}

static int __init efpl_init(void)
{
	efi_mode_event_watch_poll(efpl_answered);
	return 0;
}
core_initcall(efpl_init);
