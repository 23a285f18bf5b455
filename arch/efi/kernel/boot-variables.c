// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filter variables as the firmware does after ExitBootServices()
 *
 * Boot loaders trust variables without EFI_VARIABLE_RUNTIME_ACCESS, such as
 * MokList and MokSBState of shim, because no operating system can write them.
 * Other such variables hold secrets. The firmware protects both after
 * ExitBootServices(), which is never called here. So the kernel has to protect
 * them:
 *
 *	- A variable of boot services is not found and not listed.
 *	- It cannot be created, overwritten, appended to or deleted.
 *	- A volatile variable cannot be created, and is read-only (UEFI 2.10,
 *	  section 8.2, SetVariable()).
 *
 * efivarfs has room for names of 255 characters, and its list ends at a longer
 * name. So such names are not listed for efivarfs.
 *
 * The status codes are those that edk2 returns at runtime. If the attributes of
 * a variable cannot be read, it is treated as a variable of boot services.
 *
 * efi_mode.bs_variables=1 gives access to all variables, for firmware
 * developers. If the kernel is locked down, the parameter is ignored, just as
 * /dev/efi_test is refused.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/compiler.h>
#include <linux/efi.h>
#include <linux/init.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/ucs2_string.h>

#include <asm/efi-mode.h>

#include "boot-variables.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "efi_mode."

/* Attributes that a variable must have to be writable at runtime */
#define WRITABLE	(EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_RUNTIME_ACCESS)

/*
 * First size of the buffer for a name, in bytes; the firmware says if it needs
 * more. efivarfs passes a buffer of this size, never of a larger one.
 */
#define NAME_SIZE	512

/* If there are more hidden names than this in a row, the list has no end */
#define MAX_HIDDEN	4096

/* Limit of retries, because a value can become larger while it is read */
#define MAX_TRIES	3

static bool bs_variables;
module_param(bs_variables, bool, 0444);

static bool bv_is_visible(u32 attr)
{
	return attr & EFI_VARIABLE_RUNTIME_ACCESS;
}

static bool bv_is_writable(u32 attr)
{
	return (attr & WRITABLE) == WRITABLE;
}

/*
 * Get the attributes together with the value, because firmware before UEFI 2.8
 * does not tell them otherwise
 */
static efi_status_t bv_look_by_reading(const struct efi_mode_variable_store *store,
				       efi_char16_t *name, efi_guid_t *vendor,
				       u32 *attr, unsigned long size)
{
	efi_status_t status;
	unsigned int i;
	void *value;

	for (i = 0; i < MAX_TRIES; i++) {
		value = kmalloc(size, GFP_KERNEL | __GFP_NOWARN);
		if (!value)
			return EFI_OUT_OF_RESOURCES;
		status = store->get(name, vendor, attr, &size, value);
		kfree_sensitive(value);
		if (status != EFI_BUFFER_TOO_SMALL)
			return status;
	}
	return EFI_DEVICE_ERROR;
}

/* Get the attributes of a variable */
static efi_status_t bv_look(const struct efi_mode_variable_store *store,
			    efi_char16_t *name, efi_guid_t *vendor, u32 *attr)
{
	unsigned long size = 0;
	efi_status_t status;

	*attr = 0;
	status = store->get(name, vendor, attr, &size, NULL);
	if (status != EFI_BUFFER_TOO_SMALL)
		return status;
	if (*attr)
		return EFI_SUCCESS;
	return bv_look_by_reading(store, name, vendor, attr, size);
}

/**
 * efi_mode_bv_get() - GetVariable() as after ExitBootServices()
 * @store:	functions that access all variables
 * @name:	name of the variable
 * @vendor:	GUID of the variable
 * @attr:	out: EFI_VARIABLE_*, or NULL
 * @data_size:	in: bytes at @data; out: bytes of the value
 * @data:	buffer for the value
 *
 * If the variable is hidden, @data_size does not change and @data contains no
 * byte of the value.
 *
 * Context: that of the functions of @store.
 * Return: %EFI_NOT_FOUND for a hidden variable, or the status of @store.
 */
