// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device path of an image
 *
 * Many boot loaders look for their files on the device that they were loaded
 * from. If the file is on a disk of the firmware, the path is that of the disk or
 * partition, followed by the name of the file. Otherwise, for example if the file
 * is in an initramfs or on an encrypted disk, the device is the one that Linux was
 * loaded from. The user may choose another device and another name.
 *
 * The device path also decides whether the firmware verifies the image: it trusts
 * images from its own firmware volumes. So the user names a device on the bus, not a
 * path, and no path of such a volume is passed to the firmware.
 */
#define pr_fmt(fmt) "kexec: " fmt

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
/* A file name of PATH_MAX bytes has at most as many UTF-16 characters */
#define EPATH_ROOM		(EPATH_MAX + 2 * PATH_MAX + 16)

/* A node for a partition: type, subtype, length, number, start (section 10.3.5.1) */
#define EPATH_HD_LENGTH		42
#define EPATH_HD_START_AT	8

/*
 * Subtypes of nodes for a file in a firmware volume, for a volume, and for a range
 * of a ROM (sections 10.3.5.6 to 10.3.5.8)
 */
#define EPATH_VOLUME_FILE	6
#define EPATH_VOLUME		7
#define EPATH_OFFSET_RANGE	8

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

struct epath_search {
	u64 start;
	struct device *found;
};

static int epath_match(struct device *dev, void *data)
{
	struct efi_device *edev = efi_device_from(dev);
	struct epath_search *search = data;

	if (!edev || !epath_ends_at_partition(edev, search->start))
		return 0;
	search->found = get_device(dev);
	return 1;
}

/*
 * The firmware's device for a block device, with a reference, or NULL. If the
 * firmware has no handle for the partition, its disk stands for it.
 */
static struct device *epath_find_device(struct block_device *bdev)
{
	struct efi_device *disk = efi_device_from(disk_to_dev(bdev->bd_disk)->parent);
	struct epath_search search = { };

