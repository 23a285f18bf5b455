// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test the access of root to variables of boot services, through efivarfs and
 * /dev/efi_test
 *
 *	boot-variables		no access, as after ExitBootServices()
 *	boot-variables open	full access, with efi_mode.bs_variables=1
 *
 * The UEFI shell makes the variables before this test, and shows them after it.
 */
#include <linux/fs.h>
#include <sys/mount.h>

#include "efi_test.h"

#define EFIVARS		"/sys/firmware/efi/efivars"
#define PARAMETER	"/sys/module/efi_mode/parameters/bs_variables"

#define NV_BS		(NON_VOLATILE | BOOTSERVICE_ACCESS)
#define BS_RT		(BOOTSERVICE_ACCESS | RUNTIME_ACCESS)
#define NV_BS_RT	(NV_BS | RUNTIME_ACCESS)

#define GUID(...)	{ __VA_ARGS__ }
#define SHIM		GUID(0x605dab50, 0xe046, 0x4300, \
			     { 0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23 })
#define ENABLE		GUID(0xf0a30bc7, 0xaf08, 0x4556, \
			     { 0x99, 0xc4, 0x00, 0x10, 0x09, 0xc9, 0x3a, 0x44 })
#define CUSTOM		GUID(0xc076ec0c, 0x7028, 0x4399, \
			     { 0xa0, 0x72, 0x71, 0xee, 0x5c, 0x44, 0x8b, 0x9f })
#define OURS		GUID(0x9f3c7d12, 0x5be4, 0x4f0a, \
			     { 0x8c, 0x11, 0x2a, 0x6d, 0x90, 0x47, 0xe3, 0x5b })

struct variable {
	const char *name;
	struct guid guid;
	size_t size;
	const char *value;
};

/* The same variables as in tests/runtime/variables.py */
static const struct variable hidden[] = {
	{ "MokList", SHIM, 4, "\xa1\xb2\xc3\xd4" },
	{ "MokSBState", SHIM, 1, "\1" },
	{ "SbatLevel", SHIM, 6, "sbat,1" },
	{ "SecureBootEnable", ENABLE, 1, "\1" },
	{ "CustomMode", CUSTOM, 1, "\0" },
};

static const struct variable temporary = {
	"EfiModeVolatile", OURS, 2, "\x55\xaa"
};

static const struct variable usual = { "EfiModeUsual", OURS, 1, "u" };
static const struct variable made = { "EfiModeMade", OURS, 1, "m" };
static const struct variable opened = { "EfiModeOpened", OURS, 1, "o" };

#define NR_HIDDEN	ARRAY_SIZE(hidden)

static int fd;

static const char *path_of(const struct variable *v)
{
	const struct guid *g = &v->guid;
	static char path[256];

	snprintf(path, sizeof(path),
		 EFIVARS "/%s-%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 v->name, g->a, g->b, g->c, g->d[0], g->d[1], g->d[2], g->d[3],
		 g->d[4], g->d[5], g->d[6], g->d[7]);
	return path;
}

static bool is_a_file(const struct variable *v)
{
	return !access(path_of(v), F_OK);
}

/* Return: 0, or the error number of the first step that fails */
static int write_to_file(const struct variable *v, uint32_t attributes)
{
	int file = open(path_of(v), O_RDONLY | O_CREAT, 0600), ret = 0, none = 0;
	char buf[64];

	if (file < 0)
		return errno;
	memcpy(buf, &attributes, 4);
	memset(buf + 4, 0x77, v->size);
	/* efivarfs makes most files immutable, to protect them from mistakes */
	ioctl(file, FS_IOC_SETFLAGS, &none);
	close(file);
	file = open(path_of(v), O_WRONLY);
	if (file < 0)
		return errno;
	if (write(file, buf, 4 + v->size) < 0)
		ret = errno;
	close(file);
	return ret;
}

