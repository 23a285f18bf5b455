// SPDX-License-Identifier: GPL-2.0-only
/*
 * The thread that reads and writes the firmware's text devices
 *
 * It writes output in pieces, so that no terminal delays the others or the
 * keys. When a poll is due, it reads all devices that have a listener until no
 * device has more input.
 *
 * Text input must be called at TPL_APPLICATION (UEFI 2.10, section 7.1). Each
 * handle is a device of its own. It is read through one of its two protocols,
 * never both, because they share one queue in some firmware and have separate
 * queues in other firmware. For the same reason, the console splitter's handle
 * for all keyboards is not read.
 *
 * While Linux is idle, the thread sleeps, and the resident half checks the
 * events of the devices.
 *
 * A read function should return at once. If it blocks until a key is pressed,
 * no other task can call the firmware meanwhile, and the call cannot be
 * cancelled. Therefore, if a device blocks twice in a row, the thread reads it
 * in another way from then on, or not at all if no way is left.
 */
#define pr_fmt(fmt) "efi-text: " fmt

#include <linux/err.h>
#include <linux/init.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/wait.h>

#include <asm/tsc.h>

#include <efi-mode/time-limits.h>

#include "text.h"

#define MAX_TOGETHER	32	/* devices that are read with one switch */
#define MAX_ROUNDS	64	/* keys per device and poll */
#define PROMPT		3	/* prompt calls in a row: does not block */

static LIST_HEAD(devices);
/* Protects the list, and serializes the thread's work on it with its users */
static DEFINE_MUTEX(devices_mutex);

static DECLARE_WAIT_QUEUE_HEAD(wait);
static struct efi_mode_poller poller = {
	.wait	= &wait,
};

static bool work_to_do;

/*
 * Separate from devices_mutex, so that opening a device does not wait for the
 * firmware
 */
static DEFINE_MUTEX(listen_mutex);
static unsigned int listeners;

/* Ways to read */

/**
 * efi_text_protocol() - get the protocol for a way to read
 * @t:		the device
 * @way:	the way to read
 *
 * Context: any.
 * Return: the protocol, or NULL if the device does not have it.
 */
