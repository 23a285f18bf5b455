// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames by the Simple Network Protocol (UEFI 2.10, section 24.1)
 *
 * For firmware without the Managed Network Protocol. The protocol has one user, so
 * Linux opens it exclusively while the interface is up, and the firmware unbinds
 * its own drivers from the card. They are bound again afterwards. Nothing
 * announces a frame, so Linux looks for frames at the pace of the firmware's
 * clock even if there are none.
 */
#include <linux/string.h>

#include "efi-net.h"

#define EFI_OPEN_GET_PROTOCOL	0x02
#define EFI_OPEN_EXCLUSIVE	0x20

static efi_guid_t snp_guid = EFI_SIMPLE_NETWORK_PROTOCOL_GUID;

#define enet_snp_call(n, func, ...) ({					\
	efi_status_t __status;						\
	int __error;							\
									\
	__error = efi_protocol_call((n)->snp, &__status, struct efi_snp,	\
				    func, ##__VA_ARGS__);		\
	__error ?: efi_net_status_error(__status);			\
})

static int enet_snp_claim(struct efi_net *n)
{
	efi_status_t status;

	netdev_info(n->dev, "the firmware has no ManagedNetwork: taking the card from the firmware's network stack\n");
	status = efi_bs_call(open_protocol, (efi_handle_t)n->edev->handle,
			     efi_phys(&snp_guid), efi_phys(&n->scratch->interface),
			     (efi_handle_t)efi_mode_image(), NULL,
			     EFI_OPEN_EXCLUSIVE);
	return efi_net_status_error(status);
}

/* CloseProtocol() would also undo the open of @n->snp, so open it again */
static void enet_snp_unclaim(struct efi_net *n)
{
	efi_handle_t handle = (efi_handle_t)n->edev->handle;

	efi_bs_call(close_protocol, handle, efi_phys(&snp_guid),
		    (efi_handle_t)efi_mode_image(), NULL);
	efi_bs_call(open_protocol, handle, efi_phys(&snp_guid),
		    efi_phys(&n->scratch->interface),
		    (efi_handle_t)efi_mode_image(), NULL, EFI_OPEN_GET_PROTOCOL);
	efi_bs_call(connect_controller, handle, NULL, NULL, true);
}

/* The firmware's drivers may have left the card in any state */
static int enet_snp_initialize(struct efi_net *n)
{
	struct efi_snp_mode mode;
	int ret = efi_net_read_mode(n, &mode);

	if (ret)
		return ret;
	if (mode.state == EFI_SNP_STOPPED)
		ret = enet_snp_call(n, start);
	if (!ret && mode.state != EFI_SNP_INITIALIZED)
		ret = enet_snp_call(n, initialize, 0, 0);
	return ret;
}

static int enet_snp_filter(struct efi_net *n, const struct efi_net_filter *filter)
{
	u32 enable = EFI_SNP_UNICAST | EFI_SNP_BROADCAST, disable;
	struct efi_net_scratch *s = n->scratch;
	bool many = filter->nr > min(n->mode.max_multicast, EFI_SNP_MAX_MULTICAST);
	unsigned int i, nr = 0;

	if (filter->promiscuous)
		enable |= EFI_SNP_PROMISCUOUS;
	if (filter->all_multicast || many)
		enable |= n->mode.filter_mask & EFI_SNP_PROMISCUOUS_MULTICAST ?:
			  EFI_SNP_PROMISCUOUS;
	if (filter->nr && !many && n->mode.filter_mask & EFI_SNP_MULTICAST) {
		enable |= EFI_SNP_MULTICAST;
		nr = filter->nr;
	}
	enable &= n->mode.filter_mask;
	disable = n->mode.filter_mask & ~enable;
	memset(s->macs, 0, sizeof(s->macs));
	for (i = 0; i < nr; i++)
		memcpy(s->macs[i].address, filter->groups[i], ETH_ALEN);
	return enet_snp_call(n, receive_filters, enable, disable, !nr, nr,
			     nr ? efi_phys(&s->macs[0]) : NULL);
}

static int enet_snp_open(struct efi_net *n)
{
	int ret = enet_snp_claim(n);

	if (ret)
		return ret;
	ret = enet_snp_initialize(n);
	if (ret)
		enet_snp_unclaim(n);
	return ret;
}

/* Shutdown() gives the buffers of frames back that were not sent */
static int enet_snp_close(struct efi_net *n)
{
	int ret = enet_snp_call(n, shutdown);

	enet_snp_call(n, stop);
	enet_snp_unclaim(n);
	return ret && ret != -ENODEV ? -EBUSY : 0;
}

static int enet_snp_run(struct efi_net *n)
{
	struct efi_call call =
		EFI_TABLE_CALL("resident half", efi_mode_resident(), pump_snp_run,
			       NULL, (void *)n->rings_memory->phys);

	call.protocol = n->snp;
	return efi_protocol_submit(&call, 1) ?: efi_net_status_error(call.status);
}

const struct efi_net_backend efi_net_snp = {
	.name	= "SimpleNetwork",
	.open	= enet_snp_open,
	.close	= enet_snp_close,
	.filter	= enet_snp_filter,
	.run	= enet_snp_run,
};
