// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ask the firmware about its handles
 *
 * Each function asks one question and returns a copy of the answer. The
 * firmware may have changed its state by the time the caller looks at the copy.
 * If a handle is gone, it has no protocols, no path and no openers.
 */
#define pr_fmt(fmt) "efi-bus: " fmt

#include <linux/cleanup.h>
#include <linux/io.h>
#include <linux/slab.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/ucs2_string.h>

#include "bus.h"

#define HANDLES_FIRST	64
#define HANDLES_MAX	SZ_16K
#define GUIDS_MAX	256
#define OPENERS_MAX	16384
#define PATH_MAX_SIZE	SZ_2K
#define TEXT_MAX_SIZE	SZ_2K

/* Input and output of a service: the firmware gets its address */
struct question {
	efi_guid_t guid;
	void *address;
	union {
		unsigned long count;
		u64 size;
	};
};

static struct question *ehandle_new_question(const efi_guid_t *guid)
{
	struct question *q = kzalloc(sizeof(*q), GFP_KERNEL);

	if (q && guid)
		q->guid = *guid;
	return q;
}

/**
 * efi_handles_with() - get the handles that have a protocol
 * @guid:	GUID of the protocol
 * @handles:	set to an array of handles, to be freed with kfree(), or to NULL
 *		if there are none; not set on -ENOMEM and -E2BIG
 *
 * LocateHandle() fills memory of the caller, so the firmware allocates nothing
 * (UEFI 2.10, section 7.3).
 *
 * Context: task context; sleeps.
 * Return: the number of handles, 0 if there are none; -ENOMEM, -E2BIG if there
 * are more than %HANDLES_MAX, or -EIO if LocateHandle() fails otherwise.
 */
int efi_handles_with(const efi_guid_t *guid, u64 **handles)
{
	struct question *q __free(kfree) = ehandle_new_question(guid);
	size_t size = HANDLES_FIRST * sizeof(u64);
	efi_status_t status;
	u64 *list;

	if (!q)
		return -ENOMEM;
	for (;;) {
		list = kzalloc(size, GFP_KERNEL);
		if (!list)
			return -ENOMEM;
		q->count = size;
		status = efi_bs_call(locate_handle, EFI_LOCATE_BY_PROTOCOL,
				     efi_phys(&q->guid), NULL,
				     efi_phys(&q->count),
				     efi_phys((efi_handle_t *)list));
		if (status != EFI_BUFFER_TOO_SMALL)
			break;
		kfree(list);
		size *= 2;
		if (size > HANDLES_MAX * sizeof(u64))
			return -E2BIG;
	}
	if (status == EFI_SUCCESS && q->count <= size) {
		*handles = list;
		return q->count / sizeof(u64);
	}
	kfree(list);
	*handles = NULL;
	return status == EFI_NOT_FOUND ? 0 : -EIO;
}

/* For each protocol: the question, the memory for its answer, and the call */
struct questions {
	struct answer {
		struct question question;
		u64 handles[HANDLES_FIRST];
	} *answers;
	struct efi_call *calls;
};

static void ehandle_ask_all(struct questions *q, const efi_guid_t *guids,
			    unsigned int nr)
{
	struct answer *a = q->answers;
	struct efi_call *c = q->calls;

	for (; c < q->calls + nr; c++, a++) {
		a->question.guid = *guids++;
		a->question.count = sizeof(a->handles);
		*c = (struct efi_call)
			EFI_TABLE_CALL("boot services",
				       efi_mode_systab()->boottime,
				       locate_handle, EFI_LOCATE_BY_PROTOCOL,
				       efi_phys(&a->question.guid), NULL,
				       efi_phys(&a->question.count),
				       efi_phys((efi_handle_t *)a->handles));
	}
	efi_call_submit(q->calls, nr);
}

