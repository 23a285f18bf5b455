// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the filter for variables, with variables in memory
 */
#include <kunit/test.h>

#include <linux/efi.h>
#include <linux/string.h>
#include <linux/ucs2_string.h>

#include "boot-variables.h"

#define NV_BS	(EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS)
#define BS_RT	(EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)
#define NV_BS_RT (NV_BS | EFI_VARIABLE_RUNTIME_ACCESS)
#define APPEND	EFI_VARIABLE_APPEND_WRITE

#define LONG_NAME 400	/* characters: too long for the filter's first buffer */

static efi_char16_t long_name[LONG_NAME + 1];

struct bv_variable {
	efi_char16_t *name;
	u32 attr;
	const char *value;
};

static const struct bv_variable variables[] = {
	{ L"MokList", NV_BS, "a list" },
	{ L"Boot0000", NV_BS_RT, "a load option" },
	{ long_name, NV_BS, "hidden" },
	{ L"Temporary", EFI_VARIABLE_BOOTSERVICE_ACCESS, "hidden, too" },
	{ L"SetupMode", BS_RT, "0" },
	{ L"CustomMode", NV_BS, "1" },
};

static efi_guid_t vendor = EFI_GUID(0x12345678, 0x9abc, 0xdef0, 1, 2, 3, 4, 5, 6, 7,
				      8);

static struct {
	bool long_is_visible;	/* the variable with the long name is visible */
	bool old;		/* no attributes if the buffer is too small */
	efi_status_t broken;	/* status of GetVariable(), if not 0 */
	unsigned int repeats;	/* the list repeats this many names for ever */
	unsigned int gets, nexts, sets;
} bv_fake;

static int bv_init_test(struct kunit *test)
{
	unsigned int i;

	memset(&bv_fake, 0, sizeof(bv_fake));
	for (i = 0; i < LONG_NAME; i++)
		long_name[i] = 'x';
	return 0;
}

static const struct bv_variable *bv_find(const efi_char16_t *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(variables); i++)
		if (!ucs2_strncmp(variables[i].name, name, LONG_NAME + 1))
			return &variables[i];
	return NULL;
}

static u32 bv_attributes(const struct bv_variable *v)
{
	return v->name == long_name && bv_fake.long_is_visible ? NV_BS_RT : v->attr;
}

static efi_status_t bv_fake_get(efi_char16_t *name, efi_guid_t *guid, u32 *attr,
				unsigned long *data_size, void *data)
{
	const struct bv_variable *v;
	unsigned long size;

	bv_fake.gets++;
	if (bv_fake.broken)
		return bv_fake.broken;
	if (!name || !guid || !data_size)
		return EFI_INVALID_PARAMETER;
	v = bv_find(name);
	if (!v || efi_guidcmp(*guid, vendor))
		return EFI_NOT_FOUND;
	size = strlen(v->value);
	if (*data_size < size) {
		if (attr)
			*attr = bv_fake.old ? 0 : bv_attributes(v);
		*data_size = size;
		return EFI_BUFFER_TOO_SMALL;
	}
	if (!data)
		return EFI_INVALID_PARAMETER;
	if (attr)
		*attr = bv_attributes(v);
	memcpy(data, v->value, size);
	*data_size = size;
	return EFI_SUCCESS;
}

static efi_status_t bv_fake_get_next(unsigned long *size, efi_char16_t *name,
				     efi_guid_t *guid)
{
	const struct bv_variable *v = bv_find(name);
	unsigned int next = v ? v - variables + 1 : 0;
	unsigned long needed;

	bv_fake.nexts++;
	if (*name && !v)
		return EFI_INVALID_PARAMETER;
	if (bv_fake.repeats)
		next %= bv_fake.repeats;
	if (next == ARRAY_SIZE(variables))
		return EFI_NOT_FOUND;
	v = &variables[next];
	needed = (ucs2_strlen(v->name) + 1) * sizeof(*name);
	if (*size < needed) {
		*size = needed;
		return EFI_BUFFER_TOO_SMALL;
	}
	memcpy(name, v->name, needed);
	*guid = vendor;
	*size = needed;
	return EFI_SUCCESS;
}

/* Firmware that accepts every write */
static efi_status_t bv_fake_set(efi_char16_t *name, efi_guid_t *guid, u32 attr,
				unsigned long size, void *data)
{
	bv_fake.sets++;
	return EFI_SUCCESS;
}

static const struct efi_mode_variable_store bv_store = {
	.get		= bv_fake_get,
	.get_next	= bv_fake_get_next,
	.set		= bv_fake_set,
};

