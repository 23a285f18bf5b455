// SPDX-License-Identifier: GPL-2.0-only
/*
 * Disks of the firmware: EFI_BLOCK_IO_PROTOCOL
 *
 * Each handle with BlockIo that is a whole disk is a Linux disk: efida0 and so
 * on. Handles of partitions are ignored, because Linux finds partitions itself.
 * RAM disks of the firmware become disks, too, because nothing else in this
 * kernel would know about them.
 */
#define pr_fmt(fmt) "efi-disk: " fmt

#include <linux/ctype.h>
#include <linux/debugfs.h>
#include <linux/idr.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/moduleparam.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string_helpers.h>
#include <linux/sysfs.h>
#include <linux/unaligned.h>

#include "disk.h"
#include "../bus/bus.h"

#define QUEUE_DEPTH	64

#define MIN_TRANSFER	64
#define MAX_TRANSFER	4096

/*
 * Largest call until the driver knows how long one takes, and size of the
 * bounce buffer
 */
#define FIRST_TRANSFER	SZ_1M

static unsigned int max_transfer = MAX_TRANSFER;
static DEFINE_IDA(numbers);

static int edisk_set_max_transfer(const char *val,
				  const struct kernel_param *kp)
{
	return param_set_uint_minmax(val, kp, MIN_TRANSFER, MAX_TRANSFER);
}

static const struct kernel_param_ops max_transfer_ops = {
	.set = edisk_set_max_transfer,
	.get = param_get_uint,
};

module_param_cb(max_transfer, &max_transfer_ops, &max_transfer, 0444);
MODULE_PARM_DESC(max_transfer,
		 "largest transfer in KiB, rounded down to a power of two: 64 to 4096");

/* Change of media */

static void edisk_media_work(struct work_struct *work)
{
	struct efi_disk *d = container_of(work, struct efi_disk, media_work);

	if (d->media.removable) {
		disk_force_media_change(d->gd);
		return;
	}
	/* If the medium is fixed, another medium is another disk */
	dev_notice(&d->edev->dev,
		   "%s: the disk was replaced by another one: removing it\n",
		   d->gd->disk_name);
	efi_device_replaced(d->edev);
}

static u32 edisk_largest_transfer(void)
{
	return rounddown_pow_of_two(max_transfer) * SZ_1K;
}

/*
 * @max_bytes goes down when the firmware refuses a size (see queue.c), so reset
 * it for each medium.
 */
static void edisk_set_limits(struct efi_disk *d)
{
	d->max_bytes = edisk_largest_transfer();
	efi_disk_init_limits(&d->media,
			     min_t(u32, d->max_bytes, FIRST_TRANSFER),
			     d->bounce->size, efi_memory_end(), &d->limits);
}

static void edisk_take_medium(struct efi_disk *d,
			      const struct efi_disk_media *media)
{
	d->media = *media;
	d->stale = false;
	edisk_set_limits(d);
	set_disk_ro(d->gd, media->read_only);
	set_capacity_and_notify(d->gd, efi_disk_capacity(media));
}

static u32 edisk_max_request(const struct efi_disk *d)
{
	return d->tokens_from == 1 ? efi_disk_tokens_bytes(d) :
				     edisk_largest_transfer();
}

static int edisk_update_limits(struct efi_disk *d,
			       const struct efi_disk_media *media)
{
	struct queue_limits lim = queue_limits_start_update(d->gd->queue);

	efi_disk_queue_limits(media, edisk_max_request(d), &lim);
	return queue_limits_commit_update_frozen(d->gd->queue, &lim);
}

/* Flushes and erases may work differently with another medium, too */
static int edisk_change_medium(struct efi_disk *d,
			       const struct efi_disk_media *media)
{
	unsigned int noio;
	int ret;

	/*
	 * Without the lock, because this waits for requests, which need the
	 * lock
	 */
	ret = edisk_update_limits(d, media);
	if (ret)
		return ret;
	noio = efi_disk_lock(d);
	if (!d->closed) {
		edisk_take_medium(d, media);
		if (efi_disk_tokens_drain(d))
			efi_disk_flush_init(d);
	}
	efi_disk_unlock(d, noio);
	return 0;
}

