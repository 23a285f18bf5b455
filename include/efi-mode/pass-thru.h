/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pass-through protocols: commands for ATA, NVMe, SCSI, SD and MMC devices
 *
 * UEFI 2.10, sections 13.13 (ATA Pass Thru), 13.14 (SD/MMC Pass Thru), 13.15
 * (NVM Express Pass Through) and 15.7 (Extended SCSI Pass Thru).
 *
 * In all packets, timeouts are in units of 100 ns, and addresses are physical.
 */
#ifndef _EFI_MODE_PASS_THRU_H
#define _EFI_MODE_PASS_THRU_H

#include <linux/efi.h>
#include <linux/efi-protocols.h>

#define EFI_ATA_PASS_THRU_PROTOCOL_GUID					\
	EFI_GUID(0x1d3de7f0, 0x0807, 0x424f, 0xaa, 0x69, 0x11, 0xa5,	\
		 0x4e, 0x19, 0xa4, 0x6f)
#define EFI_NVM_EXPRESS_PASS_THRU_PROTOCOL_GUID				\
	EFI_GUID(0x52c78312, 0x8edc, 0x4233, 0x98, 0xf2, 0x1a, 0x1a,	\
		 0xa5, 0xe3, 0x88, 0xa5)
#define EFI_EXT_SCSI_PASS_THRU_PROTOCOL_GUID				\
	EFI_GUID(0x143b7632, 0xb81b, 0x4cb7, 0xab, 0xd3, 0xb6, 0x25,	\
		 0xa5, 0xb9, 0xbf, 0xfe)

#define EFI_SD_MMC_PASS_THRU_PROTOCOL_GUID				\
	EFI_GUID(0x716ef0d9, 0xff83, 0x4f69, 0x81, 0xe9, 0x51, 0x8b,	\
		 0xd3, 0x9a, 0x8e, 0x70)

#define EFI_NVME_ADMIN_QUEUE		0
#define EFI_NVME_IO_QUEUE		1

/*
 * @flags of a command: which of cdw2 to cdw10 are valid. Those for cdw11 to
 * cdw15 follow.
 */
#define EFI_NVME_CDW2_VALID		BIT(0)
#define EFI_NVME_CDW3_VALID		BIT(1)
#define EFI_NVME_CDW10_VALID		BIT(2)

struct efi_nvme_command {
	u32 cdw0;
	u8  flags;
	u32 nsid;
	u32 cdw2, cdw3;
	u32 cdw10, cdw11, cdw12, cdw13, cdw14, cdw15;
};

struct efi_nvme_completion {
	u32 dw0, dw1, dw2, dw3;
};

struct efi_nvme_packet {
	u64 command_timeout;
	u64 transfer_buffer;
	u32 transfer_length;
	u64 metadata_buffer;
	u32 metadata_length;
	u8  queue_type;
	u64 command;
	u64 completion;
};

struct efi_nvme_mode {
	u32 attributes;
	u32 io_align;
	u32 nvme_version;
};

union efi_nvme_pass_thru_protocol {
	struct {
		struct efi_nvme_mode *mode;
		efi_status_t (__efiapi *pass_thru)(
				union efi_nvme_pass_thru_protocol *self,
				u32 namespace_id,
				struct efi_nvme_packet *packet,
				efi_event_t event);
	};
};

#define EFI_SCSI_TARGET_BYTES		16

#define EFI_SCSI_DIRECTION_READ		0
#define EFI_SCSI_DIRECTION_WRITE	1

/* @host_status: status of the host adapter */
#define EFI_SCSI_HOST_OK		0x00
#define EFI_SCSI_HOST_TIMEOUT_COMMAND	0x09
#define EFI_SCSI_HOST_TIMEOUT		0x0b
#define EFI_SCSI_HOST_BUS_RESET		0x0e
#define EFI_SCSI_HOST_PARITY_ERROR	0x0f
#define EFI_SCSI_HOST_SELECTION_TIMEOUT	0x11
#define EFI_SCSI_HOST_OVERRUN_UNDERRUN	0x12

