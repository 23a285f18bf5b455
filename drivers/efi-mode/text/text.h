/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Firmware's text devices: one thread for all of them
 *
 * Terminals and keyboards are polled, since key events would come no sooner: firmware
 * polls, too. All that somebody listens to are asked with one switch, as often as
 * firmware looks, and in place of one of its regular slices; so it costs the same for
 * one and for ten. While Linux is idle it takes no switch, but for those of which there
 * is something to read. Output goes through the same thread.
 *
 *	console.c, keyboard.c, pointer.c -> text.c -> rest.c -> bus
 */
#ifndef _EFI_MODE_TEXT_DEVICES_H
#define _EFI_MODE_TEXT_DEVICES_H

#include <linux/list.h>
#include <linux/types.h>

#include <efi-mode/bus.h>
#include <efi-mode/poll.h>
#include <efi-mode/text.h>

struct efi_text;

/**
 * struct efi_text_ops - what a driver of text devices does
 * @work:	do what there is to do besides reading: write some output, for instance.
 *		Returns whether there is more of it. Optional.
 * @has_room:	can a key be taken? What is not read firmware keeps. Optional.
 * @key:	a key was pressed. The state is valid only if it says so.
 * @state:	there are no more keys, and these are the modifiers. Optional.
 * @read:	what is read is no key: a pointer's state is in @input, of efi_text.
 *		Optional.
 * @is_restless: is there something that its event does not tell of? Optional.
 * @only_keys:	there is nothing else to these devices
 *
 * Context: the thread, which calls one at a time; sleeps.
 */
struct efi_text_ops {
	bool (*work)(struct efi_text *t);
	bool (*has_room)(struct efi_text *t);
	void (*key)(struct efi_text *t, const struct efi_key_data *key);
	void (*state)(struct efi_text *t, const struct efi_key_state *state);
	void (*read)(struct efi_text *t);
	bool (*is_restless)(const struct efi_text *t);
	bool only_keys;
};

/*
 * How keys are read, best first. The next one is for firmware that does not do well
 * with this one.
 */
enum efi_text_way {
	EFI_TEXT_EX,		/* SimpleTextInputEx */
	EFI_TEXT_EX_CHECKED,	/* only when its event says that there is one */
	EFI_TEXT_SIMPLE,	/* SimpleTextInput */
	EFI_TEXT_SIMPLE_CHECKED,
	EFI_TEXT_POINTER,	/* a pointer's state */
	EFI_TEXT_NOT,
};

/**
 * struct efi_text - a text device
 * @edev:	the device
 * @ops:	its driver
 * @input:	what firmware reads into, and room for the driver's own arguments behind
 *		%EFI_TEXT_INPUT bytes
 * @ex:		SimpleTextInputEx, or NULL
 * @simple:	SimpleTextInput, or NULL
 * @pointer:	another protocol that is read, or NULL
 * @pointer_slot: offset of its function that does it
 * @pointer_event: offset of the event that goes with it
 */
struct efi_text {
	struct efi_device *edev;
	const struct efi_text_ops *ops;
	struct efi_buffer *input;
	struct efi_protocol *ex, *simple, *pointer;
	size_t pointer_slot, pointer_event;

	/* private: of text.c */
	struct list_head list;
	enum efi_text_way way;
	u64 event;			/* of this way, 0 if it has none */
	bool listening;
	bool more;			/* in this round */
	bool checked;			/* the event has been signalled */
	bool slow;			/* the last call */
	unsigned int prompt;		/* calls in a row that were not */
};

#define EFI_TEXT_INPUT	64

int efi_text_open_input(struct efi_text *t, bool simple_first);
void efi_text_make_room(const struct efi_text *t);
void efi_text_add(struct efi_text *t);
void efi_text_remove(struct efi_text *t);
void efi_text_listen(struct efi_text *t, bool listen);
void efi_text_wake(void);
bool efi_text_has_keys(void);

/* rest.c */

size_t efi_text_event_offset(const struct efi_text *t, enum efi_text_way way);
struct efi_protocol *efi_text_protocol(const struct efi_text *t,
				       enum efi_text_way way);
void efi_text_rest(struct list_head *devices, struct efi_mode_poller *poller);

#endif /* _EFI_MODE_TEXT_DEVICES_H */
