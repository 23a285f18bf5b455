// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/hvc*: a tty for each terminal of the firmware
 *
 * A handle with text output is a terminal; most have text input, too. hvc0 is
 * the first terminal that is part of the firmware's own console. If Linux has a
 * screen, the firmware's text console on a screen is not used. If not, it is a
 * terminal like the others, and also shows the kernel messages. ConOut, which
 * writes to all terminals, is used by the boot console. It is also a terminal
 * itself, as long as the firmware has no other one.
 *
 * hvc calls this driver in any context and with locks held, but firmware calls
 * sleep. Therefore there is a ring in each direction. The thread in text.c
 * moves the data between the rings and the firmware. In a panic the thread does
 * not run, so output is passed to the firmware at once. When a terminal is
 * removed, the driver waits until its output has been written, with a timeout.
 */
#define pr_fmt(fmt) "efi-console: " fmt

#include <linux/console.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kfifo.h>
#include <linux/mutex.h>
#include <linux/panic.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include <efi-mode/early-console.h>
#include <efi-mode/time-limits.h>

#include "../../tty/hvc/hvc_console.h"
#include "text.h"

#define VTERMNO		0x45464900	/* "EFI"; a number is added */
#define MAX_TERMINALS	HVC_ALLOC_TTY_ADAPTERS
#define OUT_SIZE	SZ_64K
#define IN_SIZE		SZ_4K
#define OUTBUF_SIZE	256

/* Memory whose address is passed to the firmware */
struct shared {
	efi_char16_t text[EFI_VT_TEXT + 1];
	unsigned long columns, rows;
};

struct terminal {
	struct efi_text text;
	struct efi_vt vt;
	struct efi_protocol *out;
	struct efi_buffer *buffer;
	struct shared *shared;
	unsigned int columns, rows, column, row;
	unsigned int number;		/* in @terminals */
	struct hvc_struct *hvc;
	bool in_console;		/* part of ConOut */
	bool leaving;			/* must not be opened any more */
	bool writing;			/* output has left the ring */
	DECLARE_KFIFO_PTR(to, u8);
	DECLARE_KFIFO_PTR(from, u8);
};

/*
 * Kinds of handles that become terminals. Each value includes the previous
 * ones. The boot goes on to the next value if there is no terminal so far.
 */
static enum {
	TAKE_TERMINALS,
	TAKE_SCREENS,		/* no screen driver has taken them */
	TAKE_ANY,
} taken;

static struct terminal *terminals[MAX_TERMINALS];
/* Protects @terminals and all rings */
static DEFINE_SPINLOCK(lock);

/* Serializes open and remove. Not held while a tty is hung up. */
static DEFINE_MUTEX(open_mutex);

/* Serializes the assignment of hvc numbers */
static DEFINE_MUTEX(order_mutex);
static bool in_order;

/* The terminal on a screen, if another terminal is hvc0 */
static struct terminal *screen;

/*
 * Call a function of the firmware's text output. In a panic the call does not
 * sleep.
 */
#define out_call(t, func, ...) do {					\
	efi_status_t __status;						\
									\
	efi_protocol_call_flags(panic_in_progress() ? EFI_CALL_PANIC : 0, \
				(t)->out, &__status,			\
				efi_simple_text_output_protocol_t,	\
				func, ##__VA_ARGS__);			\
} while (0)

static struct terminal *econ_from_vt(struct efi_vt *vt)
{
	return container_of(vt, struct terminal, vt);
}

static void econ_vt_text(struct efi_vt *vt, const u16 *s, unsigned int len)
{
	struct terminal *t = econ_from_vt(vt);

	memcpy(t->shared->text, s, len * sizeof(*s));
	t->shared->text[len] = 0;
	out_call(t, output_string, efi_phys(t->shared->text));
}

static void econ_vt_move(struct efi_vt *vt, unsigned int column,
			 unsigned int row)
{
	out_call(econ_from_vt(vt), set_cursor_position, column, row);
}

