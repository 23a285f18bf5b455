// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measure the command line and the initrd for images that do not
 *
 * A kernel with an EFI stub measures both by itself. On request, they are also
 * measured as systemd-boot or GRUB would have done. This is done when the image is
 * about to start, so that an image that is loaded and then unloaded leaves nothing
 * but its own event in PCR 4.
 */
#define pr_fmt(fmt) "kexec: " fmt

#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include <efi-mode/tcg2.h>

#include "efi-kexec.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "efi_mode."

/* TCG PC Client Platform Firmware Profile, section 10.4.1 */
#define EV_IPL			13

/* PCRs of systemd-boot, and of GRUB for texts and for files */
#define EMEASURE_SYSTEMD	12
#define EMEASURE_GRUB_TEXT	8
#define EMEASURE_GRUB_FILE	9

/* An event has room for 4096 bytes. PCRs do not depend on it. */
#define EMEASURE_EVENT		4096

static const char * const emeasure_names[] = { "none", "systemd", "grub" };
enum { EMEASURE_BY_NONE, EMEASURE_BY_SYSTEMD, EMEASURE_BY_GRUB };
static int emeasure_by;

static int emeasure_set(const char *val, const struct kernel_param *kp)
{
	int by = sysfs_match_string(emeasure_names, val);

	if (by < 0) {
		pr_err("invalid kexec_measure=%s, expected none, systemd or grub\n", val);
		return by;
	}
	emeasure_by = by;
	return 0;
}

static int emeasure_get(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%s\n", emeasure_names[emeasure_by]);
}

static const struct kernel_param_ops emeasure_ops = {
	.set = emeasure_set,
	.get = emeasure_get,
};

module_param_cb(kexec_measure, &emeasure_ops, NULL, 0644);
MODULE_PARM_DESC(kexec_measure, "measure command line and initrd of kexec as this boot loader does: none, systemd or grub");

/* The load options, in UTF-16 with the NUL, are also the event */
static int emeasure_as_systemd(const struct efi_mode_child *child, const void *options)
{
	if (!child->options_size)
		return 0;
	return efi_tcg2_measure_at(EMEASURE_SYSTEMD, EV_IPL, child->options,
				   child->options_size, options,
				   min(child->options_size, EMEASURE_EVENT));
}

/* The command line without a NUL, and the contents of the initrd */
static int emeasure_as_grub(const struct efi_mode_child *child, const char *cmdline)
{
	char *event;
	int ret = 0;

	if (cmdline && *cmdline) {
		event = kasprintf(GFP_KERNEL, "kernel_cmdline: %s", cmdline);
		if (!event)
			return -ENOMEM;
		ret = efi_tcg2_measure(EMEASURE_GRUB_TEXT, EV_IPL, cmdline,
				       strlen(cmdline), event,
				       min(strlen(event) + 1, EMEASURE_EVENT));
		kfree(event);
	}
	if (!ret && child->initrd)
		ret = efi_tcg2_measure_at(EMEASURE_GRUB_FILE, EV_IPL, child->initrd,
					  child->initrd_size, "initrd", sizeof("initrd"));
	return ret;
}

/**
 * efi_kexec_measure() - measure the command line and the initrd, if requested
 * @child:	the image that is about to start
 * @options:	its load options
 * @cmdline:	its command line as text, or NULL if it has none
 *
 * If the TPM does not work, the log says so, and the image starts all the same: it
 * then finds PCRs to which no secret is sealed.
 *
 * Context: task context; sleeps.
 */
void efi_kexec_measure(const struct efi_mode_child *child, const void *options,
		       const char *cmdline)
{
	int ret = 0;

	if (emeasure_by == EMEASURE_BY_SYSTEMD)
		ret = emeasure_as_systemd(child, options);
	else if (emeasure_by == EMEASURE_BY_GRUB)
		ret = emeasure_as_grub(child, cmdline);
	/* The PCR is extended if only the log is full */
	if (ret && ret != -ENOSPC)
		pr_err("the command line and the initrd are not measured (%d)\n", ret);
}
