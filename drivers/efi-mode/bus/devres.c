// SPDX-License-Identifier: GPL-2.0-only
/*
 * Count the firmware resources that drivers hold
 *
 * Protocols, buffers and events are managed resources of the device (devres).
 * The driver core releases them when a driver is unbound from its device, or
 * when its probe fails. The file "ledger" in debugfs shows how many exist.
 */
#include <linux/atomic.h>
#include <linux/dcache.h>
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/seq_file.h>

#include "bus.h"

struct efi_devres_counts efi_devres;

/**
 * efi_devres_match() - check whether a resource is the one to find
 * @dev:	the device
 * @res:	a resource of @dev
 * @data:	the resource to find
 *
 * A match function for devres_release() and devres_remove().
 *
 * Context: any.
 * Return: 1 if @res is @data, 0 otherwise.
 */
int efi_devres_match(struct device *dev, void *res, void *data)
{
	return res == data;
}

static int devres_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "protocols %d\nbuffers %d\nevents %d\nkeys %d\npumps %d\nabandoned %d\n",
		   atomic_read(&efi_devres.protocols),
		   atomic_read(&efi_devres.buffers),
		   atomic_read(&efi_devres.events),
		   atomic_read(&efi_devres.keys),
		   atomic_read(&efi_devres.pumps),
		   atomic_read(&efi_devres.abandoned));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(devres);

static int __init edevres_init(void)
{
	struct dentry *dir = debugfs_lookup("efi-mode", NULL);

	debugfs_create_file("ledger", 0444, dir, NULL, &devres_fops);
	dput(dir);
	return 0;
}
late_initcall_sync(edevres_init);
