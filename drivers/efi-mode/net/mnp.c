// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames by the Managed Network Protocol (UEFI 2.10, section 25.1)
 *
 * Linux has an instance of its own beside those of the firmware's network stack,
 * and each instance gets the frames that it wants. The firmware itself looks for
 * frames at the ticks of its clock, so while there is no traffic, the event of a
 * receive token tells Linux that the first frame has come.
 */
#include <linux/string.h>

#include "efi-net.h"

static int enet_mnp_configure(struct efi_net *n, bool promiscuous)
{
	struct efi_mnp_config *config = &n->scratch->config;

	*config = (struct efi_mnp_config) {
		.unicast	= true,
		.multicast	= true,
		.broadcast	= true,
		.promiscuous	= promiscuous,
	};
	return efi_pump_configure(n->pump, __pa(config));
}

static int enet_mnp_group(struct efi_net *n, bool join, const u8 *address)
{
	memset(&n->scratch->mac, 0, sizeof(n->scratch->mac));
	memcpy(n->scratch->mac.address, address, ETH_ALEN);
	return efi_pump_group(n->pump, join, __pa(&n->scratch->mac));
}

static bool enet_has_group(const struct efi_net_filter *filter, const u8 *group)
{
	unsigned int i;

	for (i = 0; i < filter->nr; i++)
		if (!memcmp(filter->groups[i], group, ETH_ALEN))
			return true;
	return false;
}

/* Only the groups that have changed, so that no frame of the others is lost */
static int enet_mnp_change_groups(struct efi_net *n,
				  const struct efi_net_filter *filter)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < n->filter.nr; i++)
		if (!enet_has_group(filter, n->filter.groups[i]))
			enet_mnp_group(n, false, n->filter.groups[i]);
	for (i = 0; i < filter->nr && !ret; i++)
		if (!enet_has_group(&n->filter, filter->groups[i]))
			ret = enet_mnp_group(n, true, filter->groups[i]);
	return ret;
}

/*
 * The protocol has no mode for all multicast frames but the promiscuous one. It is
 * also the way out if the firmware cannot take another group.
 */
static int enet_mnp_filter(struct efi_net *n, const struct efi_net_filter *filter)
{
	bool promiscuous = filter->promiscuous || filter->all_multicast;
	int ret = enet_mnp_change_groups(n, filter);

	if (ret == -ENODEV)
		return ret;
	return enet_mnp_configure(n, promiscuous || ret);
}

static int enet_mnp_open(struct efi_net *n)
{
	n->binding = efi_protocol_open(n->edev,
				       &EFI_MANAGED_NETWORK_SERVICE_BINDING_PROTOCOL_GUID,
				       EFI_TPL_APPLICATION);
	if (IS_ERR(n->binding))
		return PTR_ERR(n->binding);
	n->pump = efi_pump_open(n->edev, n->binding, n->rings_memory->phys);
	if (!IS_ERR(n->pump))
		return 0;
	efi_protocol_close(n->binding);
	return PTR_ERR(n->pump);
}

static int enet_mnp_close(struct efi_net *n)
{
	int ret = efi_pump_close(n->edev, n->pump);

	efi_protocol_close(n->binding);
	return ret;
}

static int enet_mnp_run(struct efi_net *n)
{
	return efi_pump_run(n->pump);
}

const struct efi_net_backend efi_net_mnp = {
	.name	= "ManagedNetwork",
	.open	= enet_mnp_open,
	.close	= enet_mnp_close,
	.filter	= enet_mnp_filter,
	.run	= enet_mnp_run,
};
