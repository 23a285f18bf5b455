/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between request.c and tokens.c
 */
#ifndef _EFI_MODE_DISK_TOKENS_H
#define _EFI_MODE_DISK_TOKENS_H

#include <linux/spinlock.h>
#include <linux/wait.h>

#include "disk.h"

/**
 * enum efi_disk_slot_state - whose is a slot?
 * @EFI_DISK_SLOT_FREE:	nobody's
 * @EFI_DISK_SLOT_TAKEN: of a request
 * @EFI_DISK_SLOT_BUSY:	firmware's
 * @EFI_DISK_SLOT_DONE:	of a request that nobody has looked at yet
 * @EFI_DISK_SLOT_LOST:	firmware's, and nobody waits for it
 */
enum efi_disk_slot_state {
	EFI_DISK_SLOT_FREE,
	EFI_DISK_SLOT_TAKEN,
	EFI_DISK_SLOT_BUSY,
	EFI_DISK_SLOT_DONE,
	EFI_DISK_SLOT_LOST,
};

/**
 * struct efi_disk_slot - room for a token
 * @t:		where it is one of
 * @event:	of the token
 * @buffer:	of the transfer
 * @token:	for Linux
 * @phys:	for firmware
 * @state:	whose it is
 * @rq:		the request, or NULL in a trial
 */
struct efi_disk_slot {
	struct efi_disk_tokens *t;
	struct efi_event *event;
	struct efi_buffer *buffer;
	struct efi_disk_token *token;
	phys_addr_t phys;
	enum efi_disk_slot_state state;
	struct request *rq;
};

/**
 * struct efi_disk_tokens - all of a disk
 * @d:		the disk
 * @io:		BlockIo2 or DiskIo2
 * @mode:	which of them
 * @memory:	of the tokens
 * @size:	bytes of each buffer
 * @lock:	may be taken in an interrupt
 * @wait:	until there is something new
 * @done:	ends requests
 * @in_flight:	slots that are %EFI_DISK_SLOT_BUSY
 * @lost:	slots that are %EFI_DISK_SLOT_LOST
 * @nr:		of @slots
 * @slots:	as many as there can be requests
 */
struct efi_disk_tokens {
	struct efi_disk *d;
	struct efi_protocol *io;
	enum efi_disk_mode mode;
	struct efi_buffer *memory;
	u32 size;
	spinlock_t lock; /* for the states and what is below */
	wait_queue_head_t wait;
	struct work_struct done;
	unsigned int in_flight;
	unsigned int lost;
	unsigned int nr;
	struct efi_disk_slot slots[];
};

/* tokens.c */

struct efi_disk_slot *efi_disk_take_slot(struct efi_disk_tokens *t);
void efi_disk_put_slot(struct efi_disk_slot *s);
bool efi_disk_lose_slot(struct efi_disk_slot *s, const struct request *rq);
bool efi_disk_slot_start(struct efi_disk_slot *s, bool write, u64 lba,
			 u32 bytes, struct efi_disk_outcome *o);
struct efi_disk_outcome efi_disk_slot_result(const struct efi_disk_slot *s);

/* request.c */

void efi_disk_end_requests(struct work_struct *work);

#endif /* _EFI_MODE_DISK_TOKENS_H */