/*
 * Switch to the medium in the drive. No task has the old medium open any more.
 */
static int edisk_look_anew(struct efi_disk *d)
{
	struct efi_disk_media now;
	unsigned int noio;
	const char *why;
	int ret;

	noio = efi_disk_lock(d);
	ret = d->closed ? -ENXIO : efi_disk_read_media(d, &now);
	efi_disk_unlock(d, noio);
	if (ret)
		return ret == -ENODEV ? -ENXIO : ret;
	if (efi_disk_check_media(&now, &why) || now.io_align > d->bounce->size)
		return -ENOMEDIUM;
	return edisk_change_medium(d, &now);
}

/*
 * Tasks that have the old medium open, perhaps with a file system on it, must
 * not write to the new medium. So the new medium can only be opened after they
 * have closed the old one.
 */
static int edisk_open(struct gendisk *gd, blk_mode_t mode)
{
	struct efi_disk *d = gd->private_data;
	int ret = 0;

	if (!d->media.removable)
		return 0;
	disk_check_media_change(gd);
	if (READ_ONCE(d->stale))
		ret = disk_openers(gd) ? -EBUSY : edisk_look_anew(d);
	if (mode & BLK_OPEN_NDELAY)
		return 0;
	return ret ?: d->media.present ? 0 : -ENOMEDIUM;
}

static bool edisk_is_other_medium(const struct efi_disk *d,
				  const struct efi_disk_media *now)
{
	return now->id != d->media.id || !efi_disk_same_media(now, &d->media);
}

/*
 * A program that opens the disk must know the medium now. A poll can wait for
 * the end of the pause.
 */
static bool edisk_may_look(const struct efi_disk *d, unsigned int clearing)
{
	return clearing || !d->poll_pause ||
	       time_after_eq(jiffies, d->next_poll);
}

static unsigned int edisk_check_events(struct gendisk *gd,
				       unsigned int clearing)
{
	struct efi_disk *d = gd->private_data;
	unsigned int noio = efi_disk_lock(d), events;
	struct efi_disk_media now;

	if (!d->closed && !d->stale && edisk_may_look(d, clearing) &&
	    efi_disk_tokens_drain(d) &&
	    !efi_disk_detect(d, &now) && edisk_is_other_medium(d, &now))
		efi_disk_lose_medium(d);
	events = d->events;
	d->events = 0;
	efi_disk_unlock(d, noio);
	return events;
}

static void edisk_free(struct gendisk *gd)
{
	struct efi_disk *d = gd->private_data;

	ida_free(&numbers, d->number);
	put_device(&d->edev->dev);
	kfree(d);
}

static const struct block_device_operations disk_fops = {
	.owner		= THIS_MODULE,
	.open		= edisk_open,
	.check_events	= edisk_check_events,
	.set_read_only	= efi_fs_claim_set_read_only,
	.free_disk	= edisk_free,
};

/*
 * Called before the block device can be opened, so that no write precedes the
 * protection
 */
static int edisk_block_device_added(struct device *dev)
{
	struct block_device *bdev = dev_to_bdev(dev);

	if (bdev->bd_disk->fops == &disk_fops)
		efi_fs_claim_protect(bdev);
	return 0;
}

static struct class_interface added_interface = {
	.class		= &block_class,
	.add_dev	= edisk_block_device_added,
};

/* Attributes in /sys/block/efida* */

static struct efi_disk *edisk_from_dev(struct device *dev)
{
	return dev_to_disk(dev)->private_data;
}

static ssize_t path_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  edisk_from_dev(dev)->edev->path_text ?: "");
}
static DEVICE_ATTR_RO(path);

/*
 * The device path in a form for names of links: udev replaces other characters.
 * A disk without a path has no location, because all such disks would share it.
 */
static ssize_t location_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	const char *c = edisk_from_dev(dev)->edev->path_text;
	int len;

	if (!c)
		return sysfs_emit(buf, "\n");
	len = sysfs_emit(buf, "efi.");
	for (; *c; c++)
		if (isalnum(*c) || *c == '-')
			len += sysfs_emit_at(buf, len, "%c", *c);
		else if (*c != ')')
			len += sysfs_emit_at(buf, len, *c == '/' ? "." : "_");
	return len + sysfs_emit_at(buf, len, "\n");
}
static DEVICE_ATTR_RO(location);

