// SPDX-License-Identifier: GPL-2.0-only
/*
 * The firmware's event log in securityfs
 *
 * The firmware goes on to measure while Linux runs: images, drivers in option
 * ROMs, and events of EFI applications. The TPM core could only show a copy that
 * was made at boot. So the driver makes the file of the log itself, and each
 * open() reads the whole log anew. It always ends with a complete event,
 * because the firmware logs within a call, and no other call runs meanwhile.
 */
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/security.h>
#include <linux/slab.h>

#include "efi-tpm.h"

/* No log is so large; firmware reserves 64 to 256 KiB */
#define ELOG_MAX	SZ_4M

/* The last event may contain a whole variable, such as dbx */
#define ELOG_LAST_MAX	SZ_256K

struct elog {
	size_t size;
	u8 data[];
};

/*
 * Read the rest of the log, from the last event on. At first only its size is
 * read, because there may be no memory behind the log.
 */
static int elog_read_last(struct efi_tpm *t, const struct efi_tpm_log_place *p,
			  struct elog *log, size_t at, size_t *size)
{
	bool agile = p->format == EFI_TCG2_EVENT_LOG_FORMAT_TCG_2;
	size_t have = 0, need;
	int ret;

	for (;;) {
		need = efi_tpm_event_size(agile, log->data, at, log->data + at, have);
		if (!need || need > *size - at)
			return need ? -E2BIG : -EIO;
		if (need <= have)
			break;
		ret = efi_tpm_read(t, p->last + have, log->data + at + have,
				   need - have);
		if (ret)
			return ret;
		have = need;
	}
	*size = at + have;
	return 0;
}

static struct elog *elog_read(struct efi_tpm *t, const struct efi_tpm_log_place *p)
{
	size_t before = p->last ? p->last - p->start : 0;
	size_t size = before + ELOG_LAST_MAX;
	struct elog *log;
	int ret = 0;

	if (before > ELOG_MAX)
		return ERR_PTR(-E2BIG);
	log = kvmalloc(struct_size(log, data, size), GFP_KERNEL);
	if (!log)
		return ERR_PTR(-ENOMEM);
	if (p->last) {
		ret = efi_tpm_read(t, p->start, log->data, before);
		if (!ret)
			ret = elog_read_last(t, p, log, before, &size);
	} else {
		size = 0;
	}
	if (ret) {
		kvfree(log);
		return ERR_PTR(ret);
	}
	log->size = size;
	return log;
}

static int elog_open(struct inode *inode, struct file *file)
{
	struct efi_tpm_log_place place;
	struct efi_tpm *t;
	struct elog *log;
	int ret;

	/* As in the TPM core: the driver may be unbound while the file is opened */
	inode_lock(inode);
	t = inode->i_private;
	if (!t) {
		inode_unlock(inode);
		return -ENODEV;
	}
	mutex_lock(&t->lock);
	ret = efi_tpm_find_log(t, &place);
	log = ret ? ERR_PTR(ret) : elog_read(t, &place);
	if (!ret && place.truncated)
		efi_tpm_tell_full(t);
	mutex_unlock(&t->lock);
	if (IS_ERR(log))
		dev_err_ratelimited(&t->edev->dev,
				    "cannot read the firmware's event log (%ld)\n",
				    PTR_ERR(log));
	inode_unlock(inode);
	if (IS_ERR(log))
		return PTR_ERR(log);
	file->private_data = log;
	return 0;
}

static ssize_t elog_read_file(struct file *file, char __user *buf, size_t count,
			      loff_t *pos)
{
	const struct elog *log = file->private_data;

	return simple_read_from_buffer(buf, count, pos, log->data, log->size);
}

static int elog_release(struct inode *inode, struct file *file)
{
	kvfree(file->private_data);
	return 0;
}

static const struct file_operations elog_ops = {
	.owner		= THIS_MODULE,
	.open		= elog_open,
	.read		= elog_read_file,
	.llseek		= default_llseek,
	.release	= elog_release,
};

/**
 * efi_tpm_log_is_complete() - check whether the log has all events
 * @t:		the TPM
 * @complete:	out: true if no event is missing
 *
 * Context: task context; sleeps.
 * Return: 0, -ENODEV if there is no log, or -EIO.
 */
int efi_tpm_log_is_complete(struct efi_tpm *t, bool *complete)
{
	struct efi_tpm_log_place place;
	int ret;

	mutex_lock(&t->lock);
	ret = efi_tpm_find_log(t, &place);
	if (!ret) {
		*complete = !place.truncated;
		if (place.truncated)
			efi_tpm_tell_full(t);
	}
	mutex_unlock(&t->lock);
	return ret;
}

/**
 * efi_tpm_log_create() - create the file of the event log
 * @t:		the TPM
 * @name:	name of its directory in securityfs: that of the chip
 *
 * Context: task context; sleeps.
 * Return: 0 or an error of securityfs.
 */
int efi_tpm_log_create(struct efi_tpm *t, const char *name)
{
	struct dentry *dir, *file;

	dir = securityfs_create_dir(name, NULL);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	file = securityfs_create_file("binary_bios_measurements", 0440, dir, t,
				      &elog_ops);
	if (IS_ERR(file)) {
		securityfs_remove(dir);
		return PTR_ERR(file);
	}
	t->dir = dir;
	t->file = file;
	return 0;
}

/**
 * efi_tpm_log_remove() - remove the file of the event log
 * @t:		the TPM
 *
 * Copies of the log that are open can still be read.
 *
 * Context: task context; sleeps.
 */
void efi_tpm_log_remove(struct efi_tpm *t)
{
	struct inode *inode;

	if (!t->file)
		return;
	inode = d_inode(t->file);
	inode_lock(inode);
	inode->i_private = NULL;
	inode_unlock(inode);
	securityfs_remove(t->file);
	securityfs_remove(t->dir);
	t->file = NULL;
	t->dir = NULL;
}
