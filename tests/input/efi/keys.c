// SPDX-License-Identifier: GPL-2.0-only
/*
 * A keyboard with the flaws of some firmware, on which Linux types
 *
 * It has one handle or two, with SimpleTextInput, and with SimpleTextInputEx
 * unless its flaw is that this is missing.
 */
#include "driver.h"
#include "keyboard.h"

#define QUEUE		64
#define BLOCK_US	1200000
#define FOREVER_US	20000000	/* limit of a wait for a key */
#define WILD_EVENT	0xdead000000000000
#define MAX_NOTIFIES	256

#define SHIFT_VALID	0x80000000
#define TOGGLE_VALID	0x80

typedef struct {
	UINT16 scan, unicode;
	UINT32 shift;
	UINT8 toggle;
} key_data;

struct queue {
	key_data keys[QUEUE];
	UINTN head, tail;
};

typedef EFI_STATUS (EFIAPI *key_function)(key_data *key);

struct keyboard {
	SIMPLE_INPUT_INTERFACE simple;
	struct {
		void *reset, *read;
		EFI_EVENT event;
		void *set_state, *watch, *unwatch;
	} ex;
	EFI_HANDLE handle;
	EFI_EVENT event;
	struct queue queue, other;
	BOOLEAN fires;
};

static struct keyboard keyboards[2];
static UINT64 flaw, calls;
static UINT8 toggle = TOGGLE_VALID;
static UINT64 no_event[32];
static UINT64 last_read, late_us, late;

/* Registered with RegisterKeyNotify() */
static struct {
	key_data key;
	key_function notify;
	BOOLEAN used;
} notifies[MAX_NOTIFIES];
static UINT64 nr_notifies;

static EFI_GUID simple_guid = { 0x387477c1, 0x69c7, 0x11d2,
	{ 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } };
static EFI_GUID ex_guid = { 0xdd9e7534, 0x7762, 0x4698,
	{ 0x8c, 0x14, 0xf5, 0x85, 0x17, 0xa6, 0x25, 0xaa } };
static EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;

static struct keyboard_path {
	VENDOR_DEVICE_PATH vendor;
	UINT64 number;
	EFI_DEVICE_PATH end;
} __attribute__((packed)) paths[2] = {
	[0 ... 1] = {
		.vendor = {
			.Header = {
				.Type = HARDWARE_DEVICE_PATH,
				.SubType = HW_VENDOR_DP,
				.Length = { sizeof(VENDOR_DEVICE_PATH) + 8, 0 },
			},
			.Guid = { 0x1f6e7fd4, 0x8f0e, 0x4f4c,
				{ 0x93, 0x5d, 0x0c, 0x35, 0x47, 0x5a, 0x3e,
				  0x4b } },
		},
		.end = {
			.Type = END_DEVICE_PATH_TYPE,
			.SubType = END_ENTIRE_DEVICE_PATH_SUBTYPE,
			.Length = { sizeof(EFI_DEVICE_PATH), 0 },
		},
	},
};

static void put(struct queue *q, const key_data *key)
{
	q->keys[q->head++ % QUEUE] = *key;
}

static BOOLEAN take(struct queue *q, key_data *key)
{
	if (q->head == q->tail)
		return FALSE;
	*key = q->keys[q->tail++ % QUEUE];
	return TRUE;
}

static BOOLEAN is_empty(const struct queue *q)
{
	return *(volatile const UINTN *)&q->head == q->tail;
}

static void block(void)
{
	UINT64 end = rdtsc() + cycles(BLOCK_US);

	while (rdtsc() < end)
		;
}

/* The timer event of type_later() puts a key into the queue */
static void wait_for_key(const struct queue *q)
{
	UINT64 end = rdtsc() + cycles(FOREVER_US);

	while (is_empty(q) && rdtsc() < end)
		;
}

static void block_ex(const struct queue *q)
{
	switch (flaw) {
	case TEST_KEYS_BLOCKS:
	case TEST_KEYS_NO_EVENT:
	case TEST_KEYS_BAD_EVENT:
	case TEST_KEYS_SIMPLE_BLOCKS:
	case TEST_KEYS_ALL_BLOCK:
		if (is_empty(q))
			block();
		break;
	case TEST_KEYS_BLOCKS_READY:
		block();
		break;
	case TEST_KEYS_UNTIL_KEY:
		wait_for_key(q);
		break;
	}
}

static void block_simple(const struct queue *q)
{
	if ((flaw == TEST_KEYS_SIMPLE_BLOCKS ||
	     flaw == TEST_KEYS_ALL_BLOCK) && is_empty(q))
		block();
}

static void note_read(void)
{
	UINT64 now = rdtsc();

	calls++;
	if (last_read && now - last_read > cycles(late_us))
		late++;
	last_read = now;
}