/* Ask for the size of each variable, then read it into a large buffer */
static void bv_read_all(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(variables); i++) {
		const struct bv_variable *v = &variables[i];
		bool visible = v->attr & EFI_VARIABLE_RUNTIME_ACCESS;
		unsigned long size = 0, length = strlen(v->value);
		efi_status_t status;
		char data[64];
		u32 attr = 0;

		status = efi_mode_bv_get(&bv_store, v->name, &vendor, &attr, &size,
					 NULL);
		KUNIT_EXPECT_EQ(test, status,
				visible ? EFI_BUFFER_TOO_SMALL : EFI_NOT_FOUND);
		KUNIT_EXPECT_EQ(test, size, visible ? length : 0);
		KUNIT_EXPECT_EQ(test, attr, visible ? v->attr : 0);

		attr = 0;
		size = sizeof(data);
		memset(data, 0, sizeof(data));
		status = efi_mode_bv_get(&bv_store, v->name, &vendor, &attr, &size,
					 data);
		KUNIT_EXPECT_EQ(test, status, visible ? EFI_SUCCESS : EFI_NOT_FOUND);
		KUNIT_EXPECT_EQ(test, size, visible ? length : sizeof(data));
		KUNIT_EXPECT_EQ(test, attr, visible ? v->attr : 0);
		KUNIT_EXPECT_STREQ(test, data, visible ? v->value : "");
	}
}

static void bv_read(struct kunit *test)
{
	bv_read_all(test);
}

/* Firmware before UEFI 2.8 returns no attributes if the buffer is too small */
static void bv_read_old(struct kunit *test)
{
	bv_fake.old = true;
	bv_read_all(test);
}

/* No status reveals a hidden variable or its size */
static void bv_read_arguments(struct kunit *test)
{
	unsigned long size = 1000;
	char data[64];

	KUNIT_EXPECT_EQ(test, EFI_NOT_FOUND,
			efi_mode_bv_get(&bv_store, L"MokList", &vendor, NULL, &size,
					NULL));
	KUNIT_EXPECT_EQ(test, size, 1000);
	KUNIT_EXPECT_EQ(test, EFI_INVALID_PARAMETER,
			efi_mode_bv_get(&bv_store, L"Boot0000", &vendor, NULL, &size,
					NULL));
	KUNIT_EXPECT_EQ(test, EFI_NOT_FOUND,
			efi_mode_bv_get(&bv_store, L"MokList", &vendor, NULL, NULL,
					data));
	KUNIT_EXPECT_EQ(test, EFI_INVALID_PARAMETER,
			efi_mode_bv_get(&bv_store, NULL, &vendor, NULL, &size, data));
	size = sizeof(data);
	KUNIT_EXPECT_EQ(test, EFI_SUCCESS,
			efi_mode_bv_get(&bv_store, L"Boot0000", &vendor, NULL, &size,
					data));
}

static void bv_list(struct kunit *test)
{
	unsigned long size;
	efi_char16_t name[64] = {};
	efi_guid_t guid = {};

	size = 2;
	KUNIT_EXPECT_EQ(test, EFI_BUFFER_TOO_SMALL,
			efi_mode_bv_get_next(&bv_store, &size, name, &guid));
	KUNIT_EXPECT_EQ(test, size, sizeof(L"Boot0000"));
	KUNIT_EXPECT_EQ(test, name[0], 0);

	KUNIT_EXPECT_EQ(test, EFI_SUCCESS,
			efi_mode_bv_get_next(&bv_store, &size, name, &guid));
	KUNIT_EXPECT_MEMEQ(test, name, L"Boot0000", sizeof(L"Boot0000"));
	KUNIT_EXPECT_MEMEQ(test, &guid, &vendor, sizeof(guid));

	/* The hidden name between them is longer than this buffer */
	size = sizeof(L"SetupMode");
	KUNIT_EXPECT_EQ(test, EFI_SUCCESS,
			efi_mode_bv_get_next(&bv_store, &size, name, &guid));
	KUNIT_EXPECT_MEMEQ(test, name, L"SetupMode", sizeof(L"SetupMode"));
	size = sizeof(name);
	KUNIT_EXPECT_EQ(test, EFI_NOT_FOUND,
			efi_mode_bv_get_next(&bv_store, &size, name, &guid));

	/* The name that is passed in may be that of a hidden variable */
	memcpy(name, L"Temporary", sizeof(L"Temporary"));
	KUNIT_EXPECT_EQ(test, EFI_SUCCESS,
			efi_mode_bv_get_next(&bv_store, &size, name, &guid));
	KUNIT_EXPECT_MEMEQ(test, name, L"SetupMode", sizeof(L"SetupMode"));
}

