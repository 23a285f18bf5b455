// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runtime services for the rest of the kernel
 *
 * This file implements the functions of struct efi as firmware calls.
 * boot-variables.c installs the functions for variables, because boot services
 * have not ended.
 *
 * Other kernels map the firmware's runtime memory into an address space of
 * their own, and tell the firmware with SetVirtualAddressMap(). Here, the
 * firmware is called by physical addresses, in its own world, as before.
 * SetVirtualAddressMap() can be called only once, and is left to a kernel that
 * runs after this one.
 *
 * The arguments of callers can be anywhere: on the stack, in vmalloc() space,
 * in several pieces. So they are copied:
 *
 *	caller -> struct exchange -> firmware
 *	caller <- struct exchange <-
 *
 * The exchange is physically contiguous, cleared before use, and as large as
 * the caller says that its own memory is. It limits the size of the results,
 * whatever the firmware says. A NULL pointer remains NULL, and a size is passed
 * unchanged, so that the firmware rejects invalid arguments itself.
 *
 * A caller that must not sleep gets %EFI_NOT_READY. The exceptions are the
 * functions with which efi-pstore saves the log of a dying kernel: see "Without
 * sleeping" below.
 */
#define pr_fmt(fmt) "efi-mode: " fmt

#include <linux/cleanup.h>
#include <linux/efi.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/overflow.h>
#include <linux/panic.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/ucs2_string.h>

#include <asm/efi-mode.h>
#include <efi-mode/call.h>

/*
 * Limit of name and data that can be written without sleeping. It is also the
 * limit that the kernel uses if the firmware does not tell the size of the
 * largest variable.
 */
#define RESERVE_SIZE	SZ_64K

/* All memory of which the firmware gets the address in one call */
struct exchange {
	union {
		struct {
			efi_guid_t vendor;
			unsigned long size;
			u32 attr;
		};
		struct {
			efi_time_t time;
			efi_time_cap_t cap;
			efi_bool_t enabled;
			efi_bool_t pending;
		};
		struct {
			u64 storage;
			u64 remaining;
			u64 largest;
		};
		struct {
			efi_capsule_header_t *capsules[1];
			u64 max_size;
			int reset_type;
		};
		u32 count;
	};
	/* The name, if there is one, then the data */
	u8 text[] __aligned(8);
};

static struct exchange *reserve;

/* Wipe the memory, because the value of a variable can be a secret */
DEFINE_FREE(ert_wipe, struct exchange *, kfree_sensitive(_T))

/**
 * efi_mode_rt_may_sleep() - check whether the caller may wait for the firmware
 *
 * There is only one CPU. If preemption and interrupts are enabled, the caller
 * holds no spinlock.
 *
 * Context: any.
 * Return: true if the functions of this file that sleep can be called.
 */
bool efi_mode_rt_may_sleep(void)
{
	return !preempt_count() && !irqs_disabled() && !rcu_preempt_depth();
}

/* Convert @p for the firmware, or return NULL if the caller passed NULL */
#define ert_phys(wanted, p)	((wanted) ? efi_phys(p) : NULL)

static size_t ert_name_size(const efi_char16_t *name)
{
	return name ? (ucs2_strlen(name) + 1) * sizeof(*name) : 0;
}

static efi_char16_t *ert_name_of(struct exchange *x)
{
	return (efi_char16_t *)x->text;
}

static void *ert_data_of(struct exchange *x, size_t name_size)
{
	return x->text + ALIGN(name_size, 8);
}

/* Return: %SIZE_MAX, which cannot be allocated, if the sum overflows */
static size_t ert_text_size(size_t name_size, size_t data_size)
{
	return size_add(size_add(name_size, 7) & ~7UL, data_size);
}

static efi_status_t ert_get_exchange(struct exchange **x, size_t text_size)
{
	if (!efi_mode_rt_may_sleep())
		return EFI_NOT_READY;
	*x = kzalloc(struct_size(*x, text, text_size),
		     GFP_KERNEL | __GFP_NOWARN);
	return *x ? EFI_SUCCESS : EFI_OUT_OF_RESOURCES;
}

/* Check for services that were added in UEFI 2.0 */
static bool ert_is_uefi(void)
{
	return efi.runtime_version >= EFI_2_00_SYSTEM_TABLE_REVISION;
}

/* Time */

