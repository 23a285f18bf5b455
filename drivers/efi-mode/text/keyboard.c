// SPDX-License-Identifier: GPL-2.0-only
/*
 * Input driver for the firmware's keyboards
 *
 * A handle with text input and without text output is a keyboard. The firmware
 * reports which keys were pressed, but not when they are released, and repeats
 * keys itself. Therefore each key is reported as a press followed by a release.
 * The firmware reports modifiers as a state that can be read at any time, so
 * they are held as long as in reality.
 *
 * The firmware implements Caps Lock, Num Lock and Scroll Lock: it applies them
 * to the characters and controls the LEDs. Linux gets the state of the LEDs,
 * and can set it, which sets the locks as well. Linux does not get the lock
 * keys, because it would apply the locks a second time.
 */
#define pr_fmt(fmt) "efi-keyboard: " fmt

#include <linux/err.h>
#include <linux/init.h>
#include <linux/input.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include <efi-mode/time-limits.h>

#include "text.h"

#define LOCKS	(EFI_SCROLL_LOCK_ACTIVE | EFI_NUM_LOCK_ACTIVE | \
		 EFI_CAPS_LOCK_ACTIVE)

/* Time after the last key for which the keyboard is in use, in jiffies */
#define IN_USE	msecs_to_jiffies(EFI_MODE_KEYBOARD_IN_USE_MS)

struct keyboard {
	struct efi_text text;
	struct input_dev *input;
	u32 held;		/* modifiers that Linux takes for held */
	unsigned long used;	/* jiffies: last key or modifier */
	u8 toggles;		/* as last reported by the firmware */
	u8 lights;		/* LEDs that Linux wants, as toggle bits */
	bool sysrq;		/* sysrq.c handles Alt-SysRq */
	bool asked;		/* EFI_KEY_STATE_EXPOSED has been set */
	u8 *argument;
};

static struct keyboard *ekbd_from_text(struct efi_text *t)
{
	return container_of(t, struct keyboard, text);
}

static const struct {
	u8 toggle;
	u16 led;
} locks[] = {
	{ EFI_SCROLL_LOCK_ACTIVE,	LED_SCROLLL },
	{ EFI_NUM_LOCK_ACTIVE,		LED_NUML },
	{ EFI_CAPS_LOCK_ACTIVE,		LED_CAPSL },
};

/*
 * Report releases before presses, so that Ctrl-Alt does not become
 * Ctrl-Alt-Shift.
 */
static void ekbd_hold(struct keyboard *kb, u32 modifiers)
{
	unsigned int i, up, changed = kb->held ^ modifiers;

	if (!changed)
		return;
	for (up = 0; up < 2; up++)
		for (i = 0; i < EFI_NR_MODIFIERS; i++)
			if (changed & BIT(i) && up == !!(modifiers & BIT(i)))
				input_report_key(kb->input,
						 efi_modifier_keys[i], up);
	input_sync(kb->input);
	kb->held = modifiers;
	kb->used = jiffies;
}

static void ekbd_type(struct keyboard *kb, u16 code)
{
	input_report_key(kb->input, code, 1);
	input_sync(kb->input);
	input_report_key(kb->input, code, 0);
	input_sync(kb->input);
}

static void ekbd_type_number(struct keyboard *kb, u16 unicode)
{
	u16 codes[EFI_KEYPAD_DIGITS];
	unsigned int i, n = efi_keypad_digits(unicode, codes);

	ekbd_hold(kb, EFI_LEFT_ALT_PRESSED);
	for (i = 0; i < n; i++)
		ekbd_type(kb, codes[i]);
	ekbd_hold(kb, 0);
}

static u32 ekbd_modifiers_of(const struct efi_key_state *state)
{
	if (!(state->key_shift_state & EFI_SHIFT_STATE_VALID))
		return 0;
	return state->key_shift_state & GENMASK(EFI_NR_MODIFIERS - 1, 0);
}

/* The SysRq handler has already been called for this key. */
static bool ekbd_is_told(const struct keyboard *kb,
			 const struct efi_key_data *k, u32 modifiers)
{
	return kb->sysrq &&
	       efi_sysrq_is_watched(k->key.unicode_char, modifiers);
}