/* efivarfs passes 512 bytes, and cannot continue after a longer name */
static void bv_list_long_name(struct kunit *test)
{
	efi_char16_t name[LONG_NAME + 1] = L"Boot0000";
	efi_guid_t guid = vendor;
	unsigned long size = 512;

	bv_fake.long_is_visible = true;
	KUNIT_EXPECT_EQ(test, EFI_SUCCESS,
			efi_mode_bv_get_next(&bv_store, &size, name, &guid));
	KUNIT_EXPECT_MEMEQ(test, name, L"SetupMode", sizeof(L"SetupMode"));

	memcpy(name, L"Boot0000", sizeof(L"Boot0000"));
	size = 510;
	KUNIT_EXPECT_EQ(test, EFI_BUFFER_TOO_SMALL,
			efi_mode_bv_get_next(&bv_store, &size, name, &guid));
	KUNIT_EXPECT_EQ(test, size, sizeof(name));
	KUNIT_EXPECT_EQ(test, EFI_SUCCESS,
			efi_mode_bv_get_next(&bv_store, &size, name, &guid));
	KUNIT_EXPECT_MEMEQ(test, name, long_name, sizeof(name));
}

static void bv_list_arguments(struct kunit *test)
{
	efi_char16_t name[] = L"Boot0000";
	unsigned long size = sizeof(name) - sizeof(*name);
	efi_guid_t guid = vendor;

	KUNIT_EXPECT_EQ(test, EFI_INVALID_PARAMETER,
			efi_mode_bv_get_next(&bv_store, &size, name, &guid));
	size = 0;
	KUNIT_EXPECT_EQ(test, EFI_INVALID_PARAMETER,
			efi_mode_bv_get_next(&bv_store, &size, name, &guid));
	size = sizeof(name);
	KUNIT_EXPECT_EQ(test, EFI_INVALID_PARAMETER,
			efi_mode_bv_get_next(&bv_store, NULL, name, &guid));
	KUNIT_EXPECT_EQ(test, EFI_INVALID_PARAMETER,
			efi_mode_bv_get_next(&bv_store, &size, NULL, &guid));
	KUNIT_EXPECT_EQ(test, EFI_INVALID_PARAMETER,
			efi_mode_bv_get_next(&bv_store, &size, name, NULL));
	KUNIT_EXPECT_EQ(test, bv_fake.nexts, 0);
}

/* A list without an end, which begins again with its first name */
static void bv_list_without_end(struct kunit *test)
{
	static const unsigned int repeats[] = { 1, ARRAY_SIZE(variables) };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(repeats); i++) {
		efi_char16_t name[64] = {};
		unsigned long size = sizeof(name);
		efi_guid_t guid = {};
		unsigned int visible = 0;

		bv_fake.repeats = repeats[i];
		/* All variables are hidden if none can be read */
		bv_fake.broken = EFI_DEVICE_ERROR;
		while (efi_mode_bv_get_next(&bv_store, &size, name, &guid) ==
		       EFI_SUCCESS)
			visible++;
		KUNIT_EXPECT_EQ(test, visible, 0);
		KUNIT_EXPECT_EQ(test, EFI_DEVICE_ERROR,
				efi_mode_bv_get_next(&bv_store, &size, name, &guid));
		KUNIT_EXPECT_EQ(test, name[0], 0);
	}
	KUNIT_EXPECT_LT(test, bv_fake.nexts, 10000);
}

/* Writes that are refused, with the status that edk2 returns at runtime */
static const struct bv_request {
	efi_char16_t *name;
	u32 attr;
	unsigned long size;
	efi_status_t status;
} writes[] = {
	/* Variables of boot services */
	{ L"MokList", NV_BS, 4, EFI_WRITE_PROTECTED },
	{ L"MokList", NV_BS_RT, 4, EFI_WRITE_PROTECTED },
	{ L"MokList", NV_BS | APPEND, 4, EFI_WRITE_PROTECTED },
	{ L"MokList", NV_BS | APPEND, 0, EFI_WRITE_PROTECTED },
	{ L"MokList", NV_BS, 0, EFI_WRITE_PROTECTED },
	{ L"MokList", 0, 4, EFI_WRITE_PROTECTED },
	{ L"MokList", 0, 0, EFI_WRITE_PROTECTED },
	{ L"Temporary", 0, 0, EFI_WRITE_PROTECTED },
	{ L"Temporary", NV_BS_RT, 4, EFI_WRITE_PROTECTED },
	/* Volatile variables */
	{ L"SetupMode", BS_RT, 1, EFI_WRITE_PROTECTED },
	{ L"SetupMode", BS_RT, 0, EFI_WRITE_PROTECTED },
	{ L"SetupMode", BS_RT | APPEND, 1, EFI_WRITE_PROTECTED },
	{ L"SetupMode", 0, 0, EFI_WRITE_PROTECTED },
	{ L"SetupMode", NV_BS_RT, 1, EFI_INVALID_PARAMETER },
	/* Attributes that would hide a variable */
	{ L"Boot0000", NV_BS, 1, EFI_INVALID_PARAMETER },
	{ L"Boot0000", NV_BS | APPEND, 1, EFI_INVALID_PARAMETER },
	{ L"Boot0000", BS_RT, 1, EFI_INVALID_PARAMETER },
	/* Variables that do not exist */
	{ L"MokSBState", NV_BS, 1, EFI_INVALID_PARAMETER },
	{ L"MokSBState", NV_BS | APPEND, 1, EFI_INVALID_PARAMETER },
	{ L"MokSBState", BS_RT, 1, EFI_INVALID_PARAMETER },
	{ L"MokSBState", EFI_VARIABLE_BOOTSERVICE_ACCESS, 1, EFI_INVALID_PARAMETER },
	{ L"MokSBState", NV_BS, 0, EFI_NOT_FOUND },
	{ L"MokSBState", 0, 0, EFI_NOT_FOUND },
	{ L"MokSBState", 0, 1, EFI_NOT_FOUND },
};

