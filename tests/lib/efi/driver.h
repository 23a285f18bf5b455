/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The test driver's protocol, and what its files share
 */
#ifndef DRIVER_H
#define DRIVER_H

#include <efi-mode/test.h>

#include "machine.h"

#define PROTOCOL_GUID { 0x3ca3cb1f, 0x8a2c, 0x4d4d,			\
	{ 0xb3, 0x60, 0x5a, 0x41, 0x9b, 0x07, 0x16, 0x11 } }

typedef EFI_STATUS (EFIAPI *driver_function)(UINT64 argument, UINT64 *value);

struct protocol {
	driver_function functions[EFI_MODE_TEST_FN_LAST + 1];
};

/* The device path of a device that only this driver has, by its GUID */
struct vendor_path {
	VENDOR_DEVICE_PATH vendor;
	EFI_DEVICE_PATH end;
} __attribute__((packed));

#define VENDOR_PATH(...) {						\
	.vendor = {							\
		.Header = {						\
			.Type = HARDWARE_DEVICE_PATH,			\
			.SubType = HW_VENDOR_DP,			\
			.Length = { sizeof(VENDOR_DEVICE_PATH), 0 },	\
		},							\
		.Guid = __VA_ARGS__,					\
	},								\
	.end = {							\
		.Type = END_DEVICE_PATH_TYPE,				\
		.SubType = END_ENTIRE_DEVICE_PATH_SUBTYPE,		\
		.Length = { sizeof(EFI_DEVICE_PATH), 0 },		\
	},								\
}

/* driver.c */
extern EFI_HANDLE driver_image;

/* state.c */
EFI_STATUS init_state(void);
BOOLEAN has_avx(void);
EFI_STATUS EFIAPI state(UINT64 unused, UINT64 *different);
EFI_STATUS EFIAPI checksum(UINT64 unused, UINT64 *changed);
EFI_STATUS EFIAPI breakpoint(UINT64 what, UINT64 *value);

/* faults.c */
EFI_STATUS EFIAPI fault(UINT64 exception, UINT64 *value);
EFI_STATUS EFIAPI breach(UINT64 what, UINT64 *value);
EFI_STATUS EFIAPI forever(UINT64 tpl, UINT64 *value);
EFI_STATUS EFIAPI misuse_stack(UINT64 kib, UINT64 *value);
EFI_STATUS EFIAPI fault_when(UINT64 address, UINT64 *value);
EFI_STATUS EFIAPI overwrite(UINT64 address, UINT64 *value);
EFI_STATUS EFIAPI busy(UINT64 usec, UINT64 *value);

/* stall.c */
EFI_STATUS EFIAPI stalls(UINT64 what, UINT64 *value);
EFI_STATUS EFIAPI stall_later(UINT64 usec, UINT64 *value);

/* clobber.S */
EFI_STATUS EFIAPI clobber(UINT64 registers, UINT64 *value);

/* interrupts.c */
void init_interrupts(void);
EFI_STATUS EFIAPI irq_arm(UINT64 what, UINT64 *value);
EFI_STATUS EFIAPI irq_count(UINT64 kind, UINT64 *value);

/* clock.c */
EFI_STATUS init_clock(void);
UINT64 cycles(UINT64 usec);
EFI_STATUS EFIAPI timer_arm(UINT64 usec, UINT64 *value);
EFI_STATUS EFIAPI timer_read(UINT64 unused, UINT64 *usec);
EFI_STATUS EFIAPI nesting(UINT64 unused, UINT64 *depth);
EFI_STATUS EFIAPI ticks(UINT64 unused, UINT64 *count);
EFI_STATUS EFIAPI burden(UINT64 usec, UINT64 *value);
EFI_STATUS EFIAPI no_clock(UINT64 what, UINT64 *value);

/* leave.c */
void init_leave(EFI_HANDLE image);
EFI_STATUS EFIAPI leave(UINT64 argument, UINT64 *moved);

/* serial.c */
void serial_print(const char *s);

/* bus.c */
EFI_STATUS EFIAPI bus(UINT64 what, UINT64 *value);
EFI_HANDLE bus_handle(void);
void bus_fill_in(struct efi_mode_test_device *device);
extern EFI_GUID bus_guid;

/* flock.c */
EFI_STATUS flock_do(UINT64 what, UINT64 argument, UINT64 *value);

/* keys.c */
EFI_STATUS EFIAPI keys(UINT64 what, UINT64 *value);

/* pointer.c */
EFI_STATUS pointer_do(UINT64 what, UINT64 argument);

/* screen.c */
EFI_STATUS EFIAPI screen(UINT64 what, UINT64 *value);

/* disk.c */
EFI_STATUS EFIAPI disk(UINT64 what, UINT64 *value);
EFI_STATUS disk_check(UINT32 media_id, UINT64 lba, UINTN size, void *buffer);
BOOLEAN disk_is_bad(UINT64 lba, UINTN size);
void disk_copy(BOOLEAN write, UINT64 offset, UINTN size, void *buffer);
UINT32 disk_block_size(void);
void disk_breach(void);
EFI_STATUS disk_stray(void);

/* tokens.c */
EFI_STATUS tokens_install(EFI_HANDLE handle, EFI_BLOCK_IO_MEDIA *media,
			  UINT64 with);
EFI_STATUS tokens_remove(EFI_HANDLE handle);
EFI_STATUS tokens_do(UINT64 what, UINT64 argument, UINT64 *value);
BOOLEAN tokens_in_flight(void);

/* tick.S */
void tick(struct interrupt_frame *frame);
extern volatile UINT64 tick_handler, tick_count, tick_depth, tick_deepest;
extern volatile UINT64 tick_burden;

#endif /* DRIVER_H */
