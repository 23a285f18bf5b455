// SPDX-License-Identifier: GPL-2.0-only
/*
 * Call runtime services in many ways, and compare each status with the one in
 * the specification (UEFI 2.10, chapter 8). The test deletes its variables.
 */
#include <sys/mman.h>

#include "efi_test.h"

#define USUAL	(NON_VOLATILE | BOOTSERVICE_ACCESS | RUNTIME_ACCESS)

#define LARGE	(32 * 1024)
#define HUGE	(1024 * 1024)

static const struct guid vendor = {
	0x9f3c7d12, 0x5be4, 0x4f0a,
	{ 0x8c, 0x11, 0x2a, 0x6d, 0x90, 0x47, 0xe3, 0x5b }
};

static const struct guid other_vendor = {
	0x9f3c7d12, 0x5be4, 0x4f0a,
	{ 0x8c, 0x11, 0x2a, 0x6d, 0x90, 0x47, 0xe3, 0x5c }
};

static const char value[] = "a value of some bytes";

static int fd;
static char16 *name;

static void expect(unsigned long status, unsigned long expected,
		   const char *what)
{
	ksft_test_result(status == expected, "%s: %#lx\n", what, status);
}

/*
 * For cases where the specification allows two statuses, or does not name one
 */
static void expect_either(unsigned long status, unsigned long one,
			  unsigned long two, const char *what)
{
	ksft_test_result(status == one || status == two, "%s: %#lx\n", what,
			 status);
}

static bool has_value(const void *expected, size_t expected_size)
{
	static uint8_t data[LARGE + 1];
	unsigned long size = sizeof(data);
	uint32_t attributes = 0;

	return !get_variable(fd, name, &vendor, &attributes, &size, data) &&
	       size == expected_size && attributes == USUAL &&
	       !memcmp(data, expected, size);
}

static bool is_gone(void)
{
	unsigned long size = 0;

	return get_variable(fd, name, &vendor, NULL, &size, NULL) == NOT_FOUND;
}

static void check_get_variable(void)
{
	unsigned long size, status;
	uint32_t attributes = 0;
	char16 *none = wide("");
	char data[64];

	expect(set_variable(fd, name, &vendor, USUAL, sizeof(value), value), 0,
	       "SetVariable()");
	ksft_test_result(has_value(value, sizeof(value)),
			 "GetVariable() returns what was written\n");

	size = sizeof(data);
	expect(get_variable(fd, name, &other_vendor, NULL, &size, data),
	       NOT_FOUND, "GetVariable() of another GUID");
	expect(get_variable(fd, none, &vendor, NULL, &size, data), NOT_FOUND,
	       "GetVariable() of an empty name");
	ksft_test_result(size == sizeof(data),
			 "if a variable is not found, the size does not change\n");

	memset(data, 0x55, sizeof(data));
	size = sizeof(value) - 1;
	status = get_variable(fd, name, &vendor, NULL, &size, data);
	expect(status, BUFFER_TOO_SMALL, "GetVariable() with too small a buffer");
	ksft_test_result(size == sizeof(value) && data[0] == 0x55,
			 "the size is that of the variable, the buffer is untouched\n");
	size = 0;
	status = get_variable(fd, name, &vendor, &attributes, &size, NULL);
	ksft_test_result(status == BUFFER_TOO_SMALL && size == sizeof(value),
			 "GetVariable() with size 0 and no buffer: %#lx, %lu bytes\n",
			 status, size);

	size = sizeof(value);
	memset(data, 0x55, sizeof(data));
	status = get_variable(fd, name, &vendor, NULL, &size, data);
	ksft_test_result(!status && size == sizeof(value) &&
			 !memcmp(data, value, size) && data[size] == 0x55,
			 "GetVariable() with a buffer of just the right size: %#lx\n",
			 status);

	size = sizeof(data);
	expect(get_variable(fd, NULL, &vendor, NULL, &size, data),
	       INVALID_PARAMETER, "GetVariable() without a name");
	expect(get_variable(fd, name, NULL, NULL, &size, data),
	       INVALID_PARAMETER, "GetVariable() without a GUID");
	expect(get_variable(fd, name, &vendor, NULL, NULL, data),
	       INVALID_PARAMETER, "GetVariable() without a size");
	expect(get_variable(fd, name, &vendor, NULL, &size, NULL),
	       INVALID_PARAMETER, "GetVariable() without a buffer");
	size = 3UL << 60;
	expect(get_variable(fd, name, &vendor, NULL, &size, NULL),
	       INVALID_PARAMETER,
	       "GetVariable() without a buffer, with a huge size");
	free(none);
}

