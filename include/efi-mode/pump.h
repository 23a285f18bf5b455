/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pump: move frames between Linux and a network card of the firmware
 *
 * A frame would need three or four firmware calls. The pump of the resident half
 * (arch/efi/boot/pump.c) makes these calls for many frames in one go, so that
 * they cost one switch together. The frames are in two rings of slots, which the
 * kernel and the pump share:
 *
 *	tx: the kernel fills slots up to @tx_head, the pump has sent those up to
 *	    @tx_tail
 *	rx: the pump has filled slots up to @rx_head, the kernel has emptied
 *	    those up to @rx_tail
 *
 * The counters run freely. The kernel and the pump run on the same CPU, and the
 * pump runs only while the kernel waits for it, so the rings need no barriers.
 * The kernel may add frames, and empty slots, while the pump is preempted.
 */
#ifndef _EFI_MODE_PUMP_H
#define _EFI_MODE_PUMP_H

#include <linux/types.h>

/* Slots of each ring: a power of two */
#define EFI_MODE_PUMP_SLOTS	64

/* Size of a slot in bytes. The frames of Ethernet have up to 1518 bytes. */
#define EFI_MODE_PUMP_SLOT_SIZE	2048

/**
 * enum efi_mode_pump_counter - the counters of a pump
 * @EFI_MODE_PUMP_RUNS: number of times that the pump has run
 * @EFI_MODE_PUMP_POLLS: number of calls of Poll() or Receive()
 * @EFI_MODE_PUMP_RX: frames that were received
 * @EFI_MODE_PUMP_RX_BYTES: bytes of these frames
 * @EFI_MODE_PUMP_RX_ERRORS: errors that the firmware reported at the reception
 * @EFI_MODE_PUMP_RX_LENGTH: received frames whose length is not valid
 * @EFI_MODE_PUMP_TX: frames that were sent
 * @EFI_MODE_PUMP_TX_BYTES: bytes of these frames
 * @EFI_MODE_PUMP_TX_ERRORS: frames that the firmware has refused or failed to
 *		send
 * @EFI_MODE_PUMP_TX_NO_MEDIA: frames that were not sent for lack of a medium
 * @EFI_MODE_PUMP_TX_BUSY: runs in which the firmware could not take all frames
 */
enum efi_mode_pump_counter {
	EFI_MODE_PUMP_RUNS,
	EFI_MODE_PUMP_POLLS,
	EFI_MODE_PUMP_RX,
	EFI_MODE_PUMP_RX_BYTES,
	EFI_MODE_PUMP_RX_ERRORS,
	EFI_MODE_PUMP_RX_LENGTH,
	EFI_MODE_PUMP_TX,
	EFI_MODE_PUMP_TX_BYTES,
	EFI_MODE_PUMP_TX_ERRORS,
	EFI_MODE_PUMP_TX_NO_MEDIA,
	EFI_MODE_PUMP_TX_BUSY,
	/* private: */
	EFI_MODE_PUMP_NR_COUNTERS
};

/**
 * struct efi_mode_frame - a slot of a ring
 * @buffer:	physical address of the buffer of %EFI_MODE_PUMP_SLOT_SIZE bytes
 * @size:	size of the frame in bytes, from the destination address on,
 *		without the checksum at its end
 * @busy:	tx only, for the pump: the firmware has not sent the frame yet
 */
struct efi_mode_frame {
	__u64 buffer;
	__u32 size;
	__u32 busy;
};

/**
 * struct efi_mode_pump - the rings of a network card
 * @wake:	EFI_EVENT that the pump signals when a frame arrives while @asleep
 *		is set
 * @tx_head:	written by the kernel
 * @tx_next:	the next frame that the pump passes to the firmware
 * @tx_tail:	written by the pump
 * @rx_head:	written by the pump
 * @rx_tail:	written by the kernel
 * @may_sleep:	set by the kernel if the pump may set @asleep
 * @asleep:	set by the pump if it will signal @wake
 * @max_frame:	set by the kernel to the size of the longest frame that may arrive, in
 *		bytes
 * @guarded_ip4: set by the kernel to the IPv4 address of the firmware, in network
 *		byte order, or to 0. The firmware cannot refuse connections to it.
 * @counters:	written by the pump
 * @tx:		frames to send
 * @rx:		frames that have been received
 */
struct efi_mode_pump {
	__u64 wake;
	__u32 tx_head;
	__u32 tx_next;
	__u32 tx_tail;
	__u32 rx_head;
	__u32 rx_tail;
	__u8  may_sleep;
	__u8  asleep;
	__u16 max_frame;
	__u32 guarded_ip4;
	__u64 counters[EFI_MODE_PUMP_NR_COUNTERS];
	struct efi_mode_frame tx[EFI_MODE_PUMP_SLOTS];
	struct efi_mode_frame rx[EFI_MODE_PUMP_SLOTS];
};

/**
 * efi_mode_pump_slot() - get a slot of a ring
 * @ring:	@tx or @rx of a struct efi_mode_pump
 * @nr:		number of the frame, which runs freely
 *
 * Context: any.
 * Return: the slot.
 */
static inline struct efi_mode_frame *
efi_mode_pump_slot(struct efi_mode_frame *ring, __u32 nr)
{
	return &ring[nr % EFI_MODE_PUMP_SLOTS];
}

/**
 * efi_mode_pump_rx_room() - count the slots for received frames
 * @p:	the pump
 *
 * Context: any.
 * Return: the number of slots that the pump may fill.
 */
static inline __u32 efi_mode_pump_rx_room(const struct efi_mode_pump *p)
{
	return EFI_MODE_PUMP_SLOTS - (p->rx_head - p->rx_tail);
}

#endif /* _EFI_MODE_PUMP_H */
