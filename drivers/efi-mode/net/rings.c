// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rings of frames between Linux and the pump
 *
 * The firmware only gets addresses of these slots, never those of an skb, because
 * it may keep a frame for longer than Linux wants to wait.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/skbuff.h>

#include "efi-net.h"

#define RING_BYTES	(EFI_MODE_PUMP_SLOTS * EFI_MODE_PUMP_SLOT_SIZE)

static void *enet_slot(const struct efi_net *n, bool rx, u32 nr)
{
	return n->frames->virt + (rx ? RING_BYTES : 0) +
	       nr % EFI_MODE_PUMP_SLOTS * EFI_MODE_PUMP_SLOT_SIZE;
}

/**
 * efi_net_rings_alloc() - allocate the rings of an interface
 * @n:		the card
 *
 * Context: task context with RTNL held; sleeps.
 * Return: 0 or -ENOMEM.
 */
int efi_net_rings_alloc(struct efi_net *n)
{
	struct efi_mode_pump *rings;
	unsigned int i;

	n->rings_memory = efi_buffer_alloc(n->edev, sizeof(*rings), 0, 0);
	if (IS_ERR(n->rings_memory))
		return PTR_ERR(n->rings_memory);
	n->frames = efi_buffer_alloc(n->edev, 2 * RING_BYTES, 0, 0);
	if (IS_ERR(n->frames)) {
		efi_buffer_free(n->edev, n->rings_memory);
		return PTR_ERR(n->frames);
	}
	rings = n->rings_memory->virt;
	for (i = 0; i < EFI_MODE_PUMP_SLOTS; i++) {
		rings->tx[i].buffer = n->frames->phys +
				      i * EFI_MODE_PUMP_SLOT_SIZE;
		rings->rx[i].buffer = rings->tx[i].buffer + RING_BYTES;
	}
	rings->wake = efi_event_value(n->wake);
	/* A tag of a VLAN is not counted */
	rings->max_frame = min(ETH_HLEN + VLAN_HLEN + n->mode.max_packet_size,
			       EFI_MODE_PUMP_SLOT_SIZE);
	n->rings = rings;
	return 0;
}

/**
 * efi_net_rings_free() - free the rings
 * @n:		the card
 * @busy:	true if the firmware may still write to them
 *
 * Context: task context with RTNL held; sleeps.
 */
void efi_net_rings_free(struct efi_net *n, bool busy)
{
	unsigned int i;

	for (i = 0; i < EFI_MODE_PUMP_NR_COUNTERS; i++)
		n->totals[i] += n->rings->counters[i];
	n->rings = NULL;
	if (busy) {
		efi_buffer_abandon(n->edev, n->rings_memory);
		efi_buffer_abandon(n->edev, n->frames);
		/* Linux must not give this memory back to the firmware */
		efi_event_submit(n->wake);
	} else {
		efi_buffer_free(n->edev, n->rings_memory);
		efi_buffer_free(n->edev, n->frames);
	}
}

/**
 * efi_net_counter() - read a counter
 * @n:		the card
 * @counter:	the counter
 *
 * Context: any.
 * Return: the value since the driver was bound.
 */
u64 efi_net_counter(const struct efi_net *n, enum efi_mode_pump_counter counter)
{
	const struct efi_mode_pump *rings = READ_ONCE(n->rings);

	return n->totals[counter] +
	       (rings ? READ_ONCE(rings->counters[counter]) : 0);
}

/**
 * efi_net_rings_are_full() - check whether there is room for a frame to send
 * @n:		the card
 *
 * Context: any.
 * Return: true if there is none.
 */
bool efi_net_rings_are_full(const struct efi_net *n)
{
	return n->rings->tx_head - READ_ONCE(n->rings->tx_tail) ==
	       EFI_MODE_PUMP_SLOTS;
}

/**
 * efi_net_rings_put() - add a frame to send
 * @n:		the card; the ring is not full
 * @skb:	the frame, which the caller still owns
 *
 * Context: any, with the lock of the transmit queue held.
 * Return: false if the frame is longer than the card allows.
 */
bool efi_net_rings_put(struct efi_net *n, struct sk_buff *skb)
{
	struct efi_mode_pump *rings = n->rings;
	u32 head = rings->tx_head;

	if (skb->len > ETH_HLEN + n->mode.max_packet_size) {
		n->tx_too_long++;
		return false;
	}
	skb_copy_and_csum_dev(skb, enet_slot(n, false, head));
	efi_mode_pump_slot(rings->tx, head)->size = skb->len;
	/* The frame is complete before the pump sees it */
	barrier();
	WRITE_ONCE(rings->tx_head, head + 1);
	return true;
}

static void enet_receive(struct efi_net *n, const void *frame, u32 size)
{
	struct sk_buff *skb = napi_alloc_skb(&n->napi, size);

	if (!skb) {
		n->rx_dropped++;
		return;
	}
	skb_put_data(skb, frame, size);
	skb->protocol = eth_type_trans(skb, n->dev);
	napi_gro_receive(&n->napi, skb);
}

/**
 * efi_net_rings_receive() - pass received frames to the network stack
 * @n:		the card
 * @budget:	number of frames at most
 *
 * Context: NAPI.
 * Return: the number of frames.
 */
unsigned int efi_net_rings_receive(struct efi_net *n, unsigned int budget)
{
	struct efi_mode_pump *rings = n->rings;
	unsigned int done;
	u32 tail;

	for (done = 0; done < budget; done++) {
		tail = rings->rx_tail;
		if (tail == READ_ONCE(rings->rx_head))
			break;
		enet_receive(n, enet_slot(n, true, tail),
			     efi_mode_pump_slot(rings->rx, tail)->size);
		/* The pump may now overwrite the slot */
		barrier();
		WRITE_ONCE(rings->rx_tail, tail + 1);
	}
	return done;
}
