/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Objects of the firmware that both halves know: targets of calls, questions, and the
 * functions of the resident half
 */
#ifndef _EFI_MODE_REQUEST_H
#define _EFI_MODE_REQUEST_H

#define EFI_MODE_MAX_ARGS		10
#define EFI_MODE_NR_QUESTIONS		32

#ifndef __ASSEMBLY__

#include <linux/efi.h>
#include <linux/types.h>

/**
 * struct efi_mode_target - the interface of a protocol on a handle
 * @handle:	the handle, or 0 if there is no target
 * @guid:	GUID of the protocol
 * @tpl:	task priority at which the interface is looked up and its function called
 * @must_be_current: refuse the call if protocols have been installed since the kernel
 *		looked: it knows the handle by the protocols that were on it
 */
struct efi_mode_target {
	__u64 handle;
	__u8  guid[16];
	__u32 tpl;
	__u32 must_be_current;
};

/**
 * struct efi_mode_resident - the functions of the resident half
 * @read:	copy data that a chain of pointers leads to, see lookup_read() in
 *		arch/efi/boot/lookup.c
 * @read_path:	copy a device path, see efi_mode_read_path() there
 * @notify:	notify function of the kernel's events
 * @watch_keys:	see keys_watch() in arch/efi/boot/keys.c
 * @unwatch_keys: see keys_unwatch() there
 *
 * The kernel calls all but @notify as it calls functions of the firmware.
 */
struct efi_mode_resident {
	efi_status_t (__efiapi *read)(const void *base, void *to, u64 size,
				      u64 nr, u64 first, u64 second, u64 third,
				      u64 fourth, u64 fifth);
	efi_status_t (__efiapi *read_path)(const struct efi_generic_dev_path *path,
					   void *to, u64 *size);
	void (__efiapi *notify)(void *event, void *signal);
	efi_status_t (__efiapi *watch_keys)(void *keyboard, efi_handle_t handle,
					    void *keys, u64 nr, void **id);
	efi_status_t (__efiapi *unwatch_keys)(void *id);
};

/**
 * struct efi_mode_question - has an event of firmware's been signalled?
 * @target:	handle and protocol in whose interface the event is; looked up each time
 * @offset:	of the event there, in bytes
 * @event:	what the kernel has read there, and taken for an event. Firmware may
 *		fault when it is asked for something that is none, so another one is not
 *		asked for, and is an answer.
 */
struct efi_mode_question {
	struct efi_mode_target target;
	__u64 offset;
	__u64 event;
};

#endif /* !__ASSEMBLY__ */
#endif /* _EFI_MODE_REQUEST_H */