static ssize_t wwid_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n", edisk_from_dev(dev)->identity.wwid);
}
static DEVICE_ATTR_RO(wwid);

static ssize_t mode_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  efi_disk_mode_name(edisk_from_dev(dev)->mode));
}
static DEVICE_ATTR_RO(mode);

static ssize_t flush_supported_show(struct device *dev,
				    struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  efi_disk_flush_supported(edisk_from_dev(dev)));
}
static DEVICE_ATTR_RO(flush_supported);

static struct attribute *disk_attrs[] = { &dev_attr_path.attr,
					  &dev_attr_location.attr,
					  &dev_attr_wwid.attr,
					  &dev_attr_mode.attr,
					  &dev_attr_flush_supported.attr,
					  NULL };

static umode_t edisk_attr_is_visible(struct kobject *kobj,
				     struct attribute *attr, int n)
{
	struct efi_disk *d = edisk_from_dev(kobj_to_dev(kobj));

	if (attr == &dev_attr_wwid.attr && !d->identity.wwid[0])
		return 0;
	return attr->mode;
}

static const struct attribute_group disk_group = {
	.attrs		= disk_attrs,
	.is_visible	= edisk_attr_is_visible,
};

static const struct attribute_group *disk_groups[] = {
	&disk_group,
	NULL
};

/* Interface to the bus */

static int edisk_open_protocols(struct efi_disk *d, const efi_guid_t *guid)
{
	const efi_guid_t erase = EFI_ERASE_BLOCK_PROTOCOL_GUID;

	d->io = efi_protocol_open(d->edev, guid, EFI_TPL_CALLBACK);
	if (IS_ERR(d->io))
		return PTR_ERR(d->io);
	if (efi_device_has_protocol(d->edev, &erase))
		d->erase = efi_protocol_open(d->edev, &erase,
					     EFI_TPL_CALLBACK);
	if (IS_ERR(d->erase))
		d->erase = NULL;
	return 0;
}

static int edisk_judge_medium(const struct efi_disk *d)
{
	const char *why;
	int ret = efi_disk_check_media(&d->media, &why);

	if (!ret)
		return 0;
	if (ret == -ENODEV)
		dev_dbg(&d->edev->dev, "ignored: %s\n", why);
	else
		dev_warn(&d->edev->dev, "not usable as a disk: %s\n", why);
	return -ENODEV;
}

static int edisk_alloc_buffers(struct efi_disk *d)
{
	size_t size = min_t(size_t, FIRST_TRANSFER, edisk_largest_transfer());

	/*
	 * The buffer is contiguous. If memory is fragmented, as after a long
	 * uptime, a smaller buffer has to do.
	 */
	do {
		d->bounce = efi_buffer_alloc(d->edev, size, d->media.io_align,
					     0);
		size /= 2;
	} while (IS_ERR(d->bounce) && size >= MIN_TRANSFER * SZ_1K);
	if (IS_ERR(d->bounce))
		return PTR_ERR(d->bounce);
	d->shared = efi_buffer_alloc(d->edev, PAGE_SIZE, 0, 0);
	return PTR_ERR_OR_ZERO(d->shared);
}

/* A medium may have been changed since the firmware last looked */
static int edisk_detect_medium(struct efi_disk *d)
{
	unsigned int noio;
	int ret;

	if (!d->media.removable)
		return 0;
	noio = efi_disk_lock(d);
	ret = efi_disk_detect(d, &d->media);
	efi_disk_unlock(d, noio);
	if (!ret && d->media.io_align > d->bounce->size)
		ret = -ENOMEM;
	return ret ?: edisk_judge_medium(d);
}

