// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a disk shows of itself in /sys/block/efida*
 */
#include <linux/ctype.h>
#include <linux/sysfs.h>
#include <linux/unaligned.h>

#include "disk.h"
#include "../bus/bus.h"

static struct efi_disk *to_disk(struct device *dev)
{
	return dev_to_disk(dev)->private_data;
}

static ssize_t path_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n", to_disk(dev)->edev->path_text ?: "");
}
static DEVICE_ATTR_RO(path);

/* As a name of a link: udev has its own idea of what may be in one */
static ssize_t wwid_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	const char *c = to_disk(dev)->edev->path_text;
	int len = sysfs_emit(buf, "efi.");

	for (; c && *c; c++)
		if (isalnum(*c) || *c == '-')
			len += sysfs_emit_at(buf, len, "%c", *c);
		else if (*c != ')')
			len += sysfs_emit_at(buf, len, *c == '/' ? "." : "_");
	return len + sysfs_emit_at(buf, len, "\n");
}
static DEVICE_ATTR_RO(wwid);

/* NVMe(): namespace, EUI-64 */
#define NVME_EUI	8
#define NVME_SIZE	16

static u64 nvme_eui(const struct efi_device *edev)
{
	const struct efi_generic_dev_path *node;

	node = efi_path_last(edev->path, edev->path_size);
	if (!node || node->length < NVME_SIZE ||
	    EFI_NODE(node->type, node->sub_type) !=
	    EFI_NODE(EFI_NODE_MESSAGING, 23))
		return 0;
	return get_unaligned_le64((const u8 *)node + NVME_EUI);
}

static ssize_t serial_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%016llx\n", nvme_eui(to_disk(dev)->edev));
}
static DEVICE_ATTR_RO(serial);

static ssize_t mode_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n", efi_disk_mode_name(to_disk(dev)->mode));
}
static DEVICE_ATTR_RO(mode);

static ssize_t mode_reason_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", to_disk(dev)->mode_reason);
}
static DEVICE_ATTR_RO(mode_reason);

static ssize_t durability_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", efi_disk_durability(to_disk(dev)));
}
static DEVICE_ATTR_RO(durability);

static struct attribute *disk_attrs[] = {
	&dev_attr_path.attr,
	&dev_attr_wwid.attr,
	&dev_attr_serial.attr,
	&dev_attr_mode.attr,
	&dev_attr_mode_reason.attr,
	&dev_attr_durability.attr,
	NULL
};

static umode_t disk_attr_is_visible(struct kobject *kobj,
				    struct attribute *attr, int n)
{
	struct efi_disk *d = to_disk(kobj_to_dev(kobj));

	if (attr == &dev_attr_serial.attr && !nvme_eui(d->edev))
		return 0;
	return attr->mode;
}

static const struct attribute_group disk_group = {
	.attrs		= disk_attrs,
	.is_visible	= disk_attr_is_visible,
};

const struct attribute_group *efi_disk_groups[] = {
	&disk_group,
	NULL
};
