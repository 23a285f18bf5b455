// SPDX-License-Identifier: GPL-2.0-only
/*
 * Alt-SysRq on the firmware's keyboards
 *
 * For emergencies: the firmware reports these keys by itself
 * (RegisterKeyNotify()), in any slice. The interrupt after the slice handles
 * them. So they work even if no process reads the keyboard, no thread runs, and
 * a firmware call does not return.
 */
#define pr_fmt(fmt) "efi-keyboard: " fmt

#include <linux/array_size.h>
#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysrq.h>

#include <efi-mode/event.h>
#include <efi-mode/text.h>

#include "text.h"

/* Upper-case letters are for keyboards with Caps Lock. */
static const char keys[] =
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ?";
static const u32 alts[] = { EFI_LEFT_ALT_PRESSED, EFI_RIGHT_ALT_PRESSED };

#define NR_KEYS	((sizeof(keys) - 1) * ARRAY_SIZE(alts))

/**
 * efi_sysrq_is_watched() - check whether a key is one of efi_sysrq_watch()
 * @unicode:	character, or 0 for a key without one
 * @modifiers:	bits of EFI's shift state
 *
 * Context: any.
 * Return: true if it is. A key with another modifier in addition is not
 * watched.
 */
bool efi_sysrq_is_watched(u16 unicode, u32 modifiers)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(alts); i++)
		if (modifiers == (alts[i] | EFI_SYS_REQ_PRESSED))
			return unicode && isascii(unicode) &&
			       strchr(keys, unicode);
	return false;
}

static void esysrq_pressed(void *unused)
{
	u16 key;

	while (efi_mode_event_take_key(&key))
		handle_sysrq(tolower(key));
}

/*
 * The firmware compares the shift state as a whole, and ignores a toggle state
 * of 0.
 */
static struct efi_key_data *esysrq_make_list(void)
{
	struct efi_key_data *list = kcalloc(NR_KEYS, sizeof(*list), GFP_KERNEL);
	unsigned int i;

	for (i = 0; list && i < NR_KEYS; i++) {
		list[i].key.unicode_char = keys[i / ARRAY_SIZE(alts)];
		list[i].key_state.key_shift_state = EFI_SHIFT_STATE_VALID |
			EFI_SYS_REQ_PRESSED | alts[i % ARRAY_SIZE(alts)];
	}
	return list;
}

/**
 * efi_sysrq_watch() - register Alt-SysRq on a keyboard
 * @keyboard:	SimpleTextInputEx of the keyboard
 *
 * The keys are unregistered when the driver is unbound.
 *
 * Context: task context; sleeps.
 * Return: false if the firmware refuses all keys, or if there is no memory.
 */
bool efi_sysrq_watch(struct efi_protocol *keyboard)
{
	struct efi_key_data *list = esysrq_make_list();
	bool watched;

	watched = list && !efi_protocol_watch_keys(keyboard, virt_to_phys(list),
						   NR_KEYS);
	kfree(list);
	return watched;
}

static int __init esysrq_init(void)
{
	efi_mode_event_watch_keys(esysrq_pressed);
	return 0;
}
fs_initcall(esysrq_init);