efi_status_t efi_mode_bv_get(const struct efi_mode_variable_store *store,
			     efi_char16_t *name, efi_guid_t *vendor, u32 *attr,
			     unsigned long *data_size, void *data)
{
	unsigned long size = data_size ? *data_size : 0;
	efi_status_t status, looked = EFI_SUCCESS;
	u32 present = 0;

	status = store->get(name, vendor, &present, data_size, data);
	if (status == EFI_NOT_FOUND)
		return status;
	/*
	 * Other failures depend on the size of the value, so they must not be
	 * returned for a hidden variable either
	 */
	if (status != EFI_SUCCESS)
		looked = bv_look(store, name, vendor, &present);

	if (looked == EFI_SUCCESS && bv_is_visible(present)) {
		if (attr && (status == EFI_SUCCESS || status == EFI_BUFFER_TOO_SMALL))
			*attr = present;
		return status;
	}
	if (status == EFI_SUCCESS && data && data_size)
		memzero_explicit(data, min(*data_size, size));
	if (data_size)
		*data_size = size;
	return looked == EFI_SUCCESS ? EFI_NOT_FOUND : looked;
}

/* A name in a buffer that grows */
struct bv_name {
	efi_char16_t *text;
	unsigned long size;
	efi_guid_t vendor;
};

/* Return: bytes of @text with its NUL; 0 if there is no NUL in @size bytes */
static size_t bv_name_size(const efi_char16_t *text, unsigned long size)
{
	size_t length = ucs2_strnlen(text, size / sizeof(*text));

	return length < size / sizeof(*text) ? (length + 1) * sizeof(*text) : 0;
}

/*
 * Read the next name, and enlarge the buffer as required. While the buffer is
 * too small, the firmware does not change the present name in it.
 */
static efi_status_t bv_read_name(const struct efi_mode_variable_store *store,
				 struct bv_name *n)
{
	unsigned long size = n->size;
	efi_char16_t *text;
	efi_status_t status;

	while ((status = store->get_next(&size, n->text, &n->vendor)) ==
	       EFI_BUFFER_TOO_SMALL) {
		if (size <= n->size)
			return EFI_DEVICE_ERROR;
		text = krealloc(n->text, size, GFP_KERNEL | __GFP_NOWARN);
		if (!text)
			return EFI_OUT_OF_RESOURCES;
		n->text = text;
		n->size = size;
	}
	return status;
}

/* Check whether the name in @n has an end, and differs from the previous one */
static bool bv_is_next(const struct bv_name *n, const struct bv_name *before)
{
	size_t size = bv_name_size(n->text, n->size);

	return size && (size != before->size || memcmp(n->text, before->text, size) ||
			efi_guidcmp(n->vendor, before->vendor));
}

/* Get the next name, hidden or not */
static efi_status_t bv_next_name(const struct efi_mode_variable_store *store,
				 struct bv_name *n)
{
	struct bv_name before = {
		.size	= bv_name_size(n->text, n->size),
		.vendor	= n->vendor,
	};
	efi_status_t status;

	before.text = kmemdup(n->text, before.size, GFP_KERNEL | __GFP_NOWARN);
	if (!before.text)
		return EFI_OUT_OF_RESOURCES;
	status = bv_read_name(store, n);
	if (status == EFI_SUCCESS && !bv_is_next(n, &before))
		status = EFI_DEVICE_ERROR;
	kfree(before.text);
	return status;
}

static efi_status_t bv_next_visible(const struct efi_mode_variable_store *store,
				    struct bv_name *n)
{
	efi_status_t status;
	unsigned int i;
	u32 attr;

	for (i = 0; i < MAX_HIDDEN; i++) {
		status = bv_next_name(store, n);
		if (status != EFI_SUCCESS)
			return status;
		status = bv_look(store, n->text, &n->vendor, &attr);
		if (status == EFI_SUCCESS && bv_is_visible(attr))
			return EFI_SUCCESS;
	}
	return EFI_DEVICE_ERROR;
}

/*
 * Get the next name for a caller with a buffer of @room bytes. If the size of
 * that buffer is not that of efivarfs, the caller can provide a larger one, so
 * a long name is not skipped: the caller is told how many bytes it needs.
 */
static efi_status_t bv_next_fitting(const struct efi_mode_variable_store *store,
				    struct bv_name *n, unsigned long room)
{
	efi_status_t status;
	unsigned int i;
	size_t needed;

	for (i = 0; i < MAX_HIDDEN; i++) {
		status = bv_next_visible(store, n);
		if (status != EFI_SUCCESS)
			return status;
		needed = bv_name_size(n->text, n->size);
		if (needed <= room || room != NAME_SIZE)
			return EFI_SUCCESS;
		pr_warn_ratelimited("a variable is not listed, because its name has %zu characters (GUID %pUl)\n",
				    needed / sizeof(*n->text) - 1, &n->vendor);
	}
	return EFI_DEVICE_ERROR;
}

static efi_status_t bv_give_name(const struct bv_name *n, unsigned long *size,
				 efi_char16_t *name, efi_guid_t *vendor)
{
	size_t needed = bv_name_size(n->text, n->size);
	efi_status_t status = EFI_BUFFER_TOO_SMALL;

	if (needed <= *size) {
		memcpy(name, n->text, needed);
		*vendor = n->vendor;
		status = EFI_SUCCESS;
	}
	*size = needed;
	return status;
}

