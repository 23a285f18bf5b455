// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that unprivileged users cannot read addresses of firmware memory
 *
 * The test collects such addresses as root. Then an unprivileged process
 * searches for them in all files of sysfs.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <ftw.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common.h"

#define DEVICES		"/sys/bus/efi/devices"
#define BOOT_PARAMS	"/sys/kernel/boot_params"

#define SETUP_DATA	0x250	/* offset of hdr.setup_data in boot_params */

#define NOBODY		65534

#define MAX_SECRETS	4096
#define MAX_FILE	(1 << 20)

static struct {
	uint64_t value;
	char text[20];
} secrets[MAX_SECRETS];

static size_t nr_secrets;

/* Results of the unprivileged process, in shared memory */
static struct {
	int files, leaks, readable, lsefi;
	char path[256];
} *found;

static char data[MAX_FILE + 1], a_handle[512];

/* Return: the length, or a negative error code */
static ssize_t read_whole(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	ssize_t n, length = 0;

	if (fd < 0)
		return -errno;
	while (length < MAX_FILE &&
	       (n = read(fd, data + length, MAX_FILE - length)) > 0)
		length += n;
	close(fd);
	data[length] = '\0';
	return length;
}

/* Ignore small numbers, because many files contain them */
static void add_secret(uint64_t value)
{
	if (value < 1 << 24 || nr_secrets == MAX_SECRETS)
		return;
	secrets[nr_secrets].value = value;
	snprintf(secrets[nr_secrets].text, sizeof(secrets[0].text), "%llx",
		 (unsigned long long)value);
	nr_secrets++;
}

static void add_number_in(const char *path)
{
	if (read_whole(path) > 0)
		add_secret(strtoull(data, NULL, 16));
}

static void add_word_in(const char *path, size_t offset)
{
	uint64_t value;

	if (read_whole(path) < (ssize_t)(offset + sizeof(value)))
		return;
	memcpy(&value, data + offset, sizeof(value));
	add_secret(value);
}

/*
 * Add the handles of all devices. Return the number of devices, or -1 if users
 * other than root can read a handle.
 */
static int add_handles(void)
{
	DIR *dir = opendir(DEVICES);
	struct dirent *entry;
	struct stat st;
	int count = 0;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(a_handle, sizeof(a_handle), DEVICES "/%s/handle", entry->d_name);
		if (stat(a_handle, &st) || (st.st_mode & 07777) != 0400)
			return -1;
		add_number_in(a_handle);
		count++;
	}
	if (dir)
		closedir(dir);
	return count;
}

static bool has_secret(ssize_t length)
{
	size_t i;
	ssize_t at;

	for (at = 0; at < length; at++)
		data[at] = tolower(data[at]);
	for (i = 0; i < nr_secrets; i++)
		if (memmem(data, length, secrets[i].text, strlen(secrets[i].text)))
			return true;
	return false;
}

static bool has_binary_secret(ssize_t length)
{
	size_t i;

	for (i = 0; i < nr_secrets; i++)
		if (memmem(data, length, &secrets[i].value, sizeof(secrets[i].value)))
			return true;
	return false;
}

static int search(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	ssize_t length;

	(void)st;
	(void)ftw;
	if (type != FTW_F)
		return 0;
	length = read_whole(path);
	if (length < 0)
		return 0;
	found->files++;
	if (has_binary_secret(length) || has_secret(length)) {
		found->leaks++;
		snprintf(found->path, sizeof(found->path), "%s", path);
	}
	return 0;
}

/* lsefi must leave out the handles, which it cannot read, without an error */
static bool lsefi_works(void)
{
	FILE *f = popen("/bin/lsefi -v", "r");
	size_t length;

	if (!f)
		return false;
	length = fread(data, 1, MAX_FILE, f);
	data[length] = '\0';
	return !pclose(f) && strstr(data, "protocol: ") && !strstr(data, "(null)") &&
	       !strstr(data, "handle: ");
}

static void search_without_privileges(void)
{
	if (setgid(NOBODY) || setuid(NOBODY))
		_exit(1);
	found->readable = read_whole(a_handle) != -EACCES;
	found->lsefi = lsefi_works();
	nftw("/sys", search, 64, FTW_PHYS);
	_exit(0);
}

int main(void)
{
	int handles, status = -1;

	ksft_print_header();
	ksft_set_plan(4);

	found = mmap(NULL, sizeof(*found), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	handles = add_handles();
	ksft_test_result(handles > 5, "only root can read the handles of %d devices\n",
			 handles);
	add_number_in("/sys/firmware/efi/fw_vendor");
	add_number_in("/sys/firmware/efi/runtime");
	add_number_in("/sys/firmware/efi/config_table");
	add_word_in(BOOT_PARAMS "/data", SETUP_DATA);
	add_word_in(BOOT_PARAMS "/setup_data/0/data", 0);
	ksft_test_result((int)nr_secrets > handles, "root can read %zu addresses\n",
			 nr_secrets);

	if (!fork())
		search_without_privileges();
	wait(&status);
	ksft_test_result(!status && !found->readable && found->files > 500 &&
			 !found->leaks,
			 "an unprivileged user: %d files searched, %d have addresses: %s\n",
			 found->files, found->leaks, found->path);
	ksft_test_result(found->lsefi, "lsefi works for an unprivileged user\n");
	ksft_finished();
}
