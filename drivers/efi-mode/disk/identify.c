// SPDX-License-Identifier: GPL-2.0-only
/*
 * Identity of a disk: vendor, model, revision, serial number and a name that no
 * other disk has
 *
 * The firmware does not offer this, but it passes commands through to many disks
 * (pass.c). So the driver asks the device itself: by INQUIRY and its pages 0x80
 * and 0x83 (SPC-3, section 7.6), by IDENTIFY DEVICE (ATA), or by Identify (NVMe).
 */
#define pr_fmt(fmt) "efi-disk: " fmt

#include <linux/ata.h>
#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/minmax.h>
#include <linux/nvme.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/unaligned.h>

#include <scsi/scsi_proto.h>

#include <efi-mode/bus.h>

#include "disk.h"
#include "../bus/bus.h"

/* Layout of the standard data of INQUIRY */
#define INQUIRY_VERSION		2
#define INQUIRY_VENDOR		8
#define INQUIRY_PRODUCT		16
#define INQUIRY_REVISION	32

/* First version whose devices have pages without exceptions: SPC-3 */
#define INQUIRY_SPC3		5

/* Pages: 0 lists the others. Each has its length in the bytes 2 and 3. */
#define PAGE_LIST		0x00
#define PAGE_SERIAL		0x80
#define PAGE_ID			0x83
#define PAGE_HEADER		4

/* Layout of an NVMe() node: offset of the EUI-64, and size */
#define NVME_EUI		8
#define NVME_SIZE		16

/*
 * Copy text of a device: other than spaces, only printable characters of ASCII,
 * because sysfs and the names of links are made from it
 */
static void eident_copy(char *to, size_t size, const u8 *from, size_t bytes)
{
	size_t i, len = 0;

	while (bytes && isspace(*from)) {
		from++;
		bytes--;
	}
	for (i = 0; i < bytes && from[i] && len < size - 1; i++)
		to[len++] = isascii(from[i]) && isprint(from[i]) ? from[i] : '_';
	while (len && to[len - 1] == ' ')
		len--;
	to[len] = '\0';
}

/* The words of ATA have the first character in the upper half */
static void eident_copy_words(char *to, size_t size, const u16 *words, size_t nr)
{
	u8 text[ATA_ID_PROD_LEN];
	size_t i;

	for (i = 0; i < nr; i++)
		put_unaligned_be16(words[i], text + 2 * i);
	eident_copy(to, size, text, 2 * nr);
}

/**
 * efi_disk_parse_inquiry() - parse the standard data of INQUIRY
 * @data:	%EFI_DISK_STANDARD_BYTES of data; those that the device does not have
 *		are 0
 * @id:		gets vendor, model and revision
 *
 * Context: any.
 */
void efi_disk_parse_inquiry(const u8 *data, struct efi_disk_identity *id)
{
	eident_copy(id->vendor, sizeof(id->vendor), data + INQUIRY_VENDOR, 8);
	eident_copy(id->model, sizeof(id->model), data + INQUIRY_PRODUCT, 16);
	eident_copy(id->rev, sizeof(id->rev), data + INQUIRY_REVISION, 4);
}

/* Bytes of a page that the driver has read */
static size_t eident_page_bytes(const u8 *page)
{
	return min_t(size_t, get_unaligned_be16(page + 2),
		     EFI_DISK_INQUIRY_BYTES - PAGE_HEADER);
}

/**
 * efi_disk_parse_serial_page() - parse the page 0x80 of INQUIRY
 * @page:	%EFI_DISK_INQUIRY_BYTES of data
 * @id:		gets the serial number
 *
 * Context: any.
 */
void efi_disk_parse_serial_page(const u8 *page, struct efi_disk_identity *id)
{
	if (page[1] == PAGE_SERIAL)
		eident_copy(id->serial, sizeof(id->serial), page + PAGE_HEADER,
			    eident_page_bytes(page));
}

/* Type of a designator in the page 0x83: how good a name it is, and its prefix */
static const struct {
	u8 rank;
	const char *prefix;
} designators[16] = {
	[1] = { 1, "t10." },
	[8] = { 2, "" },		/* a name with its own prefix */
	[2] = { 3, "eui." },
	[3] = { 4, "naa." },
};

static void eident_designator(const u8 *d, struct efi_disk_identity *id)
{
	const char *prefix = designators[d[1] & 0xf].prefix;
	bool binary = (d[0] & 0xf) == 1;
	size_t used = strlen(prefix);

	strscpy(id->wwid, prefix, sizeof(id->wwid));
	if (binary)
		snprintf(id->wwid + used, sizeof(id->wwid) - used, "%*phN",
			 min_t(int, d[3], 16), d + 4);
	else
		eident_copy(id->wwid + used, sizeof(id->wwid) - used, d + 4, d[3]);
}

