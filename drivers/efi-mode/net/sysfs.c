// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of an interface in sysfs
 */
#include <linux/device.h>
#include <linux/inetdevice.h>
#include <linux/sysfs.h>

#include "efi-net.h"

static ssize_t pci_function_show(struct device *dev, struct device_attribute *attr,
				 char *buf)
{
	const struct efi_net *n = netdev_priv(to_net_dev(dev));

	return sysfs_emit(buf, "%s\n", n->location);
}
static DEVICE_ATTR_RO(pci_function);

static ssize_t enet_show_addresses(char *buf, const __be32 *addresses, unsigned int nr)
{
	unsigned int i;
	int len = 0;

	for (i = 0; i < nr; i++)
		len += sysfs_emit_at(buf, len, "%s%pI4", i ? " " : "", &addresses[i]);
	return len + sysfs_emit_at(buf, len, "\n");
}

static ssize_t firmware_address_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	struct efi_net_ip4 ip;
	int ret = efi_net_read_ip4(netdev_priv(to_net_dev(dev)), &ip);

	if (ret || !ip.address)
		return ret ?: sysfs_emit(buf, "\n");
	return sysfs_emit(buf, "%pI4/%d\n", &ip.address, inet_mask_len(ip.mask));
}
static DEVICE_ATTR_RO(firmware_address);

static ssize_t firmware_gateway_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	struct efi_net_ip4 ip;
	int ret = efi_net_read_ip4(netdev_priv(to_net_dev(dev)), &ip);

	return ret ?: enet_show_addresses(buf, ip.gateways, ip.nr_gateways);
}
static DEVICE_ATTR_RO(firmware_gateway);

static ssize_t firmware_dns_show(struct device *dev,
				 struct device_attribute *attr, char *buf)
{
	struct efi_net_ip4 ip;
	int ret = efi_net_read_ip4(netdev_priv(to_net_dev(dev)), &ip);

	return ret ?: enet_show_addresses(buf, ip.dns, ip.nr_dns);
}
static DEVICE_ATTR_RO(firmware_dns);

static ssize_t firmware_policy_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	struct efi_net_ip4 ip;
	int ret = efi_net_read_ip4(netdev_priv(to_net_dev(dev)), &ip);

	return ret ?: sysfs_emit(buf, "%s\n", !ip.address ? "" :
				 ip.dhcp ? "dhcp" : "static");
}
static DEVICE_ATTR_RO(firmware_policy);

static struct attribute *enet_attrs[] = {
	&dev_attr_firmware_address.attr,
	&dev_attr_firmware_dns.attr,
	&dev_attr_firmware_gateway.attr,
	&dev_attr_firmware_policy.attr,
	&dev_attr_pci_function.attr,
	NULL
};

const struct attribute_group efi_net_group = {
	.attrs = enet_attrs,
};
