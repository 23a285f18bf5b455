// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of a network card: address and medium
 */
#include <linux/string.h>

#include "efi-net.h"

/**
 * efi_net_status_error() - convert an EFI status
 * @status:	the status
 *
 * Context: any.
 * Return: 0 or a negative error.
 */
int efi_net_status_error(efi_status_t status)
{
	switch (status) {
	case EFI_SUCCESS:
		return 0;
	case EFI_INVALID_PARAMETER:
		return -EINVAL;
	case EFI_UNSUPPORTED:
		return -EOPNOTSUPP;
	case EFI_NOT_FOUND:
		return -ENODEV;
	case EFI_OUT_OF_RESOURCES:
		return -ENOMEM;
	case EFI_ACCESS_DENIED:
		return -EBUSY;
	default:
		return -EIO;
	}
}

/**
 * efi_net_read_mode() - read the mode of a card
 * @n:		the card
 * @mode:	set to the mode
 *
 * Context: task context; sleeps.
 * Return: 0 or an error of efi_protocol_read().
 */
int efi_net_read_mode(struct efi_net *n, struct efi_snp_mode *mode)
{
	return efi_protocol_read(n->snp, mode, sizeof(*mode),
				 offsetof(struct efi_snp, mode), 0);
}

/**
 * efi_net_has_carrier() - check whether there is a medium
 * @mode:	the mode of the card
 *
 * Context: any.
 * Return: true if the firmware says so, or cannot tell.
 */
bool efi_net_has_carrier(const struct efi_snp_mode *mode)
{
	return !mode->media_supported || mode->media;
}

/**
 * efi_net_set_address() - let the card use another address
 * @n:		the card, which the firmware has initialized
 * @address:	the address
 *
 * StationAddress() (UEFI 2.10, section 24.1).
 *
 * Context: task context with RTNL held; sleeps.
 * Return: 0 or an error.
 */
int efi_net_set_address(struct efi_net *n, const u8 *address)
{
	efi_status_t status;
	int ret;

	memset(&n->scratch->mac, 0, sizeof(n->scratch->mac));
	memcpy(n->scratch->mac.address, address, ETH_ALEN);
	ret = efi_protocol_call(n->snp, &status, struct efi_snp, station_address,
				false, efi_phys(&n->scratch->mac));
	return ret ?: efi_net_status_error(status);
}
