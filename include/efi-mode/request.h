/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Types that both halves know: targets of calls, questions, and the functions
 * of the resident half
 */
#ifndef _EFI_MODE_REQUEST_H
#define _EFI_MODE_REQUEST_H

#define EFI_MODE_MAX_ARGS		10
#define EFI_MODE_NR_QUESTIONS		32

#ifndef __ASSEMBLER__

#include <linux/efi.h>
#include <linux/types.h>

/**
 * struct efi_mode_target - the interface of a protocol on a handle
 * @handle:	the handle, or 0 if there is no target
 * @guid:	GUID of the protocol
 * @tpl:	task priority level for the lookup of the interface and for the
 *		call
 * @must_be_current: refuse the call if the firmware has installed protocols
 *		since the kernel last looked. A handle is an address that the
 *		firmware may use again, so it may belong to another object now.
 */
struct efi_mode_target {
	__u64 handle;
	__u8  guid[16];
	__u32 tpl;
	__u32 must_be_current;
};

/*
 * struct efi_mode_resident - the functions of the resident half
 * @read:	follow a chain of pointers and copy data, see lookup_read() in
 *		arch/efi/boot/lookup.c
 * @read_path:	copy a device path, see efi_mode_read_path() there
 * @notify:	notify function of the kernel's events
 * @watch_keys:	see keys_watch() in arch/efi/boot/keys.c
 * @unwatch_keys: see keys_unwatch() there
 * @pump_open:	see pump_open() in arch/efi/boot/pump.c, as for the next ones
 * @pump_configure: see pump_configure() there
 * @pump_group:	see pump_group() there
 * @pump_run:	see pump_run() there
 * @pump_close:	see pump_close() there
 * @pump_snp_run: see snp_run() in arch/efi/boot/pump-snp.c
 * @give_pages:	see ledger_give_pages() in arch/efi/boot/ledger.c
 * @load_image: load an image, see images_load() in arch/efi/boot/images.c
 * @unload_image: unload an image, see efi_mode_unload_image() there
 *
 * The kernel calls all of them except @notify like functions of the firmware.
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
	efi_status_t (__efiapi *pump_open)(void *binding, efi_handle_t nic,
					   void *rings, void **id);
	efi_status_t (__efiapi *pump_configure)(void *id, void *config);
	efi_status_t (__efiapi *pump_group)(void *id, u64 join, void *address);
	efi_status_t (__efiapi *pump_run)(void *binding, void *id);
	efi_status_t (__efiapi *pump_close)(void *id);
	efi_status_t (__efiapi *pump_snp_run)(void *snp, void *rings);
	efi_status_t (__efiapi *give_pages)(efi_physical_addr_t base,
					    unsigned long pages);
	efi_status_t (__efiapi *load_image)(efi_handle_t parent,
					    struct efi_generic_dev_path *path,
					    void *file, u64 size,
					    efi_handle_t *handle);
	efi_status_t (__efiapi *unload_image)(efi_handle_t handle);
};

/**
 * struct efi_mode_question - ask whether a firmware event has been signalled
 * @target:	handle and protocol of the interface that holds the event. The
 *		resident half looks the interface up each time.
 * @offset:	offset of the event in the interface, in bytes
 * @event:	the event that the kernel has read and checked. CheckEvent() may
 *		fault on a value that is not an event. If the interface holds
 *		another value, the resident half does not check that, but treats
 *		the question as answered.
 */
struct efi_mode_question {
	struct efi_mode_target target;
	__u64 offset;
	__u64 event;
};

#endif /* !__ASSEMBLER__ */
#endif /* _EFI_MODE_REQUEST_H */