/* In a panic the position cannot be read, so the last one is returned. */
static void econ_vt_where(struct efi_vt *vt, unsigned int *column,
			  unsigned int *row, unsigned int *columns,
			  unsigned int *rows)
{
	struct terminal *t = econ_from_vt(vt);
	efi_simple_text_output_mode_t mode;

	if (!panic_in_progress() &&
	    !efi_protocol_read(t->out, &mode, sizeof(mode),
			       offsetof(efi_simple_text_output_protocol_t,
					mode), 0)) {
		t->column = clamp(mode.cursor_column, 0, (int)t->columns - 1);
		t->row = clamp(mode.cursor_row, 0, (int)t->rows - 1);
	}
	*column = t->column;
	*row = t->row;
	*columns = t->columns;
	*rows = t->rows;
}

static void econ_vt_attribute(struct efi_vt *vt, u8 attribute)
{
	out_call(econ_from_vt(vt), set_attribute, attribute);
}

static void econ_vt_clear(struct efi_vt *vt)
{
	out_call(econ_from_vt(vt), clear_screen);
}

static void vt_show(struct efi_vt *vt, bool visible)
{
	out_call(econ_from_vt(vt), enable_cursor, visible);
}

static void econ_put_input(struct terminal *t, const void *s, unsigned int len)
{
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	kfifo_in(&t->from, s, len);
	spin_unlock_irqrestore(&lock, flags);
	hvc_kick();
}

static void econ_vt_reply(struct efi_vt *vt, const char *s, unsigned int len)
{
	econ_put_input(econ_from_vt(vt), s, len);
}

static const struct efi_vt_ops vt_ops = {
	.text		= econ_vt_text,
	.move		= econ_vt_move,
	.where		= econ_vt_where,
	.attribute	= econ_vt_attribute,
	.clear		= econ_vt_clear,
	.show		= vt_show,
	.reply		= econ_vt_reply,
};

/*
 * The firmware may have changed the mode of the terminal since it was last
 * read.
 */
static int econ_query_size(struct terminal *t)
{
	efi_simple_text_output_mode_t mode = {};
	struct shared *s = t->shared;
	efi_status_t status;
	int ret;

	ret = efi_protocol_read(t->out, &mode, sizeof(mode),
				offsetof(efi_simple_text_output_protocol_t,
					 mode), 0);
	if (ret)
		return ret;
	ret = efi_protocol_call(t->out, &status,
				efi_simple_text_output_protocol_t, query_mode,
				mode.mode, efi_phys(&s->columns),
				efi_phys(&s->rows));
	if (ret)
		return ret;
	if (status != EFI_SUCCESS || s->columns < 2 || !s->rows) {
		/*
		 * Mode 0, which every console supports: UEFI 2.10, section 12.4
		 */
		s->columns = 80;
		s->rows = 25;
	}
	t->columns = s->columns;
	t->rows = s->rows;
	return 0;
}

/* Between the rings and the firmware */

static unsigned int econ_take_output(struct terminal *t, u8 *buf,
				     unsigned int size)
{
	unsigned long flags;
	unsigned int n;

	spin_lock_irqsave(&lock, flags);
	n = kfifo_out(&t->to, buf, size);
	spin_unlock_irqrestore(&lock, flags);
	return n;
}

/* Write one piece of output. Return: true if there was one */
static bool econ_write_output(struct terminal *t)
{
	static u8 buf[256];	/* used by the thread, or in a panic */
	unsigned int n;

	WRITE_ONCE(t->writing, true);
	n = econ_take_output(t, buf, sizeof(buf));
	if (n)
		efi_vt_write(&t->vt, buf, n);
	WRITE_ONCE(t->writing, false);
	return n;
}

static bool econ_work(struct efi_text *text)
{
	struct terminal *t = container_of(text, struct terminal, text);
	bool some = econ_write_output(t);

	/* If the tty had no room for all input, it may have room now. */
	if (some || !kfifo_is_empty(&t->from))
		hvc_kick();
	return some;
}

