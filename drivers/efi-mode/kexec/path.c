// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device path of an image
 *
 * Many boot loaders look for their files on the device that they were loaded
 * from. If the file is on a disk of the firmware, the path is that of the disk or
 * partition, followed by the name of the file. Otherwise, for example if the file
 * is in an initramfs or on an encrypted disk, the device is the one that Linux was
 * loaded from.
 */
#include <linux/blkdev.h>
#include <linux/dcache.h>
#include <linux/efi.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/nls.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include <efi-mode/bus.h>
#include <efi-mode/call.h>

#include "efi-kexec.h"

/* No device path is so long */
#define EPATH_MAX		SZ_4K

/* A node for a partition: type, subtype, length, number, start (section 10.3.5.1) */
#define EPATH_HD_LENGTH		42
#define EPATH_HD_START_AT	8

/* Length of the nodes before the first end node, or before the first file name */
static size_t epath_body(const void *path, size_t size)
{
	const struct efi_generic_dev_path *node;
	size_t at = 0;

	for (; size - at >= sizeof(*node); at += node->length) {
		node = path + at;
		if (node->type == EFI_DEV_END_PATH || node->length < sizeof(*node) ||
		    node->length > size - at ||
		    (node->type == EFI_DEV_MEDIA &&
		     node->sub_type == EFI_DEV_MEDIA_FILE))
			break;
	}
	return at;
}

/* The last node of a path is a partition that begins at @start, in blocks */
static bool epath_ends_at_partition(const struct efi_device *edev, u64 start)
{
	size_t body = edev->path ? epath_body(edev->path, edev->path_size) : 0;
	const struct efi_generic_dev_path *node;

	if (body < EPATH_HD_LENGTH)
		return false;
	node = (void *)edev->path + body - EPATH_HD_LENGTH;
	return node->type == EFI_DEV_MEDIA &&
	       node->sub_type == EFI_DEV_MEDIA_HARD_DRIVE &&
	       node->length == EPATH_HD_LENGTH &&
	       get_unaligned_le64((void *)node + EPATH_HD_START_AT) == start;
}

static int epath_is_partition(struct device *dev, void *start)
{
	struct efi_device *edev = efi_device_from(dev);

	return edev && epath_ends_at_partition(edev, *(u64 *)start);
}

/*
 * The firmware's device for a block device, with a reference, or NULL. If the
 * firmware has no handle for the partition, its disk stands for it.
 */
static struct device *epath_find_device(struct block_device *bdev)
{
	struct efi_device *disk = efi_device_from(disk_to_dev(bdev->bd_disk)->parent);
	struct device *found = NULL;
	u64 start;

	if (!disk)
		return NULL;
	if (bdev_is_partition(bdev)) {
		start = (bdev->bd_start_sect << SECTOR_SHIFT) /
			bdev_logical_block_size(bdev);
		found = device_find_child(&disk->dev, &start, epath_is_partition);
	}
	return found ?: get_device(&disk->dev);
}

/* The device path of the image that contains Linux, with the name of its file */
static ssize_t epath_of_linux(void *path)
{
	efi_guid_t guid = LOADED_IMAGE_DEVICE_PATH_PROTOCOL_GUID;
	struct {
		efi_guid_t guid;
		void *interface;
		u64 size;
	} *s = kzalloc(sizeof(*s), GFP_KERNEL);
	efi_status_t status;
	ssize_t size = 0;

	if (!s)
		return -ENOMEM;
	s->guid = guid;
	s->size = EPATH_MAX;
	status = efi_bs_call(handle_protocol, (efi_handle_t)efi_mode_image(),
			     efi_phys(&s->guid), efi_phys(&s->interface));
	/* A loader that has the image in memory only may have no path */
	if (status == EFI_SUCCESS && s->interface &&
	    efi_table_call(0, "resident", efi_mode_resident(), read_path,
			   (struct efi_generic_dev_path *)s->interface,
			   efi_phys(path), efi_phys(&s->size)) == EFI_SUCCESS)
		size = s->size;
	kfree(s);
	return size;
}

/* Copy the path of the device that @file is on. Return: its length, or an error */
static ssize_t epath_of_device(struct file *file, void *path)
{
	struct block_device *bdev = file_inode(file)->i_sb->s_bdev;
	struct device *dev = bdev ? epath_find_device(bdev) : NULL;
	struct efi_device *edev;
	ssize_t size = 0;

	if (dev) {
		edev = efi_device_from(dev);
		if (edev->path && edev->path_size <= EPATH_MAX) {
			memcpy(path, edev->path, edev->path_size);
			size = edev->path_size;
		}
		put_device(dev);
	}
	if (!size)
		size = epath_of_linux(path);
	return size < 0 ? size : epath_body(path, size);
}

/* The node for the file, with its name in its file system */
static ssize_t epath_add_file(struct file *file, void *at, size_t room)
{
	struct efi_generic_dev_path *node = at;
	char *buf, *name;
	int length;

	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	name = dentry_path_raw(file_dentry(file), buf, PATH_MAX);
	if (IS_ERR(name)) {
		kfree(buf);
		return PTR_ERR(name);
	}
	strreplace(name, '/', '\\');
	room -= sizeof(*node) + sizeof(wchar_t);
	length = utf8s_to_utf16s(name, strlen(name), UTF16_LITTLE_ENDIAN,
				 (wchar_t *)(node + 1), room / sizeof(wchar_t));
	kfree(buf);
	if (length < 0)
		return length;
	node->type = EFI_DEV_MEDIA;
	node->sub_type = EFI_DEV_MEDIA_FILE;
	node->length = sizeof(*node) + (length + 1) * sizeof(wchar_t);
	((wchar_t *)(node + 1))[length] = 0;
	return node->length;
}

/**
 * efi_kexec_path() - make the device path of a file
 * @file:	the file
 * @size:	out: size of the path in bytes
 *
 * Context: task context; sleeps.
 * Return: the path, from kmalloc(), or an ERR_PTR: -ENOMEM, or -ENAMETOOLONG.
 */
void *efi_kexec_path(struct file *file, size_t *size)
{
	/* A file name of PATH_MAX bytes has at most as many UTF-16 characters */
	size_t room = EPATH_MAX + 2 * PATH_MAX + 16;
	struct efi_generic_dev_path *end;
	void *path = kzalloc(room, GFP_KERNEL);
	ssize_t device, name;

	if (!path)
		return ERR_PTR(-ENOMEM);
	device = epath_of_device(file, path);
	name = device < 0 ? device :
	       epath_add_file(file, path + device, room - device - sizeof(*end));
	if (name < 0) {
		kfree(path);
		return ERR_PTR(name);
	}
	end = path + device + name;
	end->type = EFI_DEV_END_PATH;
	end->sub_type = EFI_DEV_END_ENTIRE;
	end->length = sizeof(*end);
	*size = device + name + sizeof(*end);
	return path;
}
