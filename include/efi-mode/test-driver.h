/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interface of the EFI test driver for the modules test and efi-bus-test
 *
 * The modules and the driver share this file. All pointers are physical
 * addresses.
 */
#ifndef _EFI_MODE_TEST_DRIVER_H
#define _EFI_MODE_TEST_DRIVER_H

#include <linux/types.h>

/**
 * struct efi_mode_test_found - a function of the EFI test driver
 * @entry:	address of the pointer to the function
 * @max:	largest argument that the function accepts
 *
 * The function is EFI_STATUS function(UINT64 argument, UINT64 *value).
 */
struct efi_mode_test_found {
	__u64 entry;
	__u64 max;
};

/**
 * struct efi_mode_test_protocol - the protocol of the EFI test driver
 * @find:	EFI_STATUS find(const char *name, struct efi_mode_test_found
 *		*found): look up a function by its name. Returns EFI_NOT_FOUND
 *		if there is no function of this name.
 *
 * The GUID is 3ca3cb1f-8a2c-4d4d-b360-5a419b071611.
 */
struct efi_mode_test_protocol {
	__u64 find;
};

/**
 * struct efi_mode_test_device - the protocol of the test device
 * @fill:	(this, address, count, value): write @value to @count 64-bit
 *		words
 * @signal:	(this, event): signal @event
 * @dawdle:	(this, usec): return after @usec microseconds
 * @number:	address of a 64-bit word that contains %EFI_MODE_TEST_NUMBER
 *
 * The GUID is 8b1f2c40-5b0e-4f6e-9d3a-2177c40e5d92.
 */
struct efi_mode_test_device {
	__u64 fill;
	__u64 signal;
	__u64 dawdle;
	__u64 number;
};

#define EFI_MODE_TEST_NUMBER		0x0123456789abcdef

#endif /* _EFI_MODE_TEST_DRIVER_H */