static int ehandle_tell_found(const struct answer *a, efi_status_t status,
			      unsigned int i, efi_handles_found_t found,
			      void *data)
{
	u64 *handles __free(kfree) = NULL;
	int n;

	if (status == EFI_NOT_FOUND)
		return 0;
	if (status == EFI_SUCCESS && a->question.count <= sizeof(a->handles))
		return found(i, a->handles,
			     a->question.count / sizeof(*a->handles), data);
	if (status != EFI_BUFFER_TOO_SMALL)
		return -EIO;
	/* The answer does not fit: ask for this protocol alone */
	n = efi_handles_with(&a->question.guid, &handles);
	return n < 0 ? n : found(i, handles, n, data);
}

/**
 * efi_handles_with_each() - get the handles that have each of several protocols
 * @guids:	GUIDs of the protocols
 * @nr:		number of @guids, at least 1
 * @found:	called for each protocol that at least one handle has, in the
 *		order of @guids
 * @data:	for @found
 *
 * The firmware is asked with one switch per 32 protocols, and with more
 * switches for each protocol that has more than %HANDLES_FIRST handles.
 *
 * Context: task context; sleeps.
 * Return: 0; -ENOMEM; -EIO if LocateHandle() fails; -E2BIG if a protocol has
 * more than %HANDLES_MAX handles; or the error that @found has returned.
 */
int efi_handles_with_each(const efi_guid_t *guids, unsigned int nr,
			  efi_handles_found_t found, void *data)
{
	struct answer *answers __free(kfree) = kcalloc(nr, sizeof(*answers),
						       GFP_KERNEL);
	struct efi_call *calls __free(kfree) = kcalloc(nr, sizeof(*calls),
						       GFP_KERNEL);
	struct questions q = { answers, calls };
	unsigned int i;
	int ret = 0;

	if (!answers || !calls)
		return -ENOMEM;
	ehandle_ask_all(&q, guids, nr);
	for (i = 0; i < nr && !ret; i++)
		ret = ehandle_tell_found(&answers[i], calls[i].status, i,
					 found, data);
	return ret;
}

/**
 * efi_handles_installed() - get the next handle that has got a protocol
 * @registration: as of efi_watch_protocol()
 * @handle:	set to the handle
 *
 * Each call returns the next handle on which the protocol has been installed.
 *
 * Context: task context; sleeps.
 * Return: 1 if there is one, 0 if there are no more, or -ENOMEM or -EIO.
 */
int efi_handles_installed(u64 registration, u64 *handle)
{
	struct question *q __free(kfree) = ehandle_new_question(NULL);
	efi_status_t status;

	if (!q)
		return -ENOMEM;
	q->count = sizeof(q->address);
	status = efi_bs_call(locate_handle, EFI_LOCATE_BY_REGISTER_NOTIFY, NULL,
			     (void *)registration, efi_phys(&q->count),
			     efi_phys(&q->address));
	*handle = (unsigned long)q->address;
	if (status == EFI_SUCCESS)
		return 1;
	return status == EFI_NOT_FOUND ? 0 : -EIO;
}

/**
 * efi_watch_protocol() - request a notification when a protocol is installed
 * @guid:	GUID of the protocol
 * @signal:	number of the event for protocol notifications, see
 *		efi_mode_event_open()
 * @registration: set to the value for efi_handles_installed()
 *
 * The registration ends when the event is closed. UEFI 2.10, section 7.3
 * (RegisterProtocolNotify()).
 *
 * Context: task context; sleeps.
 * Return: 0, or -ENOMEM or -EIO.
 */
int efi_watch_protocol(const efi_guid_t *guid, int signal, u64 *registration)
{
	struct question *q __free(kfree) = ehandle_new_question(guid);
	efi_status_t status;

	if (!q)
		return -ENOMEM;
	status = efi_bs_call(register_protocol_notify, efi_phys(&q->guid),
			     (efi_event_t)efi_mode_event_value(signal),
			     efi_phys(&q->address));
	*registration = (unsigned long)q->address;
	return status == EFI_SUCCESS ? 0 : -EIO;
}