static efi_status_t ert_get_time(efi_time_t *time, efi_time_cap_t *cap)
{
	struct exchange *x __free(kfree) = NULL;
	efi_status_t status = ert_get_exchange(&x, 0);

	if (status != EFI_SUCCESS)
		return status;
	status = efi_rt_call(0, get_time, ert_phys(time, &x->time),
			     ert_phys(cap, &x->cap));
	if (status != EFI_SUCCESS)
		return status;
	if (time)
		*time = x->time;
	if (cap)
		*cap = x->cap;
	return status;
}

/*
 * Add the time zone of the firmware's clock to a time without one. rtc-efi
 * knows no time zones, and must not delete that of the firmware.
 */
static void ert_add_zone(efi_time_t *time)
{
	efi_time_t now;

	if (time->timezone != EFI_UNSPECIFIED_TIMEZONE ||
	    ert_get_time(&now, NULL) != EFI_SUCCESS ||
	    now.timezone == EFI_UNSPECIFIED_TIMEZONE)
		return;
	time->timezone = now.timezone;
	time->daylight = now.daylight;
}

static efi_status_t ert_set_time(efi_time_t *time)
{
	struct exchange *x __free(kfree) = NULL;
	efi_status_t status = ert_get_exchange(&x, 0);

	if (status != EFI_SUCCESS)
		return status;
	if (time) {
		x->time = *time;
		ert_add_zone(&x->time);
	}
	return efi_rt_call(0, set_time, ert_phys(time, &x->time));
}

static efi_status_t ert_get_wakeup_time(efi_bool_t *enabled, efi_bool_t *pending,
					efi_time_t *time)
{
	struct exchange *x __free(kfree) = NULL;
	efi_status_t status = ert_get_exchange(&x, 0);

	if (status != EFI_SUCCESS)
		return status;
	status = efi_rt_call(0, get_wakeup_time, ert_phys(enabled, &x->enabled),
			     ert_phys(pending, &x->pending), ert_phys(time, &x->time));
	if (status != EFI_SUCCESS)
		return status;
	if (enabled)
		*enabled = x->enabled;
	if (pending)
		*pending = x->pending;
	if (time)
		*time = x->time;
	return status;
}

static efi_status_t ert_set_wakeup_time(efi_bool_t enabled, efi_time_t *time)
{
	struct exchange *x __free(kfree) = NULL;
	efi_status_t status = ert_get_exchange(&x, 0);

	if (status != EFI_SUCCESS)
		return status;
	if (time)
		x->time = *time;
	return efi_rt_call(0, set_wakeup_time, enabled, ert_phys(time, &x->time));
}

/* Variables */

/**
 * efi_mode_rt_get_variable() - call GetVariable() for any variable
 * @name:	name of the variable
 * @vendor:	GUID of the variable
 * @attr:	out: EFI_VARIABLE_*, or NULL. If the buffer is too small,
 *		firmware before UEFI 2.8 need not set it; then it is 0.
 * @data_size:	in: bytes at @data; out: bytes of the value
 * @data:	buffer for the value
 *
 * This function does not hide the variables of boot services. Code that serves
 * user space must use efi.get_variable(), which does.
 *
 * Context: task context, sleeps.
 * Return: the status of the firmware, %EFI_OUT_OF_RESOURCES, %EFI_DEVICE_ERROR
 * if the firmware reports a value larger than the buffer, or %EFI_NOT_READY if
 * the caller must not sleep (UEFI 2.10, section 8.2).
 */
efi_status_t efi_mode_rt_get_variable(efi_char16_t *name, efi_guid_t *vendor,
				      u32 *attr, unsigned long *data_size,
				      void *data)
{
	size_t size = data && data_size ? *data_size : 0;
	struct exchange *x __free(ert_wipe) = NULL;
	size_t length = ert_name_size(name);
	efi_status_t status;

	status = ert_get_exchange(&x, ert_text_size(length, size));
	if (status != EFI_SUCCESS)
		return status;
	if (name)
		memcpy(x->text, name, length);
	if (vendor)
		x->vendor = *vendor;
	if (data_size)
		x->size = *data_size;

	status = efi_rt_call(0, get_variable, ert_phys(name, ert_name_of(x)),
			     ert_phys(vendor, &x->vendor), ert_phys(attr, &x->attr),
			     ert_phys(data_size, &x->size),
			     ert_phys(data, ert_data_of(x, length)));
	if (status != EFI_SUCCESS && status != EFI_BUFFER_TOO_SMALL)
		return status;

	if (status == EFI_SUCCESS && data_size && x->size > *data_size) {
		pr_err_ratelimited(FW_BUG "GetVariable() returned %lu bytes in a buffer of %lu\n",
				   x->size, *data_size);
		return EFI_DEVICE_ERROR;
	}
	if (status == EFI_SUCCESS && size)
		memcpy(data, ert_data_of(x, length), x->size);
	if (data_size)
		*data_size = x->size;
	if (attr)
		*attr = x->attr;
	return status;
}