static struct efi_protocol *efi_text_protocol(const struct efi_text *t,
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
 * efi_text_event_offset() - get the offset of the event for a way to read
 * @t:		the device
 * @way:	a way to read for which the device has a protocol
 *
 * Context: any.
 * Return: the offset in the interface, in bytes.
 */
static size_t efi_text_event_offset(const struct efi_text *t,
				    enum efi_text_way way)
{
	if (way == EFI_TEXT_POINTER)
		return t->pointer_event;
	if (efi_text_protocol(t, way) == t->ex)
		return offsetof(union efi_simple_text_input_ex_protocol,
				wait_for_key_ex);
	return offsetof(efi_simple_text_input_protocol_t, wait_for_key);
}

static bool etext_is_checked(enum efi_text_way way)
{
	return way == EFI_TEXT_EX_CHECKED || way == EFI_TEXT_SIMPLE_CHECKED;
}

static bool etext_is_possible(struct efi_text *t, enum efi_text_way way)
{
	if (way == EFI_TEXT_NOT)
		return true;
	if (!efi_text_protocol(t, way))
		return false;
	/* Some firmware has no event there, or a value that is not an event. */
	t->event = efi_protocol_event(efi_text_protocol(t, way),
				      efi_text_event_offset(t, way));
	return t->event || !etext_is_checked(way);
}

static void etext_set_way(struct efi_text *t, enum efi_text_way way)
{
	while (!etext_is_possible(t, way))
		way++;
	t->way = way;
	t->checked = false;
	t->slow = false;
	t->prompt = 0;
}

static void etext_give_up_way(struct efi_text *t, enum efi_text_way next,
			      const char *why)
{
	static const char * const names[] = {
		[EFI_TEXT_EX_CHECKED]	  = "SimpleTextInputEx, if its event is signalled",
		[EFI_TEXT_SIMPLE]	  = "SimpleTextInput",
		[EFI_TEXT_SIMPLE_CHECKED] = "SimpleTextInput, if its event is signalled",
		[EFI_TEXT_NOT]		  = "not at all",
	};

	etext_set_way(t, next);
	dev_warn(&t->edev->dev, FW_BUG "%s, reading from now on: %s\n", why,
		 names[t->way] ?: "");
}

/* Reading */

static void etext_fill_call(struct efi_text *t, struct efi_call *c)
{
	struct efi_protocol *protocol = efi_text_protocol(t, t->way);
	void *input = efi_phys(t->input->virt);

	if (etext_is_checked(t->way) && !t->checked) {
		*c = (struct efi_call)
			EFI_TABLE_CALL("boot services",
				       efi_mode_systab()->boottime, check_event,
				       (efi_event_t)t->event);
		return;
	}
	if (t->way == EFI_TEXT_POINTER && t->is_tablet)
		*c = (struct efi_call)
			EFI_PROTOCOL_CALL(protocol,
					  union efi_absolute_pointer_protocol,
					  get_state, input);
	else if (t->way == EFI_TEXT_POINTER)
		*c = (struct efi_call)
			EFI_PROTOCOL_CALL(protocol,
					  union efi_simple_pointer_protocol,
					  get_state, input);
	else if (protocol == t->ex)
		*c = (struct efi_call)
			EFI_PROTOCOL_CALL(protocol,
					  union efi_simple_text_input_ex_protocol,
					  read_keystroke_ex, input);
	else
		*c = (struct efi_call)
			EFI_PROTOCOL_CALL(protocol,
					  efi_simple_text_input_protocol_t,
					  read_keystroke, input);
	memset(t->input->virt, 0, EFI_TEXT_INPUT);
}

static void etext_take_event(struct efi_text *t, efi_status_t status)
{
	if (status == EFI_SUCCESS)
		t->checked = true;
	else
		t->more = false;
	if (status != EFI_SUCCESS && status != EFI_NOT_READY)
		etext_give_up_way(t, t->way + 1, "invalid key event");
}

/*
 * A key without a scan code and a character is valid if it reports modifiers,
 * which the firmware does if EFI_KEY_STATE_EXPOSED is set.
 */
static bool etext_is_empty(const struct efi_key_data *k)
{
	return !k->key.scan_code && !k->key.unicode_char &&
	       !(k->key_state.key_shift_state & ~EFI_SHIFT_STATE_VALID) &&
	       !(k->key_state.key_toggle_state & EFI_KEY_STATE_EXPOSED);
}

static void etext_take_key(struct efi_text *t, efi_status_t status)
{
	const struct efi_key_data *k = t->input->virt;
	bool ex = efi_text_protocol(t, t->way) == t->ex;

	t->checked = false;
	if (status == EFI_SUCCESS) {
		if (ex && etext_is_empty(k) && t->simple)
			etext_give_up_way(t, EFI_TEXT_SIMPLE, "empty keys from SimpleTextInputEx");
		else
			t->ops->key(t, k);
		return;
	}
	t->more = false;
	if (ex && status == EFI_UNSUPPORTED && t->simple)
		etext_give_up_way(t, EFI_TEXT_SIMPLE, "SimpleTextInputEx is not supported");
	else if (t->ops->state)
		t->ops->state(t, &k->key_state);
}

/*
 * One slow call does not count, because the firmware may have handled a new USB
 * device in the middle of it.
 */
static void etext_note_time(struct efi_text *t, unsigned int msecs)
{
	bool twice = t->slow && msecs >= EFI_MODE_TEXT_SLOW_MS;

	t->slow = msecs >= EFI_MODE_TEXT_SLOW_MS;
	t->prompt = t->slow ? 0 : t->prompt + 1;
	if (twice)
		etext_give_up_way(t, t->way + 1, "reading blocks until a key is pressed");
}

static void etext_take_answer(struct efi_text *t, const struct efi_call *c)
{
	if (c->error) {
		t->more = false;
	} else if (!c->protocol) {
		t->prompt++;
		etext_take_event(t, c->status);
	} else if (t->way == EFI_TEXT_POINTER) {
		t->prompt++;
		t->more = false;
		if (c->status == EFI_SUCCESS)
			t->ops->read(t);
	} else {
		etext_take_key(t, c->status);
		etext_note_time(t, div_u64(c->cycles, tsc_khz));
	}
}

static bool etext_wants_to_be_read(struct efi_text *t)
{
	return t->more && t->way != EFI_TEXT_NOT &&
	       (!t->ops->has_room || t->ops->has_room(t));
}

/* Return: true if a device may have more input */
static bool etext_read_round(void)
{
	static struct efi_call calls[MAX_TOGETHER];
	static struct efi_text *asked[MAX_TOGETHER];
	struct efi_text *t;
	unsigned int i, n = 0;

	list_for_each_entry(t, &devices, list) {
		if (n == MAX_TOGETHER)
			break;
		if (etext_wants_to_be_read(t)) {
			etext_fill_call(t, &calls[n]);
			asked[n++] = t;
		}
	}
	if (!n || efi_protocol_submit(calls, n))
		return false;
	for (i = 0; i < n; i++)
		etext_take_answer(asked[i], &calls[i]);
	return true;
}

static void etext_read_all(void)
{
	struct efi_text *t;
	unsigned int i;

	list_for_each_entry(t, &devices, list)
		t->more = READ_ONCE(t->listening);
	for (i = 0; i < MAX_ROUNDS && etext_read_round(); i++)
		;
}

/*
 * Idle poll: the events that the resident half checks while Linux is idle
 *
 * Reading all devices 50 times a second would take a switch each time, mostly
 * in vain. Each device has an event that is signalled if it can be read. While
 * Linux is idle, the resident half checks these events (efi_mode_poll_ask()).
 *
 * This is only for devices that work correctly. A device that has blocked a
 * reader must first be read some times without blocking. A device without an
 * event, or whose event does not report everything, is always read by the
 * thread.
 */

static bool etext_needs_polling(struct efi_text *t)
{
	if (!t->event)
		return true;
	/*
	 * CheckEvent() clears the event, and the thread needs its answer, too.
	 */
	if (t->way == EFI_TEXT_EX_CHECKED || t->way == EFI_TEXT_SIMPLE_CHECKED)
		return true;
	/* If the driver cannot take a key, the event stays signalled. */
	if (t->prompt < PROMPT || (t->ops->has_room && !t->ops->has_room(t)))
		return true;
	return t->ops->needs_polling && t->ops->needs_polling(t);
}

/**
 * efi_text_idle_poll() - set the events to be checked while Linux is idle
 * @devices:	list of all devices
 * @poller:	poller of the thread
 *
 * Context: the thread, with devices_mutex held.
 */
static void efi_text_idle_poll(struct list_head *devices,
			       struct efi_mode_poller *poller)
{
	static struct efi_mode_question questions[EFI_MODE_NR_QUESTIONS];
	struct efi_text *t;
	unsigned int n = 0;
	bool idle_poll = true;

	list_for_each_entry(t, devices, list) {
		if (!READ_ONCE(t->listening) || t->way == EFI_TEXT_NOT)
			continue;
		if (n == ARRAY_SIZE(questions) || etext_needs_polling(t)) {
			idle_poll = false;
			continue;
		}
		efi_protocol_question(efi_text_protocol(t, t->way),
				      efi_text_event_offset(t, t->way),
				      t->event, &questions[n++]);
	}
	efi_mode_poll_ask(poller, questions, n);
	WRITE_ONCE(poller->idle_poll, idle_poll);
}

/* The thread */

static bool etext_do_work(void)
{
	struct efi_text *t;
	bool more = false;

	list_for_each_entry(t, &devices, list)
		if (t->ops->work)
			more |= t->ops->work(t);
	return more;
}

static bool etext_is_due(void)
{
	return READ_ONCE(listeners) && READ_ONCE(poller.due);
}

/* Return: true if a poll is due */
static bool etext_wait_for_work(bool more)
{
	unsigned long timeout = MAX_SCHEDULE_TIMEOUT;
	bool due;

	if (READ_ONCE(listeners))
		timeout = efi_mode_poll_timeout(&poller);
	if (!more && !wait_event_idle_timeout(wait, READ_ONCE(work_to_do) ||
					      etext_is_due(), timeout))
		due = READ_ONCE(listeners);
	else
		due = etext_is_due();
	if (due)
		WRITE_ONCE(poller.due, false);
	WRITE_ONCE(work_to_do, false);
	return due;
}

static int etext_thread(void *unused)
{
	bool more = false, due;

	/*
	 * If the firmware has been stopped, there is no console any more, only
	 * the log.
	 */
	while (!efi_mode_is_stopped()) {
		due = etext_wait_for_work(more);
		mutex_lock(&devices_mutex);
		if (due)
			etext_read_all();
		more = etext_do_work();
		efi_text_idle_poll(&devices, &poller);
		mutex_unlock(&devices_mutex);
	}
	return 0;
}

/*
 * printk() may be called with locks of the scheduler held, which a direct
 * wakeup would take again.
 */
static void etext_wake_thread(struct irq_work *work)
{
	wake_up(&wait);
}

static DEFINE_IRQ_WORK(wake_work, etext_wake_thread);

/**
 * efi_text_wake() - make the thread call the work callbacks
 *
 * Context: any except NMI.
 */
void efi_text_wake(void)
{
	WRITE_ONCE(work_to_do, true);
	irq_work_queue(&wake_work);
}

/* For drivers */

static struct efi_protocol *etext_open_if(struct efi_device *edev,
					  const efi_guid_t *guid)
{
	if (!efi_device_has_protocol(edev, guid))
		return NULL;
	return efi_protocol_open(edev, guid, EFI_TPL_APPLICATION);
}

/**
 * efi_text_open_input() - open the protocols for reading keys
 * @t:		the device, with @edev and @ops filled in
 * @simple_first: prefer SimpleTextInput to SimpleTextInputEx
 *
 * A device that has neither protocol is valid, and is not read.
 *
 * Context: probe() of the driver; sleeps.
 * Return: 0, or an error of efi_buffer_alloc() or efi_protocol_open().
 */
int efi_text_open_input(struct efi_text *t, bool simple_first)
{
	const efi_guid_t ex = EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID;
	const efi_guid_t simple = EFI_SIMPLE_TEXT_INPUT_PROTOCOL_GUID;

	t->input = efi_buffer_alloc(t->edev, 2 * EFI_TEXT_INPUT, 0, 0);
	if (IS_ERR(t->input))
		return PTR_ERR(t->input);
	t->simple = etext_open_if(t->edev, &simple);
	if (IS_ERR(t->simple))
		return PTR_ERR(t->simple);
	if (!t->simple || !simple_first)
		t->ex = etext_open_if(t->edev, &ex);
	return PTR_ERR_OR_ZERO(t->ex);
}

/*
 * Find a handle that stands for several devices, one of which is @t.
 *
 * Return: its device with a reference, or NULL.
 */
static struct efi_device *etext_find_sum(const struct efi_text *t)
{
	bool has_keys = t->ex || t->simple;
	struct efi_device *found = NULL;
	struct efi_text *sum;

	mutex_lock(&devices_mutex);
	list_for_each_entry(sum, &devices, list) {
		if (sum->edev->path)
			continue;
		if (sum->ops != t->ops && !(has_keys && sum->ops->only_keys))
			continue;
		found = sum->edev;
		get_device(&found->dev);
		break;
	}
	mutex_unlock(&devices_mutex);
	return found;
}

/**
 * efi_text_make_room() - unbind handles that stand for several devices
 * @t:		a device that is about to be added; its protocols are open
 *
 * Without a real device, the drivers use the console splitter's handles. When a
 * real device is added, they must go: the handle for all keyboards would take a
 * part of the keys of this one, and the handle for all terminals would write to
 * this one, too.
 *
 * Context: probe() of the driver; sleeps.
 */
void efi_text_make_room(const struct efi_text *t)
{
	struct efi_device *sum;

	if (!t->edev->path)
		return;
	while ((sum = etext_find_sum(t))) {
		dev_info(&sum->dev, "replaced by %s\n",
			 dev_name(&t->edev->dev));
		device_release_driver(&sum->dev);
		put_device(&sum->dev);
	}
}

/**
 * efi_text_add() - add a device to those of the thread
 * @t:		the device; all members except the private ones are filled in
 *
 * Context: task context; sleeps.
 */
void efi_text_add(struct efi_text *t)
{
	etext_set_way(t, EFI_TEXT_EX);
	mutex_lock(&devices_mutex);
	list_add_tail(&t->list, &devices);
	mutex_unlock(&devices_mutex);
	/* The device may have a listener already. */
	efi_text_wake();
}

/**
 * efi_text_remove() - undo efi_text_add()
 * @t:		the device
 *
 * Waits until the thread has finished its current firmware calls.
 *
 * Context: task context; sleeps.
 */
void efi_text_remove(struct efi_text *t)
{
	mutex_lock(&devices_mutex);
	list_del(&t->list);
	mutex_unlock(&devices_mutex);
}

/**
 * efi_text_listen() - start or stop reading a device
 * @t:		the device
 * @listen:	true to start, false to stop
 *
 * The firmware keeps the input of devices that are not read. The thread polls
 * while at least one device is read.
 *
 * Context: task context; sleeps.
 */
void efi_text_listen(struct efi_text *t, bool listen)
{
	mutex_lock(&listen_mutex);
	if (t->listening != listen) {
		WRITE_ONCE(t->listening, listen);
		if (listen && !listeners++)
			efi_mode_poll_start(&poller);
		if (!listen && !--listeners)
			efi_mode_poll_stop(&poller);
	}
	mutex_unlock(&listen_mutex);
	/* The timeout of the thread has changed. */
	efi_text_wake();
}

/**
 * efi_text_has_keys() - check whether a device for keys has been added
 *
 * Context: task context; sleeps.
 * Return: true if at least one device has a protocol for keys.
 */
bool efi_text_has_keys(void)
{
	struct efi_text *t;
	bool found = false;

	mutex_lock(&devices_mutex);
	list_for_each_entry(t, &devices, list)
		found |= t->ex || t->simple;
	mutex_unlock(&devices_mutex);
	return found;
}

static int __init etext_init(void)
{
	struct task_struct *thread;

	poller.every = msecs_to_jiffies(EFI_MODE_TEXT_POLL_MS);
	thread = kthread_create(etext_thread, NULL, "efi-text");
	if (IS_ERR(thread)) {
		pr_err("cannot start the thread: error %ld\n", PTR_ERR(thread));
		return PTR_ERR(thread);
	}
	/* Keys must not wait for tasks that compute. */
	sched_set_fifo_low(thread);
	wake_up_process(thread);
	return 0;
}
fs_initcall(etext_init);