static void check_set_variable(void)
{
	char16 *none = wide("");
	char twice[2 * sizeof(value)];

	expect(set_variable(fd, none, &vendor, USUAL, sizeof(value), value),
	       INVALID_PARAMETER, "SetVariable() of an empty name");
	expect(set_variable(fd, NULL, &vendor, USUAL, sizeof(value), value),
	       INVALID_PARAMETER, "SetVariable() without a name");
	expect(set_variable(fd, name, &vendor, NON_VOLATILE | RUNTIME_ACCESS,
			    sizeof(value), value),
	       INVALID_PARAMETER, "SetVariable() with runtime access only");
	expect(set_variable(fd, name, &vendor,
			    BOOTSERVICE_ACCESS | RUNTIME_ACCESS, 1, "x"),
	       INVALID_PARAMETER, "SetVariable() with attributes that differ from the variable's");
	expect_either(set_variable(fd, name, &vendor, USUAL | 0x10,
				   sizeof(value), value),
		      UNSUPPORTED, SECURITY_VIOLATION,
		      "SetVariable() with the deprecated authentication attribute");
	ksft_test_result(has_value(value, sizeof(value)),
			 "none of these calls has changed the variable\n");

	memcpy(twice, value, sizeof(value));
	memcpy(twice + sizeof(value), value, sizeof(value));
	expect(set_variable(fd, name, &vendor, USUAL | APPEND_WRITE,
			    sizeof(value), value), 0, "SetVariable() appends a value");
	ksft_test_result(has_value(twice, sizeof(twice)),
			 "the variable has both values\n");
	expect(set_variable(fd, name, &vendor, USUAL | APPEND_WRITE, 0, value),
	       0, "SetVariable() appends nothing");
	ksft_test_result(has_value(twice, sizeof(twice)),
			 "the variable is still there\n");

	expect(set_variable(fd, name, &vendor, USUAL, 0, value), 0,
	       "SetVariable() of size 0 deletes");
	ksft_test_result(is_gone(), "the variable is gone\n");
	expect(set_variable(fd, name, &vendor, USUAL, 0, value), NOT_FOUND,
	       "SetVariable() deletes a variable that does not exist");
	free(none);
}

static void check_large(void)
{
	uint8_t *large = malloc(HUGE);
	unsigned long status;
	size_t i;

	for (i = 0; i < HUGE; i++)
		large[i] = i * 7 + (i >> 8);

	status = set_variable(fd, name, &vendor, USUAL, LARGE, large);
	if (!status)
		ksft_test_result(has_value(large, LARGE),
				 "a value of 32 KiB is written and read\n");
	else
		ksft_test_result((status == OUT_OF_RESOURCES ||
				  status == INVALID_PARAMETER) && is_gone(),
				 "a value of 32 KiB is refused: %#lx\n", status);

	set_variable(fd, name, &vendor, USUAL, sizeof(value), value);
	expect_either(set_variable(fd, name, &vendor, USUAL, HUGE, large),
		      OUT_OF_RESOURCES, INVALID_PARAMETER,
		      "SetVariable() of 1 MiB");
	ksft_test_result(has_value(value, sizeof(value)),
			 "the variable is unchanged\n");
	set_variable(fd, name, &vendor, USUAL, 0, value);
	free(large);
}