/**
 * efi_disk_parse_id_page() - parse the page 0x83 of INQUIRY
 * @page:	%EFI_DISK_INQUIRY_BYTES of data
 * @id:		gets the best name of the logical unit
 *
 * Context: any.
 */
void efi_disk_parse_id_page(const u8 *page, struct efi_disk_identity *id)
{
	const u8 *d = page + PAGE_HEADER, *end = d + eident_page_bytes(page);
	u8 best = 0, rank;

	if (page[1] != PAGE_ID)
		return;
	for (; d + 4 <= end && d + 4 + d[3] <= end; d += 4 + d[3]) {
		/* Other names are those of the port and of the target */
		if (d[1] & 0x30 || !d[3])
			continue;
		rank = designators[d[1] & 0xf].rank;
		if (rank <= best)
			continue;
		best = rank;
		eident_designator(d, id);
	}
}

/**
 * efi_disk_parse_ata() - parse the data of IDENTIFY DEVICE
 * @data:	256 words, as the device has sent them
 * @id:		gets model, revision, serial number and name
 *
 * Context: any.
 */
void efi_disk_parse_ata(const u16 *data, struct efi_disk_identity *id)
{
	eident_copy_words(id->model, sizeof(id->model), data + ATA_ID_PROD,
			  ATA_ID_PROD_LEN / 2);
	eident_copy_words(id->rev, sizeof(id->rev), data + ATA_ID_FW_REV,
			  ATA_ID_FW_REV_LEN / 2);
	eident_copy_words(id->serial, sizeof(id->serial), data + ATA_ID_SERNO,
			  ATA_ID_SERNO_LEN / 2);
	if (ata_id_has_wwn(data))
		snprintf(id->wwid, sizeof(id->wwid), "naa.%04x%04x%04x%04x",
			 data[ATA_ID_WWN], data[ATA_ID_WWN + 1],
			 data[ATA_ID_WWN + 2], data[ATA_ID_WWN + 3]);
}

/**
 * efi_disk_parse_nvme() - parse the data of Identify for a controller
 * @ctrl:	the data
 * @namespace:	number of the namespace
 * @id:		gets model, revision, serial number, and a name made from these
 *
 * Context: any.
 */
void efi_disk_parse_nvme(const struct nvme_id_ctrl *ctrl, u32 namespace,
			 struct efi_disk_identity *id)
{
	eident_copy(id->model, sizeof(id->model), ctrl->mn, sizeof(ctrl->mn));
	eident_copy(id->rev, sizeof(id->rev), ctrl->fr, sizeof(ctrl->fr));
	eident_copy(id->serial, sizeof(id->serial), ctrl->sn, sizeof(ctrl->sn));
	snprintf(id->wwid, sizeof(id->wwid), "nvme.%04x-%*phN-%*phN-%08x",
		 le16_to_cpu(ctrl->vid), (int)strlen(id->serial), id->serial,
		 (int)strlen(id->model), id->model, namespace);
}

/**
 * efi_disk_parse_namespace() - parse the data of Identify for a namespace
 * @ns:		the data
 * @id:		gets the name, if the namespace has one
 *
 * Context: any.
 */
void efi_disk_parse_namespace(const struct nvme_id_ns *ns,
			      struct efi_disk_identity *id)
{
	if (memchr_inv(ns->nguid, 0, sizeof(ns->nguid)))
		snprintf(id->wwid, sizeof(id->wwid), "eui.%16phN", ns->nguid);
	else if (memchr_inv(ns->eui64, 0, sizeof(ns->eui64)))
		snprintf(id->wwid, sizeof(id->wwid), "eui.%8phN", ns->eui64);
}

/* Reading */

static bool eident_read(struct efi_disk *d, u16 page, struct efi_buffer **data)
{
	struct efi_disk_result o;

	if (!*data)
		return false;
	o = efi_disk_pass_read(d, page, *data);
	if (!o.ret && o.status == EFI_TIMEOUT) {
		efi_buffer_abandon(d->edev, *data);
		*data = NULL;
	}
	return efi_disk_succeeded(&o);
}

/* A device that has a page lists it. Others may hang if they are asked for it. */
static bool eident_has_page(const u8 *list, u8 page)
{
	return list[1] == PAGE_LIST &&
	       memchr(list + PAGE_HEADER, page, eident_page_bytes(list));
}

