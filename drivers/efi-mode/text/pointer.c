// SPDX-License-Identifier: GPL-2.0-only
/*
 * Input driver for the firmware's pointers
 *
 * A mouse reports its movement since the last report, a tablet or a touch
 * screen its position. Both report only if something has changed. Some devices
 * have both protocols, for programs that know only one of them. They are used
 * as tablets.
 */
#define pr_fmt(fmt) "efi-pointer: " fmt

#include <linux/err.h>
#include <linux/init.h>
#include <linux/input.h>
#include <linux/slab.h>

#include "text.h"

struct pointer {
	struct efi_text text;
	struct input_dev *input;
	struct efi_absolute_pointer_mode mode;	/* for tablets */
};

static void epointer_report_movement(struct efi_text *t)
{
	struct input_dev *input = container_of(t, struct pointer, text)->input;
	const struct efi_simple_pointer_state *s = t->input->virt;

	input_report_rel(input, REL_X, s->relative_movement_x);
	input_report_rel(input, REL_Y, s->relative_movement_y);
	input_report_rel(input, REL_WHEEL, -s->relative_movement_z);
	input_report_key(input, BTN_LEFT, s->left_button);
	input_report_key(input, BTN_RIGHT, s->right_button);
	input_sync(input);
}

/*
 * The values of input events have 32 bits. Larger values are scaled down to 16
 * bits.
 */
static int epointer_scale(u64 value,
			  const struct efi_absolute_pointer_mode *mode)
{
	u64 max = max(mode->absolute_max_x, mode->absolute_max_y);

	while (max > U16_MAX) {
		max >>= 1;
		value >>= 1;
	}
	return value;
}

static void epointer_report_position(struct efi_text *t)
{
	struct pointer *p = container_of(t, struct pointer, text);
	struct input_dev *input = p->input;
	const struct efi_absolute_pointer_state *s = t->input->virt;

	input_report_abs(input, ABS_X, epointer_scale(s->current_x, &p->mode));
	input_report_abs(input, ABS_Y, epointer_scale(s->current_y, &p->mode));
	input_report_key(input, BTN_LEFT,
			 s->active_buttons & EFI_ABSP_TOUCH_ACTIVE);
	input_report_key(input, BTN_RIGHT,
			 s->active_buttons & EFI_ABS_ALT_ACTIVE);
	input_sync(input);
}

static const struct efi_text_ops mouse_ops = {
	.read	= epointer_report_movement,
};

static const struct efi_text_ops tablet_ops = {
	.read	= epointer_report_position,
};

static void epointer_set_up_mouse(struct input_dev *input)
{
	input->name = "EFI mouse";
	input_set_capability(input, EV_REL, REL_X);
	input_set_capability(input, EV_REL, REL_Y);
	input_set_capability(input, EV_REL, REL_WHEEL);
}

static int epointer_set_up_tablet(struct pointer *p, struct input_dev *input)
{
	struct efi_absolute_pointer_mode *m = &p->mode;
	int ret;

	ret = efi_protocol_read(p->text.pointer, m, sizeof(*m),
				offsetof(union efi_absolute_pointer_protocol, mode),
				0);
	if (ret)
		return ret;
	input->name = "EFI tablet";
	input_set_abs_params(input, ABS_X, epointer_scale(m->absolute_min_x, m),
			     epointer_scale(m->absolute_max_x, m), 0, 0);
	input_set_abs_params(input, ABS_Y, epointer_scale(m->absolute_min_y, m),
			     epointer_scale(m->absolute_max_y, m), 0, 0);
	return 0;
}

static int epointer_open(struct input_dev *input)
{
	efi_text_listen(input_get_drvdata(input), true);
	return 0;
}

static void epointer_close(struct input_dev *input)
{
	efi_text_listen(input_get_drvdata(input), false);
}

static int epointer_register_input(struct pointer *p, bool is_tablet)
{
	struct efi_text *text = &p->text;
	struct input_dev *input = input_allocate_device();
	int ret = 0;

	if (!input)
		return -ENOMEM;
	input->phys = dev_name(&text->edev->dev);
	input->id.bustype = BUS_HOST;
	input->dev.parent = &text->edev->dev;
	input->open = epointer_open;
	input->close = epointer_close;
	input_set_capability(input, EV_KEY, BTN_LEFT);
	input_set_capability(input, EV_KEY, BTN_RIGHT);
	if (is_tablet)
		ret = epointer_set_up_tablet(p, input);
	else
		epointer_set_up_mouse(input);
	input_set_drvdata(input, text);
	p->input = input;
	ret = ret ?: input_register_device(input);
	if (ret)
		input_free_device(input);
	return ret;
}

static const efi_guid_t absolute = EFI_ABSOLUTE_POINTER_PROTOCOL_GUID;
static const efi_guid_t simple = EFI_SIMPLE_POINTER_PROTOCOL_GUID;

static int epointer_probe(struct efi_device *edev,
			  const struct efi_device_id *id)
{
	bool is_tablet = efi_device_has_protocol(edev, &absolute);
	struct efi_text *text;
	struct pointer *p;
	int ret;

	/*
	 * Without a path, it is the console splitter's handle for all pointers.
	 */
	if (!edev->path)
		return -ENODEV;
	p = devm_kzalloc(&edev->dev, sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	text = &p->text;
	text->edev = edev;
	text->ops = is_tablet ? &tablet_ops : &mouse_ops;
	text->is_tablet = is_tablet;
	text->pointer_event = is_tablet ?
		offsetof(union efi_absolute_pointer_protocol, wait_for_input) :
		offsetof(union efi_simple_pointer_protocol, wait_for_input);
	text->input = efi_buffer_alloc(edev, 2 * EFI_TEXT_INPUT, 0, 0);
	if (IS_ERR(text->input))
		return PTR_ERR(text->input);
	text->pointer = efi_protocol_open(edev,
					  is_tablet ? &absolute : &simple,
					  EFI_TPL_APPLICATION);
	if (IS_ERR(text->pointer))
		return PTR_ERR(text->pointer);
	efi_device_set_drvdata(edev, p);
	ret = epointer_register_input(p, is_tablet);
	if (ret)
		return ret;
	efi_text_add(text);
	return 0;
}

static void epointer_remove(struct efi_device *edev)
{
	struct pointer *p = efi_device_get_drvdata(edev);

	efi_text_remove(&p->text);
	input_unregister_device(p->input);
}

static const struct efi_device_id ids[] = {
	{ EFI_ABSOLUTE_POINTER_PROTOCOL_GUID },
	{ EFI_SIMPLE_POINTER_PROTOCOL_GUID },
	{ }
};

static struct efi_driver pointer_driver = {
	.driver.name	= "efi-pointer",
	.id_table	= ids,
	.probe		= epointer_probe,
	.remove		= epointer_remove,
};

static int __init epointer_init(void)
{
	return efi_driver_register(&pointer_driver);
}
device_initcall(epointer_init);