static void check_write_protected(void)
{
	static const struct guid global = {
		0x8be4df61, 0x93ca, 0x11d2,
		{ 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c }
	};
	char16 *setup_mode = wide("SetupMode");
	uint8_t before = 0x55, after = 0x55, other;
	unsigned long size = 1, status;

	status = get_variable(fd, setup_mode, &global, NULL, &size, &before);
	expect(status, 0, "GetVariable() of SetupMode");
	other = !before;
	expect(set_variable(fd, setup_mode, &global,
			    BOOTSERVICE_ACCESS | RUNTIME_ACCESS, 1, &other),
	       WRITE_PROTECTED, "SetVariable() of SetupMode");
	expect(set_variable(fd, setup_mode, &global,
			    BOOTSERVICE_ACCESS | RUNTIME_ACCESS, 0, &other),
	       WRITE_PROTECTED, "SetVariable() deletes SetupMode");
	get_variable(fd, setup_mode, &global, NULL, &size, &after);
	ksft_test_result(before == after, "SetupMode is unchanged\n");
	free(setup_mode);
}

static bool same_name(const char16 *one, const char16 *two)
{
	for (; *one == *two; one++, two++)
		if (!*one)
			return true;
	return false;
}

static void check_next_name(void)
{
	char16 found[512] = {}, *nobody = wide("NobodyHasThisName");
	struct guid guid = vendor;
	unsigned long size, status;
	bool seen = false;
	int count = 0;

	set_variable(fd, name, &vendor, USUAL, sizeof(value), value);
	for (;;) {
		size = sizeof(found);
		status = get_next_name(fd, &size, found, &guid);
		if (status || count++ > 1000)
			break;
		seen |= same_name(found, name) &&
			!memcmp(&guid, &vendor, sizeof(guid));
	}
	expect(status, NOT_FOUND, "GetNextVariableName() after the last");
	ksft_test_result(seen && count > 5,
			 "the list of %d variables has the one that was written\n",
			 count);

	found[0] = 0;
	size = 2;
	status = get_next_name(fd, &size, found, &guid);
	ksft_test_result(status == BUFFER_TOO_SMALL && size > 2 && !found[0],
			 "GetNextVariableName() with too small a buffer: %#lx, %lu bytes\n",
			 status, size);

	/* Three characters and a NUL, in a buffer of two characters */
	memcpy(found, nobody, 4 * sizeof(*found));
	found[3] = 0;
	size = 4;
	expect(get_next_name(fd, &size, found, &guid), INVALID_PARAMETER,
	       "GetNextVariableName() of a name without a NUL");
	size = 0;
	expect(get_next_name(fd, &size, found, &guid), INVALID_PARAMETER,
	       "GetNextVariableName() with size 0");

	memcpy(found, nobody, 18 * sizeof(*found));
	size = sizeof(found);
	expect_either(get_next_name(fd, &size, found, &guid),
		      INVALID_PARAMETER, NOT_FOUND,
		      "GetNextVariableName() after a name that does not exist");

	size = sizeof(found);
	found[0] = 0;
	expect(get_next_name(fd, NULL, found, &guid), INVALID_PARAMETER,
	       "GetNextVariableName() without a size");
	expect(get_next_name(fd, &size, NULL, &guid), INVALID_PARAMETER,
	       "GetNextVariableName() without a name");
	expect(get_next_name(fd, &size, found, NULL), INVALID_PARAMETER,
	       "GetNextVariableName() without a GUID");
	set_variable(fd, name, &vendor, USUAL, 0, value);
	free(nobody);
}

static void check_query_info(void)
{
	uint64_t storage = 0, remaining = 0, largest = 0;
	unsigned long status;

	status = query_info(fd, USUAL, &storage, &remaining, &largest);
	ksft_test_result(!status && remaining && remaining <= storage &&
			 largest <= storage,
			 "QueryVariableInfo(): %#lx, %llu of %llu bytes free\n",
			 status, (unsigned long long)remaining,
			 (unsigned long long)storage);
	expect(query_info(fd, 0, &storage, &remaining, &largest),
	       INVALID_PARAMETER, "QueryVariableInfo() without attributes");
	expect(query_info(fd, NON_VOLATILE | RUNTIME_ACCESS, &storage,
			  &remaining, &largest),
	       INVALID_PARAMETER, "QueryVariableInfo() with runtime access only");
}

