/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The EFI test driver: registration of functions, and shared declarations
 */
#ifndef DRIVER_H
#define DRIVER_H

#include <efi-mode/test-driver.h>

#include "machine.h"

#define PROTOCOL_GUID { 0x3ca3cb1f, 0x8a2c, 0x4d4d,			\
	{ 0xb3, 0x60, 0x5a, 0x41, 0x9b, 0x07, 0x16, 0x11 } }

struct test_function {
	EFI_STATUS (EFIAPI *call)(UINT64 argument, UINT64 *value);
	const char *name;
	UINT64 max;
};

/*
 * Register @function as @_name for /dev/efi-mode-test and selfcheck.efi. A
 * function that takes an argument adds ".max = " and the largest valid
 * argument. Two functions of the same name fail to link. The linker script
 * collects all entries in an array.
 */
#define TEST_FUNCTION(_name, function, ...)				\
	const struct test_function test_function_ ## _name		\
	__attribute__((aligned(8), section(".data.test_functions"))) = { \
		.call = function, .name = #_name, ## __VA_ARGS__	\
	}

/* Limits of a time argument; a test would seem to hang in a longer call */
#define TEST_MAX_USEC	60000000
#define TEST_MAX_MS	60000
#define TEST_ANY	(~0ULL)

/* A device path with one vendor-defined node, for devices of the test driver */
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

/* faults.c */
EFI_STATUS EFIAPI fault(UINT64 exception, UINT64 *value);

/* interrupts.c */
void init_interrupts(void);

/* clock.c */
EFI_STATUS init_clock(void);
UINT64 cycles(UINT64 usec);

/* counter.c */
void init_counter(void);

/* serial.c */
void serial_print(const char *s);

/* tick.S */
void tick(struct interrupt_frame *frame);
extern volatile UINT64 tick_handler, tick_count, tick_depth, tick_deepest;
extern volatile UINT64 tick_burden;

#endif /* DRIVER_H */
