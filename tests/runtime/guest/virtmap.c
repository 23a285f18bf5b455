// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that Linux does not call SetVirtualAddressMap(), so that the next
 * kernel can call it
 *
 *	virtmap		check that no runtime service has been moved
 *	virtmap now	call SetVirtualAddressMap() as the next kernel would,
 *			and power off the machine
 */
#include <dirent.h>

#include "common.h"

#define MAP	"/sys/firmware/efi/runtime-map"

static unsigned long long read_number(const char *entry, const char *name)
{
	unsigned long long value = 0;
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), MAP "/%s/%s", entry, name);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%llx", &value) != 1)
		ksft_exit_fail_msg("%s: %s\n", path, strerror(errno));
	fclose(f);
	return value;
}

/* Check the kernel's copy of the memory map; bit 63 is EFI_MEMORY_RUNTIME */
static void check_map(void)
{
	int runtime = 0, moved = 0;
	struct dirent *d;
	DIR *dir = opendir(MAP);

	while (dir && (d = readdir(dir))) {
		if (d->d_name[0] == '.' ||
		    !(read_number(d->d_name, "attribute") >> 63))
			continue;
		runtime++;
		if (read_number(d->d_name, "virt_addr") &&
		    read_number(d->d_name, "virt_addr") !=
		    read_number(d->d_name, "phys_addr"))
			moved++;
	}
	ksft_test_result(runtime && !moved,
			 "%d of %d runtime descriptors have a virtual address\n",
			 moved, runtime);
}

int main(int argc, char **argv)
{
	struct efi_mode_test_driver d;
	int fd = open_test_device();
	bool ok;

	(void)argv;
	if (argc > 1) {
		printf("LEAVE BEGIN\n");
		call_driver(fd, "leave", 1, &d);
		printf("LEAVE FAILED %llx\n", (unsigned long long)d.status);
		return 1;
	}

	ksft_print_header();
	ksft_set_plan(2);
	check_map();
	ok = call_driver(fd, "leave", 0, &d);
	ksft_test_result(ok && !d.value,
			 "the firmware finds %llu of its services moved\n",
			 (unsigned long long)d.value);
	ksft_finished();
}