	if (!disk)
		return NULL;
	if (bdev_is_partition(bdev)) {
		search.start = (bdev->bd_start_sect << SECTOR_SHIFT) /
			       bdev_logical_block_size(bdev);
		device_for_each_child(&disk->dev, &search, epath_match);
	}
	return search.found ?: get_device(&disk->dev);
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

/* EFI_FIRMWARE_VOLUME2_PROTOCOL (Platform Initialization Specification, volume 3) */
#define EPATH_VOLUME_GUID						\
	EFI_GUID(0x220e73b6, 0x6bdb, 0x4413, 0x84, 0x05, 0xb9, 0x74, 0xb1, 0x08, \
		 0x61, 0x9a)

/* Nodes of images that are in the firmware, or in the ROM of a card */
static bool epath_has_rom_node(const void *path, size_t size)
{
	const struct efi_generic_dev_path *node;
	size_t at;

	for (at = 0; size - at >= sizeof(*node); at += node->length) {
		node = path + at;
		if (node->type == EFI_DEV_END_PATH || node->length < sizeof(*node) ||
		    node->length > size - at)
			break;
		if (node->type == EFI_DEV_MEDIA &&
		    (node->sub_type == EPATH_VOLUME_FILE ||
		     node->sub_type == EPATH_VOLUME ||
		     node->sub_type == EPATH_OFFSET_RANGE))
			return true;
	}
	return false;
}

/*
 * Would the firmware trust any image with this path? It asks the same question: is
 * the path, or a part of it, that of a firmware volume?
 */
static int epath_is_trusted(const void *path, size_t size)
{
	struct {
		efi_guid_t guid;
		void *path;
		efi_handle_t handle;
	} *s;
	efi_status_t status;

	if (epath_has_rom_node(path, size))
		return true;
	s = kzalloc(sizeof(*s), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	s->guid = EPATH_VOLUME_GUID;
	s->path = (void *)__pa(path);
	status = efi_bs_call(locate_device_path, efi_phys(&s->guid),
			     efi_phys((efi_device_path_protocol_t **)&s->path),
			     efi_phys(&s->handle));
	kfree(s);
	/* Any other error: nothing is known about the path */
	return status != EFI_NOT_FOUND;
}

/* The device of an image, with a reference, or NULL, or an ERR_PTR */
static struct device *epath_choose_device(struct file *file,
					  const struct efi_kexec_place *place)
{
	struct block_device *bdev = file_inode(file)->i_sb->s_bdev;
	struct efi_device *edev;

	if (!*place->device)
		return bdev ? epath_find_device(bdev) : NULL;
	edev = efi_device_find(place->device);
	if (!edev) {
		pr_err("there is no device %s\n", place->device);
		return ERR_PTR(-ENODEV);
	}
	return &edev->dev;
}

/* Copy the path of the device of an image. Return: its length, or an error */
static ssize_t epath_of_device(struct file *file, const struct efi_kexec_place *place,
			       struct efi_kexec_origin *origin)
{
	struct device *dev = epath_choose_device(file, place);
	struct efi_device *edev;
	ssize_t size = 0;

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	if (dev) {
		edev = efi_device_from(dev);
		if (edev->path && edev->path_size <= EPATH_MAX) {
			memcpy(origin->path, edev->path, edev->path_size);
			strscpy(origin->device, dev_name(dev));
			size = edev->path_size;
		}
		put_device(dev);
	}
	if (!size && *place->device) {
		pr_err("device %s has no device path\n", place->device);
		return -EINVAL;
	}
	if (!size)
		size = epath_of_linux(origin->path);
	return size < 0 ? size : epath_body(origin->path, size);
}

/* The name of a file in its file system, from kmalloc(), or an ERR_PTR */
static char *epath_name(struct file *file, const struct efi_kexec_place *place)
{
	char *buf, *name;

	if (place->file)
		return kstrdup(place->file, GFP_KERNEL) ?: ERR_PTR(-ENOMEM);
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!buf)
		return ERR_PTR(-ENOMEM);
	name = dentry_path_raw(file_dentry(file), buf, PATH_MAX);
	if (!IS_ERR(name)) {
		name = kstrdup(name, GFP_KERNEL) ?: ERR_PTR(-ENOMEM);
		if (!IS_ERR(name))
			strreplace(name, '/', '\\');
	}
	kfree(buf);
	return name;
}

/* Add the node for a file. Return: its length, or an error */
static ssize_t epath_add_file(const char *name, void *at, size_t room)
{
	struct efi_generic_dev_path *node = at;
	int length;

	room -= sizeof(*node) + sizeof(wchar_t);
	length = utf8s_to_utf16s(name, strlen(name), UTF16_LITTLE_ENDIAN,
				 (wchar_t *)(node + 1), room / sizeof(wchar_t));
	if (length < 0)
		return length;
	node->type = EFI_DEV_MEDIA;
	node->sub_type = EFI_DEV_MEDIA_FILE;
	node->length = sizeof(*node) + (length + 1) * sizeof(wchar_t);
	((wchar_t *)(node + 1))[length] = 0;
	return node->length;
}

/* Complete a path whose first @device bytes are there. Return: 0, or an error */
static int epath_complete(struct efi_kexec_origin *origin, size_t device)
{
	struct efi_generic_dev_path *end;
	ssize_t name;

	name = epath_add_file(origin->file, origin->path + device,
			      EPATH_ROOM - device - sizeof(*end));
	if (name < 0)
		return name;
	end = origin->path + device + name;
	end->type = EFI_DEV_END_PATH;
	end->sub_type = EFI_DEV_END_ENTIRE;
	end->length = sizeof(*end);
	origin->path_size = device + name + sizeof(*end);
	return 0;
}

/* Make a path, but none whose images the firmware trusts */
static int epath_make(struct efi_kexec_origin *origin, size_t device,
		      const struct efi_kexec_place *place)
{
	int ret = epath_complete(origin, device);

	if (!ret)
		ret = epath_is_trusted(origin->path, origin->path_size);
	if (ret <= 0)
		return ret;
	if (*place->device) {
		pr_err("the firmware does not verify images from device %s\n",
		       place->device);
		return -EPERM;
	}
	/* Linux itself may be a part of the firmware */
	*origin->device = 0;
	return epath_complete(origin, 0);
}

/**
 * efi_kexec_find_origin() - find out where an image comes from
 * @file:	the file
 * @place:	the origin that the user has chosen
 * @origin:	filled in; efi_kexec_free_origin() frees what it points to
 *
 * Context: task context; sleeps.
 * Return: 0, -ENODEV or -EINVAL if there is no such device, or if it has no path,
 * -EPERM if the firmware would trust any image from there, -ENAMETOOLONG, -EINVAL if
 * the name is not UTF-8, or -ENOMEM.
 */
int efi_kexec_find_origin(struct file *file, const struct efi_kexec_place *place,
			  struct efi_kexec_origin *origin)
{
	ssize_t ret;

	memset(origin, 0, sizeof(*origin));
	origin->file = epath_name(file, place);
	if (IS_ERR(origin->file))
		return PTR_ERR(origin->file);
	origin->path = kzalloc(EPATH_ROOM, GFP_KERNEL);
	ret = origin->path ? epath_of_device(file, place, origin) : -ENOMEM;
	if (ret >= 0)
		ret = epath_make(origin, ret, place);
	if (ret)
		efi_kexec_free_origin(origin);
	return ret;
}

/**
 * efi_kexec_free_origin() - free what an origin points to
 * @origin:	the origin
 *
 * Context: task context.
 */
void efi_kexec_free_origin(struct efi_kexec_origin *origin)
{
	kfree(origin->path);
	kfree(origin->file);
}