/**
 * efi_mode_bv_get_next() - GetNextVariableName() as after ExitBootServices()
 * @store:	functions that access all variables
 * @size:	in: bytes at @name; out: bytes of the name, including the NUL
 * @name:	in: the name from the previous call, or ""; out: the next name
 * @vendor:	in, out: the GUID of that variable
 *
 * Hidden variables are skipped. Their names are read into a buffer of this
 * function, so @size does not depend on them. The name that is passed in may be
 * that of a hidden variable. If @size is 512, names that do not fit are
 * skipped, too, with a warning, because efivarfs cannot continue after such a
 * name.
 *
 * Context: task context, sleeps.
 * Return: %EFI_SUCCESS, %EFI_NOT_FOUND after the last name,
 * %EFI_BUFFER_TOO_SMALL, %EFI_INVALID_PARAMETER, %EFI_OUT_OF_RESOURCES,
 * %EFI_DEVICE_ERROR if the list is damaged or has no end, or an error of
 * @store.
 */
efi_status_t efi_mode_bv_get_next(const struct efi_mode_variable_store *store,
				  unsigned long *size, efi_char16_t *name,
				  efi_guid_t *vendor)
{
	struct bv_name n = {};
	efi_status_t status;
	size_t present;

	if (!size || !name || !vendor)
		return EFI_INVALID_PARAMETER;
	present = bv_name_size(name, *size);
	if (!present)
		return EFI_INVALID_PARAMETER;

	n.vendor = *vendor;
	n.size = max(present, NAME_SIZE);
	n.text = kzalloc(n.size, GFP_KERNEL | __GFP_NOWARN);
	if (!n.text)
		return EFI_OUT_OF_RESOURCES;
	memcpy(n.text, name, present);

	status = bv_next_fitting(store, &n, *size);
	if (status == EFI_SUCCESS)
		status = bv_give_name(&n, size, name, vendor);
	kfree(n.text);
	return status;
}

/* Check whether @attr may be written to a variable with attributes @present */
static efi_status_t bv_judge_change(u32 present, u32 attr)
{
	if (!bv_is_visible(present))
		return EFI_WRITE_PROTECTED;
	if (!(present & EFI_VARIABLE_NON_VOLATILE))
		return attr && (attr & ~EFI_VARIABLE_APPEND_WRITE) != present ?
		       EFI_INVALID_PARAMETER : EFI_WRITE_PROTECTED;
	/*
	 * Old firmware allows a write to change the attributes. The variable
	 * would then be hidden or volatile.
	 */
	if (attr && !bv_is_writable(attr))
		return EFI_INVALID_PARAMETER;
	return EFI_SUCCESS;
}

/* Get the status if a variable does not exist, and @attr may not create it */
static efi_status_t bv_refuse_new(u32 attr, unsigned long size)
{
	if (!size && attr & EFI_VARIABLE_APPEND_WRITE)
		return EFI_SUCCESS;
	if (!size || !(attr & (EFI_VARIABLE_BOOTSERVICE_ACCESS |
			       EFI_VARIABLE_RUNTIME_ACCESS)))
		return EFI_NOT_FOUND;
	return EFI_INVALID_PARAMETER;
}

/*
 * Check whether a variable may be written. @status and @present are the result
 * of bv_look(). If the variable must not be written, @status becomes the status
 * that SetVariable() has to return.
 */
static bool bv_may_write(efi_status_t *status, u32 present, u32 attr,
			 unsigned long size)
{
	switch (*status) {
	case EFI_SUCCESS:
		*status = bv_judge_change(present, attr);
		return *status == EFI_SUCCESS;
	case EFI_NOT_FOUND:
		if (bv_is_writable(attr))
			return true;
		*status = bv_refuse_new(attr, size);
		return false;
	default:
		return false;
	}
}

/**
 * efi_mode_bv_set() - SetVariable() as after ExitBootServices()
 * @store:	functions that access all variables
 * @name:	name of the variable
 * @vendor:	GUID of the variable
 * @attr:	EFI_VARIABLE_*; 0 deletes the variable
 * @size:	bytes at @data; 0 without %EFI_VARIABLE_APPEND_WRITE deletes the
 *		variable
 * @data:	the value
 *
 * Context: that of the functions of @store.
 * Return: %EFI_WRITE_PROTECTED for a variable that is hidden or volatile,
 * %EFI_INVALID_PARAMETER for attributes that would make it so, the status of
 * @store, or the error with which the attributes could not be read.
 */