/*
 * The answer is an array of pointers to GUIDs. The GUIDs belong to the
 * firmware's handle database, which keeps them.
 */
static int ehandle_copy_guids(struct question *q, efi_guid_t *guids)
{
	u64 *pointers __free(kfree) = NULL;
	u64 i;

	pointers = kcalloc(q->count, sizeof(*pointers), GFP_KERNEL);
	if (!pointers)
		return -ENOMEM;
	if (efi_mode_read((unsigned long)q->address, pointers,
			  q->count * sizeof(*pointers)) != EFI_SUCCESS)
		return -EIO;
	for (i = 0; i < q->count; i++)
		if (efi_mode_read(pointers[i], &guids[i], sizeof(*guids)) !=
		    EFI_SUCCESS)
			return -EIO;
	return q->count;
}

/**
 * efi_handle_guids() - get the protocols on a handle
 * @handle:	the handle
 * @guids:	set to an array of GUIDs, to be freed with kfree(), or to NULL
 *
 * Context: task context; sleeps.
 * Return: the number of protocols; 0 if there is no such handle; or -ENOMEM,
 * -EIO, or -E2BIG for more than %GUIDS_MAX.
 */
int efi_handle_guids(u64 handle, efi_guid_t **guids)
{
	struct question *q __free(kfree) = ehandle_new_question(NULL);
	efi_status_t status;
	int ret = -ENOMEM;

	*guids = NULL;
	if (!q)
		return -ENOMEM;
	status = efi_bs_call(protocols_per_handle, (efi_handle_t)handle,
			     efi_phys((efi_guid_t ***)&q->address),
			     efi_phys(&q->count));
	if (status != EFI_SUCCESS)
		return status == EFI_OUT_OF_RESOURCES ? -ENOMEM : 0;
	if (q->count <= GUIDS_MAX) {
		*guids = kcalloc(q->count, sizeof(**guids), GFP_KERNEL);
		if (*guids)
			ret = ehandle_copy_guids(q, *guids);
	} else {
		pr_warn_once("a handle has %lu protocols, at most %u are supported: ignoring it\n",
			     q->count, GUIDS_MAX);
		ret = -E2BIG;
	}
	efi_bs_call(free_pool, q->address);
	if (ret < 0) {
		kfree(*guids);
		*guids = NULL;
	}
	return ret;
}

/**
 * efi_handle_openers() - get the users of a protocol
 * @handle:	the handle
 * @guid:	GUID of the protocol
 * @entries:	set to an array, to be freed with kfree(), or to NULL
 *
 * Context: task context; sleeps.
 * Return: the number of entries; 0 if there are none or if there is no such
 * handle; or -ENOMEM, -EIO, or -E2BIG for more than %OPENERS_MAX.
 */
int efi_handle_openers(u64 handle, const efi_guid_t *guid,
		       struct efi_open_entry **entries)
{
	struct question *q __free(kfree) = ehandle_new_question(guid);
	size_t size;
	int ret = 0;

	*entries = NULL;
	if (!q)
		return -ENOMEM;
	if (efi_bs_call(open_protocol_information, (efi_handle_t)handle,
			efi_phys(&q->guid), efi_phys(&q->address),
			efi_phys(&q->count)) != EFI_SUCCESS)
		return 0;
	if (q->count > OPENERS_MAX) {
		ret = -E2BIG;
	} else if (q->count) {
		size = q->count * sizeof(**entries);
		*entries = kzalloc(size, GFP_KERNEL);
		if (!*entries)
			ret = -ENOMEM;
		else if (efi_mode_read((unsigned long)q->address, *entries,
				       size) != EFI_SUCCESS)
			ret = -EIO;
		else
			ret = q->count;
	}
	if (q->address)
		efi_bs_call(free_pool, q->address);
	if (ret < 0) {
		kfree(*entries);
		*entries = NULL;
	}
	return ret;
}

