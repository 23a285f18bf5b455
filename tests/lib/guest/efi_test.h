/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions that call runtime services through /dev/efi_test (CONFIG_EFI_TEST)
 *
 * Each function calls one runtime service. It returns the EFI status of the
 * service, or FAULT if the kernel could not read or write the arguments.
 *
 * The structures are copied from drivers/firmware/efi/test/efi_test.h, which is
 * not exported to user space.
 */
#ifndef _SELFTESTS_EFI_MODE_EFI_TEST_H
#define _SELFTESTS_EFI_MODE_EFI_TEST_H

#include "common.h"

#define ERROR(n)		(1UL << 63 | (n))
#define INVALID_PARAMETER	ERROR(2)
#define UNSUPPORTED		ERROR(3)
#define BUFFER_TOO_SMALL	ERROR(5)
#define NOT_READY		ERROR(6)
#define WRITE_PROTECTED		ERROR(8)
#define OUT_OF_RESOURCES	ERROR(9)
#define NOT_FOUND		ERROR(14)
#define SECURITY_VIOLATION	ERROR(26)

/* Results that are not an EFI status */
#define FAULT			0x4000000000000000UL
#define UNKNOWN			0x2000000000000000UL

#define NON_VOLATILE		1
#define BOOTSERVICE_ACCESS	2
#define RUNTIME_ACCESS		4
#define APPEND_WRITE		0x40

#define UNSPECIFIED_TIMEZONE	2047

typedef uint16_t char16;

struct guid {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
};

struct efi_time {
	uint16_t year;
	uint8_t month, day, hour, minute, second, pad1;
	uint32_t nanosecond;
	int16_t timezone;
	uint8_t daylight, pad2;
};

struct time_cap {
	uint32_t resolution, accuracy;
	uint8_t sets_to_zero;
};

struct capsule_header {
	struct guid guid;
	uint32_t header_size, flags, image_size;
};

/* The kernel's structures are packed */
#pragma pack(push, 1)

struct get_variable {
	const char16 *name;
	const struct guid *vendor;
	uint32_t *attributes;
	unsigned long *size;
	void *data;
	unsigned long *status;
};

struct set_variable {
	const char16 *name;
	const struct guid *vendor;
	uint32_t attributes;
	unsigned long size;
	const void *data;
	unsigned long *status;
};

struct get_next_name {
	unsigned long *size;
	char16 *name;
	struct guid *vendor;
	unsigned long *status;
};

struct query_info {
	uint32_t attributes;
	uint64_t *storage, *remaining, *largest;
	unsigned long *status;
};

struct get_time {
	struct efi_time *time;
	struct time_cap *cap;
	unsigned long *status;
};

struct set_time {
	const struct efi_time *time;
	unsigned long *status;
};

struct get_waketime {
	uint8_t *enabled, *pending;
	struct efi_time *time;
	unsigned long *status;
};

struct set_waketime {
	uint8_t enabled;
	const struct efi_time *time;
	unsigned long *status;
};

struct get_count {
	uint32_t *count;
	unsigned long *status;
};

struct query_capsule {
	struct capsule_header **headers;
	unsigned long count;
	uint64_t *max_size;
	int *reset_type;
	unsigned long *status;
};

struct reset_system {
	int type;
	unsigned long status, size;
	const char16 *data;
};

#pragma pack(pop)

#define EFI_TEST_GET_VARIABLE	_IOWR('p', 1, struct get_variable)
#define EFI_TEST_SET_VARIABLE	_IOW('p', 2, struct set_variable)
#define EFI_TEST_GET_TIME	_IOR('p', 3, struct get_time)
#define EFI_TEST_SET_TIME	_IOW('p', 4, struct set_time)
#define EFI_TEST_GET_WAKETIME	_IOR('p', 5, struct get_waketime)
#define EFI_TEST_SET_WAKETIME	_IOW('p', 6, struct set_waketime)
#define EFI_TEST_GET_NEXT_NAME	_IOWR('p', 7, struct get_next_name)
#define EFI_TEST_QUERY_INFO	_IOR('p', 8, struct query_info)
#define EFI_TEST_GET_COUNT	_IOR('p', 9, struct get_count)
#define EFI_TEST_QUERY_CAPSULE	_IOR('p', 10, struct query_capsule)
#define EFI_TEST_RESET_SYSTEM	_IOW('p', 11, struct reset_system)