/* If the tty does not take its input, the rest stays in the firmware. */
static bool econ_has_room(struct efi_text *text)
{
	struct terminal *t = container_of(text, struct terminal, text);

	return kfifo_avail(&t->from) > EFI_VT_KEY_MAX;
}

/*
 * Serial terminals of the firmware return control characters. Other devices may
 * return a letter, and report that Ctrl is held.
 */
static u16 econ_with_control(const struct efi_key_data *k)
{
	u16 c = k->key.unicode_char;
	u32 state = k->key_state.key_shift_state;

	if (!(state & EFI_SHIFT_STATE_VALID) ||
	    !(state & (EFI_LEFT_CONTROL_PRESSED | EFI_RIGHT_CONTROL_PRESSED)) ||
	    c < '@' || c > 'z' || c == '`')
		return c;
	return c & 0x1f;
}

static void econ_take_key(struct efi_text *text, const struct efi_key_data *k)
{
	struct terminal *t = container_of(text, struct terminal, text);
	u8 bytes[EFI_VT_KEY_MAX];

	econ_put_input(t, bytes,
		       efi_vt_key(k->key.scan_code, econ_with_control(k),
				  bytes));
}

static const struct efi_text_ops text_ops = {
	.work		= econ_work,
	.has_room	= econ_has_room,
	.key		= econ_take_key,
};

/* hvc */

/* Called with @lock held */
static struct terminal *econ_find(u32 vtermno)
{
	return terminals[vtermno - VTERMNO];
}

static ssize_t econ_put_chars(u32 vtermno, const u8 *buf, size_t count)
{
	struct terminal *t;
	unsigned long flags;
	unsigned int n = count;

	spin_lock_irqsave(&lock, flags);
	t = econ_find(vtermno);
	/*
	 * Drop the output if the firmware has been stopped. Nothing would ever
	 * take it.
	 */
	if (efi_mode_is_stopped())
		t = NULL;
	if (t)
		n = kfifo_in(&t->to, buf, count);
	spin_unlock_irqrestore(&lock, flags);
	if (!t)
		return count;

	if (panic_in_progress()) {
		/*
		 * If not all of it fits, hvc calls again, when there is room.
		 */
		while (econ_write_output(t))
			;
		return n ?: -EAGAIN;
	}
	efi_text_wake();
	return n;
}

static ssize_t econ_get_chars(u32 vtermno, u8 *buf, size_t count)
{
	struct terminal *t;
	unsigned long flags;
	unsigned int n = 0;

	spin_lock_irqsave(&lock, flags);
	t = econ_find(vtermno);
	if (t)
		n = kfifo_out(&t->from, buf, count);
	spin_unlock_irqrestore(&lock, flags);
	return n;
}

static void econ_begin_use(struct hvc_struct *hp, struct terminal *t)
{
	struct winsize ws = {};

	ws.ws_col = t->columns;
	ws.ws_row = t->rows;
	/* Set the size here, because hvc_resize() needs a tty. */
	hvc_resize(hp, ws);
	/* hvc need not poll, because hvc_kick() is called for each input. */
	hp->irq_requested = 1;
	efi_text_listen(&t->text, true);
}

static int econ_notifier_add(struct hvc_struct *hp, int number)
{
	struct terminal *t;
	int ret = -ENODEV;

	mutex_lock(&open_mutex);
	t = terminals[number];
	/* A process that has a hung-up tty open can open it again. */
	if (t && !t->leaving) {
		econ_begin_use(hp, t);
		ret = 0;
	}
	mutex_unlock(&open_mutex);
	return ret;
}

static void econ_notifier_del(struct hvc_struct *hp, int number)
{
	struct terminal *t;

	hp->irq_requested = 0;
	mutex_lock(&open_mutex);
	t = terminals[number];
	if (t)
		efi_text_listen(&t->text, false);
	mutex_unlock(&open_mutex);
}

static const struct hv_ops hvc_ops = {
	.get_chars	= econ_get_chars,
	.put_chars	= econ_put_chars,
	.notifier_add	= econ_notifier_add,
	.notifier_del	= econ_notifier_del,
	.notifier_hangup = econ_notifier_del,
};