static EFI_STATUS EFIAPI read_ex(void *this, key_data *key)
{
	struct keyboard *kb = (void *)((char *)this -
				       __builtin_offsetof(struct keyboard, ex));

	note_read();
	key->scan = 0;
	key->unicode = 0;
	key->shift = SHIFT_VALID;
	key->toggle = toggle;
	if (flaw == TEST_KEYS_UNSUPPORTED)
		return EFI_UNSUPPORTED;
	if (flaw == TEST_KEYS_EMPTY) {
		key->toggle &= ~0x40;
		return is_empty(&kb->queue) ? EFI_NOT_READY : EFI_SUCCESS;
	}
	block_ex(&kb->queue);
	return take(&kb->queue, key) ? EFI_SUCCESS : EFI_NOT_READY;
}

static EFI_STATUS EFIAPI read_simple(SIMPLE_INPUT_INTERFACE *this,
				     EFI_INPUT_KEY *to)
{
	struct keyboard *kb = (void *)this;
	key_data key;

	note_read();
	block_simple(&kb->queue);
	if (!take(flaw == TEST_KEYS_TWO_QUEUES ? &kb->other :
							   &kb->queue, &key))
		return EFI_NOT_READY;
	to->ScanCode = key.scan;
	to->UnicodeChar = key.unicode;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_state(void *this, UINT8 *to)
{
	(void)this;
	toggle = *to;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI watch(void *this, key_data *key, key_function notify,
			       void **handle)
{
	UINTN i;

	(void)this;
	for (i = 0; i < MAX_NOTIFIES; i++) {
		if (notifies[i].used)
			continue;
		notifies[i].key = *key;
		notifies[i].notify = notify;
		notifies[i].used = TRUE;
		*handle = &notifies[i];
		nr_notifies++;
		return EFI_SUCCESS;
	}
	return EFI_OUT_OF_RESOURCES;
}

static EFI_STATUS EFIAPI unwatch(void *this, void *handle)
{
	UINTN i;

	(void)this;
	for (i = 0; i < MAX_NOTIFIES; i++) {
		if (handle != &notifies[i] || !notifies[i].used)
			continue;
		notifies[i].used = FALSE;
		nr_notifies--;
		return EFI_SUCCESS;
	}
	return EFI_INVALID_PARAMETER;
}

static void tell(key_data *key)
{
	UINTN i;

	for (i = 0; i < MAX_NOTIFIES; i++)
		if (notifies[i].used &&
		    notifies[i].key.scan == key->scan &&
		    notifies[i].key.unicode == key->unicode &&
		    notifies[i].key.shift == key->shift)
			notifies[i].notify(key);
}

static EFI_STATUS EFIAPI reset(void *this, BOOLEAN all)
{
	(void)this;
	(void)all;
	return EFI_SUCCESS;
}

static VOID EFIAPI has_key(EFI_EVENT event, VOID *keyboard)
{
	struct keyboard *kb = keyboard;

	if (!is_empty(&kb->queue))
		uefi_call_wrapper(BS->SignalEvent, 1, event);
}

static void set_events(struct keyboard *kb)
{
	kb->simple.WaitForKey = kb->event;
	kb->ex.event = kb->event;
	switch (flaw) {
	case TEST_KEYS_NULL_EVENTS:
	case TEST_KEYS_ALL_BLOCK:
		kb->simple.WaitForKey = NULL;
		kb->ex.event = NULL;
		break;
	case TEST_KEYS_WILD_EVENTS:
		kb->simple.WaitForKey = (EFI_EVENT)WILD_EVENT;
		kb->ex.event = (EFI_EVENT)WILD_EVENT;
		break;
	case TEST_KEYS_NO_EVENT:
	case TEST_KEYS_SIMPLE_BLOCKS:
		kb->ex.event = NULL;
		break;
	case TEST_KEYS_BAD_EVENT:
		kb->ex.event = no_event;
		break;
	}
}

static EFI_STATUS plug_one(struct keyboard *kb, struct keyboard_path *path)
{
	EFI_STATUS status;

	ZeroMem(kb, sizeof(*kb));
	status = uefi_call_wrapper(BS->CreateEvent, 5, EVT_NOTIFY_WAIT,
				   TPL_NOTIFY, (EFI_EVENT_NOTIFY)has_key, kb,
				   &kb->event);
	if (EFI_ERROR(status))
		return status;
	kb->simple.Reset = (void *)reset;
	kb->simple.ReadKeyStroke = (void *)read_simple;
	kb->ex.reset = reset;
	kb->ex.read = read_ex;
	set_events(kb);
	kb->ex.set_state = set_state;
	kb->ex.watch = watch;
	kb->ex.unwatch = unwatch;
	path->number = path - paths;
	if (flaw == TEST_KEYS_SIMPLE)
		return uefi_call_wrapper(BS->InstallMultipleProtocolInterfaces,
					 6, &kb->handle, &path_guid, path,
					 &simple_guid, &kb->simple, NULL);
	return uefi_call_wrapper(BS->InstallMultipleProtocolInterfaces, 8,
				 &kb->handle, &path_guid, path, &simple_guid,
				 &kb->simple, &ex_guid, &kb->ex, NULL);
}

static EFI_STATUS plug(UINT64 what)
{
	EFI_STATUS status;

	if (keyboards[0].handle)
		return EFI_ALREADY_STARTED;
	flaw = what;
	calls = 0;
	last_read = 0;
	toggle = TOGGLE_VALID;
	status = plug_one(&keyboards[0], &paths[0]);
	if (flaw == TEST_KEYS_SECOND && !EFI_ERROR(status))
		status = plug_one(&keyboards[1], &paths[1]);
	keyboards[flaw == TEST_KEYS_SECOND].fires = TRUE;
	return status;
}

static EFI_STATUS unplug_one(struct keyboard *kb, struct keyboard_path *path)
{
	EFI_STATUS status;

	if (!kb->handle)
		return EFI_SUCCESS;
	if (flaw == TEST_KEYS_SIMPLE)
		status = uefi_call_wrapper(BS->UninstallMultipleProtocolInterfaces,
					   6, kb->handle, &path_guid, path,
					   &simple_guid, &kb->simple, NULL);
	else
		status = uefi_call_wrapper(BS->UninstallMultipleProtocolInterfaces,
					   8, kb->handle, &path_guid, path,
					   &simple_guid, &kb->simple, &ex_guid,
					   &kb->ex, NULL);
	if (EFI_ERROR(status))
		return status;
	kb->handle = NULL;
	return uefi_call_wrapper(BS->CloseEvent, 1, kb->event);
}

static EFI_STATUS unplug(void)
{
	EFI_STATUS status = unplug_one(&keyboards[0], &paths[0]);
	UINTN i;

	if (!EFI_ERROR(status))
		status = unplug_one(&keyboards[1], &paths[1]);
	/* Registrations go with the keyboard */
	for (i = 0; i < MAX_NOTIFIES; i++)
		notifies[i].used = FALSE;
	nr_notifies = 0;
	return status;
}

static EFI_STATUS type(UINT64 what)
{
	key_data key = {
		.scan = what,
		.unicode = what >> 16,
		.shift = (UINT32)(what >> 32) | SHIFT_VALID,
		.toggle = toggle,
	};
	UINTN i;

	for (i = 0; i < 2; i++) {
		if (!keyboards[i].handle || !keyboards[i].fires)
			continue;
		tell(&key);
		put(&keyboards[i].queue, &key);
		put(&keyboards[i].other, &key);
	}
	return EFI_SUCCESS;
}

/*
 * Keys to type later: while a read blocks, Linux cannot make the call that
 * types
 */

static UINT64 to_type[TEST_KEYS_MAX_LATER];
static UINTN nr_to_type;
static EFI_EVENT typist;

static VOID EFIAPI type_next(EFI_EVENT event, VOID *unused)
{
	UINTN i;

	(void)unused;
	type(to_type[0]);
	nr_to_type--;
	for (i = 0; i < nr_to_type; i++)
		to_type[i] = to_type[i + 1];
	if (!nr_to_type)
		uefi_call_wrapper(BS->SetTimer, 3, event, TimerCancel, 0);
}

static EFI_STATUS type_later(UINT64 what)
{
	EFI_STATUS status = EFI_SUCCESS;

	if (nr_to_type == TEST_KEYS_MAX_LATER)
		return EFI_OUT_OF_RESOURCES;
	if (!typist)
		status = uefi_call_wrapper(BS->CreateEvent, 5,
					   EVT_TIMER | EVT_NOTIFY_SIGNAL,
					   TPL_CALLBACK,
					   (EFI_EVENT_NOTIFY)type_next, NULL,
					   &typist);
	if (EFI_ERROR(status))
		return status;
	to_type[nr_to_type] = what;
	if (nr_to_type++)
		return EFI_SUCCESS;
	return uefi_call_wrapper(BS->SetTimer, 3, typist, TimerPeriodic,
				 TEST_KEYS_LATER_MS * 10000);
}

static EFI_STATUS count_late(UINT64 us, UINT64 *value)
{
	*value = late;
	late = 0;
	late_us = us;
	last_read = 0;
	return EFI_SUCCESS;
}

/* See enum test_keys in keyboard.h */
static EFI_STATUS EFIAPI keys(UINT64 what, UINT64 *value)
{
	*value = 0;
	switch (what & 0xf) {
	case TEST_KEYS_PLUG:
		return plug(what >> 4);
	case TEST_KEYS_UNPLUG:
		return unplug();
	case TEST_KEYS_TYPE:
		return type(what >> 4);
	case TEST_KEYS_CALLS:
		*value = calls;
		return EFI_SUCCESS;
	case TEST_KEYS_NOTIFIES:
		*value = nr_notifies;
		return EFI_SUCCESS;
	case TEST_KEYS_LATER:
		return type_later(what >> 4);
	case TEST_KEYS_LATE:
		return count_late(what >> 4, value);
	case TEST_KEYS_REPATH:
		return uefi_call_wrapper(BS->ReinstallProtocolInterface, 4,
					 keyboards[0].handle, &path_guid,
					 &paths[0], &paths[0]);
	default:
		return EFI_INVALID_PARAMETER;
	}
}

TEST_FUNCTION(keys, keys, .max = TEST_ANY);
