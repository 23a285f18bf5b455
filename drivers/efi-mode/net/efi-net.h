/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Internal header of the driver for the firmware's network cards
 *
 * Calls run downwards. Files on a line do not call each other:
 *
 *	net
 *	thread, ethtool, sysfs
 *	rings
 *	mnp, snp
 *	mode, location, lease, filter
 *
 * Read the files from net.c downwards.
 */
#ifndef _EFI_MODE_NET_INTERNAL_H
#define _EFI_MODE_NET_INTERNAL_H

#include <linux/netdevice.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <efi-mode/bus.h>
#include <efi-mode/bus-pump.h>
#include <efi-mode/network.h>

struct efi_net;

/* More multicast groups are received by the promiscuous mode */
#define EFI_NET_MAX_GROUPS	32

/* Routers and servers of the firmware's lease that Linux shows */
#define EFI_NET_MAX_SERVERS	8

/**
 * struct efi_net_ip4 - how the firmware uses IPv4 on a card
 * @address:	its address, or 0
 * @mask:	the mask of the subnet
 * @dhcp:	a DHCP server has given the address
 * @nr_gateways: number of @gateways
 * @gateways:	addresses of routers
 * @nr_dns:	number of @dns
 * @dns:	addresses of name servers
 */
struct efi_net_ip4 {
	__be32 address;
	__be32 mask;
	bool dhcp;
	unsigned int nr_gateways;
	__be32 gateways[EFI_NET_MAX_SERVERS];
	unsigned int nr_dns;
	__be32 dns[EFI_NET_MAX_SERVERS];
};

/**
 * struct efi_net_filter - the frames that Linux wants
 * @promiscuous: all frames
 * @all_multicast: all multicast frames
 * @nr:		number of @groups
 * @groups:	multicast addresses
 */
struct efi_net_filter {
	bool promiscuous;
	bool all_multicast;
	unsigned int nr;
	u8 groups[EFI_NET_MAX_GROUPS][ETH_ALEN];
};

/**
 * struct efi_net_backend - a protocol that moves frames
 * @name:	name for messages and ethtool
 * @open:	start to use the card; all memory of the rings is there. Returns 0
 *		or an error.
 * @close:	stop using the card. Returns 0, or -EBUSY if the firmware may still
 *		write to the rings.
 * @filter:	receive other frames than before. Returns 0 or an error.
 * @run:	move frames. Returns 0 or an error.
 */
struct efi_net_backend {
	const char *name;
	int (*open)(struct efi_net *n);
	int (*close)(struct efi_net *n);
	int (*filter)(struct efi_net *n, const struct efi_net_filter *filter);
	int (*run)(struct efi_net *n);
};

/**
 * struct efi_net_place - a PCI function
 * @segment:	0 to 0xffff
 * @bus:	0 to 0xff
 * @device:	0 to 31
 * @function:	0 to 7
 */
struct efi_net_place {
	unsigned long segment;
	unsigned long bus;
	unsigned long device;
	unsigned long function;
};

/**
 * struct efi_net_scratch - memory for arguments of firmware calls
 * @config:	configuration of the instance
 * @mac:	one address
 * @macs:	multicast addresses
 * @interface:	an interface that the firmware returns; unused
 * @place:	the PCI function of the card
 */
struct efi_net_scratch {
	struct efi_mnp_config config;
	struct efi_mac mac;
	struct efi_mac macs[EFI_SNP_MAX_MULTICAST];
	void *interface;
	struct efi_net_place place;
};

/**
 * struct efi_net - a network card of the firmware
 * @edev:	device of the handle
 * @dev:	the interface
 * @snp:	Simple Network Protocol of the card
 * @mode:	its mode when the driver was bound
 * @location:	its PCI function in the form of lspci, or empty
 * @backend:	protocol that moves frames while the interface is up
 * @binding:	service binding of the Managed Network Protocol, while that is the
 *		backend
 * @pump:	the instance, likewise
 * @scratch:	arguments of calls. Users hold the RTNL, or run in @filter_work.
 * @rings_memory: buffer that holds @rings
 * @frames:	buffer that holds the slots of the rings: sent frames come first
 * @rings:	the rings while the interface is up, or NULL
 * @totals:	counters of earlier rings
 * @rx_dropped:	frames that were received and dropped for lack of memory
 * @tx_too_long: frames that Linux has sent, and that are too long
 * @tx_refusals: frames that Linux did not send, because they would end connections
 *		of the firmware
 * @firmware_ip4: address of the firmware, or 0
 * @wake:	event that the pump signals
 * @wait:	@thread sleeps on it
 * @kicked:	there is something to do for @thread
 * @thread:	thread that runs the pump while the interface is up
 * @lost:	the firmware has removed the card, or has stopped
 * @napi:	passes received frames to the network stack
 * @filter:	the frames that the firmware was last asked for
 * @filter_work: asks the firmware for other frames
 * @carrier_work: looks at the state of the medium
 */
struct efi_net {
	struct efi_device *edev;
	struct net_device *dev;
	struct efi_protocol *snp;
	struct efi_snp_mode mode;
	char location[sizeof("0000:00:00.0")];
	const struct efi_net_backend *backend;
	struct efi_protocol *binding;
	struct efi_pump *pump;
	struct efi_net_scratch *scratch;
	struct efi_buffer *rings_memory;
	struct efi_buffer *frames;
	struct efi_mode_pump *rings;
	u64 totals[EFI_MODE_PUMP_NR_COUNTERS];
	u64 rx_dropped;
	u64 tx_too_long;
	u64 tx_refusals;
	__be32 firmware_ip4;
	struct efi_event *wake;
	wait_queue_head_t wait;
	bool kicked;
	struct task_struct *thread;
	bool lost;
	struct napi_struct napi;
	struct efi_net_filter filter;
	struct work_struct filter_work;
	struct delayed_work carrier_work;
};

/* thread.c */

int efi_net_thread_start(struct efi_net *n);
void efi_net_thread_stop(struct efi_net *n);
void efi_net_kick(struct efi_net *n);

/* ethtool.c */

extern const struct ethtool_ops efi_net_ethtool_ops;

/* sysfs.c */

extern const struct attribute_group efi_net_group;

/* rings.c */

int efi_net_rings_alloc(struct efi_net *n);
void efi_net_rings_free(struct efi_net *n, bool busy);
bool efi_net_rings_put(struct efi_net *n, struct sk_buff *skb);
bool efi_net_rings_are_full(const struct efi_net *n);
unsigned int efi_net_rings_receive(struct efi_net *n, unsigned int budget);
u64 efi_net_counter(const struct efi_net *n, enum efi_mode_pump_counter counter);

/* mnp.c, snp.c */

extern const struct efi_net_backend efi_net_mnp, efi_net_snp;

/* mode.c */

int efi_net_read_mode(struct efi_net *n, struct efi_snp_mode *mode);
bool efi_net_has_carrier(const struct efi_snp_mode *mode);
int efi_net_set_address(struct efi_net *n, const u8 *address);
int efi_net_status_error(efi_status_t status);

/* lease.c */

int efi_net_read_ip4(struct efi_net *n, struct efi_net_ip4 *ip);
void efi_net_read_dhcp_options(const u8 *options, size_t size, struct efi_net_ip4 *ip);

/* filter.c */

bool efi_net_is_refusal(const struct sk_buff *skb, __be32 address);

/* location.c */

void efi_net_read_location(struct efi_net *n);

#endif /* _EFI_MODE_NET_INTERNAL_H */