static void eident_scsi(struct efi_disk *d, struct efi_buffer **data)
{
	bool has_serial, has_id;

	if (!eident_read(d, EFI_DISK_PAGE_INQUIRY, data))
		return;
	efi_disk_parse_inquiry((*data)->virt, &d->identity);
	if (((u8 *)(*data)->virt)[INQUIRY_VERSION] < INQUIRY_SPC3 ||
	    !eident_read(d, PAGE_LIST, data))
		return;
	has_serial = eident_has_page((*data)->virt, PAGE_SERIAL);
	has_id = eident_has_page((*data)->virt, PAGE_ID);
	if (has_serial && eident_read(d, PAGE_SERIAL, data))
		efi_disk_parse_serial_page((*data)->virt, &d->identity);
	if (has_id && eident_read(d, PAGE_ID, data))
		efi_disk_parse_id_page((*data)->virt, &d->identity);
}

static void eident_ata(struct efi_disk *d, struct efi_buffer **data)
{
	if (eident_read(d, ATA_CMD_ID_ATA, data))
		efi_disk_parse_ata((*data)->virt, &d->identity);
}

static void eident_nvme(struct efi_disk *d, struct efi_buffer **data)
{
	if (eident_read(d, NVME_ID_CNS_CTRL, data))
		efi_disk_parse_nvme((*data)->virt, d->pass.namespace,
				    &d->identity);
	if (eident_read(d, NVME_ID_CNS_NS, data))
		efi_disk_parse_namespace((*data)->virt, &d->identity);
}

/* The firmware writes the EUI-64 of an NVMe namespace into the device path */
static void eident_from_path(struct efi_disk *d)
{
	const struct efi_generic_dev_path *node;
	const u8 *eui;

	node = efi_path_last(d->edev->path, d->edev->path_size);
	if (!node || node->length < NVME_SIZE ||
	    EFI_NODE(node->type, node->sub_type) !=
		    EFI_NODE(EFI_NODE_MESSAGING, 23))
		return;
	eui = (const u8 *)node + NVME_EUI;
	if (memchr_inv(eui, 0, NVME_SIZE - NVME_EUI))
		snprintf(d->identity.wwid, sizeof(d->identity.wwid),
			 "eui.%8phN", eui);
}

/**
 * efi_disk_identify() - read the identity of the device
 * @d:		the disk, with @d->pass.protocol not open
 *
 * A device that cannot be asked stays anonymous, which is no error.
 *
 * Context: task context; sleeps. @d->lock is held.
 */
void efi_disk_identify(struct efi_disk *d)
{
	struct efi_buffer *data = efi_buffer_alloc(d->edev, PAGE_SIZE, PAGE_SIZE, 0);

	lockdep_assert_held(&d->lock);
	if (!IS_ERR(data)) {
		if (efi_disk_pass_connect(d)) {
			if (d->pass.kind == EFI_DISK_PASS_SCSI)
				eident_scsi(d, &data);
			else if (d->pass.kind == EFI_DISK_PASS_ATA)
				eident_ata(d, &data);
			else if (d->pass.kind == EFI_DISK_PASS_NVME)
				eident_nvme(d, &data);
		}
		efi_disk_pass_close(d);
		if (data)
			efi_buffer_free(d->edev, data);
	}
	if (!d->identity.wwid[0])
		eident_from_path(d);
}

/* Attributes of the device of the handle, where lsblk looks for them */

static const struct efi_disk_identity *eident_of(struct device *dev)
{
	const struct efi_disk *d = dev_get_drvdata(dev);

	return &d->identity;
}

static ssize_t vendor_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%s\n", eident_of(dev)->vendor);
}
static DEVICE_ATTR_RO(vendor);

static ssize_t model_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%s\n", eident_of(dev)->model);
}
static DEVICE_ATTR_RO(model);

static ssize_t rev_show(struct device *dev, struct device_attribute *attr,
			char *buf)
{
	return sysfs_emit(buf, "%s\n", eident_of(dev)->rev);
}
static DEVICE_ATTR_RO(rev);

static ssize_t serial_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	return sysfs_emit(buf, "%s\n", eident_of(dev)->serial);
}
static DEVICE_ATTR_RO(serial);

static struct attribute *identity_attrs[] = {
	&dev_attr_vendor.attr,
	&dev_attr_model.attr,
	&dev_attr_rev.attr,
	&dev_attr_serial.attr,
	NULL
};

/* In the order of @identity_attrs */
static umode_t eident_is_visible(struct kobject *kobj, struct attribute *attr,
				 int n)
{
	const struct efi_disk_identity *id = eident_of(kobj_to_dev(kobj));
	const char * const texts[] = { id->vendor, id->model, id->rev, id->serial };

	return texts[n][0] ? attr->mode : 0;
}

static const struct attribute_group identity_group = {
	.attrs		= identity_attrs,
	.is_visible	= eident_is_visible,
};

const struct attribute_group *efi_disk_identity_groups[] = {
	&identity_group,
	NULL
};
