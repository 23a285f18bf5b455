/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rings of the pumps, for the code that fills and empties them
 */
#ifndef _ARCH_EFI_BOOT_PUMP_RING_H
#define _ARCH_EFI_BOOT_PUMP_RING_H

#include <linux/if_ether.h>

#include <asm/handoff.h>
#include <efi-mode/network.h>
#include <efi-mode/pump.h>

/* Frames that the firmware is asked for before the others have a turn */
#define PUMP_BATCH	16

/* Rounds of a run, so that a flood does not keep the caller for ever */
#define PUMP_ROUNDS	8

static inline void pump_count(struct efi_mode_pump *p,
			      enum efi_mode_pump_counter counter, u64 by)
{
	p->counters[counter] += by;
}

/* Return: the slot for the next received frame, or NULL if the ring is full */
static inline struct efi_mode_frame *pump_rx_slot(struct efi_mode_pump *p)
{
	return efi_mode_pump_rx_room(p) ?
	       efi_mode_pump_slot(p->rx, p->rx_head) : NULL;
}

/* The frame in the slot is complete, unless its size is not valid */
static inline void pump_rx_done(struct efi_mode_pump *p,
				struct efi_mode_frame *frame, u64 size)
{
	if (size < ETH_HLEN || size > p->max_frame) {
		pump_count(p, EFI_MODE_PUMP_RX_LENGTH, 1);
		return;
	}
	frame->size = size;
	p->rx_head++;
	pump_count(p, EFI_MODE_PUMP_RX, 1);
	pump_count(p, EFI_MODE_PUMP_RX_BYTES, size);
}

/* Count the frame that the firmware has sent, or has failed to send */
static inline void pump_tx_done(struct efi_mode_pump *p,
				struct efi_mode_frame *frame, efi_status_t status)
{
	frame->busy = 0;
	if (status == EFI_SUCCESS) {
		pump_count(p, EFI_MODE_PUMP_TX, 1);
		pump_count(p, EFI_MODE_PUMP_TX_BYTES, frame->size);
	} else if (status == EFI_NO_MEDIA) {
		pump_count(p, EFI_MODE_PUMP_TX_NO_MEDIA, 1);
	} else {
		pump_count(p, EFI_MODE_PUMP_TX_ERRORS, 1);
	}
}

/* Give the slots of sent frames back to the kernel, in their order */
static inline void pump_tx_reap(struct efi_mode_pump *p)
{
	while (p->tx_tail != p->tx_next &&
	       !efi_mode_pump_slot(p->tx, p->tx_tail)->busy)
		p->tx_tail++;
}

/* cpu.c; here, because boot.h cannot be included by the KUnit tests of the pump */

void efi_mode_write_protected(void *to, const void *from, size_t size);

/* pump-guard.c */

void efi_mode_pump_guard_start(struct efi_snp *snp, const struct efi_mode_pump *rings);
void efi_mode_pump_guard_stop(struct efi_snp *snp, bool exists);
void efi_mode_pump_guard_pass(bool pass);

/* pump-snp.c */

void efi_mode_pump_snp_init(struct efi_mode_handoff *h);

#endif /* _ARCH_EFI_BOOT_PUMP_RING_H */