static unsigned long set(const struct variable *v, uint32_t attributes, size_t size)
{
	char16 *name = wide(v->name);
	char data[64];
	unsigned long status;

	memset(data, 0x77, sizeof(data));
	status = set_variable(fd, name, &v->guid, attributes, size, data);
	free(name);
	return status;
}

static unsigned long get(const struct variable *v, uint32_t *attributes,
			 unsigned long *size, void *data)
{
	char16 *name = wide(v->name);
	unsigned long status = get_variable(fd, name, &v->guid, attributes, size, data);

	free(name);
	return status;
}

static bool has_value(const struct variable *v, uint32_t expected)
{
	unsigned long size = 64;
	uint32_t attributes = 0;
	char data[64];

	return !get(v, &attributes, &size, data) && attributes == expected &&
	       size == v->size && !memcmp(data, v->value, size);
}

static bool same_name(const char16 *name, const char *text)
{
	while (*text && *name == (unsigned char)*text)
		name++, text++;
	return !*text && !*name;
}

/*
 * Return: number of variables in @hidden that are listed. @all: number of all
 * names
 */
static int count_listed(int *all)
{
	char16 name[512] = {};
	struct guid guid = {};
	unsigned long size;
	int listed = 0;
	size_t i;

	for (*all = 0; *all < 1000; ++*all) {
		size = sizeof(name);
		if (get_next_name(fd, &size, name, &guid))
			break;
		for (i = 0; i < NR_HIDDEN; i++)
			listed += same_name(name, hidden[i].name) &&
				  !memcmp(&guid, &hidden[i].guid, sizeof(guid));
	}
	return listed;
}

static void check_not_read(const struct variable *v)
{
	unsigned long size = 64, status;
	char data[64];

	memset(data, 0x55, sizeof(data));
	status = get(v, NULL, &size, data);
	ksft_test_result(status == NOT_FOUND && size == 64 && data[0] == 0x55,
			 "%s cannot be read: %#lx\n", v->name, status);
	size = 0;
	status = get(v, NULL, &size, NULL);
	ksft_test_result(status == NOT_FOUND && !size,
			 "%s does not reveal its size: %#lx, %lu bytes\n", v->name,
			 status, size);
	size = 64;
	status = get(v, NULL, &size, NULL);
	ksft_test_result(status == NOT_FOUND, "%s is not found without a buffer: %#lx\n",
			 v->name, status);
	ksft_test_result(!is_a_file(v), "%s is not in efivarfs\n", v->name);
}

static void check_not_written(const struct variable *v, uint32_t own)
{
	static const struct {
		const char *what;
		uint32_t attributes;
		size_t size;
	} ways[] = {
		{ "overwritten", 0, 1 },
		{ "appended to", APPEND_WRITE, 1 },
		{ "deleted by size", 0, 0 },
	};
	unsigned long status;
	size_t i;
	int error;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		status = set(v, own | ways[i].attributes, ways[i].size);
		ksft_test_result(status == WRITE_PROTECTED, "%s is not %s: %#lx\n",
				 v->name, ways[i].what, status);
	}
	status = set(v, 0, 0);
	ksft_test_result(status == WRITE_PROTECTED,
			 "%s is not deleted by attributes: %#lx\n", v->name, status);
	error = write_to_file(v, own);
	ksft_test_result(error == EROFS || error == EINVAL,
			 "%s is not written through efivarfs: %s\n", v->name,
			 strerror(error));
}

static void check_hidden(const struct variable *v)
{
	unsigned long status;
	int error;

	check_not_read(v);
	check_not_written(v, NV_BS);
	status = set(v, NV_BS_RT, 1);
	ksft_test_result(status == WRITE_PROTECTED,
			 "%s is not replaced by one with runtime access: %#lx\n", v->name,
			 status);
	error = write_to_file(v, NV_BS_RT);
	ksft_test_result(error == EROFS,
			 "%s is not replaced through efivarfs: %s\n", v->name,
			 strerror(error));
}

