// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCI function of a network card, from which user space can make a name that
 * stays the same
 */
#include <efi-mode/pci-io.h>

#include "efi-net.h"

static struct efi_protocol *enet_open_pci_io(struct efi_device *edev)
{
	const efi_guid_t guid = EFI_PCI_IO_PROTOCOL_GUID;
	struct efi_protocol *p;

	p = efi_protocol_open(edev, &guid, EFI_TPL_NOTIFY);
	if (PTR_ERR_OR_ZERO(p) == -ENODEV)
		p = efi_protocol_open_above(edev, &guid, EFI_TPL_NOTIFY);
	return p;
}

/**
 * efi_net_read_location() - look for the PCI function of a card
 * @n:	the card; its @location is set, and remains empty if the card is no PCI
 *	function
 *
 * GetLocation() (UEFI 2.10, section 14.4).
 *
 * Context: task context; sleeps.
 */
void efi_net_read_location(struct efi_net *n)
{
	struct efi_net_place *place = &n->scratch->place;
	struct efi_protocol *pci_io = enet_open_pci_io(n->edev);
	efi_status_t status;
	int ret;

	if (IS_ERR(pci_io))
		return;
	ret = efi_protocol_call(pci_io, &status, struct efi_pci_io, get_location,
				efi_phys(&place->segment), efi_phys(&place->bus),
				efi_phys(&place->device), efi_phys(&place->function));
	if (!ret && status == EFI_SUCCESS)
		snprintf(n->location, sizeof(n->location), "%04lx:%02lx:%02lx.%lx",
			 place->segment & 0xffff, place->bus & 0xff,
			 place->device & 0x1f, place->function & 7);
	efi_protocol_close(pci_io);
}
