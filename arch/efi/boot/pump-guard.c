// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keep the firmware's network stack from ending connections of Linux
 *
 * The firmware's stack and Linux may have one IP address. Both get the frames of
 * all connections then, and the firmware refuses those that it does not know. So
 * while Linux has an interface on a card, Transmit() of the card is hooked. The
 * hook cannot leave out a frame, because the firmware waits until the card reports
 * it as sent. It damages the checksum of the IP header instead, and the receiver
 * drops the frame.
 *
 * Linux does not send such frames of its own: drivers/efi-mode/net/filter.c.
 */
#include <linux/string.h>

#include "pump-ring.h"

/* Cards with an interface; a hook that cannot be removed keeps its place */
#define PUMP_GUARDS	16

/* Offsets in the headers of IPv4, TCP and ICMP, and values there */
#define IP_FRAGMENT	6
#define IP_PROTOCOL	9
#define IP_CHECKSUM	10
#define IP_SOURCE	12
#define IP_SIZE		20
#define PROTOCOL_ICMP	1
#define PROTOCOL_TCP	6
#define TCP_FLAGS	13
#define TCP_SIZE	20
#define TCP_RST		0x04
#define TCP_ACK		0x10
#define ICMP_UNREACH	3
#define ICMP_PORT	3

/**
 * struct pump_guard - a card whose Transmit() is hooked
 * @snp:	interface of the card, or NULL if the place is free
 * @transmit:	the firmware's function
 * @rings:	the rings of the interface, or NULL if it is down
 */
struct pump_guard {
	struct efi_snp *snp;
	typeof(((struct efi_snp *)0)->transmit) transmit;
	const struct efi_mode_pump *rings;
};

static struct pump_guard pump_guards[PUMP_GUARDS];

/* The pump itself sends now */
static bool pump_guard_open;

static u16 guard_u16(const u8 *at)
{
	return at[0] << 8 | at[1];
}

/*
 * Only the answer to a segment that acknowledges something has no ACK of its own
 * (RFC 9293, section 3.5.2). The answer to a program that asks for a port that the
 * firmware does not have is sent.
 */
static bool guard_is_refusal(const u8 *ip, size_t size, u32 address)
{
	size_t header = (ip[0] & 0xf) * 4;
	const u8 *data = ip + header;

	if (ip[0] >> 4 != 4 || header < IP_SIZE || size < header + TCP_SIZE ||
	    memcmp(ip + IP_SOURCE, &address, sizeof(address)) ||
	    guard_u16(ip + IP_FRAGMENT) & 0x1fff)
		return false;
	if (ip[IP_PROTOCOL] == PROTOCOL_TCP)
		return (data[TCP_FLAGS] & (TCP_RST | TCP_ACK)) == TCP_RST;
	return ip[IP_PROTOCOL] == PROTOCOL_ICMP && data[0] == ICMP_UNREACH &&
	       data[1] == ICMP_PORT;
}

/* @protocol is the type of the frame if the card adds the header, or else NULL */
static void guard_check(const struct efi_mode_pump *rings, u8 *frame, size_t size,
			const u16 *protocol)
{
	u32 address = rings ? READ_ONCE(rings->guarded_ip4) : 0;
	u8 *ip = frame + ETH_HLEN;

	if (!address || size < ETH_HLEN + IP_SIZE)
		return;
	if ((protocol ? *protocol : guard_u16(frame + ETH_HLEN - 2)) == ETH_P_IP &&
	    guard_is_refusal(ip, size - ETH_HLEN, address)) {
		/* Never the same number in the arithmetic of the checksum */
		ip[IP_CHECKSUM] ^= 0x55;
		ip[IP_CHECKSUM + 1] ^= 0x55;
	}
}

static struct pump_guard *guard_of(const struct efi_snp *snp)
{
	unsigned int i;

	for (i = 0; i < PUMP_GUARDS; i++)
		if (pump_guards[i].snp == snp)
			return &pump_guards[i];
	return NULL;
}

/* Transmit() (UEFI 2.10, section 24.1) */
static efi_status_t __efiapi
guard_transmit(struct efi_snp *snp, unsigned long header_size, unsigned long size,
	       void *buffer, struct efi_mac *source, struct efi_mac *destination,
	       u16 *protocol)
{
	const struct pump_guard *guard = guard_of(snp);

	if (!guard)
		return EFI_INVALID_PARAMETER;
	if (!READ_ONCE(pump_guard_open) && buffer)
		guard_check(guard->rings, buffer, size, header_size ? protocol : NULL);
	return guard->transmit(snp, header_size, size, buffer, source, destination,
			       protocol);
}

/**
 * efi_mode_pump_guard_start() - hook Transmit() of a card
 * @snp:	interface of the card
 * @rings:	the rings of the interface
 *
 * If too many cards are hooked already, the firmware can end connections of Linux.
 *
 * Context: the firmware's world, TPL_CALLBACK at most.
 */
void efi_mode_pump_guard_start(struct efi_snp *snp, const struct efi_mode_pump *rings)
{
	typeof(snp->transmit) hook = guard_transmit;
	struct pump_guard *guard = guard_of(snp);

	if (!guard) {
		guard = guard_of(NULL);
		if (!guard)
			return;
		guard->transmit = snp->transmit;
		guard->snp = snp;
		efi_mode_write_protected(&snp->transmit, &hook, sizeof(hook));
	}
	WRITE_ONCE(guard->rings, rings);
}

/**
 * efi_mode_pump_guard_stop() - undo efi_mode_pump_guard_start()
 * @snp:	as there
 * @exists:	false if the firmware has removed the card since then
 *
 * If other code has hooked the function since then, both hooks stay.
 *
 * Context: as there.
 */
void efi_mode_pump_guard_stop(struct efi_snp *snp, bool exists)
{
	struct pump_guard *guard = guard_of(snp);

	if (!guard)
		return;
	WRITE_ONCE(guard->rings, NULL);
	if (exists && snp->transmit != guard_transmit)
		return;
	if (exists)
		efi_mode_write_protected(&snp->transmit, &guard->transmit,
					 sizeof(guard->transmit));
	guard->snp = NULL;
}

/**
 * efi_mode_pump_guard_pass() - let the pump send frames of Linux
 * @pass:	true before the call of the firmware, false after it
 *
 * Context: the firmware's world, TPL_CALLBACK, so that the firmware's own stack
 * does not send meanwhile.
 */
void efi_mode_pump_guard_pass(bool pass)
{
	WRITE_ONCE(pump_guard_open, pass);
}
