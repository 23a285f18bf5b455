// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/hvc0: a tty on firmware's text console
 *
 * ConOut and ConIn are what firmware has made of all its screens, keyboards and
 * serial ports. hvc calls from any context and with locks held; firmware calls
 * sleep. So there is a ring in each direction, and one thread between the rings
 * and firmware. It polls for keys while the tty is open, since key events would
 * come no sooner: firmware polls, too.
 *
 * When the kernel dies there is no thread any more, and what is written goes to
 * firmware at once. When it ends, what has been written is given time to get there.
 */
#define pr_fmt(fmt) "efi-console: " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/irq_work.h>
#include <linux/kfifo.h>
#include <linux/kthread.h>
#include <linux/panic.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include <efi-mode/firmware.h>

#include "../tty/hvc/hvc_console.h"
#include "vt.h"

#define VTERMNO		0x454649	/* "EFI" */
#define OUT_SIZE	SZ_64K
#define IN_SIZE		SZ_4K
#define OUTBUF_SIZE	256
#define POLL_MS		20	/* as often as firmware looks, or nearly */
#define DRAIN_MS	2000

/* What firmware gets the address of */
struct shared {
	efi_char16_t text[EFI_VT_TEXT + 1];
	efi_input_key_t key;
	unsigned long columns, rows;
};

static struct {
	struct efi_vt vt;
	struct shared *shared;
	const efi_simple_text_output_mode_t *mode;
	phys_addr_t con_in, con_out;
	unsigned int columns, rows;
	struct hvc_struct *hvc;
	struct task_struct *thread;
	wait_queue_head_t wait;
	struct efi_mode_poller poller;
	struct irq_work wake;
	bool writing;			/* something that is in no ring any more */
	bool released;			/* no calls any more, but of a dying kernel */
	spinlock_t lock;		/* of the rings */
	DECLARE_KFIFO_PTR(out, u8);
	DECLARE_KFIFO_PTR(in, u8);
	unsigned int opens;
} console;

