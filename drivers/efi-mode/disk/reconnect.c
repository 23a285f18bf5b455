// SPDX-License-Identifier: GPL-2.0-only
/*
 * Let the firmware find what Linux has partitioned and formatted
 *
 * The firmware looks for partitions and file systems when it connects its drivers to a
 * disk, and not again. When Linux lets go of a disk to which it has written, the firmware
 * has handles of partitions that have gone or are somewhere else by now, and has none of
 * those that are new. So it gets the chance to look again:
 *
 *  - Handles of partitions that are not in the table any more are taken away, with the
 *    file systems on them.
 *  - Drivers are connected to the disk and to all below it. The driver for partitions
 *    makes handles for those that are new, and drivers of file systems look at all that
 *    they are not bound to.
 *  - If no partition has stayed, and the driver for partitions has not found the new
 *    ones, it is disconnected from the disk first.
 *
 * A partition that is where it was keeps its handle. It may be the one from which the
 * image of Linux was loaded: the programs that have started Linux know it by its handle,
 * and may have files open there. (claim.c takes care of the file system on it.)
 */
#define pr_fmt(fmt) "efi-disk: " fmt

#include <linux/cleanup.h>
#include <linux/slab.h>

#include "disk.h"
#include "../bus/bus.h"

/* A handle of a partition */
struct child {
	u64 handle;
	struct efi_disk_part part;
};

/* With the mutex, so that no partition comes or goes */
static unsigned int erecon_count_parts(struct gendisk *gd)
{
	struct block_device *bdev;
	unsigned int n = 0;
	unsigned long i;

	xa_for_each(&gd->part_tbl, i, bdev)
		n += bdev_is_partition(bdev);
	return n;
}

static void erecon_note_parts(struct efi_disk *d)
{
	struct block_device *bdev;
	unsigned long i;

	d->parts = kcalloc(erecon_count_parts(d->gd), sizeof(*d->parts),
			   GFP_KERNEL);
	if (!d->parts)
		return;
	xa_for_each(&d->gd->part_tbl, i, bdev)
		if (bdev_is_partition(bdev))
			d->parts[d->nr_parts++] = (struct efi_disk_part) {
				.start = bdev->bd_start_sect,
				.sectors = bdev_nr_sectors(bdev),
			};
	d->table_known = true;
}

/**
 * efi_disk_note_table() - read the partition table once more, if Linux has written it
 * @d:		the disk, of which the block device is about to be removed
 *
 * As long as a partition is in use the block layer does not read the table, and the
 * program that has changed it has had to tell the kernel.
 *
 * Context: task context; sleeps.
 */
void efi_disk_note_table(struct efi_disk *d)
{
	/* It may be in the page cache yet */
	sync_blockdev(d->gd->part0);
	if (!READ_ONCE(d->table_written))
		return;
	mutex_lock(&d->gd->open_mutex);
	bdev_disk_changed(d->gd, false);
	erecon_note_parts(d);
	mutex_unlock(&d->gd->open_mutex);
}

/* Return: whether a handle is that of a partition on the disk itself */
static bool erecon_is_child(const struct efi_disk *d, u64 handle,
			    struct efi_disk_part *part)
{
	size_t size;
	void *path __free(kfree) = efi_handle_path(handle, &size);

	return path && efi_path_is_below(path, size, d->edev->path,
					 d->edev->path_size) &&
	       efi_disk_parse_partition(d, path, size, part) &&
	       efi_path_last(path, size) ==
		       path + efi_path_body(d->edev->path, d->edev->path_size);
}

/* Return: the number of children, or an error */
static int erecon_find_children(const struct efi_disk *d,
				struct child **children)
{
	const efi_guid_t guid = EFI_BLOCK_IO_PROTOCOL_GUID;
	u64 *handles __free(kfree) = NULL;
	int i, n, found = 0;

	*children = NULL;
	n = efi_handles_with(&guid, &handles);
	if (n < 0)
		return n;
	*children = kcalloc(n, sizeof(**children), GFP_KERNEL);
	if (!*children)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		struct child *c = *children + found;

		c->handle = handles[i];
		found += erecon_is_child(d, handles[i], &c->part);
	}
	return found;
}

/* Return: whether a partition has kept its handle */
static bool erecon_drop_stale(struct efi_disk *d)
{
	struct child *children __free(kfree) = NULL;
	int i, n = erecon_find_children(d, &children);
	bool kept = false;

	for (i = 0; i < n; i++) {
		const struct child *c = &children[i];

		if (efi_disk_has_part(d->parts, d->nr_parts, &c->part)) {
			kept = true;
			continue;
		}
		efi_fs_claim_drop(d, c->handle);
		if (!efi_handle_disconnect_child(d->edev->handle, c->handle)) {
			dev_info(&d->edev->dev,
				 "the firmware's handle of a partition at sector %llu has gone\n",
				 c->part.start);
			continue;
		}
		dev_err(&d->edev->dev,
			"the firmware does not let go of a partition at sector %llu, which has gone or changed\n",
			c->part.start);
		kept = true;
	}
	return kept || n < 0;
}

/* Return: how many partitions have no handle */
static unsigned int erecon_count_missing(const struct efi_disk *d)
{
	struct child *children __free(kfree) = NULL;
	int i, n = erecon_find_children(d, &children);
	unsigned int missing = d->nr_parts;

	for (i = 0; i < n && missing; i++)
		missing -= efi_disk_has_part(d->parts, d->nr_parts,
					     &children[i].part);
	return n < 0 ? 0 : missing;
}

/* All drivers that look at what is on the disk, but not the disk's own */
static void erecon_restart(struct efi_disk *d)
{
	const efi_guid_t disk_io = EFI_DISK_IO_PROTOCOL_GUID;
	const efi_guid_t disk_io2 = EFI_DISK_IO2_PROTOCOL_GUID;

	efi_handle_disconnect_users(d->edev->handle, &disk_io);
	efi_handle_disconnect_users(d->edev->handle, &disk_io2);
	efi_handle_connect(d->edev->handle);
}

static void erecon_connect(struct efi_disk *d, bool kept)
{
	unsigned int missing;

	efi_handle_connect(d->edev->handle);
	if (!d->table_known)
		return;
	missing = erecon_count_missing(d);
	if (missing && !kept) {
		erecon_restart(d);
		missing = erecon_count_missing(d);
	}
	if (missing)
		dev_info(&d->edev->dev,
			 "the firmware does not find %u of %u partitions\n",
			 missing, d->nr_parts);
}

/**
 * efi_disk_hand_over() - the disk is the firmware's again
 * @d:		the disk, to which Linux does not write any more
 * @present:	the disk is there
 *
 * Context: task context; sleeps, as long as the firmware's drivers take.
 */
void efi_disk_hand_over(struct efi_disk *d, bool present)
{
	bool kept = true;

	if (present && d->table_known)
		kept = erecon_drop_stale(d);
	efi_fs_claim_detach(d);
	if (present && d->written)
		erecon_connect(d, kept);
	kfree(d->parts);
	d->parts = NULL;
}
