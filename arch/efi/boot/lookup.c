// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel needs in firmware's world to use handles of firmware
 *
 * A handle can go at any moment in which firmware runs. So what belongs together is
 * done here in one piece: to look an interface up and call a function of it, or to
 * follow pointers and copy what they lead to.
 *
 * Events of the kernel's have one notify function, also here. It may run in the
 * middle of anything, up to TPL_NOTIFY, and so it calls nothing.
 */
#include "boot.h"

static struct efi_mode_handoff *handoff;

/* How often anything may have happened to what was found */
static unsigned long outdated;

/*
 * The last interface that was found. To find one costs firmware some thousand
 * instructions, with each call of a disk.
 *
 * The timer is the only interrupt that firmware has (UEFI 2.10, section 2.3.4). As long
 * as none was handled, no other function has been called, and this one has said that
 * all is well, nothing has run that could have taken the interface away.
 */
static struct {
	struct efi_mode_target target;
	void *interface;
	unsigned long outdated;
} last;

/*
 * Each signal is a byte, so that one that comes in the middle of another disturbs
 * nothing. Like an event of firmware's a signal is there or not: it has no number, so
 * there is nothing that could overflow.
 */
static void __efiapi lookup_notify(void *event, void *signal)
{
	WRITE_ONCE(*(u8 *)signal, 1);
	WRITE_ONCE(handoff->signalled, 1);
}

/*
 * Copy data that pointers lead to: the first is at an offset from @base, the second at
 * an offset from where that points to, and so on. The last offset is of the data.
 *
 * Return: an EFI status; EFI_NOT_FOUND if a pointer is NULL.
 */
static efi_status_t __efiapi
lookup_read(const void *base, void *to, u64 size, u64 nr, u64 first, u64 second,
	    u64 third, u64 fourth, u64 fifth)
{
	const u64 offsets[] = { first, second, third, fourth, fifth };
	unsigned int i;

	for (i = 0; i + 1 < nr; i++) {
		base = *(const void **)(base + offsets[i]);
		if (!base)
			return EFI_NOT_FOUND;
	}
	memcpy(to, base + offsets[i], size);
	return EFI_SUCCESS;
}

/**
 * efi_mode_read_path() - copy a device path, with the node at its end
 * @path:	the device path
 * @to:		where to
 * @size:	the room for it, and afterwards its size
 *
 * Context: firmware's world, any.
 * Return: an EFI status; EFI_BUFFER_TOO_SMALL if there is not enough room or no end.
 */
efi_status_t __efiapi efi_mode_read_path(const efi_device_path_protocol_t *path,
					 void *to, u64 *size)
{
	u64 used = 0;

	for (;;) {
		if (path->length < sizeof(*path) ||
		    *size - used < path->length)
			return EFI_BUFFER_TOO_SMALL;
		memcpy(to + used, path, path->length);
		used += path->length;
		if (path->type == EFI_DEV_END_PATH &&
		    path->sub_type == EFI_DEV_END_ENTIRE)
			break;
		path = (const void *)path + path->length;
	}
	*size = used;
	return EFI_SUCCESS;
}

/**
 * efi_mode_lookup_outdate() - what was found may be there no more
 *
 * Context: firmware's world, any.
 */
void efi_mode_lookup_outdate(void)
{
	WRITE_ONCE(outdated, READ_ONCE(outdated) + 1);
}

/* Without an entry in the firmware's IDT its interrupts are not seen here */
static bool lookup_is_as_before(const struct efi_mode_handoff *h,
				const struct efi_mode_target *target)
{
	return last.interface && last.outdated == READ_ONCE(outdated) &&
	       h->preempt == EFI_MODE_PREEMPT_GATE &&
	       last.target.handle == target->handle &&
	       !memcmp(last.target.guid, target->guid, sizeof(target->guid));
}

/**
 * efi_mode_lookup_interface() - ask firmware for an interface
 * @target:	handle and protocol
 *
 * Context: firmware's world, up to TPL_NOTIFY. The interface stays as long as nothing
 * runs that could remove it: the priority is raised before and restored after use.
 * Return: the interface, or NULL.
 */
void *efi_mode_lookup_interface(struct efi_mode_target *target)
{
	void *interface = NULL;

	if (efi_bs_call(handle_protocol, (void *)target->handle,
			(efi_guid_t *)target->guid, &interface) != EFI_SUCCESS)
		return NULL;
	return interface;
}

/**
 * efi_mode_lookup() - find the interface that a request is for
 * @h:	the handoff
 * @r:	the request
 *
 * Afterwards the task priority is that of the target, so that nothing which wants no
 * more than that can happen before the function has returned.
 *
 * Context: the resident half's main loop, at TPL_APPLICATION.
 * Return: false if the function is not to be called.
 */
bool efi_mode_lookup(struct efi_mode_handoff *h, struct efi_mode_request *r)
{
	/* A tick after this may have left an event for when the priority is restored */
	unsigned long before = READ_ONCE(outdated);

	efi_bs_call(raise_tpl, r->target.tpl);
	r->status = EFI_NOT_FOUND;
	if (r->target.must_be_current && READ_ONCE(h->signals[EFI_MODE_EVENT_PROTOCOL])) {
		r->refused = EFI_MODE_REFUSED_NEWS;
		return false;
	}
	if (!lookup_is_as_before(h, &r->target)) {
		last.target = r->target;
		last.outdated = before;
		last.interface = efi_mode_lookup_interface(&r->target);
	}
	if (!last.interface) {
		r->refused = EFI_MODE_REFUSED_GONE;
		return false;
	}
	r->args[0] = (unsigned long)last.interface;
	if (!r->table)
		r->table = (unsigned long)last.interface;
	return true;
}

/**
 * efi_mode_lookup_init() - tell the kernel what there is here
 * @h:		the handoff
 */
void efi_mode_lookup_init(struct efi_mode_handoff *h)
{
	handoff = h;
	h->resident.read = lookup_read;
	h->resident.read_path = efi_mode_read_path;
	h->resident.notify = lookup_notify;
}

/**
 * efi_mode_lookup_exit() - close the events that a kernel has left
 * @h:	the handoff
 *
 * One that has died has closed none of them. Their notify function is about to be
 * unloaded.
 */
void efi_mode_lookup_exit(struct efi_mode_handoff *h)
{
	unsigned int i;

	for (i = 0; i < EFI_MODE_NR_EVENTS; i++)
		if (h->events[i])
			efi_bs_call(close_event, (void *)h->events[i]);
}
