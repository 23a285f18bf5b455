// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/firmware/efi-mode/kexec: which image is loaded, and the origin of the next
 *
 * kexec_file_load(2) has no argument for the origin that the image finds. So the
 * program that makes the system call writes it to sysfs before. It counts for one
 * call.
 */
#include <linux/efi.h>
#include <linux/err.h>
#include <linux/kobject.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <efi-mode/bus.h>

#include "efi-kexec.h"

/* Protects the variables below, and that the image stays */
static DEFINE_MUTEX(einfo_mutex);
static const struct efi_kexec_image *einfo_image;
static struct efi_kexec_place einfo_next;

static const char * const einfo_verifiers[] = {
	[EFI_KEXEC_UNVERIFIED]	= "none",
	[EFI_KEXEC_FIRMWARE]	= "firmware",
	[EFI_KEXEC_SHIM]	= "shim",
};

/* The contents of each file for an image */

static ssize_t einfo_device(const struct efi_kexec_image *image, char *buf)
{
	return sysfs_emit(buf, "%s\n", image->origin.device);
}

static ssize_t einfo_file(const struct efi_kexec_image *image, char *buf)
{
	return sysfs_emit(buf, "%s\n", image->origin.file);
}

static ssize_t einfo_size(const struct efi_kexec_image *image, char *buf)
{
	return sysfs_emit(buf, "%zu\n", image->size);
}

static ssize_t einfo_xxh64(const struct efi_kexec_image *image, char *buf)
{
	return sysfs_emit(buf, "%016llx\n", image->hash);
}

static ssize_t einfo_verified_by(const struct efi_kexec_image *image, char *buf)
{
	return sysfs_emit(buf, "%s\n", einfo_verifiers[image->verifier]);
}

/* The files are empty if no image is loaded */
static ssize_t einfo_show(ssize_t (*show)(const struct efi_kexec_image *image, char *buf),
			  char *buf)
{
	ssize_t len;

	mutex_lock(&einfo_mutex);
	len = einfo_image ? show(einfo_image, buf) : 0;
	mutex_unlock(&einfo_mutex);
	return len;
}

#define EINFO_FILE(name)							\
static ssize_t name##_show(struct kobject *kobj, struct kobj_attribute *attr,	\
			   char *buf)						\
{										\
	return einfo_show(einfo_##name, buf);					\
}										\
static struct kobj_attribute einfo_attr_##name = __ATTR_RO(name)

EINFO_FILE(device);
EINFO_FILE(file);
EINFO_FILE(size);
EINFO_FILE(xxh64);
EINFO_FILE(verified_by);

/* The origin of the next image */

static ssize_t next_device_show(struct kobject *kobj, struct kobj_attribute *attr,
				char *buf)
{
	ssize_t len;

	mutex_lock(&einfo_mutex);
	len = sysfs_emit(buf, "%s\n", einfo_next.device);
	mutex_unlock(&einfo_mutex);
	return len;
}

static ssize_t next_device_store(struct kobject *kobj, struct kobj_attribute *attr,
				 const char *buf, size_t count)
{
	char name[EFI_KEXEC_DEVICE];
	struct efi_device *edev;

	if (strscpy(name, buf) < 0)
		return -ENODEV;
	strim(name);
	if (*name) {
		edev = efi_device_find(name);
		if (!edev)
			return -ENODEV;
		put_device(&edev->dev);
	}
	mutex_lock(&einfo_mutex);
	strscpy(einfo_next.device, name);
	mutex_unlock(&einfo_mutex);
	return count;
}

static struct kobj_attribute einfo_attr_next_device =
	__ATTR(next_device, 0600, next_device_show, next_device_store);

static ssize_t next_file_show(struct kobject *kobj, struct kobj_attribute *attr,
			      char *buf)
{
	ssize_t len;

	mutex_lock(&einfo_mutex);
	len = sysfs_emit(buf, "%s\n", einfo_next.file ?: "");
	mutex_unlock(&einfo_mutex);
	return len;
}

static ssize_t next_file_store(struct kobject *kobj, struct kobj_attribute *attr,
			       const char *buf, size_t count)
{
	size_t length = strcspn(buf, "\n");
	char *file = NULL;

	if (length) {
		if (*buf != '\\')
			return -EINVAL;
		file = kstrndup(buf, length, GFP_KERNEL);
		if (!file)
			return -ENOMEM;
	}
	mutex_lock(&einfo_mutex);
	swap(einfo_next.file, file);
	mutex_unlock(&einfo_mutex);
	kfree(file);
	return count;
}

static struct kobj_attribute einfo_attr_next_file =
	__ATTR(next_file, 0600, next_file_show, next_file_store);

static struct attribute *einfo_attrs[] = {
	&einfo_attr_device.attr,
	&einfo_attr_file.attr,
	&einfo_attr_size.attr,
	&einfo_attr_xxh64.attr,
	&einfo_attr_verified_by.attr,
	&einfo_attr_next_device.attr,
	&einfo_attr_next_file.attr,
	NULL
};

static const struct attribute_group einfo_group = {
	.name	= "kexec",
	.attrs	= einfo_attrs,
};

/**
 * efi_kexec_show() - show an image in sysfs
 * @image:	the image that kexec -e starts, or NULL. It must stay until the next
 *		call.
 *
 * Context: task context; sleeps.
 */
void efi_kexec_show(const struct efi_kexec_image *image)
{
	mutex_lock(&einfo_mutex);
	einfo_image = image;
	mutex_unlock(&einfo_mutex);
}

/**
 * efi_kexec_take_place() - take the origin that the user has chosen
 * @place:	filled in; the caller frees @place->file
 *
 * The next image has the origin of its file again.
 *
 * Context: task context; sleeps.
 */
void efi_kexec_take_place(struct efi_kexec_place *place)
{
	mutex_lock(&einfo_mutex);
	*place = einfo_next;
	memset(&einfo_next, 0, sizeof(einfo_next));
	mutex_unlock(&einfo_mutex);
}

static int __init einfo_init(void)
{
	struct kobject *kobj = kobject_create_and_add("efi-mode", firmware_kobj);
	int ret;

	if (!kobj)
		return -ENOMEM;
	ret = sysfs_create_group(kobj, &einfo_group);
	if (ret)
		kobject_put(kobj);
	return ret;
}
device_initcall(einfo_init);