/**
 * efi_mode_rt_get_next_variable() - call GetNextVariableName() for any variable
 * @size:	in: bytes at @name; out: bytes of the name, including the NUL
 * @name:	in: the name from the previous call, or ""; out: the next name
 * @vendor:	in, out: the GUID of that variable
 *
 * The firmware only gets as many bytes of the name as the caller has, and finds
 * a NUL behind them.
 *
 * Context: task context, sleeps.
 * Return: the status of the firmware, %EFI_OUT_OF_RESOURCES, or %EFI_NOT_READY
 * if the caller must not sleep.
 */
efi_status_t efi_mode_rt_get_next_variable(unsigned long *size, efi_char16_t *name,
					   efi_guid_t *vendor)
{
	size_t length = name && size ? *size : 0;
	struct exchange *x __free(kfree) = NULL;
	efi_status_t status;

	status = ert_get_exchange(&x, size_add(length, sizeof(*name)));
	if (status != EFI_SUCCESS)
		return status;
	memcpy(x->text, name, length);
	if (vendor)
		x->vendor = *vendor;
	if (size)
		x->size = *size;

	status = efi_rt_call(0, get_next_variable, ert_phys(size, &x->size),
			     ert_phys(name, ert_name_of(x)),
			     ert_phys(vendor, &x->vendor));
	if (status == EFI_BUFFER_TOO_SMALL && size)
		*size = x->size;
	if (status != EFI_SUCCESS)
		return status;

	memcpy(name, x->text, length);
	if (size)
		*size = min(x->size, *size);
	if (vendor)
		*vendor = x->vendor;
	return status;
}

static void ert_fill_variable(struct exchange *x, const efi_char16_t *name,
			      const efi_guid_t *vendor, unsigned long size,
			      const void *data)
{
	size_t length = ert_name_size(name);

	if (name)
		memcpy(x->text, name, length);
	if (vendor)
		x->vendor = *vendor;
	if (data)
		memcpy(ert_data_of(x, length), data, size);
}

/**
 * efi_mode_rt_set_variable() - call SetVariable() for any variable
 * @name:	name of the variable
 * @vendor:	GUID of the variable
 * @attr:	EFI_VARIABLE_*; 0 deletes the variable
 * @size:	bytes at @data; 0 without %EFI_VARIABLE_APPEND_WRITE deletes the
 *		variable
 * @data:	the value
 *
 * Context: task context, sleeps.
 * Return: the status of the firmware, %EFI_OUT_OF_RESOURCES, or %EFI_NOT_READY
 * if the caller must not sleep.
 */
efi_status_t efi_mode_rt_set_variable(efi_char16_t *name, efi_guid_t *vendor,
				      u32 attr, unsigned long size, void *data)
{
	struct exchange *x __free(ert_wipe) = NULL;
	size_t length = ert_name_size(name);
	efi_status_t status;

	status = ert_get_exchange(&x, ert_text_size(length, data ? size : 0));
	if (status != EFI_SUCCESS)
		return status;
	ert_fill_variable(x, name, vendor, size, data);
	return efi_rt_call(0, set_variable, ert_phys(name, ert_name_of(x)),
			   ert_phys(vendor, &x->vendor), attr, size,
			   ert_phys(data, ert_data_of(x, length)));
}

static void ert_take_info(const struct exchange *x, u64 *storage, u64 *remaining,
			  u64 *largest)
{
	if (storage)
		*storage = x->storage;
	if (remaining)
		*remaining = x->remaining;
	if (largest)
		*largest = x->largest;
}

