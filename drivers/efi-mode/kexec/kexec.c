// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexec_file_load(2) beside the firmware
 *
 * The core calls, while it holds its lock,
 *
 *	efi_kexec_probe()	with the file: the firmware loads the image
 *	ekexec_load()		with the command line and the initrd
 *	efi_kexec_commit()	if the load has succeeded
 *	ekexec_cleanup()	when the load has ended, in any way, and once more,
 *				without data, when the image is unloaded or another
 *				has replaced it
 *
 * So an image that the firmware has refused never gets beyond the probe, with or
 * without CONFIG_KEXEC_SIG.
 */
#define pr_fmt(fmt) "kexec: " fmt

#include <linux/err.h>
#include <linux/file.h>
#include <linux/kexec.h>
#include <linux/nls.h>
#include <linux/reboot.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include <efi-mode/child.h>

#include "efi-kexec.h"

/**
 * struct ekexec_load - what kexec_file_load(2) has loaded
 * @image:	the image
 * @memory:	memory with the load options and the initrd
 * @child:	the same for the resident half
 * @options:	the load options, from vmalloc(), or NULL
 * @cmdline:	the command line, or NULL
 * @committed:	the load has succeeded
 */
struct ekexec_load {
	struct efi_kexec_image *image;
	struct efi_kexec_memory memory;
	struct efi_mode_child child;
	void *options;
	char *cmdline;
	bool committed;
};

/* The core frees this one */
struct ekexec_data {
	struct ekexec_load *load;
};

/* The load that kexec -e starts, and one that it has replaced */
static struct ekexec_load *ekexec_loaded, *ekexec_replaced;

static void ekexec_free(struct ekexec_load *load)
{
	if (!load)
		return;
	if (load->image)
		efi_kexec_image_put(load->image);
	efi_kexec_free(&load->memory);
	vfree(load->options);
	kfree(load->cmdline);
	kfree(load);
}

/*
 * A byte order mark before the command line: load options follow, which need not
 * be text, and a NUL that the core requires
 */
#define EKEXEC_RAW_MARK		"\xff\xfe"
#define EKEXEC_RAW_MARK_SIZE	2

static bool ekexec_is_raw(const char *cmdline, size_t size)
{
	return size > EKEXEC_RAW_MARK_SIZE &&
	       !memcmp(cmdline, EKEXEC_RAW_MARK, EKEXEC_RAW_MARK_SIZE);
}

static void *ekexec_raw_options(const char *cmdline, size_t size, size_t *options_size)
{
	void *options;

	*options_size = size - EKEXEC_RAW_MARK_SIZE - 1;
	options = vzalloc(*options_size ?: 1);
	if (!options)
		return ERR_PTR(-ENOMEM);
	return memcpy(options, cmdline + EKEXEC_RAW_MARK_SIZE, *options_size);
}

/* The load options are the command line in UTF-16, with a final NUL */
static void *ekexec_options(const char *cmdline, size_t size, size_t *options_size)
{
	wchar_t *options;
	int length;

	*options_size = 0;
	if (!size)
		return NULL;
	if (ekexec_is_raw(cmdline, size))
		return ekexec_raw_options(cmdline, size, options_size);
	options = vzalloc(size * sizeof(*options));
	if (!options)
		return ERR_PTR(-ENOMEM);
	length = utf8s_to_utf16s(cmdline, size - 1, UTF16_LITTLE_ENDIAN, options,
				 size);
	if (length < 0) {
		vfree(options);
		return ERR_PTR(length);
	}
	*options_size = (length + 1) * sizeof(*options);
	return options;
}

/* Place the initrd and then the load options, if there are any */
static int ekexec_place(struct ekexec_load *load, const void *initrd,
			size_t initrd_size, const void *options, size_t options_size)
{
	size_t options_at = ALIGN(initrd_size, sizeof(u64));
	struct efi_kexec_memory *m = &load->memory;
	struct efi_mode_child *child = &load->child;
	int ret = 0;

	child->handle = load->image->handle;
	child->ours = load->image->ours;
	if (!initrd_size && !options_size)
		return 0;
	ret = efi_kexec_allocate(m, options_at + options_size);
	if (ret)
		return ret;
	if (initrd_size)
		ret = efi_kexec_write(m, 0, initrd, initrd_size);
	if (!ret && options_size)
		ret = efi_kexec_write(m, options_at, options, options_size);
	child->initrd = initrd_size ? m->base : 0;
	child->initrd_size = initrd_size;
	child->options = options_size ? m->base + options_at : 0;
	child->options_size = options_size;
	child->pages = m->base;
	child->nr_pages = m->pages;
	return ret;
}

/*
 * The core computes a digest of all segments, and the purgatory would check it
 * if it were ever called. The code for x86 requires that there is a purgatory.
 */
static int ekexec_load_purgatory(struct kimage *image)
{
	struct kexec_buf buf = {
		.image = image, .buf_min = 0, .buf_max = ULONG_MAX, .top_down = true,
	};

	return kexec_load_purgatory(image, &buf);
}

static void *ekexec_load(struct kimage *image, char *kernel, unsigned long kernel_size,
			 char *initrd, unsigned long initrd_size, char *cmdline,
			 unsigned long cmdline_size)
{
	struct ekexec_data *data = image->image_loader_data;
	struct ekexec_load *load = data->load;
	size_t options_size;
	void *options;
	int ret;

	options = ekexec_options(cmdline, cmdline_size, &options_size);
	if (IS_ERR(options))
		return options;
	load->options = options;
	if (cmdline_size && !ekexec_is_raw(cmdline, cmdline_size)) {
		load->cmdline = kstrdup(cmdline, GFP_KERNEL);
		if (!load->cmdline)
			return ERR_PTR(-ENOMEM);
	}
	ret = ekexec_place(load, initrd, initrd_size, options, options_size);
	if (!ret)
		ret = ekexec_load_purgatory(image);
	return ret ? ERR_PTR(ret) : data;
}

