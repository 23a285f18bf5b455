/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Block I/O protocols for which <linux/efi-protocols.h> has no types
 *
 * UEFI 2.10, sections 13.8 (Disk I/O 2), 13.9 (Block I/O), 13.10 (Block I/O 2)
 * and 13.12 (Erase Block).
 */
#ifndef _EFI_MODE_BLOCK_H
#define _EFI_MODE_BLOCK_H

#include <linux/efi.h>
#include <linux/efi-protocols.h>

#define EFI_BLOCK_IO_PROTOCOL_GUID					\
	EFI_GUID(0x964e5b21, 0x6459, 0x11d2, 0x8e, 0x39, 0x00, 0xa0,	\
		 0xc9, 0x69, 0x72, 0x3b)
#define EFI_BLOCK_IO2_PROTOCOL_GUID					\
	EFI_GUID(0xa77b2472, 0xe282, 0x4e9f, 0xa2, 0x45, 0xc2, 0xc0,	\
		 0xe2, 0x7b, 0xbc, 0xc1)
#define EFI_DISK_IO_PROTOCOL_GUID					\
	EFI_GUID(0xce345171, 0xba0b, 0x11d2, 0x8e, 0x4f, 0x00, 0xa0,	\
		 0xc9, 0x69, 0x72, 0x3b)
#define EFI_DISK_IO2_PROTOCOL_GUID					\
	EFI_GUID(0x151c8eae, 0x7f2c, 0x472c, 0x9e, 0x54, 0x98, 0x28,	\
		 0x19, 0x4f, 0x6a, 0x88)
#define EFI_ERASE_BLOCK_PROTOCOL_GUID					\
	EFI_GUID(0x95a9a93e, 0xa86e, 0x4926, 0xaa, 0xef, 0x99, 0x18,	\
		 0xe7, 0x72, 0xd9, 0x87)
#define EFI_SCSI_IO_PROTOCOL_GUID					\
	EFI_GUID(0x932f47e6, 0x2362, 0x4002, 0x80, 0x3e, 0x3c, 0xd5,	\
		 0x4b, 0x13, 0x8f, 0x85)

/* Private to edk2: marks the handle of a virtio device */
#define EFI_VIRTIO_DEVICE_PROTOCOL_GUID					\
	EFI_GUID(0xfa920010, 0x6785, 0x4941, 0xb6, 0xec, 0x49, 0x8c,	\
		 0x57, 0x9f, 0x16, 0x0a)

/* EFI status codes: UEFI 2.10, appendix D */
#define EFI_VOLUME_CORRUPTED	(10 | (1UL << (BITS_PER_LONG - 1)))
#define EFI_NO_MEDIA		(12 | (1UL << (BITS_PER_LONG - 1)))
#define EFI_MEDIA_CHANGED	(13 | (1UL << (BITS_PER_LONG - 1)))
#define EFI_CRC_ERROR		(27 | (1UL << (BITS_PER_LONG - 1)))

/* The revisions of BlockIo that extended EFI_BLOCK_IO_MEDIA */
#define EFI_BLOCK_IO_REVISION2		0x00020001
#define EFI_BLOCK_IO_REVISION3		0x0002001f

/*
 * EFI_BLOCK_IO_MEDIA. The kernel copies it from the firmware's memory, where a
 * BOOLEAN may hold any byte. The members are therefore u8, not bool.
 */
struct efi_block_io_media {
	u32 media_id;
	u8  removable_media;
	u8  media_present;
	u8  logical_partition;
	u8  read_only;
	u8  write_caching;
	u32 block_size;
	u32 io_align;
	u64 last_block;

	/* Revision 2 */
	u64 lowest_aligned_lba;
	u32 logical_blocks_per_physical_block;

	/* Revision 3 */
	u32 optimal_transfer_length_granularity;
};

union efi_block_io_protocol {
	struct {
		u64 revision;
		struct efi_block_io_media *media;
		void *reset;
		efi_status_t (__efiapi *read_blocks)(
				union efi_block_io_protocol *self,
				u32 media_id, u64 lba, unsigned long size,
				void *buffer);
		efi_status_t (__efiapi *write_blocks)(
				union efi_block_io_protocol *self,
				u32 media_id, u64 lba, unsigned long size,
				void *buffer);
		efi_status_t (__efiapi *flush_blocks)(
				union efi_block_io_protocol *self);
	};
};

/* EFI_BLOCK_IO2_TOKEN and EFI_DISK_IO2_TOKEN, which have the same layout */
struct efi_disk_token {
	efi_event_t event;
	efi_status_t transaction_status;
};

union efi_block_io2_protocol {
	struct {
		struct efi_block_io_media *media;
		void *reset;
		efi_status_t (__efiapi *read_blocks_ex)(
				union efi_block_io2_protocol *self,
				u32 media_id, u64 lba,
				struct efi_disk_token *token,
				unsigned long size, void *buffer);
		efi_status_t (__efiapi *write_blocks_ex)(
				union efi_block_io2_protocol *self,
				u32 media_id, u64 lba,
				struct efi_disk_token *token,
				unsigned long size, void *buffer);
		void *flush_blocks_ex;
	};
};

union efi_disk_io2_protocol {
	struct {
		u64 revision;
		void *cancel;
		efi_status_t (__efiapi *read_disk_ex)(
				union efi_disk_io2_protocol *self,
				u32 media_id, u64 offset,
				struct efi_disk_token *token,
				unsigned long size, void *buffer);
		efi_status_t (__efiapi *write_disk_ex)(
				union efi_disk_io2_protocol *self,
				u32 media_id, u64 offset,
				struct efi_disk_token *token,
				unsigned long size, void *buffer);
		void *flush_disk_ex;
	};
};

/*
 * If @event is NULL, EraseBlocks() returns after all blocks have been erased.
 */
struct efi_erase_block_token {
	efi_event_t event;
	efi_status_t transaction_status;
};

union efi_erase_block_protocol {
	struct {
		u64 revision;
		u32 erase_length_granularity;
		efi_status_t (__efiapi *erase_blocks)(
				union efi_erase_block_protocol *self,
				u32 media_id, u64 lba,
				struct efi_erase_block_token *token,
				unsigned long size);
	};
};

#endif /* _EFI_MODE_BLOCK_H */
