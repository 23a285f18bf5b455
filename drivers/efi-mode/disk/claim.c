// SPDX-License-Identifier: GPL-2.0-only
/*
 * Partitions that contain a file system of the firmware
 *
 * The firmware's FAT driver caches what it has read, and writes back its cache.
 * If two systems write to a file system without knowing of each other, they
 * destroy it. So where the firmware has SimpleFileSystem, Linux only reads: the
 * partition is read-only, and writes to the same sectors through the whole disk
 * are refused.
 *
 * A user who wants to write makes the partition writable (BLKROSET, blockdev
 * --setrw). The firmware's file system driver is then disconnected. When the
 * partition is made read-only again, or when Linux releases the disk, the
 * firmware is asked to connect its drivers, and reads the file system anew.
 * Both times Linux drops its cached pages, because the other side has written,
 * or will write.
 *
 * If the firmware finds a file system where Linux is writing, its driver is
 * disconnected in the same way, because Linux was there first.
 *
 * In this file, a claim is one of the firmware: it claims the sectors where it
 * has mounted a file system. Each handle that may have SimpleFileSystem has a
 * struct efi_fs_claim: the handle of a partition, to which a driver is bound
 * for this purpose only, or the handle of a disk, which may have no partitions.
 */
#define pr_fmt(fmt) "efi-disk: " fmt

#include <linux/cleanup.h>
#include <linux/list.h>
#include <linux/pagemap.h>
#include <linux/part_stat.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "disk.h"
#include "../bus/bus.h"

/**
 * struct efi_fs_claim - sectors where the firmware may have a file system
 * @list:	entry in the list of all claims
 * @edev:	device of the handle
 * @disk:	the disk that contains the sectors, or NULL if Linux does not
 *		use the disk
 * @range:	sectors of the disk that the file system uses
 * @mounted:	the firmware has a file system there
 * @released:	the firmware had a file system there, until Linux wanted to
 *		write and disconnected its driver
 */
struct efi_fs_claim {
	struct list_head list;
	struct efi_device *edev;
	struct efi_disk *disk;
	struct efi_disk_part range;
	bool mounted;
	bool released;
};

/*
 * The mutex serialises changes. The spinlock also protects the list and the
 * members that I/O reads.
 */
static DEFINE_MUTEX(claims_mutex);
static DEFINE_SPINLOCK(claims_lock);
static LIST_HEAD(claims);

static bool eclaim_overlaps(const struct efi_fs_claim *c,
			    const struct efi_disk *d, sector_t start,
			    sector_t sectors)
{
	return c->disk == d && start < c->range.start + c->range.sectors &&
	       start + sectors > c->range.start;
}

static bool eclaim_is_claimed(const struct efi_disk *d, sector_t start,
			      sector_t sectors)
{
	bool claimed = false;
	struct efi_fs_claim *c;

	spin_lock(&claims_lock);
	list_for_each_entry(c, &claims, list)
		claimed |= c->mounted && eclaim_overlaps(c, d, start, sectors);
	spin_unlock(&claims_lock);
	return claimed;
}

/* Return: true if a range is inside a partition that the firmware knows */
static bool eclaim_is_inside(const struct efi_fs_claim *c, sector_t start,
			     sector_t sectors)
{
	return c->range.sectors != S64_MAX && start >= c->range.start &&
	       start + sectors <= c->range.start + c->range.sectors;
}

static bool eclaim_is_all(const struct efi_fs_claim *c)
{
	return efi_disk_covers(&c->range, get_capacity(c->disk->gd));
}

/**
 * efi_fs_claim_may_write() - check whether Linux may write to a range
 * @d:		the disk
 * @start:	first sector
 * @sectors:	number of sectors
 *
 * If it may, the disk is marked as written. The firmware then has to look at
 * the disk again when Linux releases it.
 *
 * Context: any but interrupt.
 * Return: false if the firmware has a file system there.
 */
bool efi_fs_claim_may_write(struct efi_disk *d, sector_t start,
			    sector_t sectors)
{
	bool claimed = false, inside = false;
	struct efi_fs_claim *c;

	spin_lock(&claims_lock);
	list_for_each_entry(c, &claims, list) {
		if (!eclaim_overlaps(c, d, start, sectors))
			continue;
		claimed |= c->mounted;
		inside |= eclaim_is_inside(c, start, sectors);
	}
	if (!claimed) {
		WRITE_ONCE(d->written, true);
		if (!inside)
			WRITE_ONCE(d->table_written, true);
	}
	spin_unlock(&claims_lock);
	return !claimed;
}

/* Interface to the block layer */

