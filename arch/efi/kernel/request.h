/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one request, and its owner in each state
 *
 *	NONE -> POSTED	the kernel has filled it in
 *	POSTED -> RUNNING -> DONE	the resident half makes the call
 *	DONE -> NONE	the kernel has taken the result
 *
 * Both halves run on one CPU, so all that is needed is that the compiler keeps
 * the order.
 */
#ifndef _EFI_MODE_KERNEL_REQUEST_H
#define _EFI_MODE_KERNEL_REQUEST_H

#include <linux/array_size.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>

#include <asm/handoff.h>
#include <efi-mode/call.h>

/**
 * efi_mode_request_fill() - write a call into a request
 * @r:		the request; its state does not change
 * @c:		the call
 * @next:	physical address of the request that follows, or 0
 *
 * Context: any; the caller owns @r.
 */
static inline void efi_mode_request_fill(struct efi_mode_request *r,
					 const struct efi_call *c,
					 phys_addr_t next)
{
	unsigned int i;

	r->target = c->target;
	r->table = c->table;
	r->slot = c->slot;
	r->nargs = c->nargs;
	for (i = 0; i < c->nargs; i++)
		r->args[i] = c->args[i];
	r->abi_violations = 0;
	r->refused = EFI_MODE_REFUSED_NONE;
	r->next = next;
}

/**
 * efi_mode_request_post() - ask for a call
 * @r:		the request
 * @c:		the call
 * @next:	physical address of the request that follows, or 0
 *
 * Context: interrupts off.
 * Return: false if another call has not finished; nothing is changed.
 */
static inline bool efi_mode_request_post(struct efi_mode_request *r,
					 const struct efi_call *c,
					 phys_addr_t next)
{
	if (READ_ONCE(r->state) != EFI_MODE_REQUEST_NONE)
		return false;

	efi_mode_request_fill(r, c, next);
	barrier();
	WRITE_ONCE(r->state, EFI_MODE_REQUEST_POSTED);
	return true;
}

/**
 * efi_mode_request_is_pending() - test for a request that has no taken result
 * @r:	the request
 *
 * Context: any.
 * Return: true from when it is posted until its result has been taken.
 */
static inline bool efi_mode_request_is_pending(const struct efi_mode_request *r)
{
	return READ_ONCE(r->state) != EFI_MODE_REQUEST_NONE;
}

/**
 * efi_mode_request_is_done() - test whether the function has returned
 * @r:	the request
 *
 * Context: any.
 * Return: true until the result has been taken.
 */
static inline bool efi_mode_request_is_done(const struct efi_mode_request *r)
{
	return READ_ONCE(r->state) == EFI_MODE_REQUEST_DONE;
}

/**
 * efi_mode_request_result() - copy the result of a request into its call
 * @r:	the request, which the resident half has performed
 * @c:	the call
 *
 * Context: any; the caller owns @r.
 */
static inline void efi_mode_request_result(const struct efi_mode_request *r,
					   struct efi_call *c)
{
	static const int errors[] = {
		[EFI_MODE_REFUSED_NONE]	= 0,
		[EFI_MODE_REFUSED_GONE]	= -ENODEV,
		[EFI_MODE_REFUSED_NEWS]	= -EAGAIN,
	};

	c->status = r->status;
	c->cycles = r->cycles;
	c->error = r->refused < ARRAY_SIZE(errors) ? errors[r->refused] : -EIO;
}

/**
 * efi_mode_request_take() - take the result, and make room for the next request
 * @r:	the request, which is done
 * @c:	the call, or NULL if its caller does not run any more
 *
 * Context: the context that has posted the request, or a dying kernel.
 * Return: EFI_MODE_ABI_* of the function.
 */
static inline u32 efi_mode_request_take(struct efi_mode_request *r,
					struct efi_call *c)
{
	u32 violations = r->abi_violations;

	if (c)
		efi_mode_request_result(r, c);
	barrier();
	WRITE_ONCE(r->state, EFI_MODE_REQUEST_NONE);
	return violations;
}

/**
 * efi_mode_request_abandon() - give up a request that will not be answered
 * @r:	the request
 *
 * Context: the context that has posted the request, when the firmware has stopped.
 */
static inline void efi_mode_request_abandon(struct efi_mode_request *r)
{
	WRITE_ONCE(r->state, EFI_MODE_REQUEST_NONE);
}

#endif /* _EFI_MODE_KERNEL_REQUEST_H */