static int ekexec_cleanup(void *loader_data)
{
	struct ekexec_data *data = loader_data;

	if (!data) {
		struct ekexec_load *old = ekexec_replaced ?: ekexec_loaded;

		if (old == ekexec_loaded) {
			efi_mode_set_child(NULL);
			efi_kexec_show(NULL);
			ekexec_loaded = NULL;
		}
		ekexec_replaced = NULL;
		ekexec_free(old);
	} else if (data->load->committed) {
		ekexec_replaced = ekexec_loaded;
		ekexec_loaded = data->load;
		efi_mode_set_child(&ekexec_loaded->child);
		efi_kexec_show(ekexec_loaded->image);
	} else {
		ekexec_free(data->load);
	}
	return 0;
}

#ifdef CONFIG_KEXEC_SIG
/* If the firmware verifies images, it has done so in the probe */
static int ekexec_verify_sig(const char *kernel, unsigned long size)
{
	return efi_kexec_is_verified() ? 0 : -EKEYREJECTED;
}
#endif

static const struct kexec_file_ops ekexec_ops = {
	.load		= ekexec_load,
	.cleanup	= ekexec_cleanup,
#ifdef CONFIG_KEXEC_SIG
	.verify_sig	= ekexec_verify_sig,
#endif
};

static struct efi_kexec_image *ekexec_get_image(const struct kimage *image, void *buf,
						unsigned long size,
						const struct efi_kexec_place *place)
{
	struct file *file = fget(image->kernel_fd);
	struct efi_kexec_origin origin;
	int ret;

	if (!file)
		return ERR_PTR(-EBADF);
	ret = efi_kexec_find_origin(file, place, &origin);
	fput(file);
	if (ret)
		return ERR_PTR(ret);
	return efi_kexec_image_get(buf, size, &origin);
}

static int ekexec_load_image(struct kimage *image, void *buf, unsigned long size,
			     const struct efi_kexec_place *place)
{
	struct efi_kexec_image *loaded;
	struct ekexec_data *data;

	data = kzalloc(sizeof(*data), GFP_KERNEL);
	if (data)
		data->load = kzalloc(sizeof(*data->load), GFP_KERNEL);
	if (!data || !data->load) {
		kfree(data);
		return -ENOMEM;
	}
	loaded = ekexec_get_image(image, buf, size, place);
	if (IS_ERR(loaded)) {
		kfree(data->load);
		kfree(data);
		return PTR_ERR(loaded);
	}
	data->load->image = loaded;
	image->image_loader_data = data;
	image->fops = &ekexec_ops;
	return 0;
}

/**
 * efi_kexec_probe() - let the firmware load an image
 * @image:	of the core; its loader is set
 * @buf:	the file, from vmalloc()
 * @size:	size of @buf in bytes
 *
 * Context: task context; sleeps. kexec_file_load(2) calls it.
 * Return: 0, -EOPNOTSUPP for a crash kernel, -EPERM if the kernel is locked down and
 * the firmware does not verify images, or if it would not verify an image from
 * the chosen device, -ENODEV if there is no such device, -ENOEXEC if the file is no
 * EFI application, -EKEYREJECTED if the firmware does not trust it, -ENOMEM or
 * -EIO.
 */
int efi_kexec_probe(struct kimage *image, void *buf, unsigned long size)
{
	struct efi_kexec_place place;
	const char *why_not;
	int ret;

	if (image->type == KEXEC_TYPE_CRASH) {
		pr_err("a crash kernel cannot be loaded beside the firmware yet\n");
		return -EOPNOTSUPP;
	}
	efi_kexec_take_place(&place);
	why_not = efi_pe_why_not(buf, size);
	/* Without Secure Boot, LoadImage() accepts images that nothing has verified */
	ret = efi_kexec_is_verified() ? 0 : security_locked_down(LOCKDOWN_KEXEC);
	if (!ret && why_not) {
		pr_err("the image %s\n", why_not);
		ret = -ENOEXEC;
	}
	if (!ret)
		ret = ekexec_load_image(image, buf, size, &place);
	kfree(place.file);
	return ret;
}

/**
 * efi_kexec_commit() - note that a load has succeeded
 * @image:	of the core
 *
 * Context: task context. kexec_file_load(2) calls it when nothing can fail any
 * more.
 * Return: 0.
 */
int efi_kexec_commit(struct kimage *image)
{
	struct ekexec_data *data = image->image_loader_data;

	if (image->fops == &ekexec_ops && data)
		data->load->committed = true;
	return 0;
}

/* Before the drivers end, with that of the TPM */
static int ekexec_linux_ends(struct notifier_block *nb, unsigned long action,
			     void *command)
{
	if (kexec_in_progress && ekexec_loaded)
		efi_kexec_measure(&ekexec_loaded->child, ekexec_loaded->options,
				  ekexec_loaded->cmdline);
	return NOTIFY_DONE;
}

static struct notifier_block ekexec_end_nb = {
	.notifier_call	= ekexec_linux_ends,
};

static int __init ekexec_init(void)
{
	return register_reboot_notifier(&ekexec_end_nb);
}
device_initcall(ekexec_init);
