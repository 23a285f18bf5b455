// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network interfaces for the firmware's network cards
 *
 * The firmware's drivers drive the cards. Linux sends and receives Ethernet frames
 * by the Managed Network Protocol, which several users can share, or if the
 * firmware does not have it, by the Simple Network Protocol, which has one user.
 */
#define pr_fmt(fmt) "efi-net: " fmt

#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include <efi-mode/time-limits.h>

#include "efi-net.h"

/* Last node of a device path (UEFI 2.10, section 10.3.4) */
#define NODE_MESSAGING		0x03
#define NODE_MAC		11
#define NODE_VLAN		20

/* IfType of Ethernet (RFC 3232) */
#define IF_TYPE_ETHERNET	1

/* The medium */

static void enet_look_at_medium(struct efi_net *n)
{
	struct efi_snp_mode mode;

	if (efi_net_read_mode(n, &mode))
		return;
	if (efi_net_has_carrier(&mode) && !READ_ONCE(n->lost))
		netif_carrier_on(n->dev);
	else
		netif_carrier_off(n->dev);
}

/* The firmware may get and lose an address while the interface is up */
static void enet_look_at_address(struct efi_net *n)
{
	struct efi_net_ip4 ip;

	if (efi_net_read_ip4(n, &ip))
		return;
	WRITE_ONCE(n->firmware_ip4, ip.address);
	WRITE_ONCE(n->rings->guarded_ip4, (__force u32)ip.address);
}

static void enet_carrier_work(struct work_struct *work)
{
	struct efi_net *n = container_of(to_delayed_work(work), struct efi_net,
					 carrier_work);

	enet_look_at_medium(n);
	enet_look_at_address(n);
	schedule_delayed_work(&n->carrier_work,
			      msecs_to_jiffies(EFI_MODE_NET_CARRIER_MS));
}

/* Filters */

static void enet_wanted(struct net_device *dev, struct efi_net_filter *filter)
{
	struct netdev_hw_addr *ha;

	memset(filter, 0, sizeof(*filter));
	netif_addr_lock_bh(dev);
	/* Further unicast addresses, for example those of a macvlan */
	filter->promiscuous = dev->flags & IFF_PROMISC || netdev_uc_count(dev);
	filter->all_multicast = dev->flags & IFF_ALLMULTI ||
				netdev_mc_count(dev) > EFI_NET_MAX_GROUPS;
	if (!filter->all_multicast) {
		netdev_for_each_mc_addr(ha, dev)
			ether_addr_copy(filter->groups[filter->nr++], ha->addr);
	}
	netif_addr_unlock_bh(dev);
}

static void enet_filter_work(struct work_struct *work)
{
	struct efi_net *n = container_of(work, struct efi_net, filter_work);
	struct efi_net_filter filter;
	int ret;

	enet_wanted(n->dev, &filter);
	ret = n->backend->filter(n, &filter);
	n->filter = filter;
	if (ret && !READ_ONCE(n->lost))
		netdev_warn(n->dev, "the firmware refuses the receive filters (%d)\n", ret);
	/* An instance that was configured anew has no tokens yet */
	efi_net_kick(n);
}

static void enet_set_rx_mode(struct net_device *dev)
{
	struct efi_net *n = netdev_priv(dev);

	schedule_work(&n->filter_work);
}

/* Up and down */

/* The firmware may have connected its own network stack since the last time */
static int enet_open_backend(struct efi_net *n)
{
	int ret;

	n->backend = &efi_net_mnp;
	ret = n->backend->open(n);
	if (ret != -ENODEV)
		return ret;
	n->backend = &efi_net_snp;
	return n->backend->open(n);
}

static int enet_start(struct efi_net *n)
{
	int ret;

	memset(&n->filter, 0, sizeof(n->filter));
	ret = n->backend->filter(n, &n->filter);
	if (!ret && !ether_addr_equal(n->dev->dev_addr,
				      n->mode.current_address.address))
		ret = efi_net_set_address(n, n->dev->dev_addr);
	return ret ?: efi_net_thread_start(n);
}

