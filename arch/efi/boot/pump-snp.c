// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pump on the Simple Network Protocol (UEFI 2.10, section 24.1)
 *
 * For firmware without the Managed Network Protocol. Linux is then the only user
 * of the card. The pump has no state but the rings: the firmware reads frames to
 * send from their slots, and writes received frames to them.
 */
#include "pump-ring.h"

/* Return: the frame in @buffer, or else the oldest that was not reported; or NULL */
static struct efi_mode_frame *snp_sent(struct efi_mode_pump *rings, void *buffer)
{
	u32 i;

	for (i = rings->tx_tail; i != rings->tx_next; i++) {
		struct efi_mode_frame *frame = efi_mode_pump_slot(rings->tx, i);

		if (frame->busy && frame->buffer == (unsigned long)buffer)
			return frame;
	}
	for (i = rings->tx_tail; i != rings->tx_next; i++)
		if (efi_mode_pump_slot(rings->tx, i)->busy)
			return efi_mode_pump_slot(rings->tx, i);
	return NULL;
}

/*
 * The firmware reports the buffers of sent frames one by one, in any order. Some
 * firmware reports another address for each.
 */
static void snp_reap(struct efi_snp *snp, struct efi_mode_pump *rings)
{
	struct efi_mode_frame *frame;
	unsigned int n;

	for (n = 0; n < EFI_MODE_PUMP_SLOTS; n++) {
		void *buffer = NULL;

		if (snp->get_status(snp, NULL, &buffer) != EFI_SUCCESS || !buffer)
			break;
		frame = snp_sent(rings, buffer);
		if (frame)
			pump_tx_done(rings, frame, EFI_SUCCESS);
	}
	pump_tx_reap(rings);
}

static void snp_send(struct efi_snp *snp, struct efi_mode_pump *rings)
{
	efi_status_t status;

	while (rings->tx_next != READ_ONCE(rings->tx_head)) {
		struct efi_mode_frame *frame =
			efi_mode_pump_slot(rings->tx, rings->tx_next);

		frame->busy = 1;
		status = snp->transmit(snp, 0, frame->size,
				       (void *)(unsigned long)frame->buffer,
				       NULL, NULL, NULL);
		if (status == EFI_NOT_READY || status == EFI_OUT_OF_RESOURCES) {
			frame->busy = 0;
			pump_count(rings, EFI_MODE_PUMP_TX_BUSY, 1);
			return;
		}
		if (status != EFI_SUCCESS)
			pump_tx_done(rings, frame, status);
		rings->tx_next++;
	}
}

/* Return: true if there may be more frames */
static bool snp_receive(struct efi_snp *snp, struct efi_mode_pump *rings)
{
	struct efi_mode_frame *frame;
	unsigned long size;
	efi_status_t status;
	unsigned int i;

	for (i = 0; i < PUMP_BATCH; i++) {
		frame = pump_rx_slot(rings);
		if (!frame)
			return false;
		size = EFI_MODE_PUMP_SLOT_SIZE;
		status = snp->receive(snp, NULL, &size,
				      (void *)(unsigned long)frame->buffer,
				      NULL, NULL, NULL);
		pump_count(rings, EFI_MODE_PUMP_POLLS, 1);
		if (status == EFI_NOT_READY)
			return false;
		if (status == EFI_SUCCESS) {
			pump_rx_done(rings, frame, size);
			continue;
		}
		if (status != EFI_BUFFER_TOO_SMALL) {
			pump_count(rings, EFI_MODE_PUMP_RX_ERRORS, 1);
			return false;
		}
		pump_count(rings, EFI_MODE_PUMP_RX_LENGTH, 1);
	}
	return true;
}

/* Move frames in both directions. Return: EFI_SUCCESS. */
static efi_status_t __efiapi snp_run(void *interface, void *shared)
{
	struct efi_mode_pump *rings = shared;
	unsigned int rounds;
	bool more = true;

	pump_count(rings, EFI_MODE_PUMP_RUNS, 1);
	/* At least one GetStatus(): it updates the state of the medium, too */
	for (rounds = 0; more && rounds < PUMP_ROUNDS; rounds++) {
		snp_reap(interface, rings);
		snp_send(interface, rings);
		more = snp_receive(interface, rings);
	}
	snp_reap(interface, rings);
	return EFI_SUCCESS;
}

/**
 * efi_mode_pump_snp_init() - publish the function of this file to the kernel
 * @h:		the handoff
 *
 * Context: the firmware's world.
 */
void efi_mode_pump_snp_init(struct efi_mode_handoff *h)
{
	h->resident.pump_snp_run = snp_run;
}
