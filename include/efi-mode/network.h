/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Types of the network protocols (UEFI 2.10, chapters 24, 25 and 28)
 */
#ifndef _EFI_MODE_NETWORK_H
#define _EFI_MODE_NETWORK_H

#include <linux/efi.h>
#include <linux/efi-protocols.h>
#include <linux/if_ether.h>
#include <linux/types.h>

#define EFI_SIMPLE_NETWORK_PROTOCOL_GUID \
	EFI_GUID(0xa19832b9, 0xac25, 0x11d3, 0x9a, 0x2d, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d)
#define EFI_MANAGED_NETWORK_SERVICE_BINDING_PROTOCOL_GUID \
	EFI_GUID(0xf36ff770, 0xa7e1, 0x42cf, 0x9e, 0xd2, 0x56, 0xf0, 0xf2, 0x71, 0xf4, 0x4c)
#define EFI_MANAGED_NETWORK_PROTOCOL_GUID \
	EFI_GUID(0x7ab33a91, 0xace5, 0x4326, 0xb5, 0x72, 0xe7, 0xee, 0x33, 0xd3, 0x9f, 0x16)

/* UEFI 2.10, appendix D */
#define EFI_NO_MEDIA		(12 | (1UL << (BITS_PER_LONG - 1)))

/* EFI_MAC_ADDRESS */
struct efi_mac {
	u8 address[32];
};

/* EFI_SERVICE_BINDING_PROTOCOL (section 11.6) */
struct efi_service_binding {
	efi_status_t (__efiapi *create_child)(struct efi_service_binding *this,
					      efi_handle_t *child);
	efi_status_t (__efiapi *destroy_child)(struct efi_service_binding *this,
					       efi_handle_t child);
};

/* States of EFI_SIMPLE_NETWORK_PROTOCOL (section 24.1) */
#define EFI_SNP_STOPPED		0
#define EFI_SNP_STARTED		1
#define EFI_SNP_INITIALIZED	2

/* Receive filters */
#define EFI_SNP_UNICAST			0x01
#define EFI_SNP_MULTICAST		0x02
#define EFI_SNP_BROADCAST		0x04
#define EFI_SNP_PROMISCUOUS		0x08
#define EFI_SNP_PROMISCUOUS_MULTICAST	0x10

#define EFI_SNP_MAX_MULTICAST	16

/* EFI_SIMPLE_NETWORK_MODE */
struct efi_snp_mode {
	u32 state;
	u32 address_size;
	u32 header_size;
	u32 max_packet_size;
	u32 nvram_size;
	u32 nvram_access_size;
	u32 filter_mask;
	u32 filters;
	u32 max_multicast;
	u32 nr_multicast;
	struct efi_mac multicast[EFI_SNP_MAX_MULTICAST];
	struct efi_mac current_address;
	struct efi_mac broadcast_address;
	struct efi_mac permanent_address;
	u8 type;
	efi_bool_t address_changeable;
	efi_bool_t multiple_tx;
	efi_bool_t media_supported;
	efi_bool_t media;
};

/* EFI_SIMPLE_NETWORK_PROTOCOL (section 24.1) */
struct efi_snp {
	u64 revision;
	efi_status_t (__efiapi *start)(struct efi_snp *this);
	efi_status_t (__efiapi *stop)(struct efi_snp *this);
	efi_status_t (__efiapi *initialize)(struct efi_snp *this, unsigned long extra_rx,
					    unsigned long extra_tx);
	efi_status_t (__efiapi *reset)(struct efi_snp *this, efi_bool_t extended);
	efi_status_t (__efiapi *shutdown)(struct efi_snp *this);
	efi_status_t (__efiapi *receive_filters)(struct efi_snp *this, u32 enable,
						 u32 disable, efi_bool_t reset_multicast,
						 unsigned long nr, struct efi_mac *multicast);
	efi_status_t (__efiapi *station_address)(struct efi_snp *this, efi_bool_t reset,
						 struct efi_mac *address);
	void *statistics;
	void *multicast_ip_to_mac;
	void *nvdata;
	efi_status_t (__efiapi *get_status)(struct efi_snp *this, u32 *interrupts,
					    void **tx_buffer);
	efi_status_t (__efiapi *transmit)(struct efi_snp *this, unsigned long header_size,
					  unsigned long size, void *buffer,
					  struct efi_mac *source,
					  struct efi_mac *destination, u16 *protocol);
	efi_status_t (__efiapi *receive)(struct efi_snp *this, unsigned long *header_size,
					 unsigned long *size, void *buffer,
					 struct efi_mac *source,
					 struct efi_mac *destination, u16 *protocol);
	efi_event_t wait_for_packet;
	struct efi_snp_mode *mode;
};

