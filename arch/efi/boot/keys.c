// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys that the kernel wants to be told of when they are pressed
 *
 * For those that are to work when nobody reads the keyboard, or nobody can. Firmware
 * calls a function for a key (RegisterKeyNotify), without a word about whose key it is;
 * so there is one ring for the keys of all keyboards. Like lookup_notify() it calls
 * nothing.
 *
 * What is registered is noted here, in firmware's memory: a kernel that has died leaves
 * it behind, and the function is about to be unloaded.
 */
#include "boot.h"

#include <efi-mode/text.h>

/* One keyboard; an address of firmware's is what the kernel knows it by */
struct keys_watch {
	struct keys_watch *next;
	efi_handle_t handle;
	union efi_simple_text_input_ex_protocol *keyboard;
	unsigned long nr;
	void *notifies[];
};

static struct efi_mode_handoff *handoff;
static struct keys_watch *watches;

/* Firmware's notify functions may interrupt each other, but not an instruction */
static efi_status_t __efiapi keys_pressed(struct efi_key_data *data)
{
	struct efi_mode_keys *keys = &handoff->keys;
	u32 i = 1;

	asm volatile("xaddl %0, %1" : "+r" (i), "+m" (keys->head));
	WRITE_ONCE(keys->key[i % EFI_MODE_NR_KEYS], data->key.unicode_char);
	WRITE_ONCE(handoff->signals[EFI_MODE_EVENT_KEYS], 1);
	WRITE_ONCE(handoff->signalled, 1);
	return EFI_SUCCESS;
}

/*
 * Watch a keyboard, of which @interface is SimpleTextInputEx. @data are @nr keys to watch
 * for, and @id is for keys_unwatch(). Firmware that refuses some of the keys is asked for
 * the others.
 *
 * Return: an EFI status; EFI_UNSUPPORTED if it refuses all.
 */
static efi_status_t __efiapi
keys_watch(void *interface, efi_handle_t handle, void *data, u64 nr, void **id)
{
	union efi_simple_text_input_ex_protocol *keyboard = interface;
	struct efi_key_data *keys = data;
	struct keys_watch *w;
	efi_status_t status;
	u64 i;

	status = efi_bs_call(allocate_pool, EFI_BOOT_SERVICES_DATA,
			     struct_size(w, notifies, nr), (void **)&w);
	if (status != EFI_SUCCESS)
		return status;
	w->handle = handle;
	w->keyboard = keyboard;
	w->nr = 0;
	for (i = 0; i < nr; i++)
		if (keyboard->register_key_notify(keyboard, &keys[i], keys_pressed,
						  &w->notifies[w->nr]) ==
		    EFI_SUCCESS)
			w->nr++;
	if (!w->nr) {
		efi_bs_call(free_pool, w);
		return EFI_UNSUPPORTED;
	}
	w->next = watches;
	watches = w;
	*id = w;
	return EFI_SUCCESS;
}

/* The keyboard on a handle, or NULL if there is none any more */
static void *keys_keyboard_on(efi_handle_t handle)
{
	efi_guid_t guid = EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID;
	void *keyboard;

	if (efi_bs_call(handle_protocol, handle, &guid, &keyboard) !=
	    EFI_SUCCESS)
		return NULL;
	return keyboard;
}

/*
 * Undo keys_watch(). The kernel may take the handle for another device by now, and be
 * right or not: what counts is whether this keyboard is still there. If not, what was
 * registered went with it.
 */
static efi_status_t __efiapi keys_unwatch(void *id)
{
	union efi_simple_text_input_ex_protocol *keyboard;
	struct keys_watch **w, *watch = id;
	unsigned long i;

	for (w = &watches; *w && *w != watch; w = &(*w)->next)
		;
	if (!*w)
		return EFI_NOT_FOUND;
	*w = watch->next;
	keyboard = keys_keyboard_on(watch->handle);
	for (i = 0; keyboard == watch->keyboard && i < watch->nr; i++)
		keyboard->unregister_key_notify(keyboard, watch->notifies[i]);
	efi_bs_call(free_pool, watch);
	return EFI_SUCCESS;
}

/**
 * efi_mode_keys_init() - tell the kernel what there is here
 * @h:		the handoff
 */
void efi_mode_keys_init(struct efi_mode_handoff *h)
{
	handoff = h;
	h->resident.watch_keys = keys_watch;
	h->resident.unwatch_keys = keys_unwatch;
}

/**
 * efi_mode_keys_exit() - end what a kernel has left
 */
void efi_mode_keys_exit(void)
{
	while (watches)
		keys_unwatch(watches);
}
