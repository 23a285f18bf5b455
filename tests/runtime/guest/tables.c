// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that the firmware's tables are in memory of the firmware, at the
 * addresses in /sys/firmware/efi, and that their checksums are correct
 *
 * /dev/mem would show the tables, but also the rest of the firmware's memory.
 * So the default configuration has no such device. If there is one, it must
 * refuse access.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "efi_test.h"

#define SYSFS	"/sys/firmware/"

/* Return: the address behind @key in @file, or 0 */
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

/* Return: the bytes read, 0 if there is no such file */
static size_t read_table(const char *path, uint8_t *p, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f)
		return 0;
	n = fread(p, 1, size, f);
	fclose(f);
	return n;
}

static bool has_checksum(const uint8_t *p, size_t size)
{
	uint8_t sum = 0;

	while (size--)
		sum += *p++;
	return !sum;
}

/* Is the address in a resource of this name? */
static bool is_in(uint64_t where, const char *name)
{
	unsigned long long start, end;
	char line[256], *colon;
	bool found = false;
	FILE *f = fopen("/proc/iomem", "r");

	while (f && !found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		colon = strstr(line, " : ");
		found = colon && !strcmp(colon + 3, name) &&
			sscanf(line, " %llx-%llx", &start, &end) == 2 &&
			where >= start && where <= end;
	}
	if (f)
		fclose(f);
	return found;
}

static void check_place(const char *what, uint64_t where)
{
	ksft_test_result(where && is_in(where, "EFI firmware") &&
			 !is_in(where, "System RAM"),
			 "%s: the table is in memory of the firmware: %#llx\n", what,
			 (unsigned long long)where);
}

static void check_acpi(void)
{
	static uint8_t table[4096];
	size_t n = read_table(SYSFS "acpi/tables/FACP", table, sizeof(table));

	check_place("ACPI", address(SYSFS "efi/systab", "ACPI20="));
	ksft_test_result(n > 36 && !memcmp(table, "FACP", 4) &&
			 has_checksum(table, n),
			 "ACPI: the FADT has %zu bytes and a valid checksum\n", n);
}

static void check_smbios(void)
{
	static uint8_t entry[64];
	size_t n = read_table(SYSFS "dmi/tables/smbios_entry_point", entry,
			      sizeof(entry));

	check_place("SMBIOS", address(SYSFS "efi/systab", "SMBIOS3=") ?:
			      address(SYSFS "efi/systab", "SMBIOS="));
	/* The length is at offset 6 in "_SM3_", and at offset 5 in "_SM_" */
	ksft_test_result(n && !memcmp(entry, "_SM", 3) &&
			 has_checksum(entry, entry[3] == '3' ? entry[6] : entry[5]),
			 "SMBIOS: the entry point has %zu bytes and a valid checksum\n", n);
}

static void check_dev_mem(uint64_t where)
{
	long page = getpagesize();
	int fd = open("/dev/mem", O_RDWR);
	char c;

	if (fd < 0) {
		ksft_test_result(errno == ENOENT, "there is no /dev/mem\n");
		return;
	}
	where -= where % page;
	/*
	 * Above the end of RAM, read() and write() return EFAULT before they
	 * check access
	 */
	ksft_test_result(pread(fd, &c, 1, where) < 0 &&
			 (errno == EPERM || errno == EFAULT) &&
			 pwrite(fd, &c, 1, where) < 0 &&
			 (errno == EPERM || errno == EFAULT) &&
			 mmap(NULL, page, PROT_READ, MAP_SHARED, fd, where) ==
			 MAP_FAILED && errno == EPERM,
			 "/dev/mem refuses memory of the firmware\n");
	close(fd);
}

int main(void)
{
	uint64_t table;

	ksft_print_header();
	ksft_set_plan(7);
	table = address(SYSFS "efi/config_table", "");
	check_place("configuration table", table);
	check_acpi();
	check_smbios();
	check_dev_mem(table);
	ksft_test_result(access("/proc/mtrr", F_OK) < 0 && errno == ENOENT,
			 "there is no /proc/mtrr\n");
	ksft_finished();
}