static void econ_add_hvc(struct terminal *t)
{
	struct hvc_struct *hvc;

	hvc = hvc_alloc(VTERMNO + t->number, t->number, &hvc_ops, OUTBUF_SIZE);
	if (IS_ERR(hvc)) {
		dev_err(&t->text.edev->dev, "cannot allocate an hvc: error %ld\n", PTR_ERR(hvc));
		return;
	}
	t->hvc = hvc;
	dev_info(&t->text.edev->dev, "hvc%d: %u columns, %u rows\n", hvc->index,
		 t->columns, t->rows);
}

/* Kernel messages on a screen that is not hvc0: hvc has only one console */

static void econ_screen_write(struct console *con, const char *s,
			      unsigned int n)
{
	unsigned int len;

	while (n) {
		len = strnchrnul(s, n, '\n') - s;
		if (len)
			econ_put_chars(VTERMNO + screen->number, s, len);
		s += len;
		n -= len;
		if (n) {
			econ_put_chars(VTERMNO + screen->number, "\r\n", 2);
			s++;
			n--;
		}
	}
}

static struct console screen_console = {
	.name	= "efi",
	.write	= econ_screen_write,
	.index	= 0,
};

/* The console prints all messages again, so clear those of the boot console. */
static void econ_add_screen(struct terminal *t)
{
	static const char clear[] = "\e[H\e[2J";

	if (screen || t->hvc->index == 0)
		return;
	econ_put_chars(VTERMNO + t->number, clear, sizeof(clear) - 1);
	screen = t;
	screen_console.flags = CON_PRINTBUFFER | CON_ENABLED;
	register_console(&screen_console);
}

/* The bus */

static bool econ_is_screen(struct efi_device *edev)
{
	const efi_guid_t gop = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;

	return efi_device_has_protocol(edev, &gop);
}

static bool econ_have_terminals(void)
{
	unsigned int i;

	for (i = 0; i < MAX_TERMINALS; i++)
		if (READ_ONCE(terminals[i]))
			return true;
	return false;
}

/*
 * A handle without a path is not a device: it is the console splitter's handle
 * for all terminals.
 */
static bool econ_is_terminal(struct efi_device *edev)
{
	if (!edev->path)
		return taken >= TAKE_ANY && !econ_have_terminals() &&
		       edev->handle == efi_mode_systab()->con_out_handle;
	return taken >= TAKE_SCREENS || !econ_is_screen(edev);
}

static int econ_take_number(struct terminal *t)
{
	unsigned long flags;
	int ret = -ENOSPC;

	spin_lock_irqsave(&lock, flags);
	for (t->number = 0; t->number < MAX_TERMINALS; t->number++) {
		if (terminals[t->number])
			continue;
		terminals[t->number] = t;
		ret = 0;
		break;
	}
	spin_unlock_irqrestore(&lock, flags);
	return ret;
}

static void econ_give_back(struct terminal *t)
{
	unsigned long flags;

	mutex_lock(&open_mutex);
	spin_lock_irqsave(&lock, flags);
	if (terminals[t->number] == t)
		terminals[t->number] = NULL;
	spin_unlock_irqrestore(&lock, flags);
	mutex_unlock(&open_mutex);
	kfifo_free(&t->from);
	kfifo_free(&t->to);
}

static int econ_open_terminal(struct terminal *t)
{
	const efi_guid_t out = EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL_GUID;
	const efi_guid_t in_console = EFI_CONSOLE_OUT_DEVICE_GUID;
	struct efi_device *edev = t->text.edev;
	int ret;

	t->in_console = efi_device_has_protocol(edev, &in_console);
	t->out = efi_protocol_open(edev, &out, EFI_TPL_CALLBACK);
	if (IS_ERR(t->out))
		return PTR_ERR(t->out);
	t->buffer = efi_buffer_alloc(edev, sizeof(*t->shared), 0, 0);
	if (IS_ERR(t->buffer))
		return PTR_ERR(t->buffer);
	t->shared = t->buffer->virt;
	efi_vt_init(&t->vt, &vt_ops);
	ret = econ_query_size(t);
	return ret ?: efi_text_open_input(&t->text, true);
}