/* EFI_MANAGED_NETWORK_CONFIG_DATA (section 25.1) */
struct efi_mnp_config {
	u32 receive_timeout;	/* in microseconds; 0: none */
	u32 transmit_timeout;
	u16 protocol_type;
	efi_bool_t unicast;
	efi_bool_t multicast;
	efi_bool_t broadcast;
	efi_bool_t promiscuous;
	efi_bool_t flush_on_reset;
	efi_bool_t timestamps;
	efi_bool_t no_background_polling;
};

/* EFI_MANAGED_NETWORK_RECEIVE_DATA */
struct efi_mnp_receive_data {
	efi_time_t timestamp;
	efi_event_t recycle;
	u32 packet_length;
	u32 header_length;
	u32 address_length;
	u32 data_length;
	efi_bool_t broadcast;
	efi_bool_t multicast;
	efi_bool_t promiscuous;
	u16 protocol_type;
	void *destination;
	void *source;
	void *media_header;
	void *packet_data;
};

/* EFI_MANAGED_NETWORK_TRANSMIT_DATA with one fragment */
struct efi_mnp_transmit_data {
	struct efi_mac *destination;
	struct efi_mac *source;
	u16 protocol_type;
	u32 data_length;	/* without the header */
	u16 header_length;
	u16 nr_fragments;
	struct {
		u32 length;
		void *buffer;
	} fragment;
};

/* EFI_MANAGED_NETWORK_COMPLETION_TOKEN */
struct efi_mnp_token {
	efi_event_t event;
	efi_status_t status;
	union {
		struct efi_mnp_receive_data *received;
		struct efi_mnp_transmit_data *transmit;
	};
};

/* EFI_MANAGED_NETWORK_PROTOCOL (section 25.1) */
struct efi_mnp {
	efi_status_t (__efiapi *get_mode_data)(struct efi_mnp *this,
					       struct efi_mnp_config *config,
					       struct efi_snp_mode *mode);
	efi_status_t (__efiapi *configure)(struct efi_mnp *this,
					   struct efi_mnp_config *config);
	void *multicast_ip_to_mac;
	efi_status_t (__efiapi *groups)(struct efi_mnp *this, efi_bool_t join,
					struct efi_mac *address);
	efi_status_t (__efiapi *transmit)(struct efi_mnp *this, struct efi_mnp_token *token);
	efi_status_t (__efiapi *receive)(struct efi_mnp *this, struct efi_mnp_token *token);
	efi_status_t (__efiapi *cancel)(struct efi_mnp *this, struct efi_mnp_token *token);
	efi_status_t (__efiapi *poll)(struct efi_mnp *this);
};

#define EFI_IP4_CONFIG2_PROTOCOL_GUID \
	EFI_GUID(0x5b446ed1, 0xe30b, 0x4faa, 0x87, 0x1a, 0x36, 0x54, 0xec, 0xa3, 0x60, 0x80)
#define EFI_PXE_BASE_CODE_PROTOCOL_GUID \
	EFI_GUID(0x03c4e603, 0xac28, 0x11d3, 0x9a, 0x2d, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d)

/* EFI_IP4_CONFIG2_DATA_TYPE (section 28.5) */
#define EFI_IP4_INTERFACE	0
#define EFI_IP4_POLICY		1
#define EFI_IP4_GATEWAY		3
#define EFI_IP4_DNS		4

/* EFI_IP4_CONFIG2_POLICY */
#define EFI_IP4_POLICY_DHCP	1

/* EFI_IP4_CONFIG2_INTERFACE_INFO without the routes */
struct efi_ip4_interface {
	efi_char16_t name[32];
	u8 type;
	u32 hardware_address_size;
	struct efi_mac hardware_address;
	__be32 address;
	__be32 mask;
};

/* EFI_IP4_CONFIG2_PROTOCOL */
struct efi_ip4_config {
	void *set_data;
	efi_status_t (__efiapi *get_data)(struct efi_ip4_config *this, u32 type,
					  unsigned long *size, void *data);
};

/* EFI_PXE_BASE_CODE_DHCPV4_PACKET (section 24.3) */
struct efi_pxe_dhcp {
	u8 header[236];
	__be32 magic;
	u8 options[1232];
};

/* EFI_PXE_BASE_CODE_MODE up to the packet of the DHCP server */
struct efi_pxe_mode {
	efi_bool_t started;
	efi_bool_t ipv6_available;
	efi_bool_t ipv6_supported;
	efi_bool_t using_ipv6;
	efi_bool_t bis[2];
	efi_bool_t settings[3];
	efi_bool_t dhcp_ack_received;
	efi_bool_t other[7];
	u8 ttl;
	u8 tos;
	__be32 station_ip;
	u8 station_ip6[12];
	__be32 subnet_mask;
	u8 subnet_mask6[12];
	struct efi_pxe_dhcp dhcp_discover;
	struct efi_pxe_dhcp dhcp_ack;
};

/* EFI_PXE_BASE_CODE_PROTOCOL */
struct efi_pxe {
	u64 revision;
	void *functions[12];
	struct efi_pxe_mode *mode;
};

#endif /* _EFI_MODE_NETWORK_H */