static void enet_close_backend(struct efi_net *n)
{
	int ret = n->backend->close(n);

	efi_net_rings_free(n, ret == -EBUSY);
}

static int enet_open(struct net_device *dev)
{
	struct efi_net *n = netdev_priv(dev);
	int ret;

	ret = efi_net_rings_alloc(n);
	if (ret)
		return ret;
	ret = enet_open_backend(n);
	if (ret) {
		efi_net_rings_free(n, false);
		goto fail;
	}
	netdev_reset_queue(dev);
	napi_enable(&n->napi);
	ret = enet_start(n);
	if (ret) {
		napi_disable(&n->napi);
		enet_close_backend(n);
		goto fail;
	}
	enet_look_at_medium(n);
	enet_look_at_address(n);
	enable_work(&n->filter_work);
	schedule_delayed_work(&n->carrier_work,
			      msecs_to_jiffies(EFI_MODE_NET_CARRIER_MS));
	netif_start_queue(dev);
	return 0;

fail:
	netdev_err(dev, "the firmware does not let Linux use the card (%d)\n", ret);
	return ret;
}

static int enet_stop(struct net_device *dev)
{
	struct efi_net *n = netdev_priv(dev);

	netif_tx_disable(dev);
	cancel_delayed_work_sync(&n->carrier_work);
	disable_work_sync(&n->filter_work);
	efi_net_thread_stop(n);
	napi_disable(&n->napi);
	if (!ether_addr_equal(dev->dev_addr, n->mode.current_address.address))
		efi_net_set_address(n, n->mode.current_address.address);
	enet_close_backend(n);
	netif_carrier_off(dev);
	return 0;
}

/* Frames */

static netdev_tx_t enet_start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct efi_net *n = netdev_priv(dev);

	if (efi_net_is_refusal(skb, READ_ONCE(n->firmware_ip4))) {
		n->tx_refusals++;
		dev_kfree_skb_any(skb);
		return NETDEV_TX_OK;
	}
	/* Some drivers of the firmware do not pad frames */
	if (skb_put_padto(skb, ETH_ZLEN))
		return NETDEV_TX_OK;
	if (efi_net_rings_put(n, skb)) {
		netdev_sent_queue(dev, skb->len);
		skb_tx_timestamp(skb);
		dev_consume_skb_any(skb);
	} else {
		dev_kfree_skb_any(skb);
	}
	if (efi_net_rings_are_full(n))
		netif_stop_queue(dev);
	if (!netdev_xmit_more() || netif_queue_stopped(dev))
		efi_net_kick(n);
	return NETDEV_TX_OK;
}

static int enet_napi_poll(struct napi_struct *napi, int budget)
{
	struct efi_net *n = container_of(napi, struct efi_net, napi);
	int done = efi_net_rings_receive(n, budget);

	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}

/* Called if the queue stands still, for example because the firmware hangs */
static void enet_tx_timeout(struct net_device *dev, unsigned int queue)
{
	netdev_warn(dev, "the firmware does not send\n");
	efi_net_kick(netdev_priv(dev));
}

static void enet_get_stats64(struct net_device *dev,
			     struct rtnl_link_stats64 *stats)
{
	struct efi_net *n = netdev_priv(dev);

	stats->rx_packets = efi_net_counter(n, EFI_MODE_PUMP_RX);
	stats->rx_bytes = efi_net_counter(n, EFI_MODE_PUMP_RX_BYTES);
	stats->rx_length_errors = efi_net_counter(n, EFI_MODE_PUMP_RX_LENGTH);
	stats->rx_errors = efi_net_counter(n, EFI_MODE_PUMP_RX_ERRORS) +
			   stats->rx_length_errors;
	stats->rx_dropped = n->rx_dropped;
	stats->tx_packets = efi_net_counter(n, EFI_MODE_PUMP_TX);
	stats->tx_bytes = efi_net_counter(n, EFI_MODE_PUMP_TX_BYTES);
	stats->tx_carrier_errors = efi_net_counter(n, EFI_MODE_PUMP_TX_NO_MEDIA);
	stats->tx_errors = efi_net_counter(n, EFI_MODE_PUMP_TX_ERRORS) +
			   stats->tx_carrier_errors + n->tx_too_long;
}

