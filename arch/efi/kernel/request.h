/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one request: whose it is, and when
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

#include <linux/compiler.h>
#include <linux/types.h>

#include <efi-mode/request.h>

/**
 * efi_mode_request_post() - ask for a call
 * @r:		the request
 * @target:	whose function it is, or NULL
 * @table:	physical address of the table or protocol interface
 * @slot:	offset of the function pointer in @table, in bytes
 * @args:	arguments
 * @nargs:	number of @args, at most %EFI_MODE_MAX_ARGS
 *
 * Context: interrupts off.
 * Return: false if there is another one that is not finished; nothing is changed.
 */
static inline bool efi_mode_request_post(struct efi_mode_request *r,
					 const struct efi_mode_target *target,
					 u64 table, u64 slot, const u64 *args,
					 unsigned int nargs)
{
	static const struct efi_mode_target nobody;
	unsigned int i;

	if (READ_ONCE(r->state) != EFI_MODE_REQUEST_NONE)
		return false;

	r->target = target ? *target : nobody;
	r->table = table;
	r->slot = slot;
	r->nargs = nargs;
	for (i = 0; i < nargs; i++)
		r->args[i] = args[i];
	r->abi_violations = 0;
	r->refused = EFI_MODE_REFUSED_NONE;
	r->next = 0;
	barrier();
	WRITE_ONCE(r->state, EFI_MODE_REQUEST_POSTED);
	return true;
}

/**
 * efi_mode_request_is_pending() - is there one?
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
 * efi_mode_request_is_done() - has the function returned?
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
 * efi_mode_request_take() - take the result, and make room for the next
 * @r:		the request, which is done
 * @abi_violations: EFI_MODE_ABI_* of the function
 * @refused:	EFI_MODE_REFUSED_*
 *
 * Context: the one who has posted it.
 * Return: the EFI status.
 */
static inline u64 efi_mode_request_take(struct efi_mode_request *r,
					u32 *abi_violations, u32 *refused)
{
	u64 status = r->status;

	*abi_violations = r->abi_violations;
	*refused = r->refused;
	barrier();
	WRITE_ONCE(r->state, EFI_MODE_REQUEST_NONE);
	return status;
}

/**
 * efi_mode_request_abandon() - nobody will ever answer
 * @r:	the request
 *
 * Context: the one who has posted it, when firmware has stopped.
 */
static inline void efi_mode_request_abandon(struct efi_mode_request *r)
{
	WRITE_ONCE(r->state, EFI_MODE_REQUEST_NONE);
}

#endif /* _EFI_MODE_KERNEL_REQUEST_H */