static void check_time(void)
{
	struct efi_time now, t, back = {};
	struct time_cap cap = {};
	unsigned long status;

	expect(get_time(fd, &now, &cap), 0, "GetTime()");
	ksft_test_result(cap.resolution, "the clock has a resolution of %u Hz\n",
			 cap.resolution);
	expect(get_time(fd, &now, NULL), 0, "GetTime() without capabilities");
	expect(get_time(fd, NULL, &cap), INVALID_PARAMETER,
	       "GetTime() without a time");

#define check_bad(field, bad) do {					\
	t = now;							\
	t.field = bad;							\
	expect(set_time(fd, &t), INVALID_PARAMETER,			\
	       "SetTime() with " #field " = " #bad);			\
} while (0)
	check_bad(year, 1899);
	check_bad(year, 10000);
	check_bad(month, 0);
	check_bad(month, 13);
	check_bad(day, 0);
	check_bad(day, 32);
	check_bad(hour, 24);
	check_bad(minute, 60);
	check_bad(second, 60);
	check_bad(nanosecond, 1000000000);
	check_bad(timezone, 1441);
	check_bad(timezone, -1441);

	t = (struct efi_time){
		.year = 2027, .month = 2, .day = 29, .timezone = 0
	};
	expect(set_time(fd, &t), INVALID_PARAMETER,
	       "SetTime() to 29 February of a common year");
	t = (struct efi_time){
		.year = 2028, .month = 2, .day = 29, .hour = 13, .minute = 5,
		.timezone = -90, .daylight = 3
	};
	status = set_time(fd, &t);
	get_time(fd, &back, NULL);
	ksft_test_result(!status && back.year == 2028 && back.month == 2 &&
			 back.day == 29 && back.hour == 13 &&
			 back.minute == 5 && back.timezone == -90 &&
			 back.daylight == 3,
			 "SetTime() to 29 February of a leap year, with a time zone: %#lx, %d min\n",
			 status, back.timezone);
	expect(set_time(fd, &now), 0, "SetTime() back to the time before");
}

/* Return: @t plus an hour, which may be on the next day */
static struct efi_time an_hour_later(struct efi_time t)
{
	struct tm tm = {
		.tm_year = t.year - 1900, .tm_mon = t.month - 1,
		.tm_mday = t.day, .tm_hour = t.hour + 1,
		.tm_min = t.minute, .tm_sec = t.second,
	};

	timegm(&tm);
	t.year = tm.tm_year + 1900;
	t.month = tm.tm_mon + 1;
	t.day = tm.tm_mday;
	t.hour = tm.tm_hour;
	return t;
}

/* Without a wake-up alarm each call must return EFI_UNSUPPORTED */
static void check_waketime(void)
{
	unsigned long invalid = INVALID_PARAMETER, status;
	uint8_t enabled = 0x55, pending = 0x55;
	struct efi_time now, t = {};
	bool has_alarm;

	status = get_waketime(fd, &enabled, &pending, &t);
	has_alarm = status != UNSUPPORTED;
	if (!has_alarm)
		invalid = UNSUPPORTED;
	expect(status, has_alarm ? 0 : UNSUPPORTED, "GetWakeupTime()");
	expect(get_waketime(fd, NULL, &pending, &t), invalid,
	       "GetWakeupTime() without the first argument");
	expect(get_waketime(fd, &enabled, NULL, &t), invalid,
	       "GetWakeupTime() without the second argument");
	expect(get_waketime(fd, &enabled, &pending, NULL), invalid,
	       "GetWakeupTime() without a time");
	expect(set_waketime(fd, 1, NULL), invalid,
	       "SetWakeupTime() without a time");

	get_time(fd, &now, NULL);
	t = an_hour_later(now);
	status = set_waketime(fd, 1, &t);
	expect(status, has_alarm ? 0 : UNSUPPORTED, "SetWakeupTime()");
	memset(&t, 0, sizeof(t));
	enabled = 0;
	status = get_waketime(fd, &enabled, &pending, &t);
	ksft_test_result(!has_alarm ||
			 (!status && enabled == 1 &&
			  t.hour == (now.hour + 1) % 24 &&
			  t.minute == now.minute),
			 "the alarm is set: %#lx, %d, %02d:%02d\n", status,
			 enabled, t.hour, t.minute);
	expect(set_waketime(fd, 0, NULL), has_alarm ? 0 : UNSUPPORTED,
	       "SetWakeupTime() switches the alarm off");
	status = get_waketime(fd, &enabled, &pending, &t);
	ksft_test_result(!has_alarm || (!status && !enabled),
			 "the alarm is off: %#lx\n", status);
}