/*
 * A disk is read-only if a claim covers all of it. A partition is read-only if
 * a claim covers any part of it.
 */
static bool eclaim_is_claimed_bdev(const struct efi_disk *d,
				   struct block_device *bdev)
{
	bool claimed = false;
	struct efi_fs_claim *c;

	if (bdev_is_partition(bdev))
		return eclaim_is_claimed(d, bdev->bd_start_sect,
					 bdev_nr_sectors(bdev));
	spin_lock(&claims_lock);
	list_for_each_entry(c, &claims, list)
		claimed |= c->mounted && c->disk == d && eclaim_is_all(c);
	spin_unlock(&claims_lock);
	return claimed;
}

/**
 * efi_fs_claim_protect() - make a block device read-only if it is claimed
 * @bdev:	a disk of this driver, or a partition of such a disk
 *
 * Context: task context.
 */
void efi_fs_claim_protect(struct block_device *bdev)
{
	const struct efi_disk *d = bdev->bd_disk->private_data;

	if (bdev_test_flag(bdev, BD_READ_ONLY) ||
	    !eclaim_is_claimed_bdev(d, bdev))
		return;
	bdev_set_flag(bdev, BD_READ_ONLY);
	dev_notice(&bdev->bd_device,
		   "the firmware has mounted the file system: read-only until blockdev --setrw\n");
}

/* Protect the block devices that exist. Others are protected when added. */
static void eclaim_protect_all(struct efi_disk *d)
{
	struct block_device *part;
	unsigned long i;

	mutex_lock(&d->gd->open_mutex);
	xa_for_each(&d->gd->part_tbl, i, part)
		efi_fs_claim_protect(part);
	mutex_unlock(&d->gd->open_mutex);
}

/**
 * struct eclaim_use - how a block device is used
 * @held:	held exclusively, by a file system or another user
 * @openers:	number of times that it is open
 * @writes:	number of write requests
 */
struct eclaim_use {
	bool held;
	int openers;
	unsigned long writes;
};

/*
 * The numbers of a disk include those of its partitions. A disk and one of its
 * partitions are never held at the same time.
 */
static struct eclaim_use eclaim_use_of(struct block_device *bdev)
{
	struct eclaim_use use = {
		.held		= READ_ONCE(bdev->bd_holder),
		.openers	= atomic_read(&bdev->bd_openers),
		.writes		= part_stat_read(bdev, ios[STAT_WRITE]),
	};
	struct block_device *part;
	unsigned long i;

	if (bdev_is_partition(bdev))
		return use;
	xa_for_each(&bdev->bd_disk->part_tbl, i, part) {
		if (!bdev_is_partition(part))
			continue;
		use.held &= !READ_ONCE(part->bd_holder);
		use.openers -= atomic_read(&part->bd_openers);
		use.writes -= part_stat_read(part, ios[STAT_WRITE]);
	}
	return use;
}

/*
 * A program that only looks at a disk, as udev does, has neither written to it
 * nor holds it
 */
static bool eclaim_is_written(struct block_device *bdev,
			      const struct eclaim_use *use)
{
	return use->openers > 0 && !bdev_read_only(bdev) &&
	       (use->held || use->writes);
}

static bool eclaim_is_held(struct block_device *bdev,
			   const struct eclaim_use *use)
{
	return use->held;
}

/*
 * A disk with a claim on a part of it is usually open for its partition table.
 * So it counts only if it is held.
 */
static bool eclaim_is_within(const struct efi_fs_claim *c,
			     struct block_device *bdev,
			     const struct eclaim_use *use)
{
	if (!bdev_is_partition(bdev))
		return eclaim_is_all(c) || use->held;
	return eclaim_overlaps(c, c->disk, bdev->bd_start_sect,
			       bdev_nr_sectors(bdev));
}

/*
 * Return: true if @is returns true for a block device that overlaps with the
 * claim
 */
static bool eclaim_any_bdev(const struct efi_fs_claim *c,
			    bool (*is)(struct block_device *bdev,
				       const struct eclaim_use *use))
{
	struct block_device *bdev;
	bool found = false;
	unsigned long i;

	if (!c->disk)
		return false;
	mutex_lock(&c->disk->gd->open_mutex);
	xa_for_each(&c->disk->gd->part_tbl, i, bdev) {
		const struct eclaim_use use = eclaim_use_of(bdev);

		found |= eclaim_is_within(c, bdev, &use) && is(bdev, &use);
	}
	mutex_unlock(&c->disk->gd->open_mutex);
	return found;
}