static int econ_probe(struct efi_device *edev, const struct efi_device_id *id)
{
	struct terminal *t;
	int ret;

	if (!econ_is_terminal(edev))
		return -ENODEV;
	t = devm_kzalloc(&edev->dev, sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	t->text.edev = edev;
	t->text.ops = &text_ops;
	ret = econ_open_terminal(t);
	if (ret)
		return ret;
	efi_text_make_room(&t->text);
	if (kfifo_alloc(&t->to, OUT_SIZE, GFP_KERNEL) ||
	    kfifo_alloc(&t->from, IN_SIZE, GFP_KERNEL))
		ret = -ENOMEM;
	ret = ret ?: econ_take_number(t);
	if (ret) {
		kfifo_free(&t->from);
		kfifo_free(&t->to);
		return ret;
	}
	efi_device_set_drvdata(edev, t);
	efi_text_add(&t->text);

	mutex_lock(&order_mutex);
	if (in_order) {
		econ_add_hvc(t);
		if (t->hvc && econ_is_screen(edev))
			econ_add_screen(t);
	}
	mutex_unlock(&order_mutex);
	return 0;
}

static void econ_drain(struct terminal *t)
{
	unsigned int ms;

	for (ms = 0; ms < EFI_MODE_DRAIN_TIMEOUT_MS;
	     ms += EFI_MODE_DRAIN_POLL_MS) {
		if (kfifo_is_empty(&t->to) && !READ_ONCE(t->writing))
			break;
		msleep(EFI_MODE_DRAIN_POLL_MS);
	}
}

/*
 * At a reboot or power-off, the processes that hvc_remove() would hang up do
 * not run any more.
 */
static void econ_remove(struct efi_device *edev)
{
	struct terminal *t = efi_device_get_drvdata(edev);

	if (screen == t) {
		unregister_console(&screen_console);
		screen = NULL;
	}
	if (!READ_ONCE(edev->gone))
		econ_drain(t);
	mutex_lock(&open_mutex);
	t->leaving = true;
	mutex_unlock(&open_mutex);
	if (t->hvc && system_state <= SYSTEM_RUNNING)
		hvc_remove(t->hvc);
	efi_text_listen(&t->text, false);
	efi_text_remove(&t->text);
	econ_give_back(t);
}

static const struct efi_device_id ids[] = {
	{ EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL_GUID },
	{ }
};

static struct efi_driver console_driver = {
	.driver.name	= "efi-console",
	.id_table	= ids,
	.probe		= econ_probe,
	.remove		= econ_remove,
};

/* The terminals of the firmware's console get the first numbers. */
static void __init econ_add_all_hvcs(void)
{
	unsigned int pass, i;

	mutex_lock(&order_mutex);
	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < MAX_TERMINALS; i++)
			if (terminals[i] && terminals[i]->in_console == !pass)
				econ_add_hvc(terminals[i]);
	in_order = true;
	mutex_unlock(&order_mutex);
}

/*
 * This runs before Linux has a screen of its own. The boot console, which also
 * writes to the firmware's screen, has been unregistered by then.
 */
static int __init econ_init_terminals(void)
{
	int ret = efi_driver_register(&console_driver);

	if (ret)
		return ret;
	econ_add_all_hvcs();
	return 0;
}
fs_initcall_sync(econ_init_terminals);

/* Runs after all screen drivers have been initialized */
static int __init econ_init_screens(void)
{
	int ret;

	if (efi_mode_has_screen()) {
		efi_mode_end_early_console();
		return 0;
	}
	for (taken = TAKE_SCREENS; taken <= TAKE_ANY; taken++) {
		ret = driver_attach(&console_driver.driver);
		if (ret || econ_have_terminals())
			break;
	}
	if (!econ_have_terminals())
		pr_notice("the firmware has no terminal\n");
	return ret;
}
late_initcall(econ_init_screens);