static void check_count(void)
{
	uint32_t one = 0, two = 0;
	unsigned long status;

	expect(get_count(fd, NULL), INVALID_PARAMETER,
	       "GetNextHighMonotonicCount() without a count");
	status = get_count(fd, &one);
	expect(status, 0, "GetNextHighMonotonicCount()");
	status = get_count(fd, &two);
	ksft_test_result(!status && two == one + 1,
			 "the next count is one more: %u, %u\n", one, two);
}

static void check_capsule(void)
{
	struct capsule_header header = {
		.guid = vendor,
		.header_size = sizeof(header),
		.flags = 0x20000,
		.image_size = sizeof(header),
	}, *headers = &header;
	uint64_t max_size = 0;
	int reset_type = -1;

	expect_either(query_capsule(fd, &headers, 0, &max_size, &reset_type),
		      INVALID_PARAMETER, UNSUPPORTED,
		      "QueryCapsuleCapabilities() without a capsule");
	/* POPULATE_SYSTEM_TABLE is invalid without PERSIST_ACROSS_RESET */
	expect_either(query_capsule(fd, &headers, 1, &max_size, &reset_type),
		      INVALID_PARAMETER, UNSUPPORTED,
		      "QueryCapsuleCapabilities() with flags that exclude each other");
	header.flags = 0;
	expect_either(query_capsule(fd, &headers, 1, &max_size, &reset_type),
		      0, UNSUPPORTED, "QueryCapsuleCapabilities()");
}

/*
 * In atomic context, calls do not wait for the firmware, and most are not made
 */
static void check_atomic(void)
{
	struct efi_mode_test_atomic a = {};
	int test = open_test_device();
	bool ok = !ioctl(test, EFI_MODE_TEST_ATOMIC, &a);

	close(test);
	ksft_test_result(ok && a.get_time == NOT_READY &&
			 a.get_variable == NOT_READY &&
			 a.get_next == NOT_READY &&
			 a.set_variable == NOT_READY && a.query == NOT_READY,
			 "in atomic context services return EFI_NOT_READY: %#llx\n",
			 (unsigned long long)a.get_variable);
	expect(a.query_nonblocking, 0,
	       "QueryVariableInfo() in atomic context, as efi-pstore calls it");
	expect(a.set_nonblocking, NOT_FOUND,
	       "SetVariable() in atomic context, as efi-pstore calls it");
	expect(a.set_large, OUT_OF_RESOURCES,
	       "SetVariable() in atomic context, of 16 MiB");
	expect(a.set_hidden, INVALID_PARAMETER,
	       "SetVariable() in atomic context, without runtime access");
}

/* Pass buffers that reach beyond the end of a mapping */
static void check_user_pointers(void)
{
	char *page = mmap(NULL, 2 * getpagesize(), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *end = page + getpagesize();
	unsigned long size = 64;
	char data[64];

	munmap(end, getpagesize());
	expect(get_variable(fd, (char16 *)end, &vendor, NULL, &size, data),
	       FAULT, "a name that cannot be read");
	expect(get_variable(fd, name, (struct guid *)end, NULL, &size, data),
	       FAULT, "a GUID that cannot be read");
	expect(set_variable(fd, name, &vendor, USUAL, 64, end - 32), FAULT,
	       "data that cannot be read to their end");
	expect(get_time(fd, (struct efi_time *)(end - 4), NULL), FAULT,
	       "a time that cannot be written");
	munmap(page, getpagesize());
	ksft_test_result(is_gone(), "nothing was written\n");
}

int main(void)
{
	fd = open_efi_test();
	name = wide("EfiModeTest");

	ksft_print_header();
	ksft_set_plan(90);
	set_variable(fd, name, &vendor, USUAL, 0, value);

	check_get_variable();
	check_set_variable();
	check_large();
	check_write_protected();
	check_next_name();
	check_query_info();
	check_time();
	check_waketime();
	check_count();
	check_capsule();
	check_user_pointers();
	check_atomic();
	ksft_finished();
}
