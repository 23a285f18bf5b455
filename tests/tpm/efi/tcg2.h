/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EFI_TCG2_PROTOCOL, which GNU-EFI does not have
 */
#ifndef TCG2_H
#define TCG2_H

#define TCG2_GUID { 0x607f766c, 0x7455, 0x42be,				\
	{ 0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f } }

/* TCG EFI Protocol Specification, family 2.0, section 6.4 */
struct capability {
	UINT8 size;
	UINT8 structure_major, structure_minor, protocol_major, protocol_minor;
	UINT32 hash_algorithms, log_formats;
	BOOLEAN present;
	UINT16 max_command, max_response;
	UINT32 manufacturer, nr_banks, active_banks;
};

/* Section 6.6 */
struct event {
	UINT32 size, header_size;
	UINT16 header_version;
	UINT32 pcr, type;
	CHAR8 text[32];
} __attribute__((packed));

struct tcg2 {
	EFI_STATUS (EFIAPI *get_capability)(struct tcg2 *this,
					    struct capability *capability);
	EFI_STATUS (EFIAPI *get_event_log)(struct tcg2 *this, UINT32 format,
					   UINT64 *first, UINT64 *last,
					   BOOLEAN *truncated);
	EFI_STATUS (EFIAPI *extend)(struct tcg2 *this, UINT64 flags, UINT64 data,
				    UINT64 size, struct event *event);
	EFI_STATUS (EFIAPI *submit)(struct tcg2 *this, UINT32 size, UINT8 *command,
				    UINT32 response_size, UINT8 *response);
};

#endif /* TCG2_H */
