// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decide how Windows starts
 *
 * BitLocker seals the key of a disk to PCR 4, among others. If another system starts
 * Windows, PCR 4 has another value, and Windows asks for the recovery key. So, if
 * there is a TPM and such a disk, the firmware has to start Windows itself, after a
 * reset. systemd-boot does the same.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "boot-entry.h"
#include "efi-kexec.h"

#define BLOCK		"/sys/class/block"
#define TITLE		"Windows Boot Manager"
#define BOOT_NEXT	"/sys/firmware/efi/efivars/BootNext-" EFI_GLOBAL

/* Of a volume with BitLocker: its name as a file system, in its first sector */
#define BITLOCKER	"-FVE-FS-"
#define BITLOCKER_AT	3

static const char * const words[] = {
	[WINDOWS_AUTO]		= "auto",
	[WINDOWS_CHAIN]		= "chain",
	[WINDOWS_BOOTNEXT]	= "bootnext",
};

enum windows parse_windows(const char *word)
{
	unsigned int i;

	for (i = WINDOWS_AUTO; i <= WINDOWS_BOOTNEXT; i++)
		if (!strcmp(word, words[i]))
			return i;
	complain("--windows=%s is neither auto nor chain nor bootnext", word);
	return WINDOWS_NONE;
}

static bool is_windows(const struct boot_entry *e, void *entry)
{
	if (strcmp(e->title, TITLE))
		return true;
	*(int *)entry = e->number;
	return false;
}

static bool has_bitlocker(const char *device)
{
	char path[PATH_MAX], name[sizeof(BITLOCKER) - 1];
	bool has;
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", device);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		/* A drive without a medium, for example */
		if (errno == EACCES || errno == EPERM)
			complain("cannot read %s: %s", path, strerror(errno));
		return false;
	}
	has = pread(fd, name, sizeof(name), BITLOCKER_AT) == sizeof(name) &&
	      !memcmp(name, BITLOCKER, sizeof(name));
	close(fd);
	return has;
}

static bool find_bitlocker(void)
{
	DIR *dir = opendir(BLOCK);
	struct dirent *d;
	bool found = false;

	while (dir && !found && (d = readdir(dir)))
		if (d->d_name[0] != '.' && has_bitlocker(d->d_name)) {
			complain("/dev/%s has BitLocker", d->d_name);
			found = true;
		}
	if (dir)
		closedir(dir);
	return found;
}

enum windows decide_windows(enum windows how, int *entry)
{
	bool tpm = !access("/sys/class/tpm/tpm0", F_OK);

	*entry = -1;
	each_boot_entry(is_windows, entry);
	if (how == WINDOWS_AUTO)
		how = tpm && find_bitlocker() ? WINDOWS_BOOTNEXT : WINDOWS_CHAIN;
	if (*entry >= 0 || how == WINDOWS_CHAIN)
		return how;
	complain("there is no boot option \"" TITLE "\"");
	return WINDOWS_NONE;
}

bool set_boot_next(int entry)
{
	/* Non-volatile, and accessible by boot and runtime services */
	uint8_t data[] = { 7, 0, 0, 0, entry, entry >> 8 };

	if (write_file(BOOT_NEXT, data, sizeof(data)))
		return true;
	complain("cannot set BootNext: %s", strerror(errno));
	return false;
}
