// SPDX-License-Identifier: GPL-2.0-only
/*
 * Find the place of the firmware's partitions and file systems on a disk
 *
 * The device path of a partition contains its position. A file system can be on
 * a disk in one of three ways:
 *
 *  - In a partition of the partition table.
 *  - In the boot image of a CD (El Torito). USB sticks to which an ISO image
 *    has been copied have such a boot image, too.
 *  - On the whole disk (UDF). The device path then contains only a vendor node.
 */
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/unaligned.h>

#include "disk.h"
#include "../bus/bus.h"

/* Linux limits an extended partition to these sectors, for boot loaders */
#define EXTENDED_SECTORS	8

/* Layout of HD() and CDROM() nodes: number, first block, number of blocks */
#define NODE_START	8
#define NODE_BLOCKS	16
#define HD_SIZE		42
#define CDROM_SIZE	24

/* Size of a CD block, in sectors */
#define CD_SECTORS	(SZ_2K >> SECTOR_SHIFT)

/*
 * Return: the node that follows those of the disk, if it has that type, or NULL
 */
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
 * efi_disk_parse_partition() - read the position of a partition from its path
 * @d:		the disk
 * @path:	a device path below that of the disk
 * @size:	size of @path, in bytes
 * @part:	filled in on success
 *
 * Reads the first node behind those of the disk. If the partition is itself
 * divided into partitions, this is the outer one.
 *
 * Context: any.
 * Return: true if that node describes a partition.
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
 * efi_disk_parse_boot_image() - read the position of an El Torito boot image
 * @d:		the disk
 * @path:	a device path below that of the disk
 * @size:	size of @path, in bytes
 * @part:	filled in on success
 *
 * Only the start is certain. The firmware may count the size in sectors of 512
 * bytes, in blocks of the disk, or in blocks of a CD, which are the largest.
 * edk2 does the last, and takes the whole CD for an image of 32 MiB or more. So
 * @part is the largest of these ranges.
 *
 * Context: any.
 * Return: true if the path describes a boot image.
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

/* Boot sector of FAT: offsets in bytes */
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
 * efi_disk_fat_sectors() - get the size of a FAT file system
 * @boot:	the boot sector
 * @size:	size of @boot, in bytes
 *
 * Context: any.
 * Return: the number of sectors of 512 bytes, or 0 if it is not a FAT file
 * system.
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
 * efi_disk_covers() - check whether a range covers the whole disk
 * @part:	the range
 * @capacity:	size of the disk in sectors
 *
 * Context: any.
 * Return: true if it does.
 */
bool efi_disk_covers(const struct efi_disk_part *part, sector_t capacity)
{
	return !part->start && part->sectors >= capacity;
}

/**
 * efi_disk_has_part() - check whether Linux knows a partition of the firmware
 * @parts:	partitions that Linux has found
 * @nr:		number of @parts
 * @part:	the firmware's partition
 *
 * Linux shows only two sectors or one block of an extended partition. The
 * firmware shows all of it.
 *
 * Context: any.
 * Return: true if one of @parts is the same partition.
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
