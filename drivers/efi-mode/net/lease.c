// SPDX-License-Identifier: GPL-2.0-only
/*
 * The IPv4 address that the firmware uses on a network card
 *
 * The firmware's network stack and Linux have one Ethernet address, so a DHCP
 * server gives both the same lease.
 */
#include <linux/slab.h>

#include "efi-net.h"

/* Option codes of DHCP (RFC 2132) */
#define DHCP_PAD	0
#define DHCP_ROUTER	3
#define DHCP_DNS	6
#define DHCP_END	255

/* Enough for the routes behind the address, of which Linux reads none */
#define DATA_SIZE	4096

/* GetData() of EFI_IP4_CONFIG2_PROTOCOL (UEFI 2.10, section 28.5); 0 if it fails */
static unsigned long enet_ip4_data(struct efi_protocol *ip4, u32 type, void *data)
{
	unsigned long *size = kmalloc(sizeof(*size), GFP_KERNEL), got = 0;
	efi_status_t status;

	if (!size)
		return 0;
	*size = DATA_SIZE;
	if (!efi_protocol_call(ip4, &status, struct efi_ip4_config, get_data, type,
			       efi_phys(size), efi_phys((u8 *)data)) &&
	    status == EFI_SUCCESS)
		got = min_t(unsigned long, *size, DATA_SIZE);
	kfree(size);
	return got;
}

static unsigned int enet_take_addresses(__be32 *to, const void *from, unsigned long size)
{
	unsigned int nr = min_t(unsigned long, size / sizeof(*to), EFI_NET_MAX_SERVERS);

	memcpy(to, from, nr * sizeof(*to));
	return nr;
}

static void enet_read_config(struct efi_net *n, void *data, struct efi_net_ip4 *ip)
{
	const efi_guid_t guid = EFI_IP4_CONFIG2_PROTOCOL_GUID;
	const struct efi_ip4_interface *interface = data;
	struct efi_protocol *ip4;
	unsigned long size;

	ip4 = efi_protocol_open(n->edev, &guid, EFI_TPL_CALLBACK);
	if (IS_ERR(ip4))
		return;
	size = enet_ip4_data(ip4, EFI_IP4_INTERFACE, data);
	if (size >= offsetofend(struct efi_ip4_interface, mask)) {
		ip->address = interface->address;
		ip->mask = interface->mask;
	}
	if (ip->address) {
		size = enet_ip4_data(ip4, EFI_IP4_POLICY, data);
		ip->dhcp = size >= sizeof(u32) && *(u32 *)data == EFI_IP4_POLICY_DHCP;
		size = enet_ip4_data(ip4, EFI_IP4_GATEWAY, data);
		ip->nr_gateways = enet_take_addresses(ip->gateways, data, size);
		size = enet_ip4_data(ip4, EFI_IP4_DNS, data);
		ip->nr_dns = enet_take_addresses(ip->dns, data, size);
	}
	efi_protocol_close(ip4);
}

/**
 * efi_net_read_dhcp_options() - take addresses from an answer of a DHCP server
 * @options:	the options
 * @size:	their size in bytes
 * @ip:		gateways and servers are set, if the answer has them
 *
 * Context: any.
 */
void efi_net_read_dhcp_options(const u8 *options, size_t size, struct efi_net_ip4 *ip)
{
	size_t at = 0;

	while (at < size && options[at] != DHCP_END) {
		const u8 *option = options + at;

		if (*option == DHCP_PAD) {
			at++;
			continue;
		}
		if (size - at < 2 || size - at - 2 < option[1])
			return;
		if (*option == DHCP_ROUTER)
			ip->nr_gateways = enet_take_addresses(ip->gateways, option + 2,
							      option[1]);
		else if (*option == DHCP_DNS)
			ip->nr_dns = enet_take_addresses(ip->dns, option + 2, option[1]);
		at += 2 + option[1];
	}
}

/*
 * A PXE boot has a lease of its own (UEFI 2.10, section 24.3). The protocol is on a
 * handle below that of the card.
 */
static void enet_read_pxe(struct efi_net *n, struct efi_pxe_mode *mode,
			  struct efi_net_ip4 *ip)
{
	const efi_guid_t guid = EFI_PXE_BASE_CODE_PROTOCOL_GUID;
	struct efi_protocol *pxe;

	pxe = efi_protocol_open_below(n->edev, &guid, EFI_TPL_CALLBACK);
	if (IS_ERR(pxe))
		return;
	if (!efi_protocol_read(pxe, mode, sizeof(*mode),
			       offsetof(struct efi_pxe, mode), 0) &&
	    mode->started && !mode->using_ipv6 && mode->dhcp_ack_received) {
		ip->address = mode->station_ip;
		ip->mask = mode->subnet_mask;
		ip->dhcp = true;
		efi_net_read_dhcp_options(mode->dhcp_ack.options,
					  sizeof(mode->dhcp_ack.options), ip);
	}
	efi_protocol_close(pxe);
}

/**
 * efi_net_read_ip4() - read the IPv4 address that the firmware uses on a card
 * @n:	the card
 * @ip:	set; @address is 0 if the firmware has none
 *
 * Context: task context; sleeps.
 * Return: 0 or -ENOMEM.
 */
int efi_net_read_ip4(struct efi_net *n, struct efi_net_ip4 *ip)
{
	void *data;

	BUILD_BUG_ON(sizeof(struct efi_pxe_mode) > DATA_SIZE);
	memset(ip, 0, sizeof(*ip));
	data = kzalloc(DATA_SIZE, GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	enet_read_config(n, data, ip);
	if (!ip->address)
		enet_read_pxe(n, data, ip);
	kfree(data);
	return 0;
}