#define ENET_OPS						\
	.ndo_open		= enet_open,			\
	.ndo_stop		= enet_stop,			\
	.ndo_start_xmit		= enet_start_xmit,		\
	.ndo_set_rx_mode	= enet_set_rx_mode,		\
	.ndo_validate_addr	= eth_validate_addr,		\
	.ndo_get_stats64	= enet_get_stats64,		\
	.ndo_tx_timeout		= enet_tx_timeout

static const struct net_device_ops enet_ops = {
	ENET_OPS,
	.ndo_set_mac_address	= eth_mac_addr,
};

/* Without ndo_set_mac_address, a bond uses the address of the card */
static const struct net_device_ops enet_fixed_address_ops = {
	ENET_OPS,
};

/* Binding */

/*
 * A driver may install the protocol on the card's controller, too. The handle
 * with the address in its path is the card.
 */
static bool enet_is_card(const struct efi_device *edev)
{
	const struct efi_generic_dev_path *node = edev->path, *last = NULL;
	size_t left = edev->path_size;

	while (left > sizeof(*node) && node->type != EFI_DEV_END_PATH) {
		last = node;
		left -= node->length;
		node = (const void *)node + node->length;
	}
	return last && last->type == NODE_MESSAGING &&
	       (last->sub_type == NODE_MAC || last->sub_type == NODE_VLAN);
}

static void enet_woken(struct efi_event *event, void *data)
{
	efi_net_kick(data);
}

static int enet_check_mode(struct efi_net *n)
{
	const struct efi_snp_mode *mode = &n->mode;
	struct device *dev = &n->edev->dev;
	int ret = efi_net_read_mode(n, &n->mode);

	if (ret)
		return ret;
	if (mode->type != IF_TYPE_ETHERNET || mode->address_size != ETH_ALEN ||
	    mode->header_size != ETH_HLEN) {
		dev_notice(dev, "not an Ethernet card (type %u, addresses of %u bytes): no interface\n",
			   mode->type, mode->address_size);
		return -ENODEV;
	}
	if (mode->max_packet_size < ETH_MIN_MTU ||
	    !is_valid_ether_addr(mode->current_address.address)) {
		dev_err(dev, FW_BUG "address %pM, packets of %u bytes: no interface\n",
			mode->current_address.address, mode->max_packet_size);
		return -ENODEV;
	}
	n->mode.max_packet_size = min(n->mode.max_packet_size,
				      EFI_MODE_PUMP_SLOT_SIZE - ETH_HLEN);
	return 0;
}

static int enet_open_resources(struct efi_net *n)
{
	const efi_guid_t guid = EFI_SIMPLE_NETWORK_PROTOCOL_GUID;
	struct efi_device *edev = n->edev;

	n->snp = efi_protocol_open(edev, &guid, EFI_TPL_CALLBACK);
	/* The card of a VLAN of the firmware */
	if (PTR_ERR_OR_ZERO(n->snp) == -ENODEV)
		n->snp = efi_protocol_open_above(edev, &guid, EFI_TPL_CALLBACK);
	if (IS_ERR(n->snp))
		return PTR_ERR(n->snp);
	n->scratch = devm_kzalloc(&edev->dev, sizeof(*n->scratch), GFP_KERNEL);
	if (!n->scratch)
		return -ENOMEM;
	n->wake = efi_event_create(edev, 0, enet_woken, n);
	return PTR_ERR_OR_ZERO(n->wake);
}