static void ekbd_take_key(struct efi_text *t, const struct efi_key_data *k)
{
	struct keyboard *kb = ekbd_from_text(t);
	u32 modifiers = ekbd_modifiers_of(&k->key_state);
	u16 scan = k->key.scan_code, unicode = k->key.unicode_char;
	struct efi_key_press press;

	kb->used = jiffies;
	if ((!scan && !unicode) || ekbd_is_told(kb, k, modifiers)) {
		ekbd_hold(kb, modifiers);
	} else if (efi_keymap(scan, unicode, &press)) {
		ekbd_hold(kb, efi_key_modifiers(&press, modifiers, kb->held));
		ekbd_type(kb, press.code);
	} else if (unicode) {
		ekbd_type_number(kb, unicode);
	} else {
		dev_dbg(&t->edev->dev, "unknown scan code %#x, ignored\n", scan);
	}
}

/* The input core calls ekbd_event() for each LED that has changed. */
static void ekbd_report_lights(struct keyboard *kb)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(locks); i++)
		input_event(kb->input, EV_LED, locks[i].led,
			    !!(kb->toggles & locks[i].toggle));
	input_sync(kb->input);
}

static void ekbd_take_state(struct efi_text *t,
			    const struct efi_key_state *state)
{
	struct keyboard *kb = ekbd_from_text(t);
	u8 toggles = state->key_toggle_state;

	ekbd_hold(kb, ekbd_modifiers_of(state));
	if (!(toggles & EFI_TOGGLE_STATE_VALID))
		return;
	if ((kb->toggles ^ toggles) & (LOCKS | EFI_TOGGLE_STATE_VALID)) {
		kb->toggles = toggles;
		ekbd_report_lights(kb);
	}
	kb->toggles = toggles;
}

static void ekbd_set_state(struct keyboard *kb, u8 toggles)
{
	efi_status_t status;

	*kb->argument = toggles;
	efi_protocol_call(kb->text.ex, &status,
			  union efi_simple_text_input_ex_protocol, set_state,
			  efi_phys(kb->argument));
}

/* If the firmware ignores the new state, its next report says so. */
static bool ekbd_work(struct efi_text *t)
{
	struct keyboard *kb = ekbd_from_text(t);
	u8 lights = READ_ONCE(kb->lights);

	if (t->way > EFI_TEXT_EX_CHECKED ||
	    !(kb->toggles & EFI_TOGGLE_STATE_VALID))
		return false;
	if (kb->asked && lights == (kb->toggles & LOCKS))
		return false;
	ekbd_set_state(kb,
		       lights | EFI_TOGGLE_STATE_VALID | EFI_KEY_STATE_EXPOSED);
	kb->asked = true;
	kb->toggles = lights | EFI_TOGGLE_STATE_VALID;
	return false;
}

/*
 * The event is signalled for keys, but checking it loses changes of modifiers
 * that come without a key. Therefore the event is only checked if the keyboard
 * has not been used for a while, and if no modifier is held that has to be
 * released.
 */
static bool ekbd_needs_polling(const struct efi_text *t)
{
	const struct keyboard *kb = container_of_const(t, struct keyboard, text);

	if (t->way > EFI_TEXT_EX_CHECKED)
		return false;
	return kb->held || time_before(jiffies, kb->used + IN_USE);
}

static const struct efi_text_ops ops = {
	.work		= ekbd_work,
	.key		= ekbd_take_key,
	.state		= ekbd_take_state,
	.needs_polling	= ekbd_needs_polling,
	.only_keys	= true,
};

/* The input core */

static int ekbd_open(struct input_dev *input)
{
	efi_text_listen(input_get_drvdata(input), true);
	return 0;
}

static void ekbd_close(struct input_dev *input)
{
	efi_text_listen(input_get_drvdata(input), false);
}