/* The disk itself, too, because its page cache contains the same sectors */
static int eclaim_forget_range(struct efi_disk *d, sector_t start,
			       sector_t sectors)
{
	struct block_device *bdev;
	unsigned long i;
	int ret = 0;

	mutex_lock(&d->gd->open_mutex);
	xa_for_each(&d->gd->part_tbl, i, bdev) {
		if (bdev_is_partition(bdev) &&
		    (bdev->bd_start_sect >= start + sectors ||
		     bdev->bd_start_sect + bdev_nr_sectors(bdev) <= start))
			continue;
		ret = sync_blockdev(bdev) ?: ret;
		invalidate_bdev(bdev);
	}
	mutex_unlock(&d->gd->open_mutex);
	return ret;
}

/* Interface to the firmware */

/*
 * If the protocols cannot be read, for lack of memory, assume a file system: a
 * write that is refused loses nothing
 */
static bool eclaim_has_file_system(u64 handle)
{
	efi_guid_t *guids;
	bool has;
	int i, n;

	n = efi_handle_guids(handle, &guids);
	has = n < 0;
	for (i = 0; i < n; i++)
		has |= !efi_guidcmp(guids[i], EFI_FILE_SYSTEM_GUID);
	kfree(guids);
	return has;
}

static void eclaim_set_mounted(struct efi_fs_claim *c, bool mounted)
{
	spin_lock(&claims_lock);
	c->mounted = mounted;
	spin_unlock(&claims_lock);
}

/*
 * The file system driver has DiskIo open. The driver of the disk itself has
 * not, so it stays bound.
 */
static int eclaim_release(struct efi_fs_claim *c)
{
	const efi_guid_t disk_io = EFI_DISK_IO_PROTOCOL_GUID;
	const efi_guid_t disk_io2 = EFI_DISK_IO2_PROTOCOL_GUID;

	lockdep_assert_held(&claims_mutex);
	efi_handle_disconnect_users(c->edev->handle, &disk_io);
	efi_handle_disconnect_users(c->edev->handle, &disk_io2);
	if (eclaim_has_file_system(c->edev->handle)) {
		dev_err(&c->edev->dev,
			"the firmware does not release its file system: still read-only\n");
		return -EBUSY;
	}
	c->released = true;
	eclaim_set_mounted(c, false);
	dev_info(&c->edev->dev,
		 "the firmware has released the file system: Linux may write\n");
	return 0;
}

/*
 * The firmware's driver reads the file system anew, because it was unbound and
 * has kept nothing
 */
static void eclaim_restore(struct efi_fs_claim *c)
{
	const efi_guid_t block_io = EFI_BLOCK_IO_PROTOCOL_GUID;

	lockdep_assert_held(&claims_mutex);
	if (!c->released || !efi_device_has_protocol(c->edev, &block_io))
		return;
	c->released = false;
	eclaim_set_mounted(c, true);
	efi_handle_connect(c->edev->handle);
	if (eclaim_has_file_system(c->edev->handle)) {
		dev_info(&c->edev->dev,
			 "the firmware has mounted its file system again\n");
		return;
	}
	eclaim_set_mounted(c, false);
	dev_warn(&c->edev->dev,
		 "the firmware does not find its file system again\n");
}

/*
 * A claim cannot be released while Linux has the file system mounted, even
 * read-only, because Linux does not know what the firmware has written since.
 *
 * Return: 0 or an error. If it is an error, some claims may have been released.
 */
static int eclaim_release_range(struct efi_disk *d, sector_t start,
				sector_t sectors)
{
	bool released = false;
	struct efi_fs_claim *c;
	int ret = 0, err;

	list_for_each_entry(c, &claims, list) {
		if (!c->mounted || !eclaim_overlaps(c, d, start, sectors))
			continue;
		err = eclaim_any_bdev(c, eclaim_is_held) ? -EBUSY :
							   eclaim_release(c);
		released |= !err;
		ret = err ?: ret;
	}
	if (released)
		ret = eclaim_forget_range(d, start, sectors) ?: ret;
	return ret;
}

static bool eclaim_is_released(const struct efi_disk *d, sector_t start,
			       sector_t sectors)
{
	struct efi_fs_claim *c;

	list_for_each_entry(c, &claims, list)
		if (c->released && eclaim_overlaps(c, d, start, sectors))
			return true;
	return false;
}

static void eclaim_restore_range(struct efi_disk *d, sector_t start,
				 sector_t sectors)
{
	struct efi_fs_claim *c;

	list_for_each_entry(c, &claims, list)
		if (eclaim_overlaps(c, d, start, sectors))
			eclaim_restore(c);
}