static void check_not_made(uint32_t attributes, const char *what)
{
	unsigned long status = set(&made, attributes, 1);
	int error;

	ksft_test_result(status == INVALID_PARAMETER, "no %s variable is created: %#lx\n",
			 what, status);
	error = write_to_file(&made, attributes);
	ksft_test_result(error == EINVAL,
			 "no %s variable is created through efivarfs: %s\n", what,
			 strerror(error));
	unlink(path_of(&made));
}

/* Writes in atomic context, as efi-pstore does them */
static void check_atomic(void)
{
	struct efi_mode_test_atomic a = {};
	int test = open_test_device();
	bool ok = !ioctl(test, EFI_MODE_TEST_ATOMIC, &a);

	close(test);
	ksft_test_result(ok && a.set_hidden == WRITE_PROTECTED,
			 "MokList is not overwritten in atomic context: %#llx\n",
			 (unsigned long long)a.set_hidden);
}

/* Variables with runtime access must work as usual */
static void check_usual(void)
{
	unsigned long status = set(&usual, NV_BS_RT, 1);

	ksft_test_result(!status, "a usual variable is created: %#lx\n", status);
	status = set(&usual, NV_BS, 1);
	ksft_test_result(status == INVALID_PARAMETER, "it does not become hidden: %#lx\n", status);
	status = set(&usual, 0, 0);
	ksft_test_result(!status, "it is deleted: %#lx\n", status);
}

static void check_query(bool open)
{
	uint64_t storage, remaining, largest;
	unsigned long status;

	status = query_info(fd, NV_BS_RT, &storage, &remaining, &largest);
	ksft_test_result(!status, "QueryVariableInfo(): %#lx\n", status);
	status = query_info(fd, NV_BS, &storage, &remaining, &largest);
	ksft_test_result(status == (open ? 0 : INVALID_PARAMETER),
			 "QueryVariableInfo() for boot services: %#lx\n", status);
}

static void check_closed(void)
{
	int all, listed = count_listed(&all);
	size_t i;

	ksft_set_plan(1 + 1 + 11 * NR_HIDDEN + 2 + 5 + 4 + 1 + 3 + 2);
	ksft_test_result(file_has(PARAMETER, "N"), "bs_variables is N\n");
	ksft_test_result(all > 5 && !listed, "%d of %d listed names are hidden ones\n", listed,
			 all);
	for (i = 0; i < NR_HIDDEN; i++)
		check_hidden(&hidden[i]);
	ksft_test_result(has_value(&temporary, BS_RT), "%s can be read\n", temporary.name);
	ksft_test_result(is_a_file(&temporary), "%s is in efivarfs\n", temporary.name);
	check_not_written(&temporary, BS_RT);
	check_not_made(NV_BS, "hidden");
	check_not_made(BS_RT, "volatile");
	check_atomic();
	check_usual();
	check_query(false);
}

static void check_open(void)
{
	int all, listed = count_listed(&all);
	unsigned long status;
	size_t i;

	ksft_set_plan(1 + 1 + 2 * NR_HIDDEN + 1 + 2);
	ksft_test_result(file_has(PARAMETER, "Y"), "bs_variables is Y\n");
	ksft_test_result(listed == NR_HIDDEN, "%d of %d listed names are hidden ones\n", listed,
			 all);
	for (i = 0; i < NR_HIDDEN; i++) {
		ksft_test_result(has_value(&hidden[i], NV_BS), "%s can be read\n",
				 hidden[i].name);
		ksft_test_result(is_a_file(&hidden[i]), "%s is in efivarfs\n",
				 hidden[i].name);
	}
	status = set(&opened, NV_BS, 1);
	ksft_test_result(!status, "a variable of boot services is created: %#lx\n", status);
	check_query(true);
}

int main(int argc, char **argv)
{
	ksft_print_header();
	fd = open_efi_test();
	if (mount("efivarfs", EFIVARS, "efivarfs", 0, NULL) && errno != EBUSY)
		ksft_exit_skip("efivarfs: %s\n", strerror(errno));
	if (argc > 1 && !strcmp(argv[1], "open"))
		check_open();
	else
		check_closed();
	ksft_finished();
}