/**
 * efi_mode_rt_query_variable_info() - call QueryVariableInfo()
 * @attr:	EFI_VARIABLE_* of the variables in question
 * @storage:	out: bytes for all such variables
 * @remaining:	out: bytes that are still free
 * @largest:	out: bytes of the largest possible variable
 *
 * Context: task context, sleeps.
 * Return: the status of the firmware, %EFI_UNSUPPORTED if it has no such
 * service, %EFI_OUT_OF_RESOURCES, or %EFI_NOT_READY if the caller must not
 * sleep.
 */
efi_status_t efi_mode_rt_query_variable_info(u32 attr, u64 *storage, u64 *remaining,
					     u64 *largest)
{
	struct exchange *x __free(kfree) = NULL;
	efi_status_t status;

	if (!ert_is_uefi())
		return EFI_UNSUPPORTED;
	status = ert_get_exchange(&x, 0);
	if (status != EFI_SUCCESS)
		return status;
	status = efi_rt_call(0, query_variable_info, attr,
			     ert_phys(storage, &x->storage),
			     ert_phys(remaining, &x->remaining),
			     ert_phys(largest, &x->largest));
	if (status == EFI_SUCCESS)
		ert_take_info(x, storage, remaining, largest);
	return status;
}

/*
 * Without sleeping
 *
 * efi-pstore writes with interrupts off, after an oops and in a panic. These
 * functions hold Linux's interrupts off until the firmware has returned, and
 * use memory that was allocated in advance. If another call is pending after an
 * oops, the write fails, because the other caller continues to wait for its
 * call. In a panic no other task runs, so the pending call gets time to
 * complete.
 *
 * Some callers that may sleep use these functions because they do not want to
 * wait for long. These functions sleep nevertheless, because it is better to
 * wait than to leave a variable undeleted.
 *
 * In an NMI handler the functions fail, because the NMI may have interrupted a
 * world switch, in which the firmware cannot be called.
 */
static unsigned int ert_flags_now(void)
{
	return panic_in_progress() ? EFI_CALL_PANIC : EFI_CALL_ATOMIC;
}

/**
 * efi_mode_rt_look_nonblocking() - get a variable's attributes without sleeping
 * @name:	name of the variable
 * @vendor:	GUID of the variable
 * @attr:	out: EFI_VARIABLE_*, if the variable exists
 *
 * Also reads the value, and wipes it afterwards, because firmware before UEFI
 * 2.8 need not tell the attributes without the value.
 *
 * Context: any.
 * Return: %EFI_SUCCESS, another status of the firmware, %EFI_OUT_OF_RESOURCES
 * for a name of more than 64 KiB, or %EFI_NOT_READY if the firmware cannot be
 * called now.
 */
efi_status_t efi_mode_rt_look_nonblocking(efi_char16_t *name, efi_guid_t *vendor,
					  u32 *attr)
{
	size_t length = ert_name_size(name), size;
	struct exchange *x = reserve;
	efi_status_t status;
	unsigned long flags;

	if (in_nmi())
		return EFI_NOT_READY;
	if (ert_text_size(length, 0) > RESERVE_SIZE)
		return EFI_OUT_OF_RESOURCES;
	size = RESERVE_SIZE - ert_text_size(length, 0);

	local_irq_save(flags);
	ert_fill_variable(x, name, vendor, 0, NULL);
	x->size = size;
	x->attr = 0;
	status = efi_rt_call(ert_flags_now(), get_variable,
			     ert_phys(name, ert_name_of(x)),
			     ert_phys(vendor, &x->vendor), efi_phys(&x->attr),
			     efi_phys(&x->size),
			     efi_phys(ert_data_of(x, length)));
	if (status == EFI_BUFFER_TOO_SMALL && x->attr)
		status = EFI_SUCCESS;
	*attr = x->attr;
	memzero_explicit(ert_data_of(x, length), size);
	local_irq_restore(flags);
	return status;
}

/**
 * efi_mode_rt_set_variable_nonblocking() - call SetVariable() without sleeping
 * @name:	name of the variable
 * @vendor:	GUID of the variable
 * @attr:	EFI_VARIABLE_*; 0 deletes the variable
 * @size:	bytes at @data; 0 without %EFI_VARIABLE_APPEND_WRITE deletes the
 *		variable
 * @data:	the value
 *
 * Context: any; sleeps if the context allows it.
 * Return: the status of the firmware, %EFI_OUT_OF_RESOURCES for more than 64
 * KiB, or %EFI_NOT_READY if the firmware cannot be called now.
 */
