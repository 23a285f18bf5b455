/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one request, and the owner of each state change
 *
 *	NONE -> POSTED	the kernel has filled in the request
 *	POSTED -> RUNNING -> DONE	the resident half makes the call
 *	DONE -> NONE	the kernel has taken the result
 *
 * Both halves run on the same CPU, so it is enough that the compiler keeps the
 * order of the accesses.
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
 * efi_mode_request_fill() - copy a call into a request
 * @r:		the request; its state does not change
 * @c:		the call
 * @next:	physical address of the next request of a chain, or 0
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
 * efi_mode_request_post() - ask the resident half to make a call
 * @r:		the request
 * @c:		the call
 * @next:	physical address of the next request of a chain, or 0
 *
 * Context: interrupts off.
 * Return: false if another call is pending; then nothing is changed.
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
 * efi_mode_request_is_pending() - check whether the request is in use
 * @r:		the request
 *
 * Context: any.
 * Return: true from efi_mode_request_post() until the result has been taken.
 */
static inline bool efi_mode_request_is_pending(const struct efi_mode_request *r)
{
	return READ_ONCE(r->state) != EFI_MODE_REQUEST_NONE;
}

/**
 * efi_mode_request_is_done() - check whether the function has returned
 * @r:		the request
 *
 * Context: any.
 * Return: true until the result has been taken.
 */
static inline bool efi_mode_request_is_done(const struct efi_mode_request *r)
{
	return READ_ONCE(r->state) == EFI_MODE_REQUEST_DONE;
}

/**
 * efi_mode_request_result() - copy the result of a request to its call
 * @r:		the request, which the resident half has completed
 * @c:		the call
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
 * efi_mode_request_take() - take the result, and free the request
 * @r:		the request, which is done
 * @c:		the call, or NULL if its caller will not run again
 *
 * Context: the context that posted the request, or a dying kernel.
 * Return: EFI_MODE_ABI_*, the ABI violations of the function.
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
 * efi_mode_request_abandon() - free a request that will not be completed
 * @r:		the request
 *
 * Context: the context that posted the request, when the firmware is stopped.
 */
static inline void efi_mode_request_abandon(struct efi_mode_request *r)
{
	WRITE_ONCE(r->state, EFI_MODE_REQUEST_NONE);
}

#endif /* _EFI_MODE_KERNEL_REQUEST_H */
