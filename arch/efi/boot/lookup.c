// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions in the firmware's world with which the kernel uses firmware handles
 *
 * A handle can disappear whenever firmware code runs. Operations that must not
 * be interrupted by that are therefore executed here as a unit: look up a
 * protocol interface and call one of its functions, or follow pointers and copy
 * the data to which they point.
 *
 * This file also contains the notify function of the kernel's events. It can
 * run in the middle of any code below its TPL, which is at most TPL_NOTIFY, so
 * it makes no calls.
 */
#include "boot.h"

static struct efi_mode_handoff *handoff;

/*
 * Incremented whenever the last interface that was found may have been removed
 */
static unsigned long outdated;

/*
 * The last interface that was found. A lookup costs the firmware some thousand
 * instructions, and each disk request needs one.
 *
 * The timer interrupt is the only interrupt that the firmware supports (UEFI
 * 2.10, section 2.3.4). The interface cannot have been removed if, since the
 * lookup, no interrupt was handled, no function without a target was called,
 * and all functions with a target returned EFI_SUCCESS.
 */
static struct {
	struct efi_mode_target target;
	void *interface;
	unsigned long outdated;
} last;

/*
 * Each signal is a byte of its own, so an event that interrupts the
 * notification of another one does no harm. Like an EFI event, a signal is
 * either set or not. It is not a counter, so it cannot overflow.
 */
static void __efiapi lookup_notify(void *event, void *signal)
{
	WRITE_ONCE(*(u8 *)signal, 1);
	WRITE_ONCE(handoff->signalled, 1);
}

/*
 * Follow a chain of pointers, and copy the data at its end. The first pointer
 * is at the offset @first from @base, the second pointer at the offset @second
 * from the address to which the first one points, and so on. Of the @nr
 * offsets, the last one is the offset of the data.
 *
 * Return: EFI_SUCCESS, or EFI_NOT_FOUND if a pointer is NULL.
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
 * efi_mode_read_path() - copy a device path, including its end node
 * @path:	the device path
 * @to:		buffer
 * @size:	size of the buffer in bytes; set to the size of the device path
 *
 * Context: the firmware's world, any task priority level.
 * Return: EFI_SUCCESS, or EFI_BUFFER_TOO_SMALL if the buffer is too small, or a
 * node of the path is not valid.
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
 * efi_mode_lookup_outdate() - forget the last interface that was found
 *
 * To be called when firmware code has run that may have removed the interface.
 *
 * Context: the firmware's world, any task priority level.
 */
void efi_mode_lookup_outdate(void)
{
	WRITE_ONCE(outdated, READ_ONCE(outdated) + 1);
}

/*
 * Return: true if the last interface that was found is that of @target, and
 * still exists. Without entries in the firmware's IDT, efi-mode does not see
 * the firmware's interrupts, so it cannot know.
 */
static bool lookup_is_as_before(const struct efi_mode_handoff *h,
				const struct efi_mode_target *target)
{
	return last.interface && last.outdated == READ_ONCE(outdated) &&
	       h->preempt == EFI_MODE_PREEMPT_GATE &&
	       last.target.handle == target->handle &&
	       !memcmp(last.target.guid, target->guid, sizeof(target->guid));
}

/**
 * efi_mode_lookup_interface() - get the interface of a protocol
 * @target:	handle and protocol
 *
 * The interface is valid until code runs that can remove it. To prevent that,
 * the caller raises the task priority level before this call, and restores it
 * after the last use of the interface.
 *
 * Context: the firmware's world, up to TPL_NOTIFY.
 * Return: the interface, or NULL if the handle does not have the protocol.
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
 * efi_mode_lookup() - look up the interface that a request calls
 * @h:	the handoff
 * @r:	the request; @table and the first of @args are set, or @status and
 *		@refused
 *
 * Raises the task priority level to that of the target, so that code at this
 * level or below does not run before the called function has returned.
 *
 * Context: the main loop of the resident half, at TPL_APPLICATION.
 * Return: false if the function must not be called.
 */
bool efi_mode_lookup(struct efi_mode_handoff *h, struct efi_mode_request *r)
{
	/* A later tick may queue an event that removes the interface */
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
 * efi_mode_lookup_init() - publish the functions of this file to the kernel
 * @h:		the handoff
 *
 * Context: the firmware's world.
 */
void efi_mode_lookup_init(struct efi_mode_handoff *h)
{
	handoff = h;
	h->resident.read = lookup_read;
	h->resident.read_path = efi_mode_read_path;
	h->resident.notify = lookup_notify;
}

/**
 * efi_mode_lookup_exit() - close the events that the kernel has left open
 * @h:	the handoff
 *
 * After a panic, the kernel has closed none of its events, and their notify
 * function is about to be unloaded.
 *
 * Context: the firmware's world, TPL_APPLICATION.
 */
void efi_mode_lookup_exit(struct efi_mode_handoff *h)
{
	unsigned int i;

	for (i = 0; i < EFI_MODE_NR_EVENTS; i++)
		if (h->events[i])
			efi_bs_call(close_event, (void *)h->events[i]);
}