/**
 * efi_handle_path() - get the device path of a handle
 * @handle:	the handle
 * @size:	set to the size of the path, in bytes
 *
 * Context: task context; sleeps.
 * Return: a copy of the path, to be freed with kfree(), or NULL if there is
 * none, or no memory.
 */
void *efi_handle_path(u64 handle, size_t *size)
{
	struct question *q __free(kfree) = ehandle_new_question(NULL);
	void *buf __free(kfree) = kzalloc(PATH_MAX_SIZE, GFP_KERNEL);
	const efi_guid_t guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
	struct efi_call call;

	if (!q || !buf)
		return NULL;
	q->size = PATH_MAX_SIZE;
	call = (struct efi_call)
		EFI_TABLE_CALL("resident half", efi_mode_resident(), read_path,
			       NULL, efi_phys(buf), efi_phys(&q->size));
	call.target.handle = handle;
	call.target.tpl = EFI_TPL_NOTIFY;
	memcpy(call.target.guid, &guid, sizeof(call.target.guid));
	if (efi_call_submit(&call, 1) || call.status != EFI_SUCCESS)
		return NULL;
	*size = q->size;
	return kmemdup(buf, *size, GFP_KERNEL);
}

/*
 * Copy in pieces that end at page boundaries. The page behind the text may not
 * be mapped, so it is only read if the text continues there.
 */
static int ehandle_copy_text(u64 address, efi_char16_t *text, size_t max)
{
	size_t n, used = 0;

	while (used < max) {
		n = min_t(size_t, max - used,
			  EFI_PAGE_SIZE - (address & (EFI_PAGE_SIZE - 1)));
		n = min_t(size_t, n, 256);
		if (n < sizeof(*text) || (address & 1) ||
		    efi_mode_read(address, (u8 *)text + used, n) !=
		    EFI_SUCCESS)
			return -EIO;
		used += n;
		address += n;
		if (ucs2_strnlen(text, used / sizeof(*text)) <
		    used / sizeof(*text))
			return 0;
	}
	return -E2BIG;
}

static char *ehandle_text_of_firmware(const void *path, size_t size)
{
	const efi_guid_t guid = EFI_DEVICE_PATH_TO_TEXT_PROTOCOL_GUID;
	struct question *q __free(kfree) = ehandle_new_question(&guid);
	efi_char16_t *wide __free(kfree) = NULL;
	void *copy __free(kfree) = kmemdup(path, size, GFP_KERNEL);
	efi_device_path_to_text_protocol_t *to_text;
	char *text = NULL;
	u64 address;
	size_t len;
	int ret;

	wide = kzalloc(TEXT_MAX_SIZE, GFP_KERNEL);
	if (!q || !wide || !copy ||
	    efi_bs_call(locate_protocol, efi_phys(&q->guid), NULL,
			efi_phys(&q->address)) != EFI_SUCCESS)
		return NULL;
	/* This function returns a pointer to the text, not an EFI status */
	to_text = q->address;
	address = efi_table_call(0, "device path to text", to_text,
				 convert_device_path_to_text, efi_phys(copy),
				 false, false);
	if (!address || (s64)address < 0)
		return NULL;
	ret = ehandle_copy_text(address, wide, TEXT_MAX_SIZE);
	efi_bs_call(free_pool, (void *)address);
	if (ret)
		return NULL;
	len = ucs2_utf8size(wide) + 1;
	text = kzalloc(len, GFP_KERNEL);
	if (text)
		ucs2_as_utf8(text, wide, len - 1);
	return text;
}

/**
 * efi_handle_path_text() - convert a device path to text
 * @path:	the path
 * @size:	size of @path, in bytes
 *
 * If the firmware can convert the path, its text is used, so that it is the
 * same as in the firmware's shell and menus.
 *
 * Context: task context; sleeps.
 * Return: the text, to be freed with kfree(), or NULL if there is no memory or
 * the text is too long.
 */
char *efi_handle_path_text(const void *path, size_t size)
{
	return ehandle_text_of_firmware(path, size) ?:
	       efi_path_to_text(path, size);
}
