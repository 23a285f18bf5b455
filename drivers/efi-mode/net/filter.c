// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that Linux must not send, because they would end the firmware's connections
 *
 * The firmware's network stack goes on to use a card. If its address is that of
 * Linux, Linux also gets the frames of the firmware's connections, does not know
 * them, and would refuse them.
 */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <net/ip.h>

#include "efi-net.h"

/*
 * Only the answer to a segment that acknowledges something has no ACK of its own
 * (RFC 9293, section 3.5.2). So the answer to a program that asks for a port that
 * Linux does not have is sent, and so are the resets of Linux's own connections.
 */
static bool enet_refuses_tcp(const struct sk_buff *skb, unsigned int at)
{
	struct tcphdr buffer;
	const struct tcphdr *tcp = skb_header_pointer(skb, at, sizeof(buffer), &buffer);

	return tcp && tcp->rst && !tcp->ack;
}

static bool enet_refuses_udp(const struct sk_buff *skb, unsigned int at)
{
	struct icmphdr buffer;
	const struct icmphdr *icmp = skb_header_pointer(skb, at, sizeof(buffer), &buffer);

	return icmp && icmp->type == ICMP_DEST_UNREACH && icmp->code == ICMP_PORT_UNREACH;
}

/**
 * efi_net_is_refusal() - check whether a frame refuses a connection of the firmware
 * @skb:	the frame, with its Ethernet header
 * @address:	IPv4 address of the firmware, or 0
 *
 * A frame of an unknown port also refuses a packet that was sent to Linux. Its sender
 * then waits until it gives up.
 *
 * Context: any.
 * Return: true if Linux must not send the frame.
 */
bool efi_net_is_refusal(const struct sk_buff *skb, __be32 address)
{
	struct iphdr buffer;
	const struct iphdr *ip;
	unsigned int at;

	if (!address || skb->protocol != htons(ETH_P_IP))
		return false;
	at = skb_network_offset(skb);
	ip = skb_header_pointer(skb, at, sizeof(buffer), &buffer);
	if (!ip || ip->saddr != address || ip->frag_off & htons(IP_OFFSET))
		return false;
	at += ip->ihl * 4;
	return (ip->protocol == IPPROTO_TCP && enet_refuses_tcp(skb, at)) ||
	       (ip->protocol == IPPROTO_ICMP && enet_refuses_udp(skb, at));
}