static inline int open_efi_test(void)
{
	int fd = open("/dev/efi_test", O_RDWR);

	if (fd < 0)
		ksft_exit_skip("/dev/efi_test: %s (CONFIG_EFI_TEST)\n",
			       strerror(errno));
	return fd;
}

/* If the service fails, the ioctl fails with EINVAL, and the status is valid */
static inline unsigned long efi_test(int fd, unsigned long request, void *arg,
				     const unsigned long *status)
{
	return ioctl(fd, request, arg) && errno == EFAULT ? FAULT : *status;
}

static inline unsigned long get_variable(int fd, const char16 *name,
					 const struct guid *vendor,
					 uint32_t *attributes,
					 unsigned long *size, void *data)
{
	unsigned long status = UNKNOWN;
	struct get_variable arg = {
		name, vendor, attributes, size, data, &status
	};

	return efi_test(fd, EFI_TEST_GET_VARIABLE, &arg, &status);
}

static inline unsigned long set_variable(int fd, const char16 *name,
					 const struct guid *vendor,
					 uint32_t attributes,
					 unsigned long size, const void *data)
{
	unsigned long status = UNKNOWN;
	struct set_variable arg = {
		name, vendor, attributes, size, data, &status
	};

	return efi_test(fd, EFI_TEST_SET_VARIABLE, &arg, &status);
}

static inline unsigned long get_next_name(int fd, unsigned long *size,
					  char16 *name, struct guid *vendor)
{
	unsigned long status = UNKNOWN;
	struct get_next_name arg = { size, name, vendor, &status };

	return efi_test(fd, EFI_TEST_GET_NEXT_NAME, &arg, &status);
}

static inline unsigned long query_info(int fd, uint32_t attributes,
				       uint64_t *storage, uint64_t *remaining,
				       uint64_t *largest)
{
	unsigned long status = UNKNOWN;
	struct query_info arg = {
		attributes, storage, remaining, largest, &status
	};

	return efi_test(fd, EFI_TEST_QUERY_INFO, &arg, &status);
}

static inline unsigned long get_time(int fd, struct efi_time *time,
				     struct time_cap *cap)
{
	unsigned long status = UNKNOWN;
	struct get_time arg = { time, cap, &status };

	return efi_test(fd, EFI_TEST_GET_TIME, &arg, &status);
}

static inline unsigned long set_time(int fd, const struct efi_time *time)
{
	unsigned long status = UNKNOWN;
	struct set_time arg = { time, &status };

	return efi_test(fd, EFI_TEST_SET_TIME, &arg, &status);
}

static inline unsigned long get_waketime(int fd, uint8_t *enabled,
					 uint8_t *pending,
					 struct efi_time *time)
{
	unsigned long status = UNKNOWN;
	struct get_waketime arg = { enabled, pending, time, &status };

	return efi_test(fd, EFI_TEST_GET_WAKETIME, &arg, &status);
}

static inline unsigned long set_waketime(int fd, uint8_t enabled,
					 const struct efi_time *time)
{
	unsigned long status = UNKNOWN;
	struct set_waketime arg = { enabled, time, &status };

	return efi_test(fd, EFI_TEST_SET_WAKETIME, &arg, &status);
}

static inline unsigned long get_count(int fd, uint32_t *count)
{
	unsigned long status = UNKNOWN;
	struct get_count arg = { count, &status };

	return efi_test(fd, EFI_TEST_GET_COUNT, &arg, &status);
}

static inline unsigned long query_capsule(int fd,
					  struct capsule_header **headers,
					  unsigned long count,
					  uint64_t *max_size, int *reset_type)
{
	unsigned long status = UNKNOWN;
	struct query_capsule arg = {
		headers, count, max_size, reset_type, &status
	};

	return efi_test(fd, EFI_TEST_QUERY_CAPSULE, &arg, &status);
}

/* Convert @text to UCS-2; the caller frees the result */
static inline char16 *wide(const char *text)
{
	size_t i, len = strlen(text);
	char16 *name = calloc(len + 1, sizeof(*name));

	for (i = 0; name && i < len; i++)
		name[i] = text[i];
	return name;
}

#endif /* _SELFTESTS_EFI_MODE_EFI_TEST_H */
