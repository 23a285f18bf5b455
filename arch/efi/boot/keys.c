// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watched keys: report keys to the kernel as soon as they are pressed
 *
 * This is for keys that must work when no task reads the keyboard, or no task
 * can, such as SysRq. The firmware calls a notify function for each registered
 * key (RegisterKeyNotify()). It does not say on which keyboard the key was
 * pressed, so the keys of all keyboards are written to one ring. Like
 * lookup_notify(), the function makes no calls.
 *
 * The registered keys are recorded in the firmware's memory: after a panic, the
 * kernel has not unregistered them, and their notify function is about to be
 * unloaded.
 */
#include "boot.h"

#include <efi-mode/text.h>

/* One keyboard. The kernel uses the address of this structure as an ID */
struct keys_watch {
	struct keys_watch *next;
	efi_handle_t handle;
	union efi_simple_text_input_ex_protocol *keyboard;
	unsigned long nr;
	void *notifies[];
};

static struct efi_mode_handoff *handoff;
static struct keys_watch *watches;

/*
 * Notify functions of the firmware can interrupt each other. XADD allocates a
 * place in the ring in a single instruction.
 */
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
 * Watch the keys on a keyboard. @interface is its SimpleTextInputEx protocol,
 * @data an array of @nr keys. @id is set to the argument for keys_unwatch(). If
 * the firmware refuses some of the keys, the others are watched nevertheless.
 *
 * Return: EFI status; EFI_UNSUPPORTED if the firmware refuses all keys.
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

/* Return: the SimpleTextInputEx protocol of a handle, or NULL if it is gone */
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
 * Undo keys_watch(). Do not rely on the kernel's knowledge of the handle, which
 * may be out of date: check whether the handle still has the same keyboard. If
 * not, the notify functions are gone together with the keyboard.
 *
 * Return: EFI status; EFI_NOT_FOUND if @id is not valid.
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
 * efi_mode_keys_init() - publish the functions of this file to the kernel
 * @h:		the handoff
 *
 * Context: the firmware's world.
 */
void efi_mode_keys_init(struct efi_mode_handoff *h)
{
	handoff = h;
	h->resident.watch_keys = keys_watch;
	h->resident.unwatch_keys = keys_unwatch;
}

/**
 * efi_mode_keys_exit() - unwatch all keys that the kernel has left watched
 *
 * Context: the firmware's world, TPL_APPLICATION.
 */
void efi_mode_keys_exit(void)
{
	while (watches)
		keys_unwatch(watches);
}