static const struct bv_request allowed[] = {
	{ L"Boot0000", NV_BS_RT, 1 },
	{ L"Boot0000", NV_BS_RT | APPEND, 1 },
	{ L"Boot0000", NV_BS_RT, 0 },
	{ L"Boot0000", 0, 0 },
	{ L"Boot0001", NV_BS_RT, 1 },
	{ L"Boot0001", NV_BS_RT | APPEND, 1 },
	{ L"Boot0001", NV_BS_RT, 0 },
};

static void bv_write_all(struct kunit *test)
{
	char data[4] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(writes); i++)
		KUNIT_EXPECT_EQ_MSG(test, writes[i].status,
				    efi_mode_bv_set(&bv_store, writes[i].name,
						    &vendor, writes[i].attr,
						    writes[i].size, data),
				    "write %u", i);
	KUNIT_EXPECT_EQ(test, bv_fake.sets, 0);
	for (i = 0; i < ARRAY_SIZE(allowed); i++)
		KUNIT_EXPECT_EQ_MSG(test, EFI_SUCCESS,
				    efi_mode_bv_set(&bv_store, allowed[i].name,
						    &vendor, allowed[i].attr,
						    allowed[i].size, data),
				    "allowed write %u", i);
	KUNIT_EXPECT_EQ(test, bv_fake.sets, ARRAY_SIZE(allowed));
}

static void bv_write(struct kunit *test)
{
	bv_write_all(test);
}

static void bv_write_old(struct kunit *test)
{
	bv_fake.old = true;
	bv_write_all(test);
}

/* Appending nothing does nothing, and succeeds */
static void bv_write_append_nothing(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, EFI_SUCCESS,
			efi_mode_bv_set(&bv_store, L"MokSBState", &vendor,
					NV_BS | APPEND, 0, NULL));
	KUNIT_EXPECT_EQ(test, bv_fake.sets, 0);
}

static void bv_write_without_a_look(struct kunit *test)
{
	char data[4] = {};

	bv_fake.broken = EFI_DEVICE_ERROR;
	KUNIT_EXPECT_EQ(test, EFI_DEVICE_ERROR,
			efi_mode_bv_set(&bv_store, L"Boot0000", &vendor, NV_BS_RT, 4,
					data));
	KUNIT_EXPECT_EQ(test, EFI_DEVICE_ERROR,
			efi_mode_bv_set(&bv_store, L"Boot0000", &vendor, 0, 0, NULL));
	KUNIT_EXPECT_EQ(test, bv_fake.sets, 0);
}

static struct kunit_case bv_cases[] = {
	KUNIT_CASE(bv_read),
	KUNIT_CASE(bv_read_old),
	KUNIT_CASE(bv_read_arguments),
	KUNIT_CASE(bv_list),
	KUNIT_CASE(bv_list_long_name),
	KUNIT_CASE(bv_list_arguments),
	KUNIT_CASE(bv_list_without_end),
	KUNIT_CASE(bv_write),
	KUNIT_CASE(bv_write_old),
	KUNIT_CASE(bv_write_append_nothing),
	KUNIT_CASE(bv_write_without_a_look),
	{}
};

static struct kunit_suite bv_suite = {
	.name		= "efi-mode-boot-variables",
	.init		= bv_init_test,
	.test_cases	= bv_cases,
};

kunit_test_suite(bv_suite);

MODULE_DESCRIPTION("KUnit tests of the filter for EFI variables");
MODULE_LICENSE("GPL");
