// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects and sessions that users leave loaded in the TPM
 *
 * A TPM has room for a few of them only. Other kernels leave them to the reset
 * that follows. Here the firmware goes on with the same TPM, so they are flushed
 * when the driver is unbound, and before Linux ends. Objects that were loaded
 * before Linux was started stay.
 */
#include <linux/container_of.h>
#include <linux/minmax.h>
#include <linux/notifier.h>
#include <linux/reboot.h>
#include <linux/unaligned.h>

#include <efi-tpm-core.h>

#include "efi-tpm.h"

/*
 * TPM2_GetCapability() lists handles of these kinds (TPM 2.0 Library, part 2,
 * section 7.2). A session has a handle of the first or of the second kind,
 * whether it is loaded or saved.
 */
static const u32 eloaded_kinds[] = {
	0x02000000,	/* loaded sessions */
	0x03000000,	/* saved sessions */
	0x80000000,	/* transient objects */
};

/* Part 2, section 7.5: the kind of a handle is its most significant byte */
#define ELOADED_KIND	0xff000000

/* The response of TPM2_GetCapability() (part 3, section 30.2), behind the header */
#define ELOADED_COUNT_AT	(TPM_HEADER_SIZE + 5)
#define ELOADED_LIST_AT		(ELOADED_COUNT_AT + 4)

/* A list of one kind can go on with handles of the next, such as persistent ones */
static bool eloaded_is_kind(u32 handle)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(eloaded_kinds); i++)
		if ((handle & ELOADED_KIND) == eloaded_kinds[i])
			return true;
	return false;
}

/* Add the handles of the kind of @first to @list */
static int eloaded_list_kind(struct tpm_chip *chip, struct tpm_buf *buf, u32 first,
			     struct efi_tpm_loaded *list)
{
	u32 i, n, handle;
	int ret;

	tpm_buf_reset(buf, TPM2_ST_NO_SESSIONS, TPM2_CC_GET_CAPABILITY);
	tpm_buf_append_u32(buf, TPM2_CAP_HANDLES);
	tpm_buf_append_u32(buf, first);
	tpm_buf_append_u32(buf, ARRAY_SIZE(list->handles));
	ret = tpm_transmit_cmd(chip, buf, ELOADED_LIST_AT - TPM_HEADER_SIZE, NULL);
	if (ret)
		return ret;
	n = get_unaligned_be32(buf->data + ELOADED_COUNT_AT);
	n = min_t(u32, n, (buf->length - ELOADED_LIST_AT) / sizeof(u32));
	for (i = 0; i < n && list->nr < ARRAY_SIZE(list->handles); i++) {
		handle = get_unaligned_be32(buf->data + ELOADED_LIST_AT +
					    i * sizeof(u32));
		if (eloaded_is_kind(handle))
			list->handles[list->nr++] = handle;
	}
	return 0;
}

/* @list stays shorter if the TPM fails, which its next user will notice */
static void eloaded_list(struct tpm_chip *chip, struct efi_tpm_loaded *list)
{
	struct tpm_buf *buf = efi_tpm_buf_alloc();
	unsigned int i;

	list->nr = 0;
	if (!buf)
		return;
	for (i = 0; i < ARRAY_SIZE(eloaded_kinds); i++)
		if (eloaded_list_kind(chip, buf, eloaded_kinds[i], list))
			break;
	efi_tpm_buf_free(buf);
}

static bool eloaded_has(const struct efi_tpm_loaded *list, u32 handle)
{
	u32 i;

	for (i = 0; i < list->nr; i++)
		if (list->handles[i] == handle)
			return true;
	return false;
}

/**
 * efi_tpm_flush_loaded() - flush what users have loaded into the TPM
 * @t:		the TPM
 *
 * Context: task context; sleeps. No command is running.
 */
void efi_tpm_flush_loaded(struct efi_tpm *t)
{
	struct efi_tpm_loaded now;
	u32 i;

	/* The chip has no operations any more if the TPM core has shut it down */
	if (tpm_try_get_ops(t->chip))
		return;
	eloaded_list(t->chip, &now);
	for (i = 0; i < now.nr; i++)
		if (!eloaded_has(&t->loaded, now.handles[i]))
			tpm2_flush_context(t->chip, now.handles[i]);
	tpm_put_ops(t->chip);
}

/* The TPM core shuts the TPM down after this */
static int eloaded_linux_ends(struct notifier_block *nb, unsigned long action,
			      void *command)
{
	efi_tpm_flush_loaded(container_of(nb, struct efi_tpm, end_nb));
	return NOTIFY_DONE;
}

/**
 * efi_tpm_note_loaded() - note what is loaded into the TPM before Linux uses it
 * @t:		the TPM
 *
 * From then on, efi_tpm_flush_loaded() is also called before Linux ends.
 *
 * Context: task context; sleeps. @t->chip is registered.
 * Return: 0 or -ENOMEM.
 */
int efi_tpm_note_loaded(struct efi_tpm *t)
{
	if (!tpm_try_get_ops(t->chip)) {
		eloaded_list(t->chip, &t->loaded);
		tpm_put_ops(t->chip);
	}
	t->end_nb.notifier_call = eloaded_linux_ends;
	return devm_register_reboot_notifier(&t->edev->dev, &t->end_nb);
}
