/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Poll the firmware: implemented by arch/efi/kernel/poll.c
 */
#ifndef _EFI_MODE_POLL_H
#define _EFI_MODE_POLL_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <efi-mode/request.h>

/**
 * struct efi_mode_poller - somebody who looks for what firmware does not announce
 * @list:	of all pollers
 * @wait:	where it waits
 * @every:	how often it wants to look, in jiffies
 * @next:	when it wants to look again, in jiffies
 * @due:	it is time; to be cleared by whoever looks
 * @idle_poll:	what efi_mode_poll_ask() asks for is enough while Linux is idle
 *
 * What firmware has to say comes with its clock, so that is when to look: in place
 * of a regular slice, with no timer, no waking up and no switch of one's own.
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
 * efi_mode_poll_start() - begin to poll
 * @poller:	@wait and @every are set
 *
 * Context: task context.
 */
void efi_mode_poll_start(struct efi_mode_poller *poller);

/**
 * efi_mode_poll_timeout() - how long to wait for @due
 * @poller:	as of efi_mode_poll_start()
 *
 * Context: any.
 * Return: jiffies after which to look although @due is not set, because the user
 * has asked for an interval longer than that; %MAX_SCHEDULE_TIMEOUT if slices come
 * often enough.
 */
unsigned long efi_mode_poll_timeout(const struct efi_mode_poller *poller);

/**
 * efi_mode_poll_ask() - what firmware is to be asked while Linux is idle
 * @poller:	as of efi_mode_poll_start(); there is one that asks
 * @questions:	in place of those of before
 * @nr:		how many, at most %EFI_MODE_NR_QUESTIONS
 *
 * An answer other than %EFI_NOT_READY makes the poller due.
 *
 * Context: any but NMI.
 */
void efi_mode_poll_ask(struct efi_mode_poller *poller,
		       const struct efi_mode_question *questions,
		       unsigned int nr);

/**
 * efi_mode_poll_stop() - end polling
 * @poller:	as of efi_mode_poll_start(); not used any more afterwards
 *
 * Context: task context.
 */
void efi_mode_poll_stop(struct efi_mode_poller *poller);

#endif /* _EFI_MODE_POLL_H */