static int edisk_take(struct efi_disk *d, const efi_guid_t *guid)
{
	unsigned int noio;
	int ret;

	ret = edisk_open_protocols(d, guid) ?:
	      efi_disk_read_media(d, &d->media) ?:
	      edisk_judge_medium(d) ?:
	      edisk_alloc_buffers(d) ?:
	      edisk_detect_medium(d);
	if (ret)
		return ret;
	edisk_set_limits(d);
	noio = efi_disk_lock(d);
	efi_disk_identify(d);
	efi_disk_flush_init(d);
	efi_disk_unlock(d, noio);
	efi_disk_choose_mode(d);
	return 0;
}

static int edisk_make_gendisk(struct efi_disk *d)
{
	struct queue_limits lim = {};
	struct gendisk *gd;
	int ret;

	ret = efi_disk_alloc_tags(d, efi_disk_tokens_count(d) ?: QUEUE_DEPTH);
	if (ret)
		return ret;
	efi_disk_queue_limits(&d->media, edisk_max_request(d), &lim);
	gd = blk_mq_alloc_disk(&d->tags, &lim, d);
	if (IS_ERR(gd)) {
		blk_mq_free_tag_set(&d->tags);
		return PTR_ERR(gd);
	}
	snprintf(gd->disk_name, DISK_NAME_LEN, "efida%d", d->number);
	gd->fops = &disk_fops;
	gd->private_data = d;
	if (d->media.removable) {
		gd->flags |= GENHD_FL_REMOVABLE;
		gd->events = DISK_EVENT_MEDIA_CHANGE;
		gd->event_flags = DISK_EVENT_FLAG_POLL | DISK_EVENT_FLAG_UEVENT;
	}
	d->gd = gd;
	edisk_take_medium(d, &d->media);
	return 0;
}

static void edisk_say_hello(const struct efi_disk *d)
{
	const struct efi_disk_media *m = &d->media;
	char size[16] = "no medium";

	if (m->present)
		string_get_size(m->blocks, m->block_size, STRING_UNITS_2, size,
				sizeof(size));
	dev_info(&d->edev->dev,
		 "%s: %s, blocks of %u bytes%s%s, flush supported: %s, mode: %s (%s)\n",
		 d->gd->disk_name, size, m->block_size,
		 m->removable ? ", removable" : "",
		 m->read_only ? ", read-only" : "", efi_disk_flush_supported(d),
		 efi_disk_mode_name(d->mode), d->mode_reason);
}

static struct efi_disk *edisk_new(struct efi_device *edev)
{
	struct efi_disk *d = kzalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return NULL;
	d->number = ida_alloc(&numbers, GFP_KERNEL);
	if (d->number < 0) {
		kfree(d);
		return NULL;
	}
	d->chain.max = EFI_DISK_CHAIN;
	mutex_init(&d->lock);
	INIT_LIST_HEAD(&d->issued);
	INIT_WORK(&d->media_work, edisk_media_work);
	d->edev = edev;
	get_device(&edev->dev);
	return d;
}

static int edisk_probe(struct efi_device *edev, const struct efi_device_id *id)
{
	struct efi_disk *d = edisk_new(edev);
	int ret;

	if (!d)
		return -ENOMEM;
	ret = edisk_take(d, &id->guid);
	if (ret)
		goto free;
	ret = edisk_make_gendisk(d);
	if (ret)
		goto free;
	efi_device_set_drvdata(edev, d);
	efi_fs_claim_attach(d);
	ret = device_add_disk(&edev->dev, d->gd, disk_groups);
	if (ret)
		goto put;
	edisk_say_hello(d);
	return 0;

put:
	efi_fs_claim_detach(d);
	put_disk(d->gd);
	blk_mq_free_tag_set(&d->tags);
free:
	efi_disk_tokens_destroy(d);
	ida_free(&numbers, d->number);
	put_device(&edev->dev);
	kfree(d);
	return ret;
}

/*
 * Put the disk in standby before a power-off, when the firmware has accessed it
 * for the last time
 */
static void edisk_standby(struct efi_disk *d)
{
	unsigned int noio;

	if (system_state != SYSTEM_POWER_OFF || !d->written)
		return;
	noio = efi_disk_lock(d);
	efi_disk_pass_standby(d);
	efi_disk_unlock(d, noio);
}

