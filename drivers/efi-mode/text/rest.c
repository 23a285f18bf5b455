// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the thread leaves to firmware while Linux is idle
 *
 * To read all devices 50 times a second takes a switch each time, and mostly for
 * nothing. Each has an event that says whether there is something to read, and while
 * Linux is idle firmware is asked for these (efi_mode_poll_ask()).
 *
 * That is for devices that do what they should. One that has blocked a reader is read
 * anew a few times before, and one that has no event, or whose event does not tell
 * everything, is read as ever.
 */
#include <linux/string.h>

#include <efi-mode/poll.h>

#include "text.h"

/* So often a device has been read and has not blocked */
#define PROMPT	3

/**
 * efi_text_protocol() - by what is it read?
 * @t:		the device
 * @way:	a way to read
 *
 * Context: any.
 * Return: the protocol, or NULL if the device does not have it.
 */
struct efi_protocol *efi_text_protocol(const struct efi_text *t,
				       enum efi_text_way way)
{
	switch (way) {
	case EFI_TEXT_EX:
	case EFI_TEXT_EX_CHECKED:
		return t->ex;
	case EFI_TEXT_SIMPLE:
	case EFI_TEXT_SIMPLE_CHECKED:
		return t->simple;
	case EFI_TEXT_POINTER:
		return t->pointer;
	default:
		return NULL;
	}
}

/**
 * efi_text_event_offset() - where is the event?
 * @t:		the device
 * @way:	a way to read for which there is a protocol
 *
 * Context: any.
 * Return: its offset in the interface, in bytes.
 */
size_t efi_text_event_offset(const struct efi_text *t, enum efi_text_way way)
{
	if (way == EFI_TEXT_POINTER)
		return t->pointer_event;
	if (efi_text_protocol(t, way) == t->ex)
		return offsetof(union efi_simple_text_input_ex_protocol,
				wait_for_key_ex);
	return offsetof(efi_simple_text_input_protocol_t, wait_for_key);
}

static bool is_restless(struct efi_text *t)
{
	if (!t->event)
		return true;
	/* Its event tells of a key once, and the thread asks for it, too */
	if (t->way == EFI_TEXT_EX_CHECKED || t->way == EFI_TEXT_SIMPLE_CHECKED)
		return true;
	/* What is not taken from it its event goes on telling of */
	if (t->prompt < PROMPT || (t->ops->has_room && !t->ops->has_room(t)))
		return true;
	return t->ops->is_restless && t->ops->is_restless(t);
}

/**
 * efi_text_rest() - say what firmware is to be asked, as of now
 * @devices:	all that there are
 * @poller:	the thread's
 *
 * Context: the thread.
 */
void efi_text_rest(struct list_head *devices, struct efi_mode_poller *poller)
{
	static struct efi_mode_question questions[EFI_MODE_NR_QUESTIONS];
	struct efi_text *t;
	unsigned int n = 0;
	bool rests = true;

	list_for_each_entry(t, devices, list) {
		if (!READ_ONCE(t->listening) || t->way == EFI_TEXT_NOT)
			continue;
		if (n == ARRAY_SIZE(questions) || is_restless(t)) {
			rests = false;
			continue;
		}
		efi_protocol_question(efi_text_protocol(t, t->way),
				      efi_text_event_offset(t, t->way),
				      t->event, &questions[n++]);
	}
	efi_mode_poll_ask(poller, questions, n);
	WRITE_ONCE(poller->idle_poll, rests);
}
