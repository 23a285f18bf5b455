// SPDX-License-Identifier: GPL-2.0-only
/*
 * Properties and counters for ethtool
 */
#include <linux/ethtool.h>
#include <linux/string.h>

#include "efi-net.h"

static const struct {
	char name[ETH_GSTRING_LEN];
	enum efi_mode_pump_counter counter;
} enet_counters[] = {
	{ "pump_runs", EFI_MODE_PUMP_RUNS },
	{ "pump_polls", EFI_MODE_PUMP_POLLS },
	{ "rx_errors_firmware", EFI_MODE_PUMP_RX_ERRORS },
	{ "rx_errors_length", EFI_MODE_PUMP_RX_LENGTH },
	{ "tx_errors_firmware", EFI_MODE_PUMP_TX_ERRORS },
	{ "tx_no_media", EFI_MODE_PUMP_TX_NO_MEDIA },
	{ "tx_busy", EFI_MODE_PUMP_TX_BUSY },
};

/* Counters of the driver, behind those of the pump */
static const char enet_own_counters[][ETH_GSTRING_LEN] = {
	"rx_dropped_memory",
	"tx_dropped_length",
	"tx_dropped_refusals",
};

static void enet_get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	struct efi_net *n = netdev_priv(dev);
	const struct efi_net_backend *backend = READ_ONCE(n->backend);

	strscpy(info->driver, "efi-net", sizeof(info->driver));
	strscpy(info->fw_version, backend ? backend->name : "",
		sizeof(info->fw_version));
	strscpy(info->bus_info, dev_name(&n->edev->dev), sizeof(info->bus_info));
}

/* The firmware does not tell the speed */
static int enet_get_link_ksettings(struct net_device *dev,
				   struct ethtool_link_ksettings *cmd)
{
	cmd->base.speed = SPEED_UNKNOWN;
	cmd->base.duplex = DUPLEX_UNKNOWN;
	cmd->base.port = PORT_OTHER;
	cmd->base.autoneg = AUTONEG_DISABLE;
	return 0;
}

static int enet_get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? ARRAY_SIZE(enet_counters) +
				     ARRAY_SIZE(enet_own_counters) : -EOPNOTSUPP;
}

static void enet_get_strings(struct net_device *dev, u32 set, u8 *data)
{
	unsigned int i;

	if (set != ETH_SS_STATS)
		return;
	for (i = 0; i < ARRAY_SIZE(enet_counters); i++)
		ethtool_puts(&data, enet_counters[i].name);
	for (i = 0; i < ARRAY_SIZE(enet_own_counters); i++)
		ethtool_puts(&data, enet_own_counters[i]);
}

static void enet_get_stats(struct net_device *dev, struct ethtool_stats *stats,
			   u64 *data)
{
	struct efi_net *n = netdev_priv(dev);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(enet_counters); i++)
		*data++ = efi_net_counter(n, enet_counters[i].counter);
	*data++ = n->rx_dropped;
	*data++ = n->tx_too_long;
	*data++ = n->tx_refusals;
}

const struct ethtool_ops efi_net_ethtool_ops = {
	.get_drvinfo		= enet_get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_link_ksettings	= enet_get_link_ksettings,
	.get_sset_count		= enet_get_sset_count,
	.get_strings		= enet_get_strings,
	.get_ethtool_stats	= enet_get_stats,
};
