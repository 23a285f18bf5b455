// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pollers: those who look for what firmware does not announce
 *
 * While Linux is busy they are woken as often as they want, in place of a regular slice
 * of firmware's. While it is idle nobody is woken for nothing: what they want to know
 * is asked in firmware's world, if there is an event to ask for.
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

/*
 * Milliseconds between two slices of an idle firmware, by the parameter in share.c. With
 * each of them pollers are looked at, so this file has the variable.
 */
unsigned int efi_mode_poll_interval = 10;

/* Not a mutex: whoever has it must not hold up the thread that has a deadline */
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
 * efi_mode_wake_pollers() - wake those whose time it is
 * @early:	jiffies by which a slice may come before the one that is meant
 *
 * Context: task context.
 * Return: true if there was one, who is going to make a call now.
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
 * efi_mode_pollers_can_idle() - does nobody want to be woken while Linux is idle?
 *
 * Context: any but NMI.
 * Return: true if questions to firmware are enough for all.
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

/* Firmware may be about to ask the old ones, and copies each in one piece */
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
	/* Asked at ticks, of which one may be early */
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

/* Nobody can be woken in the context of a signal */
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