/* All calls of a dying kernel are of the kind that does not sleep */
#define con_out_call(func, ...)						\
	(panic_in_progress() ?						\
	 efi_mode_proto_call(efi_mode_call_panic,			\
			     efi_simple_text_output_protocol_t,		\
			     console.con_out, func, ##__VA_ARGS__) :	\
	 efi_mode_proto_call(efi_mode_call,				\
			     efi_simple_text_output_protocol_t,		\
			     console.con_out, func, ##__VA_ARGS__))

static void vt_text(struct efi_vt *vt, const u16 *s, unsigned int len)
{
	memcpy(console.shared->text, s, len * sizeof(*s));
	console.shared->text[len] = 0;
	con_out_call(output_string, virt_to_phys(console.shared->text));
}

static void vt_move(struct efi_vt *vt, unsigned int column, unsigned int row)
{
	con_out_call(set_cursor_position, column, row);
}

static void vt_where(struct efi_vt *vt, unsigned int *column,
		     unsigned int *row, unsigned int *columns,
		     unsigned int *rows)
{
	*columns = console.columns;
	*rows = console.rows;
	*column = clamp(console.mode->cursor_column, 0,
			(int)console.columns - 1);
	*row = clamp(console.mode->cursor_row, 0, (int)console.rows - 1);
}

static void vt_attribute(struct efi_vt *vt, u8 attribute)
{
	con_out_call(set_attribute, attribute);
}

static void vt_clear(struct efi_vt *vt)
{
	con_out_call(clear_screen);
}

static void vt_show(struct efi_vt *vt, bool visible)
{
	con_out_call(enable_cursor, visible);
}

static void vt_reply(struct efi_vt *vt, const char *s, unsigned int len)
{
	unsigned long flags;

	spin_lock_irqsave(&console.lock, flags);
	kfifo_in(&console.in, s, len);
	spin_unlock_irqrestore(&console.lock, flags);
}

static const struct efi_vt_ops vt_ops = {
	.text		= vt_text,
	.move		= vt_move,
	.where		= vt_where,
	.attribute	= vt_attribute,
	.clear		= vt_clear,
	.show		= vt_show,
	.reply		= vt_reply,
};

/* Firmware may have changed its mode since */
static void query_size(void)
{
	struct shared *s = console.shared;
	efi_status_t status;

	status = con_out_call(query_mode, console.mode->mode,
			      virt_to_phys(&s->columns),
			      virt_to_phys(&s->rows));
	if (status != EFI_SUCCESS || s->columns < 2 || !s->rows) {
		/* The one mode that every console has */
		s->columns = 80;
		s->rows = 25;
	}
	console.columns = s->columns;
	console.rows = s->rows;
}

static unsigned int take_output(u8 *buf, unsigned int size)
{
	unsigned long flags;
	unsigned int n;

	spin_lock_irqsave(&console.lock, flags);
	n = kfifo_out(&console.out, buf, size);
	spin_unlock_irqrestore(&console.lock, flags);
	return n;
}

static bool write_output(void)
{
	static u8 buf[256];	/* one thread, or a dying kernel */
	unsigned int n;
	bool some = false;

	WRITE_ONCE(console.writing, true);
	while ((n = take_output(buf, sizeof(buf)))) {
		efi_vt_write(&console.vt, buf, n);
		some = true;
	}
	WRITE_ONCE(console.writing, false);
	return some;
}

static bool read_key(void)
{
	efi_input_key_t *key = &console.shared->key;
	u8 bytes[EFI_VT_KEY_MAX];
	efi_status_t status;
	unsigned long flags;
	unsigned int n;

	status = efi_mode_proto_call(efi_mode_call,
				     efi_simple_text_input_protocol_t,
				     console.con_in, read_keystroke,
				     virt_to_phys(key));
	if (status != EFI_SUCCESS)
		return false;

	n = efi_vt_key(key->scan_code, key->unicode_char, bytes);
	spin_lock_irqsave(&console.lock, flags);
	kfifo_in(&console.in, bytes, n);
	spin_unlock_irqrestore(&console.lock, flags);
	return true;
}

/* As long as the tty has not taken what is there, firmware keeps the rest */
static bool read_input(void)
{
	bool some = false;

	while (kfifo_avail(&console.in) > EFI_VT_KEY_MAX && read_key())
		some = true;
	return some || !kfifo_is_empty(&console.in);
}

static bool has_output(void)
{
	return !kfifo_is_empty(&console.out);
}

static bool wants_keys(void)
{
	return READ_ONCE(console.opens) && console.con_in;
}

static void wait_for_work(void)
{
	unsigned long timeout = MAX_SCHEDULE_TIMEOUT;

	if (wants_keys())
		timeout = efi_mode_poll_timeout(&console.poller);
	wait_event_idle_timeout(console.wait,
				has_output() || kthread_should_stop() ||
				(wants_keys() &&
				 READ_ONCE(console.poller.due)),
				timeout);
	WRITE_ONCE(console.poller.due, false);
}

static int console_thread(void *unused)
{
	bool kick;

	/* If firmware stops there is no console any more, only the log */
	while (!kthread_should_stop() && !efi_mode_is_stopped() &&
	       !READ_ONCE(console.released)) {
		kick = write_output();
		if (wants_keys())
			kick |= read_input();
		if (kick)
			hvc_kick();
		wait_for_work();
	}
	return 0;
}

/* Messages come from under the scheduler's locks, too, where none can be woken */
static void wake_thread(struct irq_work *work)
{
	wake_up(&console.wait);
}

static ssize_t put_chars(u32 vtermno, const u8 *buf, size_t count)
{
	unsigned long flags;
	unsigned int n;

	/* Nobody is to wait for a console that has gone */
	if (efi_mode_is_stopped() ||
	    (console.released && !panic_in_progress()))
		return count;

	spin_lock_irqsave(&console.lock, flags);
	n = kfifo_in(&console.out, buf, count);
	spin_unlock_irqrestore(&console.lock, flags);

	if (panic_in_progress()) {
		/* What does not fit now fits after that */
		write_output();
		return n ?: -EAGAIN;
	}

	irq_work_queue(&console.wake);
	return n;
}

static ssize_t get_chars(u32 vtermno, u8 *buf, size_t count)
{
	unsigned long flags;
	unsigned int n;

	spin_lock_irqsave(&console.lock, flags);
	n = kfifo_out(&console.in, buf, count);
	spin_unlock_irqrestore(&console.lock, flags);
	return n;
}

static int notifier_add(struct hvc_struct *hp, int irq)
{
	struct winsize ws = {
		.ws_col = console.columns,
		.ws_row = console.rows,
	};

	/* A size that is set before there is a tty goes nowhere */
	hvc_resize(hp, ws);
	if (!console.opens++)
		efi_mode_poll_start(&console.poller);
	wake_up(&console.wait);
	return 0;
}

static void notifier_del(struct hvc_struct *hp, int irq)
{
	if (!--console.opens)
		efi_mode_poll_stop(&console.poller);
}

static const struct hv_ops console_ops = {
	.get_chars	= get_chars,
	.put_chars	= put_chars,
	.notifier_add	= notifier_add,
	.notifier_del	= notifier_del,
	.notifier_hangup = notifier_del,
};

/*
 * Firmware holds nothing of the console's, and makes its own mode and attributes
 * as they were. Calls that are under way are not waited for: one may not return.
 */
static int release(struct notifier_block *nb, unsigned long unused, void *data)
{
	unsigned int ms;

	for (ms = 0; ms < DRAIN_MS; ms += POLL_MS) {
		if (!has_output() && !READ_ONCE(console.writing))
			break;
		msleep(POLL_MS);
	}
	WRITE_ONCE(console.released, true);
	return NOTIFY_DONE;
}

/* The last, so that the others can say something */
static struct notifier_block release_nb = {
	.notifier_call	= release,
	.priority	= INT_MIN,
};

static int __init console_init_efi(void)
{
	const efi_system_table_t *systab = efi_mode_systab();
	efi_simple_text_output_protocol_t *con_out;
	int ret = -ENOMEM;

	if (!systab->con_out) {
		pr_info("the firmware has no console\n");
		return -ENODEV;
	}
	console.con_out = (unsigned long)systab->con_out;
	console.con_in = (unsigned long)systab->con_in;
	init_irq_work(&console.wake, wake_thread);
	spin_lock_init(&console.lock);
	init_waitqueue_head(&console.wait);
	console.poller.wait = &console.wait;
	console.poller.every = msecs_to_jiffies(POLL_MS);

	console.shared = kzalloc(sizeof(*console.shared), GFP_KERNEL);
	if (!console.shared ||
	    kfifo_alloc(&console.out, OUT_SIZE, GFP_KERNEL) ||
	    kfifo_alloc(&console.in, IN_SIZE, GFP_KERNEL))
		goto free;

	con_out = memremap(console.con_out, sizeof(*con_out), MEMREMAP_WB);
	if (!con_out)
		goto free;
	console.mode = memremap((unsigned long)con_out->mode,
				sizeof(*console.mode), MEMREMAP_WB);
	memunmap(con_out);
	if (!console.mode)
		goto free;

	efi_vt_init(&console.vt, &vt_ops);
	query_size();

	console.thread = kthread_create(console_thread, NULL, "efi-console");
	if (IS_ERR(console.thread)) {
		ret = PTR_ERR(console.thread);
		goto unmap;
	}
	/* A key must not wait for what is computed */
	sched_set_fifo_low(console.thread);
	wake_up_process(console.thread);

	console.hvc = hvc_alloc(VTERMNO, 1, &console_ops, OUTBUF_SIZE);
	if (IS_ERR(console.hvc)) {
		ret = PTR_ERR(console.hvc);
		kthread_stop(console.thread);
		goto unmap;
	}
	efi_mode_register_release(&release_nb);
	pr_info("%u columns, %u rows\n", console.columns, console.rows);
	return 0;

unmap:
	memunmap((void *)console.mode);
free:
	kfifo_free(&console.in);
	kfifo_free(&console.out);
	kfree(console.shared);
	pr_err("cannot set up the console: %d\n", ret);
	return ret;
}
device_initcall(console_init_efi);