/**
 * efi_fs_claim_set_read_only() - take file systems from the firmware, or return
 * @bdev:	a disk or a partition
 * @ro:		true to return the file systems on @bdev to the firmware, false
 *		to take them from it
 *
 * Context: task context; sleeps. As set_read_only() of struct
 * block_device_operations.
 * Return: 0; -EBUSY if Linux has a file system mounted there, or if the
 * firmware does not release one; or the error of writing back dirty pages.
 */
int efi_fs_claim_set_read_only(struct block_device *bdev, bool ro)
{
	struct efi_disk *d = bdev->bd_disk->private_data;
	sector_t start = bdev->bd_start_sect, n = bdev_nr_sectors(bdev);
	int ret;

	guard(mutex)(&claims_mutex);
	if (!ro)
		return eclaim_release_range(d, start, n);
	if (!eclaim_is_released(d, start, n))
		return 0;
	/* If it is mounted, the file system would go on writing */
	if (READ_ONCE(bdev->bd_holder))
		return -EBUSY;
	ret = eclaim_forget_range(d, start, n);
	if (!ret)
		eclaim_restore_range(d, start, n);
	return ret;
}

/* Find the disk of a partition */

static bool eclaim_is_on(const struct efi_device *edev,
			 const struct efi_disk *d)
{
	return edev == d->edev ||
	       efi_path_is_below(edev->path, edev->path_size, d->edev->path,
				 d->edev->path_size);
}

/* Return: sectors of the FAT file system at @start, or 0 if there is none */
static u64 eclaim_fat_sectors(struct efi_disk *d, sector_t start)
{
	u64 lba = start / (d->media.block_size >> SECTOR_SHIFT), sectors = 0;
	unsigned int noio = efi_disk_lock(d);
	struct efi_disk_result o;

	if (!d->closed && !d->stale && efi_disk_tokens_drain(d)) {
		o = efi_disk_read_block(d, lba);
		if (efi_disk_succeeded(&o))
			sectors = efi_disk_fat_sectors(d->bounce->virt,
						       d->media.block_size);
	}
	efi_disk_unlock(d, noio);
	return sectors;
}

/*
 * The path does not tell the real size of the boot image of a CD, so read it
 * from the FAT file system in the image
 */
static struct efi_disk_part eclaim_find_range(const struct efi_device *edev,
					      struct efi_disk *d)
{
	struct efi_disk_part part = { 0, S64_MAX };

	if (edev == d->edev ||
	    efi_disk_parse_partition(d, edev->path, edev->path_size, &part))
		return part;
	if (efi_disk_parse_boot_image(d, edev->path, edev->path_size, &part))
		part.sectors = eclaim_fat_sectors(d, part.start) ?:
			       part.sectors;
	return part;
}

static void eclaim_attach(struct efi_fs_claim *c, struct efi_disk *d)
{
	const struct efi_disk_part range = eclaim_find_range(c->edev, d);

	spin_lock(&claims_lock);
	c->range = range;
	c->disk = d;
	spin_unlock(&claims_lock);
}

/*
 * Ask the firmware, because the protocols that the bus knows may be older than
 * the last release or restore
 */
static bool eclaim_is_mounted(struct efi_device *edev)
{
	const efi_guid_t guid = EFI_BLOCK_IO_PROTOCOL_GUID;

	return efi_device_has_protocol(edev, &guid) &&
	       eclaim_has_file_system(edev->handle);
}

static struct efi_fs_claim *eclaim_add(struct efi_device *edev)
{
	struct efi_fs_claim *c = kzalloc(sizeof(*c), GFP_KERNEL);

	if (!c)
		return NULL;
	c->edev = edev;
	scoped_guard(spinlock, &claims_lock) list_add_tail(&c->list, &claims);
	return c;
}

static struct efi_fs_claim *eclaim_find(const struct efi_device *edev)
{
	struct efi_fs_claim *c;

	list_for_each_entry(c, &claims, list)
		if (c->edev == edev)
			return c;
	return NULL;
}

static void eclaim_remove(struct efi_device *edev)
{
	struct efi_fs_claim *c = eclaim_find(edev);

	if (!c)
		return;
	eclaim_restore(c);
	scoped_guard(spinlock, &claims_lock) list_del(&c->list);
	kfree(c);
}

/*
 * Return: true if the firmware has mounted a file system where Linux writes,
 * and was disconnected from it
 */
static bool eclaim_defend(struct efi_fs_claim *c)
{
	if (c->mounted || !eclaim_any_bdev(c, eclaim_is_written))
		return false;
	dev_notice(&c->edev->dev,
		   "the firmware has mounted a file system where Linux writes: disconnecting it\n");
	return !eclaim_release(c);
}