/*
 * If the disk is still present, write back all data first, and notify the file
 * systems. If it is not, only notify the file systems that it is gone.
 */
static void edisk_remove(struct efi_device *edev)
{
	struct efi_disk *d = efi_device_get_drvdata(edev);
	const efi_guid_t guid = EFI_BLOCK_IO_PROTOCOL_GUID;
	bool present = efi_device_has_protocol(edev, &guid);
	unsigned int noio;

	disable_work_sync(&d->media_work);
	if (present) {
		efi_disk_note_table(d);
	} else {
		blk_mark_disk_dead(d->gd);
		efi_disk_tokens_give_up(d);
	}
	del_gendisk(d->gd);
	noio = efi_disk_lock(d);
	if (present && efi_disk_tokens_drain(d))
		efi_disk_settle(d);
	d->closed = true;
	efi_disk_unlock(d, noio);
	efi_disk_tokens_destroy(d);
	efi_disk_hand_over(d, present);
	if (present)
		edisk_standby(d);
	blk_mq_free_tag_set(&d->tags);
	put_disk(d->gd);
}

/*
 * The firmware has installed BlockIo again, which is how it reports a new
 * medium
 */
static void edisk_changed(struct efi_device *edev)
{
	struct efi_disk *d = efi_device_get_drvdata(edev);
	unsigned int noio = efi_disk_lock(d);
	struct efi_disk_media now;
	bool same = false;

	if (!d->stale && !efi_disk_read_media(d, &now)) {
		if (!d->media.removable)
			same = efi_disk_same_media(&now, &d->media);
		if (!same && edisk_is_other_medium(d, &now))
			efi_disk_lose_medium(d);
	}
	efi_disk_unlock(d, noio);
	if (same)
		edisk_change_medium(d, &now);
}

static void edisk_protocols_changed(struct efi_device *edev)
{
	efi_fs_claim_changed(efi_device_get_drvdata(edev));
}

static const struct efi_device_id disk_ids[] = {
	{ EFI_BLOCK_IO_PROTOCOL_GUID },
	{ }
};
MODULE_ALIAS_EFI("964e5b21-6459-11d2-8e39-00a0c969723b");

static struct efi_driver disk_driver = {
	.driver.name		= "efi-disk",
	.driver.dev_groups	= efi_disk_identity_groups,
	.id_table		= disk_ids,
	.probe			= edisk_probe,
	.remove			= edisk_remove,
	.changed		= edisk_changed,
	.protocols_changed	= edisk_protocols_changed,
};

/* debugfs: the mode of each disk, and the reason for it */

static int edisk_show_mode(struct device *dev, void *data)
{
	const struct efi_disk *d = NULL;

	device_lock(dev);
	if (dev->driver == &disk_driver.driver)
		d = dev_get_drvdata(dev);
	if (d)
		seq_printf(data, "%s %s: %s\n", d->gd->disk_name,
			   efi_disk_mode_name(d->mode), d->mode_reason);
	device_unlock(dev);
	return 0;
}

static int disk_modes_show(struct seq_file *m, void *unused)
{
	/*
	 * driver_for_each_device() must not be used here: removing a device
	 * from a driver holds the device lock and waits until the iteration has
	 * left the device.
	 */
	return bus_for_each_dev(&efi_bus_type, NULL, m, edisk_show_mode);
}
DEFINE_SHOW_ATTRIBUTE(disk_modes);

/* Late, because efi-mode creates the directory in an earlier initcall */
static int __init edisk_modes_init(void)
{
	struct dentry *dir = debugfs_lookup("efi-mode", NULL);

	debugfs_create_file("disk_modes", 0444, dir, NULL, &disk_modes_fops);
	dput(dir);
	return 0;
}
late_initcall_sync(edisk_modes_init);

static int __init edisk_init(void)
{
	/* The firmware's claims have to be known before a disk can be opened */
	return class_interface_register(&added_interface) ?:
		       efi_fs_claim_register()		  ?:
		       efi_driver_register(&disk_driver);
}
device_initcall(edisk_init);

MODULE_DESCRIPTION("Disks of the EFI firmware");
MODULE_LICENSE("GPL");