/* Number the interfaces of a PCI function, because their names need a difference */
static unsigned int enet_port(const struct efi_net *n)
{
	const struct efi_net *other;
	struct net_device *dev;
	unsigned int port = 0;

	rtnl_lock();
	for_each_netdev(dev_net(n->dev), dev) {
		if (dev->netdev_ops->ndo_open != enet_open)
			continue;
		other = netdev_priv(dev);
		if (*n->location && !strcmp(n->location, other->location))
			port = max_t(unsigned int, port, dev->dev_port + 1);
	}
	rtnl_unlock();
	return port;
}

static void enet_setup(struct efi_net *n)
{
	struct net_device *dev = n->dev;

	init_waitqueue_head(&n->wait);
	INIT_WORK(&n->filter_work, enet_filter_work);
	/* The filters may change without RTNL; only an open backend can do so */
	disable_work(&n->filter_work);
	INIT_DELAYED_WORK(&n->carrier_work, enet_carrier_work);
	dev->netdev_ops = n->mode.address_changeable ? &enet_ops :
			  &enet_fixed_address_ops;
	dev->ethtool_ops = &efi_net_ethtool_ops;
	dev->sysfs_groups[0] = &efi_net_group;
	dev->min_mtu = ETH_MIN_MTU;
	/* The copy to the ring computes checksums and gathers fragments */
	dev->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM;
	dev->features = dev->hw_features | NETIF_F_HIGHDMA;
	dev->vlan_features = dev->hw_features;
	dev->watchdog_timeo = msecs_to_jiffies(EFI_MODE_NET_TX_TIMEOUT_MS);
	netif_napi_add(dev, &n->napi, enet_napi_poll);
	netif_carrier_off(dev);
}

static int enet_probe(struct efi_device *edev, const struct efi_device_id *id)
{
	struct net_device *dev;
	struct efi_net *n;
	int ret;

	if (!enet_is_card(edev))
		return -ENODEV;
	dev = devm_alloc_etherdev(&edev->dev, sizeof(*n));
	if (!dev)
		return -ENOMEM;
	SET_NETDEV_DEV(dev, &edev->dev);
	n = netdev_priv(dev);
	n->edev = edev;
	n->dev = dev;
	efi_device_set_drvdata(edev, n);
	ret = enet_open_resources(n) ?: enet_check_mode(n);
	if (ret)
		return ret;
	efi_net_read_location(n);
	dev->dev_port = enet_port(n);
	enet_setup(n);
	eth_hw_addr_set(dev, n->mode.current_address.address);
	memcpy(dev->perm_addr, n->mode.permanent_address.address, ETH_ALEN);
	dev->mtu = min(n->mode.max_packet_size, ETH_DATA_LEN);
	dev->max_mtu = n->mode.max_packet_size;
	ret = register_netdev(dev);
	if (ret)
		return ret;
	netdev_info(dev, "%pM, %s\n", dev->dev_addr, edev->path_text);
	return 0;
}

static void enet_remove(struct efi_device *edev)
{
	struct efi_net *n = efi_device_get_drvdata(edev);

	unregister_netdev(n->dev);
}

static const struct efi_device_id enet_ids[] = {
	{ EFI_MANAGED_NETWORK_SERVICE_BINDING_PROTOCOL_GUID },
	{ EFI_SIMPLE_NETWORK_PROTOCOL_GUID },
	{ }
};
MODULE_ALIAS_EFI("f36ff770-a7e1-42cf-9ed2-56f0f271f44c");
MODULE_ALIAS_EFI("a19832b9-ac25-11d3-9a2d-0090273fc14d");

static struct efi_driver enet_driver = {
	.driver.name	= "efi-net",
	.id_table	= enet_ids,
	.probe		= enet_probe,
	.remove		= enet_remove,
};
module_efi_driver(enet_driver);

MODULE_DESCRIPTION("Network cards of the firmware");
MODULE_LICENSE("GPL");
