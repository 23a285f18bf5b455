// SPDX-License-Identifier: GPL-2.0-only
/*
 * Take a network card out of its slot, as a firmware with hot plug does
 */
#include "driver.h"

#define HEADER_TYPE		0x0e
#define HEADER_BRIDGE		1
#define SECONDARY_BUS		0x19
#define CAPABILITIES		0x34
#define CAPABILITY_PCIE		0x10
#define SLOT_CONTROL		0x18
#define SLOT_POWER_OFF		0x0700	/* power, and its indicator */

static EFI_GUID snp_guid = EFI_SIMPLE_NETWORK_PROTOCOL_GUID;
static EFI_GUID pci_guid = EFI_PCI_IO_PROTOCOL_GUID;

static EFI_STATUS read_config(EFI_PCI_IO_PROTOCOL *pci, UINT32 at, UINT32 bytes, void *to)
{
	EFI_PCI_IO_PROTOCOL_WIDTH width = bytes == 1 ? EfiPciIoWidthUint8 : EfiPciIoWidthUint16;

	return uefi_call_wrapper(pci->Pci.Read, 5, pci, width, at, 1, to);
}

/* Find the PCI function of the card whose address ends in @last */
static EFI_HANDLE find_card(UINT64 last)
{
	EFI_HANDLE *handles, found = NULL;
	EFI_SIMPLE_NETWORK *snp;
	EFI_DEVICE_PATH *path;
	UINTN nr;

	if (EFI_ERROR(uefi_call_wrapper(BS->LocateHandleBuffer, 5, ByProtocol, &snp_guid,
					NULL, &nr, &handles)))
		return NULL;
	while (nr-- && !found) {
		if (EFI_ERROR(uefi_call_wrapper(BS->HandleProtocol, 3, handles[nr], &snp_guid,
						(void **)&snp)) ||
		    snp->Mode->CurrentAddress.Addr[5] != last)
			continue;
		path = DevicePathFromHandle(handles[nr]);
		if (path)
			uefi_call_wrapper(BS->LocateDevicePath, 3, &pci_guid, &path, &found);
	}
	FreePool(handles);
	return found;
}

static BOOLEAN is_above(EFI_PCI_IO_PROTOCOL *pci, UINTN wanted)
{
	UINT8 type = 0, bus = 0;

	read_config(pci, HEADER_TYPE, 1, &type);
	read_config(pci, SECONDARY_BUS, 1, &bus);
	return (type & 0x7f) == HEADER_BRIDGE && bus == wanted;
}

/* Find the bridge to the bus with the number @bus */
static EFI_PCI_IO_PROTOCOL *find_port(UINTN bus)
{
	EFI_PCI_IO_PROTOCOL *pci, *found = NULL;
	EFI_HANDLE *handles;
	UINTN nr;

	if (EFI_ERROR(uefi_call_wrapper(BS->LocateHandleBuffer, 5, ByProtocol, &pci_guid,
					NULL, &nr, &handles)))
		return NULL;
	while (nr-- && !found)
		if (!EFI_ERROR(uefi_call_wrapper(BS->HandleProtocol, 3, handles[nr],
						 &pci_guid, (void **)&pci)) &&
		    is_above(pci, bus))
			found = pci;
	FreePool(handles);
	return found;
}

static EFI_STATUS power_off(EFI_PCI_IO_PROTOCOL *port)
{
	UINT8 at = 0, id = 0;
	UINT16 control;

	read_config(port, CAPABILITIES, 1, &at);
	while (at && !EFI_ERROR(read_config(port, at, 1, &id)) && id != CAPABILITY_PCIE)
		read_config(port, at + 1, 1, &at);
	if (!at)
		return EFI_UNSUPPORTED;
	read_config(port, at + SLOT_CONTROL, 2, &control);
	control |= SLOT_POWER_OFF;
	return uefi_call_wrapper(port->Pci.Write, 5, port, EfiPciIoWidthUint16,
				 at + SLOT_CONTROL, 1, &control);
}

static EFI_HANDLE card;

/* Power off the slot of the card whose address ends in @last */
static EFI_STATUS EFIAPI net_power_off(UINT64 last, UINT64 *value)
{
	UINTN segment, bus, device, function;
	EFI_PCI_IO_PROTOCOL *pci, *port;
	EFI_STATUS status;

	*value = 0;
	card = find_card(last);
	if (!card)
		return EFI_NOT_FOUND;
	status = uefi_call_wrapper(BS->HandleProtocol, 3, card, &pci_guid, (void **)&pci);
	if (!EFI_ERROR(status))
		status = uefi_call_wrapper(pci->GetLocation, 5, pci, &segment, &bus, &device,
					   &function);
	if (EFI_ERROR(status))
		return status;
	port = find_port(bus);
	return port ? power_off(port) : EFI_NOT_FOUND;
}

TEST_FUNCTION(net_power_off, net_power_off, .max = 0xff);

/* Stop the drivers of that card */
static EFI_STATUS EFIAPI net_disconnect(UINT64 unused, UINT64 *value)
{
	(void)unused;
	*value = 0;
	return uefi_call_wrapper(BS->DisconnectController, 3, card, NULL, NULL);
}

TEST_FUNCTION(net_disconnect, net_disconnect);