/* Called with interrupts disabled, so the thread makes the firmware call. */
static int ekbd_event(struct input_dev *input, unsigned int type,
		      unsigned int code, int value)
{
	struct keyboard *kb = ekbd_from_text(input_get_drvdata(input));
	unsigned int i;
	u8 lights = 0;

	if (type != EV_LED)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(locks); i++)
		if (test_bit(locks[i].led, input->led))
			lights |= locks[i].toggle;
	WRITE_ONCE(kb->lights, lights);
	if (lights != (kb->toggles & LOCKS))
		efi_text_wake();
	return 0;
}

static void ekbd_allow_key(u16 code, void *input)
{
	input_set_capability(input, EV_KEY, code);
}

static int ekbd_register_input(struct keyboard *kb)
{
	struct efi_device *edev = kb->text.edev;
	struct input_dev *input = input_allocate_device();
	unsigned int i;
	int ret;

	if (!input)
		return -ENOMEM;
	input->name = "EFI keyboard";
	input->phys = dev_name(&edev->dev);
	input->id.bustype = BUS_HOST;
	input->dev.parent = &edev->dev;
	input->open = ekbd_open;
	input->close = ekbd_close;
	efi_keymap_for_each(ekbd_allow_key, input);
	if (kb->text.ex) {
		input->event = ekbd_event;
		for (i = 0; i < ARRAY_SIZE(locks); i++)
			input_set_capability(input, EV_LED, locks[i].led);
	}
	input_set_drvdata(input, &kb->text);
	kb->input = input;
	ret = input_register_device(input);
	if (ret)
		input_free_device(input);
	return ret;
}

/* The bus */

/*
 * A handle without a path is not a device: it is the console splitter's handle
 * for all keyboards. It is used only if there is no other keyboard, until there
 * is one.
 */
static bool ekbd_is_keyboard(struct efi_device *edev)
{
	const efi_guid_t out = EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL_GUID;

	if (efi_device_has_protocol(edev, &out))
		return false;
	if (edev->path)
		return true;
	return edev->handle == efi_mode_systab()->con_in_handle &&
	       !efi_text_has_keys();
}

static int ekbd_probe(struct efi_device *edev, const struct efi_device_id *id)
{
	struct keyboard *kb;
	int ret;

	if (!ekbd_is_keyboard(edev))
		return -ENODEV;
	kb = devm_kzalloc(&edev->dev, sizeof(*kb), GFP_KERNEL);
	if (!kb)
		return -ENOMEM;
	kb->text.edev = edev;
	kb->text.ops = &ops;
	kb->used = jiffies - IN_USE;
	ret = efi_text_open_input(&kb->text, false);
	if (ret)
		return ret;
	efi_text_make_room(&kb->text);
	kb->argument = kb->text.input->virt + EFI_TEXT_INPUT;
	efi_device_set_drvdata(edev, kb);

	/*
	 * If the device is opened at once, the thread reads it as soon as it is
	 * added below.
	 */
	ret = ekbd_register_input(kb);
	if (ret)
		return ret;
	if (kb->text.ex)
		kb->sysrq = efi_sysrq_watch(kb->text.ex);
	efi_text_add(&kb->text);
	dev_info(&edev->dev, "keyboard, SimpleTextInput%s%s\n",
		 kb->text.ex ? "Ex" : "", kb->sysrq ? ", SysRq" : "");
	return 0;
}

static void ekbd_remove(struct efi_device *edev)
{
	struct keyboard *kb = efi_device_get_drvdata(edev);

	efi_text_remove(&kb->text);
	input_unregister_device(kb->input);
	if (kb->asked)
		ekbd_set_state(kb, kb->toggles & ~EFI_KEY_STATE_EXPOSED);
}

static const struct efi_device_id ids[] = {
	{ EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID },
	{ EFI_SIMPLE_TEXT_INPUT_PROTOCOL_GUID },
	{ }
};

static struct efi_driver keyboard_driver = {
	.driver.name	= "efi-keyboard",
	.id_table	= ids,
	.probe		= ekbd_probe,
	.remove		= ekbd_remove,
};

/* Built in, because user input must not depend on user space. */
static int __init ekbd_init(void)
{
	return efi_driver_register(&keyboard_driver);
}
device_initcall(ekbd_init);
