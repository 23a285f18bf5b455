/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EFI_MANAGED_NETWORK_PROTOCOL (UEFI 2.10, section 25.1), which GNU-EFI does not have
 */
#ifndef MNP_H
#define MNP_H

#include <efi.h>
#include <efilib.h>
#include <efiprot.h>

#define MNP_BINDING_GUID { 0xf36ff770, 0xa7e1, 0x42cf,			\
	{ 0x9e, 0xd2, 0x56, 0xf0, 0xf2, 0x71, 0xf4, 0x4c } }
#define MNP_GUID { 0x7ab33a91, 0xace5, 0x4326,				\
	{ 0xb5, 0x72, 0xe7, 0xee, 0x33, 0xd3, 0x9f, 0x16 } }

#define NO_MEDIA	EFIERR(12)

#define HEADER_SIZE	14

struct mnp_config {
	UINT32 receive_timeout, transmit_timeout;
	UINT16 protocol_type;
	BOOLEAN unicast, multicast, broadcast, promiscuous, flush, timestamps, no_polling;
};

struct mnp_received {
	EFI_TIME timestamp;
	EFI_EVENT recycle;
	UINT32 packet_length, header_length, address_length, data_length;
	BOOLEAN broadcast, multicast, promiscuous;
	UINT16 protocol_type;
	void *destination, *source, *media_header, *packet_data;
};

struct mnp_transmit {
	EFI_MAC_ADDRESS *destination, *source;
	UINT16 protocol_type;
	UINT32 data_length;
	UINT16 header_length, nr_fragments;
	struct {
		UINT32 length;
		void *buffer;
	} fragment;
};

struct mnp_token {
	EFI_EVENT event;
	EFI_STATUS status;
	union {
		struct mnp_received *received;
		struct mnp_transmit *transmit;
	};
};

struct mnp {
	EFI_STATUS (EFIAPI *get_mode_data)(struct mnp *this, struct mnp_config *config,
					   EFI_SIMPLE_NETWORK_MODE *mode);
	EFI_STATUS (EFIAPI *configure)(struct mnp *this, struct mnp_config *config);
	EFI_STATUS (EFIAPI *ip_to_mac)(struct mnp *this, BOOLEAN ip6, EFI_IP_ADDRESS *ip,
				       EFI_MAC_ADDRESS *mac);
	EFI_STATUS (EFIAPI *groups)(struct mnp *this, BOOLEAN join, EFI_MAC_ADDRESS *mac);
	EFI_STATUS (EFIAPI *transmit)(struct mnp *this, struct mnp_token *token);
	EFI_STATUS (EFIAPI *receive)(struct mnp *this, struct mnp_token *token);
	EFI_STATUS (EFIAPI *cancel)(struct mnp *this, struct mnp_token *token);
	EFI_STATUS (EFIAPI *poll)(struct mnp *this);
};

#endif /* MNP_H */
