// SPDX-License-Identifier: GPL-2.0-only
/*
 * Alt-SysRq on firmware's keyboards
 *
 * For when nothing else works: firmware tells of these keys by itself
 * (RegisterKeyNotify), in whichever slice it is, and the interrupt that follows the slice
 * handles them. Nobody has to read the keyboard, no thread has to run, and no call has to
 * return.
 */
#define pr_fmt(fmt) "efi-keyboard: " fmt

#include <linux/array_size.h>
#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysrq.h>

#include <efi-mode/firmware.h>
#include <efi-mode/text.h>

#include "text.h"

/* Letters are also registered as they are with Caps Lock */
static const char keys[] =
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ?";
static const u32 alts[] = { EFI_LEFT_ALT_PRESSED, EFI_RIGHT_ALT_PRESSED };

#define NR_KEYS	((sizeof(keys) - 1) * ARRAY_SIZE(alts))

/**
 * efi_sysrq_is_watched() - is it one of the keys that efi_sysrq_watch() is for?
 * @unicode:	character, 0 for a key that has none
 * @modifiers:	bits of EFI's shift state
 *
 * Context: any.
 * Return: true if it is. With yet another modifier it is not.
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

	while (efi_mode_take_key(&key))
		handle_sysrq(tolower(key));
}

/* Those states that are 0 do not matter; shift states are compared as a whole */
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
 * efi_sysrq_watch() - let a keyboard tell of Alt-SysRq
 * @keyboard:	SimpleTextInputEx of it
 *
 * It ends when the driver is gone from the device.
 *
 * Context: task context; sleeps.
 * Return: false if firmware does not do it.
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
	efi_mode_watch_keys(esysrq_pressed);
	return 0;
}
fs_initcall(esysrq_init);
