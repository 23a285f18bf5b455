/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Poll the firmware for state that it does not announce: implemented by
 * arch/efi/kernel/poll.c
 */
#ifndef _EFI_MODE_POLL_H
#define _EFI_MODE_POLL_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <efi-mode/request.h>

/**
 * struct efi_mode_poller - a task that polls the firmware periodically
 * @list:	list of all pollers
 * @wait:	wait queue on which the task waits for @due
 * @every:	polling interval in jiffies
 * @next:	time of the next poll in jiffies
 * @due:	set when it is time to poll; the task clears it
 * @idle_poll:	set by the task if it need not poll while Linux is idle, because
 *		the questions of efi_mode_poll_ask() tell when there is
 *		something to read
 *
 * The firmware updates its state at the ticks of its clock, so the best time to
 * poll it is a regular slice. When a poller is due, its call takes the place of
 * that slice. Polling therefore needs no timer, wakeup or switch of its own.
 */
struct efi_mode_poller {
	struct list_head list;
	wait_queue_head_t *wait;
	unsigned long every;
	unsigned long next;
	bool due;
	bool idle_poll;
};

/**
 * efi_mode_poll_start() - start to poll
 * @poller:	the poller, with @wait and @every filled in
 *
 * Context: task context.
 */
void efi_mode_poll_start(struct efi_mode_poller *poller);

/**
 * efi_mode_poll_timeout() - get the timeout for waiting until a poller is due
 * @poller:	the poller
 *
 * If ``efi_mode.interval=`` is longer than @poller->every, regular slices are
 * too rare. The task then polls after this timeout although @due is not set.
 *
 * Context: any.
 * Return: the timeout in jiffies; %MAX_SCHEDULE_TIMEOUT if regular slices are
 * frequent enough.
 */
unsigned long efi_mode_poll_timeout(const struct efi_mode_poller *poller);

/**
 * efi_mode_poll_ask() - set the questions for an idle Linux
 * @poller:	the poller. Only one poller can have questions.
 * @questions:	the questions, which replace the previous ones
 * @nr:		number of @questions, 0 to %EFI_MODE_NR_QUESTIONS
 *
 * While Linux is idle, the resident half asks the questions by CheckEvent()
 * (UEFI 2.10, section 7.1) about once per polling interval. Any answer except
 * %EFI_NOT_READY wakes Linux, and makes all pollers due.
 *
 * Context: any except NMI.
 */
void efi_mode_poll_ask(struct efi_mode_poller *poller,
		       const struct efi_mode_question *questions,
		       unsigned int nr);

/**
 * efi_mode_poll_stop() - stop polling
 * @poller:	the poller; it is not accessed any more when the function
 *		returns
 *
 * Context: task context.
 */
void efi_mode_poll_stop(struct efi_mode_poller *poller);

#endif /* _EFI_MODE_POLL_H */