efi_status_t efi_mode_rt_set_variable_nonblocking(efi_char16_t *name,
						  efi_guid_t *vendor, u32 attr,
						  unsigned long size, void *data)
{
	size_t length = ert_name_size(name);
	struct exchange *x = reserve;
	efi_status_t status;
	unsigned long flags;

	if (efi_mode_rt_may_sleep())
		return efi_mode_rt_set_variable(name, vendor, attr, size, data);
	if (in_nmi())
		return EFI_NOT_READY;
	if (ert_text_size(length, data ? size : 0) > RESERVE_SIZE)
		return EFI_OUT_OF_RESOURCES;

	local_irq_save(flags);
	ert_fill_variable(x, name, vendor, size, data);
	status = efi_rt_call(ert_flags_now(), set_variable,
			     ert_phys(name, ert_name_of(x)),
			     ert_phys(vendor, &x->vendor), attr, size,
			     ert_phys(data, ert_data_of(x, length)));
	/* A value can be a secret */
	if (data)
		memzero_explicit(ert_data_of(x, length), size);
	local_irq_restore(flags);
	return status;
}

/**
 * efi_mode_rt_query_variable_info_nonblocking() - the same without sleeping
 * @attr:	EFI_VARIABLE_* of the variables in question
 * @storage:	out: bytes for all such variables
 * @remaining:	out: bytes that are still free
 * @largest:	out: bytes of the largest possible variable
 *
 * Context: any; sleeps if the context allows it.
 * Return: the status of the firmware, %EFI_UNSUPPORTED if it has no such
 * service, or %EFI_NOT_READY if the firmware cannot be called now.
 */
efi_status_t efi_mode_rt_query_variable_info_nonblocking(u32 attr, u64 *storage,
							 u64 *remaining,
							 u64 *largest)
{
	struct exchange *x = reserve;
	efi_status_t status;
	unsigned long flags;

	if (efi_mode_rt_may_sleep())
		return efi_mode_rt_query_variable_info(attr, storage, remaining, largest);
	if (!ert_is_uefi())
		return EFI_UNSUPPORTED;
	if (in_nmi())
		return EFI_NOT_READY;

	local_irq_save(flags);
	status = efi_rt_call(ert_flags_now(), query_variable_info, attr,
			     ert_phys(storage, &x->storage),
			     ert_phys(remaining, &x->remaining),
			     ert_phys(largest, &x->largest));
	if (status == EFI_SUCCESS)
		ert_take_info(x, storage, remaining, largest);
	local_irq_restore(flags);
	return status;
}

/* Other services */

static efi_status_t ert_get_next_high_mono_count(u32 *count)
{
	struct exchange *x __free(kfree) = NULL;
	efi_status_t status = ert_get_exchange(&x, 0);

	if (status != EFI_SUCCESS)
		return status;
	status = efi_rt_call(0, get_next_high_mono_count, ert_phys(count, &x->count));
	if (status == EFI_SUCCESS && count)
		*count = x->count;
	return status;
}

/*
 * Reset the system for callers of efi.reset_system(); exit.c does not use it.
 * This is an ordinary call, if possible, because notify functions of the
 * firmware may wait for its events.
 */
static void ert_reset_system(int type, efi_status_t reason, unsigned long size,
			     efi_char16_t *data)
{
	struct exchange *x __free(kfree) = NULL;

	if (ert_get_exchange(&x, data ? size : 0) == EFI_SUCCESS) {
		if (data)
			memcpy(x->text, data, size);
		efi_rt_call(0, reset_system, type, reason, data ? size : 0,
			    ert_phys(data, ert_name_of(x)));
	} else {
		efi_rt_call(EFI_CALL_LAST, reset_system, type, reason, 0, NULL);
	}
	pr_err("the firmware has not reset the system\n");
}

/*
 * Get the size of the part of a capsule that the firmware reads now. If the
 * capsule persists across a reset, that is only the header: the rest is in the
 * pages of the scatter-gather list, which belong to the caller. A capsule that
 * the firmware processes at once must be contiguous.
 */
static size_t ert_capsule_size(const efi_capsule_header_t *header)
{
	return header->flags & EFI_CAPSULE_PERSIST_ACROSS_RESET ?
	       header->headersize : header->imagesize;
}