static void eclaim_update(struct efi_device *edev)
{
	struct efi_fs_claim *c = eclaim_find(edev);
	bool mounted;

	if (!c)
		return;
	mounted = eclaim_is_mounted(edev);
	if (mounted && eclaim_defend(c))
		return;
	eclaim_set_mounted(c, mounted);
	/*
	 * Linux had disconnected the firmware's driver, but the firmware has
	 * mounted the file system again: nothing is left to restore
	 */
	if (mounted)
		c->released = false;
	if (c->disk)
		eclaim_protect_all(c->disk);
}

/* Disks */

/**
 * efi_fs_claim_attach() - start to protect a new disk
 * @d:		the disk, which cannot be opened yet
 *
 * Context: task context; sleeps.
 */
void efi_fs_claim_attach(struct efi_disk *d)
{
	struct efi_fs_claim *c;

	guard(mutex)(&claims_mutex);
	c = eclaim_add(d->edev);
	if (c)
		eclaim_set_mounted(c, eclaim_is_mounted(d->edev));
	else
		dev_warn(&d->edev->dev,
			 "no memory to note a file system of the firmware: not protected\n");
	list_for_each_entry(c, &claims, list)
		if (eclaim_is_on(c->edev, d))
			eclaim_attach(c, d);
}

/**
 * efi_fs_claim_detach() - return all file systems of a disk to the firmware
 * @d:		the disk, to which Linux does not write any more
 *
 * Context: task context; sleeps.
 */
void efi_fs_claim_detach(struct efi_disk *d)
{
	struct efi_fs_claim *c;

	guard(mutex)(&claims_mutex);
	eclaim_remove(d->edev);
	list_for_each_entry(c, &claims, list) {
		if (c->disk != d)
			continue;
		eclaim_restore(c);
		scoped_guard(spinlock, &claims_lock) c->disk = NULL;
	}
}

/**
 * efi_fs_claim_drop() - give up the claim of a partition that is deleted
 * @d:		the disk, to which Linux does not write any more
 * @handle:	the firmware's handle of the partition, which is about to be
 *		removed
 *
 * Context: task context; sleeps.
 */
void efi_fs_claim_drop(struct efi_disk *d, u64 handle)
{
	struct efi_fs_claim *c;

	guard(mutex)(&claims_mutex);
	list_for_each_entry(c, &claims, list) {
		if (c->disk != d || c->edev->handle != handle)
			continue;
		c->released = false;
		eclaim_set_mounted(c, false);
	}
}

/**
 * efi_fs_claim_changed() - update the claim after a change of protocols
 * @d:		the disk
 *
 * Context: task context; sleeps.
 */
void efi_fs_claim_changed(struct efi_disk *d)
{
	guard(mutex)(&claims_mutex);
	eclaim_update(d->edev);
}

/* Driver for the handles of partitions */

static int eclaim_partition_probe(struct efi_device *edev,
				  const struct efi_device_id *id)
{
	const struct efi_generic_dev_path *node;
	struct efi_fs_claim *fresh, *c;

	node = efi_path_last(edev->path, edev->path_size);
	if (!node || node->type != EFI_NODE_MEDIA)
		return -ENODEV;
	guard(mutex)(&claims_mutex);
	fresh = eclaim_add(edev);
	if (!fresh)
		return -ENOMEM;
	/*
	 * The claim of a disk's own handle tells which disk the partition is on
	 */
	list_for_each_entry(c, &claims, list) {
		if (c->disk && c->edev == c->disk->edev && edev != c->edev &&
		    eclaim_is_on(edev, c->disk)) {
			eclaim_attach(fresh, c->disk);
			break;
		}
	}
	eclaim_update(edev);
	return 0;
}

static void eclaim_partition_remove(struct efi_device *edev)
{
	guard(mutex)(&claims_mutex);
	eclaim_remove(edev);
}

static void eclaim_partition_changed(struct efi_device *edev)
{
	guard(mutex)(&claims_mutex);
	eclaim_update(edev);
}

static const struct efi_device_id partition_ids[] = {
	{ EFI_BLOCK_IO_PROTOCOL_GUID },
	{ }
};

static struct efi_driver partition_driver = {
	.driver.name		= "efi-disk-guard",
	.driver.suppress_bind_attrs = true,
	.id_table		= partition_ids,
	.probe			= eclaim_partition_probe,
	.remove			= eclaim_partition_remove,
	.protocols_changed	= eclaim_partition_changed,
};

/**
 * efi_fs_claim_register() - register the driver for the handles of partitions
 *
 * Context: task context; sleeps.
 * Return: 0, or an error as of efi_driver_register().
 */
int __init efi_fs_claim_register(void)
{
	return efi_driver_register(&partition_driver);
}