struct efi_scsi_packet {
	u64 timeout;
	u64 in_buffer, out_buffer;
	u64 sense;
	u64 cdb;
	u32 in_length, out_length;
	u8  cdb_length;
	u8  direction;
	u8  host_status;
	u8  target_status;
	u8  sense_length;
};

struct efi_scsi_mode {
	u32 adapter_id;
	u32 attributes;
	u32 io_align;
};

union efi_ext_scsi_pass_thru_protocol {
	struct {
		struct efi_scsi_mode *mode;
		efi_status_t (__efiapi *pass_thru)(
				union efi_ext_scsi_pass_thru_protocol *self,
				u8 *target, u64 lun,
				struct efi_scsi_packet *packet,
				efi_event_t event);
		efi_status_t (__efiapi *get_next_target_lun)(
				union efi_ext_scsi_pass_thru_protocol *self,
				u8 **target, u64 *lun);
	};
};

/* @protocol and @length of a packet for a command without data */
#define EFI_ATA_NON_DATA		0x02
#define EFI_ATA_NO_DATA_TRANSFER	0x00

/* The same for a command that reads: @in_length is in bytes */
#define EFI_ATA_PIO_DATA_IN		0x04
#define EFI_ATA_LENGTH_BYTES		0x80
#define EFI_ATA_LENGTH_COUNT		0x20

struct efi_ata_command_block {
	u8 reserved1[2];
	u8 command;
	u8 features;
	u8 address[3];
	u8 device;
	u8 address_high[3];
	u8 features_high;
	u8 count;
	u8 count_high;
	u8 reserved2[6];
};

struct efi_ata_status_block {
	u8 reserved1[2];
	u8 status;
	u8 error;
	u8 address[3];
	u8 device;
	u8 address_high[3];
	u8 reserved2;
	u8 count;
	u8 count_high;
	u8 reserved3[6];
};

struct efi_ata_packet {
	u64 status;
	u64 command;
	u64 timeout;
	u64 in_buffer, out_buffer;
	u32 in_length, out_length;
	u8  protocol;
	u8  length;
};

union efi_ata_pass_thru_protocol {
	struct {
		void *mode;
		efi_status_t (__efiapi *pass_thru)(
				union efi_ata_pass_thru_protocol *self,
				u16 port, u16 multiplier_port,
				struct efi_ata_packet *packet,
				efi_event_t event);
		void *get_next_port;
		void *get_next_device;
		void *build_device_path;
		efi_status_t (__efiapi *get_device)(
				union efi_ata_pass_thru_protocol *self,
				efi_device_path_protocol_t *path,
				u16 *port, u16 *multiplier_port);
		void *reset_port;
		void *reset_device;
	};
};

/* @type of a command for one device, without and with data transfer */
#define EFI_SD_MMC_AC			2
#define EFI_SD_MMC_ADTC			3

#define EFI_SD_MMC_RESPONSE_R1		0
#define EFI_SD_MMC_RESPONSE_R1B		1

struct efi_sd_mmc_command_block {
	u16 index;
	u32 argument;
	u32 type;
	u32 response;
};

struct efi_sd_mmc_status_block {
	u32 response[4];
};

struct efi_sd_mmc_packet {
	u64 timeout;
	u64 command;
	u64 status;
	u64 in_buffer, out_buffer;
	u32 in_length, out_length;
	efi_status_t transaction_status;
};

union efi_sd_mmc_pass_thru_protocol {
	struct {
		u32 io_align;
		efi_status_t (__efiapi *pass_thru)(
				union efi_sd_mmc_pass_thru_protocol *self,
				u8 slot, struct efi_sd_mmc_packet *packet,
				efi_event_t event);
		void *get_next_slot;
		void *build_device_path;
		void *get_slot_number;
		void *reset_device;
	};
};

#endif /* _EFI_MODE_PASS_THRU_H */
