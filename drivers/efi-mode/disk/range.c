// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where on a disk the firmware has a partition, or a file system
 *
 * The device path of a partition says where it is. It is part of a disk in one of three
 * ways: by a partition table, as the image that a CD boots from (El Torito), which sticks
 * have, too, if an ISO image has been copied to them; or as a file system on all of the
 * disk, for which there is no more than a vendor's node (UDF).
 */
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/unaligned.h>

#include "disk.h"
#include "../bus/bus.h"

/* What Linux takes of an extended partition, for a boot loader, at most */
#define EXTENDED_SECTORS	8

/* HD() and CDROM(): number, first block, number of blocks */
#define NODE_START	8
#define NODE_BLOCKS	16
#define HD_SIZE		42
#define CDROM_SIZE	24

/* The blocks of a CD, in sectors */
#define CD_SECTORS	(SZ_2K >> SECTOR_SHIFT)

/* Return: the node behind those of the disk if it is of that kind, else NULL */
static const u8 *erange_node(const struct efi_disk *d, const void *path,
			     size_t size, u8 sub_type, size_t node_size)
{
	size_t above = efi_path_body(d->edev->path, d->edev->path_size);
	const u8 *node = path + above;

	if (above + node_size > size ||
	    EFI_NODE(node[0], node[1]) != EFI_NODE(EFI_NODE_MEDIA, sub_type) ||
	    get_unaligned_le16(node + 2) < node_size)
		return NULL;
	return node;
}

static void erange_from_node(const struct efi_disk *d, const u8 *node,
			     struct efi_disk_part *part)
{
	u32 per_block = d->media.block_size >> SECTOR_SHIFT;

	part->start = get_unaligned_le64(node + NODE_START) * per_block;
	part->sectors = get_unaligned_le64(node + NODE_BLOCKS) * per_block;
}

/**
 * efi_disk_parse_partition() - read from a device path where a partition is
 * @d:		the disk
 * @path:	a device path below that of the disk
 * @size:	bytes of it
 * @part:	is filled in
 *
 * It is the first node behind those of the disk that says so, even if the partition has
 * parts itself.
 *
 * Context: any.
 * Return: true if it does.
 */
bool efi_disk_parse_partition(const struct efi_disk *d, const void *path,
			      size_t size, struct efi_disk_part *part)
{
	const u8 *node = erange_node(d, path, size, 1, HD_SIZE);

	if (node)
		erange_from_node(d, node, part);
	return node;
}

/**
 * efi_disk_parse_boot_image() - read from a device path where El Torito's image is
 * @d:		the disk
 * @path:	a device path below that of the disk
 * @size:	bytes of it
 * @part:	is filled in
 *
 * Only the start is certain. Firmware counts the size in sectors of 512 bytes, in blocks
 * of the disk, or in those of a CD, which are the largest. edk2 does the last, and takes
 * all of the CD for an image of 32 MiB or more. So @part is the largest of those ranges.
 *
 * Context: any.
 * Return: true if it does.
 */
bool efi_disk_parse_boot_image(const struct efi_disk *d, const void *path,
			       size_t size, struct efi_disk_part *part)
{
	const u8 *node = erange_node(d, path, size, 2, CDROM_SIZE);
	u64 blocks;

	if (!node)
		return false;
	erange_from_node(d, node, part);
	blocks = get_unaligned_le64(node + NODE_BLOCKS);
	part->sectors = max(part->sectors,
			    min_t(u64, blocks, U32_MAX) * CD_SECTORS);
	return true;
}

/* Boot sector of FAT: bytes from its beginning */
#define FAT_JUMP		0
#define FAT_SECTOR_SIZE		11
#define FAT_CLUSTER_SECTORS	13
#define FAT_RESERVED		14
#define FAT_FATS		16
#define FAT_SECTORS_16		19
#define FAT_SECTORS_32		32
#define FAT_SIGNATURE		510
#define FAT_BOOT_SIZE		512

static bool erange_is_fat(const u8 *boot)
{
	u16 sector_size = get_unaligned_le16(boot + FAT_SECTOR_SIZE);

	return (boot[FAT_JUMP] == 0xeb || boot[FAT_JUMP] == 0xe9) &&
	       get_unaligned_le16(boot + FAT_SIGNATURE) == 0xaa55 &&
	       is_power_of_2(sector_size) && sector_size >= 512 &&
	       sector_size <= SZ_4K &&
	       is_power_of_2(boot[FAT_CLUSTER_SECTORS]) &&
	       get_unaligned_le16(boot + FAT_RESERVED) && boot[FAT_FATS];
}

/**
 * efi_disk_fat_sectors() - read from the boot sector how large a FAT file system is
 * @boot:	the boot sector
 * @size:	bytes of it that there are
 *
 * Context: any.
 * Return: sectors of 512 bytes, or 0 if it is no FAT file system.
 */
u64 efi_disk_fat_sectors(const void *boot, size_t size)
{
	u64 sectors;

	if (size < FAT_BOOT_SIZE || !erange_is_fat(boot))
		return 0;
	sectors = get_unaligned_le16(boot + FAT_SECTORS_16) ?:
		  get_unaligned_le32(boot + FAT_SECTORS_32);
	return sectors *
	       (get_unaligned_le16(boot + FAT_SECTOR_SIZE) >> SECTOR_SHIFT);
}

/**
 * efi_disk_covers() - check whether a range is all of a disk
 * @part:	the range
 * @capacity:	sectors of the disk
 *
 * Context: any.
 * Return: true if it is.
 */
bool efi_disk_covers(const struct efi_disk_part *part, sector_t capacity)
{
	return !part->start && part->sectors >= capacity;
}

/**
 * efi_disk_has_part() - check whether Linux has found a partition of the firmware's
 * @parts:	what Linux has found
 * @nr:		number of @parts
 * @part:	the firmware's partition
 *
 * Of an extended partition Linux takes two sectors, or a block, and the firmware all.
 *
 * Context: any.
 * Return: true if Linux has found it.
 */
bool efi_disk_has_part(const struct efi_disk_part *parts, unsigned int nr,
		       const struct efi_disk_part *part)
{
	for (; nr; nr--, parts++)
		if (parts->start == part->start &&
		    (parts->sectors == part->sectors ||
		     parts->sectors <= EXTENDED_SECTORS))
			return true;
	return false;
}
