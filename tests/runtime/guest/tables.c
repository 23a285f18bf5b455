// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware's tables are where /sys/firmware/efi says: the configuration table,
 * and in it those of ACPI and SMBIOS
 */
#include <sys/mman.h>

#include "efi_test.h"

#define SYSFS	"/sys/firmware/efi/"
#define MAX	64

struct config_table {
	struct guid guid;
	uint64_t table;
};

static const struct guid acpi20 = {
	0x8868e871, 0xe4f1, 0x11d3,
	{ 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 }
};

static const struct guid smbios = {
	0xeb9d2d31, 0x2d88, 0x11d3,
	{ 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d }
};

static const struct guid smbios3 = {
	0xf2fd1544, 0x9794, 0x4a2c,
	{ 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94 }
};

/* An address of the file, behind @key; 0 if there is none */
static uint64_t address(const char *file, const char *key)
{
	size_t len = strlen(key);
	uint64_t found = 0;
	char line[128];
	FILE *f = fopen(file, "r");

	while (f && !found && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, len))
			found = strtoull(line + len, NULL, 16);
	if (f)
		fclose(f);
	return found;
}

static const void *map(uint64_t address, size_t size)
{
	uint64_t offset = address & (getpagesize() - 1);
	int fd = open("/dev/mem", O_RDONLY);
	char *p;

	p = mmap(NULL, size + offset, PROT_READ, MAP_SHARED, fd,
		 address - offset);
	close(fd);
	return p == MAP_FAILED ? NULL : p + offset;
}

static uint64_t find(const struct config_table *t, const struct guid *guid)
{
	int i;

	for (i = 0; t && i < MAX; i++)
		if (!memcmp(&t[i].guid, guid, sizeof(*guid)))
			return t[i].table;
	return 0;
}

static bool has_checksum(const uint8_t *p, size_t size)
{
	uint8_t sum = 0;

	while (size--)
		sum += *p++;
	return !sum;
}

static void check_acpi(const struct config_table *t)
{
	uint64_t table = address(SYSFS "systab", "ACPI20=");
	const char *p = table ? map(table, 36) : NULL;

	ksft_test_result(table && table == find(t, &acpi20),
			 "systab has ACPI where config_table has it: %#llx\n",
			 (unsigned long long)table);
	ksft_test_result(p && !memcmp(p, "RSD PTR ", 8) &&
			 has_checksum((const uint8_t *)p, 36),
			 "there is the root pointer\n");
}

static void check_smbios(const struct config_table *t)
{
	uint64_t table = address(SYSFS "systab", "SMBIOS3=");
	const struct guid *guid = &smbios3;
	const char *p;

	if (!table) {
		table = address(SYSFS "systab", "SMBIOS=");
		guid = &smbios;
	}
	p = table ? map(table, 32) : NULL;
	ksft_test_result(table && table == find(t, guid),
			 "systab has SMBIOS where config_table has it: %#llx\n",
			 (unsigned long long)table);
	/* Both forms have their length: at 5 and at 6 */
	ksft_test_result(p && !memcmp(p, "_SM", 3) &&
			 has_checksum((const uint8_t *)p,
				      p[3] == '3' ? p[6] : p[5]),
			 "there is the entry point\n");
}

int main(void)
{
	const struct config_table *t;
	uint64_t table;

	ksft_print_header();
	ksft_set_plan(5);
	table = address(SYSFS "config_table", "");
	t = table ? map(table, MAX * sizeof(*t)) : NULL;
	ksft_test_result(t, "config_table can be read: %#llx\n",
			 (unsigned long long)table);
	check_acpi(t);
	check_smbios(t);
	ksft_finished();
}