/*
 * Check the sizes before they are used for copying, because the firmware does
 * not always check them
 */
static bool ert_capsule_is_valid(const efi_capsule_header_t *header)
{
	return header->headersize >= sizeof(*header) &&
	       header->headersize <= header->imagesize;
}

/* Copy a capsule; the kernel sends one at a time */
static efi_status_t ert_get_capsule(struct exchange **x,
				    efi_capsule_header_t **capsules,
				    unsigned long count, bool whole)
{
	efi_capsule_header_t header;
	size_t size = 0;
	efi_status_t status;

	if (count > 1)
		return EFI_UNSUPPORTED;
	if (count && !capsules)
		return EFI_INVALID_PARAMETER;
	if (count) {
		if (get_kernel_nofault(header, capsules[0]))
			return EFI_INVALID_PARAMETER;
		if (whole && !ert_capsule_is_valid(&header))
			return EFI_INVALID_PARAMETER;
		size = whole ? ert_capsule_size(&header) : sizeof(header);
	}
	status = ert_get_exchange(x, size);
	if (status != EFI_SUCCESS || !size)
		return status;
	if (copy_from_kernel_nofault((*x)->text, capsules[0], size))
		return EFI_INVALID_PARAMETER;
	(*x)->capsules[0] = efi_phys((void *)(*x)->text);
	return EFI_SUCCESS;
}

static efi_status_t ert_update_capsule(efi_capsule_header_t **capsules,
				       unsigned long count, unsigned long list)
{
	struct exchange *x __free(kfree) = NULL;
	efi_status_t status;

	if (!ert_is_uefi())
		return EFI_UNSUPPORTED;
	status = ert_get_capsule(&x, capsules, count, true);
	if (status != EFI_SUCCESS)
		return status;
	return efi_rt_call(0, update_capsule, ert_phys(capsules, x->capsules), count,
			   list);
}

static efi_status_t ert_query_capsule_caps(efi_capsule_header_t **capsules,
					   unsigned long count, u64 *max_size,
					   int *reset_type)
{
	struct exchange *x __free(kfree) = NULL;
	efi_status_t status;

	if (!ert_is_uefi())
		return EFI_UNSUPPORTED;
	status = ert_get_capsule(&x, capsules, count, false);
	if (status != EFI_SUCCESS)
		return status;
	status = efi_rt_call(0, query_capsule_caps, ert_phys(capsules, x->capsules),
			     count, ert_phys(max_size, &x->max_size),
			     ert_phys(reset_type, &x->reset_type));
	if (status != EFI_SUCCESS)
		return status;
	if (max_size)
		*max_size = x->max_size;
	if (reset_type)
		*reset_type = x->reset_type;
	return status;
}

/* rtc-efi offers a wake-up alarm only if the firmware supports it */
static u32 __init ert_supported(void)
{
	u32 mask = EFI_RT_SUPPORTED_ALL;
	efi_bool_t enabled, pending;
	efi_time_t time;

	if (ert_get_wakeup_time(&enabled, &pending, &time) == EFI_UNSUPPORTED)
		mask &= ~EFI_RT_SUPPORTED_WAKEUP_SERVICES;
	return mask;
}

/*
 * After start_kernel() has decided whether to enter virtual mode, and before
 * user space starts. The services that the firmware declares as unsupported at
 * runtime are ignored here, because that declaration is for the time after
 * ExitBootServices().
 */
static int __init ert_init(void)
{
	if (!efi_enabled(EFI_CONFIG_TABLES) || efi_runtime_disabled())
		return 0;
	reserve = kzalloc(struct_size(reserve, text, RESERVE_SIZE), GFP_KERNEL);
	if (!reserve)
		return -ENOMEM;

	efi.get_time		     = ert_get_time;
	efi.set_time		     = ert_set_time;
	efi.get_wakeup_time	     = ert_get_wakeup_time;
	efi.set_wakeup_time	     = ert_set_wakeup_time;
	efi.get_next_high_mono_count = ert_get_next_high_mono_count;
	efi.reset_system	     = ert_reset_system;
	efi.update_capsule	     = ert_update_capsule;
	efi.query_capsule_caps	     = ert_query_capsule_caps;

	efi.runtime_supported_mask = ert_supported();
	set_bit(EFI_RUNTIME_SERVICES, &efi.flags);
	return 0;
}
early_initcall(ert_init);
