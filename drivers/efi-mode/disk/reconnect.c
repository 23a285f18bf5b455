// SPDX-License-Identifier: GPL-2.0-only
/*
 * Let the firmware find what Linux has partitioned and formatted
 *
 * The firmware looks for partitions and file systems when it connects its
 * drivers to a disk, and not again. If Linux has written to a disk, the
 * firmware may have handles of partitions that do not exist any more or have
 * moved, and may have no handles of new partitions. So when Linux releases such
 * a disk, it lets the firmware look again:
 *
 *  - The handles of partitions that are not in the table any more are removed,
 *    together with the file systems on them.
 *  - Drivers are connected to the disk and to all handles below it. The
 *    partition driver creates handles for new partitions. File system drivers
 *    look at all partitions that they are not bound to.
 *  - If the partition driver has still not found the new partitions, and no
 *    partition has kept its handle, the drivers that look at the contents of
 *    the disk are disconnected from it, and connected again.
 *
 * A partition that has not moved keeps its handle. The image of Linux may have
 * been loaded from it: the programs that have started Linux know the partition
 * by its handle, and may have files open there. (claim.c handles the file
 * system on it.)
 */
#define pr_fmt(fmt) "efi-disk: " fmt

#include <linux/cleanup.h>
#include <linux/slab.h>

#include "disk.h"
#include "../bus/bus.h"

/* A handle of a partition on the disk */
struct child {
	u64 handle;
	struct efi_disk_part part;
};

/* Called with open_mutex held, so that no partition is added or removed */
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
 * efi_disk_note_table() - read the partition table again, if it was written
 * @d:		the disk, whose block device is about to be removed
 *
 * The block layer does not read the table while a partition is in use. In that
 * case, the program that has changed the table has told the kernel the
 * partitions.
 *
 * Context: task context; sleeps.
 */
void efi_disk_note_table(struct efi_disk *d)
{
	/* The new table may still be in the page cache */
	sync_blockdev(d->gd->part0);
	if (!READ_ONCE(d->table_written))
		return;
	mutex_lock(&d->gd->open_mutex);
	bdev_disk_changed(d->gd, false);
	erecon_note_parts(d);
	mutex_unlock(&d->gd->open_mutex);
}

/*
 * Return: true if the handle is that of a partition in the table of this disk
 */
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

/* Return: the number of @children, or an error */
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

/* Return: true if a partition has kept its handle */
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
				 "stale firmware handle removed: partition at sector %llu\n",
				 c->part.start);
			continue;
		}
		dev_err(&d->edev->dev,
			"the firmware keeps a stale handle: partition at sector %llu\n",
			c->part.start);
		kept = true;
	}
	return kept || n < 0;
}

/* Return: the number of partitions that have no handle */
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

/*
 * Restart all drivers that look at the contents of the disk, but not the disk
 * driver
 */
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
			 "the firmware has not found %u of %u partitions\n",
			 missing, d->nr_parts);
}

/**
 * efi_disk_hand_over() - return a disk to the firmware
 * @d:		the disk, to which Linux does not write any more
 * @present:	the disk still exists
 *
 * Context: task context; sleeps, for as long as the firmware's drivers take.
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