efi_status_t efi_mode_bv_set(const struct efi_mode_variable_store *store,
			     efi_char16_t *name, efi_guid_t *vendor, u32 attr,
			     unsigned long size, void *data)
{
	efi_status_t status;
	u32 present;

	status = bv_look(store, name, vendor, &present);
	if (!bv_may_write(&status, present, attr, size))
		return status;
	return store->set(name, vendor, attr, size, data);
}

/* The functions for struct efi, and the unfiltered ones that they use */

static const struct efi_mode_variable_store bv_firmware = {
	.get		= efi_mode_rt_get_variable,
	.get_next	= efi_mode_rt_get_next_variable,
	.set		= efi_mode_rt_set_variable,
};

/*
 * Check whether all variables are accessible. The kernel can be locked down at
 * any time, but not unlocked again.
 */
static bool bv_is_open(void)
{
	if (!READ_ONCE(bs_variables))
		return false;
	if (!security_locked_down(LOCKDOWN_EFI_TEST))
		return true;
	WRITE_ONCE(bs_variables, false);
	pr_notice("the kernel is locked down, so bs_variables=1 is ignored\n");
	return false;
}

static efi_status_t bv_get_variable(efi_char16_t *name, efi_guid_t *vendor,
				    u32 *attr, unsigned long *data_size,
				    void *data)
{
	if (bv_is_open())
		return efi_mode_rt_get_variable(name, vendor, attr, data_size, data);
	return efi_mode_bv_get(&bv_firmware, name, vendor, attr, data_size, data);
}

static efi_status_t bv_get_next_variable(unsigned long *size, efi_char16_t *name,
					 efi_guid_t *vendor)
{
	efi_status_t status;

	if (bv_is_open())
		return efi_mode_rt_get_next_variable(size, name, vendor);
	if (!efi_mode_rt_may_sleep())
		return EFI_NOT_READY;
	status = efi_mode_bv_get_next(&bv_firmware, size, name, vendor);
	if (status == EFI_DEVICE_ERROR)
		pr_err_once(FW_BUG "the list of variables is damaged or has no end\n");
	return status;
}

static efi_status_t bv_set_variable(efi_char16_t *name, efi_guid_t *vendor,
				    u32 attr, unsigned long size, void *data)
{
	if (bv_is_open())
		return efi_mode_rt_set_variable(name, vendor, attr, size, data);
	return efi_mode_bv_set(&bv_firmware, name, vendor, attr, size, data);
}

static efi_status_t bv_set_variable_nonblocking(efi_char16_t *name,
						efi_guid_t *vendor, u32 attr,
						unsigned long size, void *data)
{
	efi_status_t status;
	u32 present;

	if (!bv_is_open()) {
		if (efi_mode_rt_may_sleep())
			return efi_mode_bv_set(&bv_firmware, name, vendor, attr,
					       size, data);
		status = efi_mode_rt_look_nonblocking(name, vendor, &present);
		if (!bv_may_write(&status, present, attr, size))
			return status;
	}
	return efi_mode_rt_set_variable_nonblocking(name, vendor, attr, size, data);
}

static bool bv_may_query(u32 attr)
{
	return bv_is_visible(attr) || bv_is_open();
}

static efi_status_t bv_query_variable_info(u32 attr, u64 *storage, u64 *remaining,
					   u64 *largest)
{
	if (!bv_may_query(attr))
		return EFI_INVALID_PARAMETER;
	return efi_mode_rt_query_variable_info(attr, storage, remaining, largest);
}

static efi_status_t bv_query_variable_info_nonblocking(u32 attr, u64 *storage,
						       u64 *remaining,
						       u64 *largest)
{
	if (!bv_may_query(attr))
		return EFI_INVALID_PARAMETER;
	return efi_mode_rt_query_variable_info_nonblocking(attr, storage, remaining,
							   largest);
}

/* After runtime.c, and before user space starts */
static int __init bv_init(void)
{
	if (!efi_enabled(EFI_RUNTIME_SERVICES))
		return 0;

	efi.get_variable		    = bv_get_variable;
	efi.get_next_variable		    = bv_get_next_variable;
	efi.set_variable		    = bv_set_variable;
	efi.set_variable_nonblocking	    = bv_set_variable_nonblocking;
	efi.query_variable_info		    = bv_query_variable_info;
	efi.query_variable_info_nonblocking = bv_query_variable_info_nonblocking;

	if (bv_is_open())
		pr_notice("bs_variables=1: variables of boot services can be read and written\n");
	return 0;
}
early_initcall(bv_init);
