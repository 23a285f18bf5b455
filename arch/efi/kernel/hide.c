// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hide files that are harmless on other kernels, but not beside live firmware
 *
 * Several files in sysfs show the addresses of the runtime services, or memory
 * that the boot loader has left. Beside live firmware, its tables, its heap and
 * the handoff remain in use, and an address in them saves an attacker a search.
 * Therefore only root can read these files.
 *
 * /proc/mtrr is removed, because the firmware owns the memory types. Linux
 * would change them on one CPU of several, and the change would also affect the
 * firmware and the next system.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/efi.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/proc_fs.h>
#include <linux/stat.h>

#include <asm/cpufeature.h>

/* Limit of nodes in the list at boot_params.hdr.setup_data */
#define MAX_NODES	100

static int __init ehide_file(struct kobject *parent, const char *path)
{
	struct kernfs_node *file = kernfs_walk_and_get(parent->sd, path);
	struct iattr attr = { .ia_valid = ATTR_MODE };
	int ret;

	if (!file)
		return -ENOENT;
	attr.ia_mode = (file->mode & ~S_IALLUGO) | 0400;
	ret = kernfs_setattr(file, &attr);
	kernfs_put(file);
	if (ret)
		pr_warn("cannot restrict %s to root: error %d, all users can read it\n",
			path, ret);
	return ret;
}

/* Late, because the files must exist, but before user space starts */
static int __init ehide_init(void)
{
	unsigned int i;
	char path[48];

	if (IS_ENABLED(CONFIG_MTRR) && boot_cpu_has(X86_FEATURE_MTRR))
		remove_proc_entry("mtrr", NULL);
	if (!efi_enabled(EFI_BOOT))
		return 0;
	ehide_file(firmware_kobj, "efi/fw_vendor");
	ehide_file(firmware_kobj, "efi/runtime");
	ehide_file(firmware_kobj, "efi/config_table");

	ehide_file(kernel_kobj, "boot_params/data");
	for (i = 0; i < MAX_NODES; i++) {
		snprintf(path, sizeof(path), "boot_params/setup_data/%u/data", i);
		if (ehide_file(kernel_kobj, path) == -ENOENT)
			break;
	}
	return 0;
}
late_initcall(ehide_init);
