// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test the driver of mice and tablets
 *
 * Both are in tests/input/efi/pointer.c. They appear, move, are unbound and
 * bound, and disappear.
 */
#include <dirent.h>
#include <linux/input.h>

#include "ledger.h"
#include "pointer.h"

#define DRIVER		"/sys/bus/efi/drivers/efi-pointer/"
#define PATH		"VenHw(4D0A3AD1-2B52-4D3C-9F0A-6B596D0F2E11)"
#define PATIENCE	5000	/* ms: the bus looks once a second */
#define CYCLES		(is_long() ? 100 : 3)
#define MAX_NAME	256

static int fd;

static bool control(uint64_t what)
{
	struct efi_mode_test_driver d;

	return call_driver(fd, "pointer", what, &d);
}

/* Find the device on the bus that is bound to the driver */
static bool find_device(char *device, size_t size)
{
	DIR *dir = opendir(DRIVER);
	struct dirent *d;
	bool found = false;
	char path[320];

	while (dir && !found && (d = readdir(dir))) {
		snprintf(path, sizeof(path), DRIVER "%s/path", d->d_name);
		found = file_has(path, PATH);
		snprintf(device, size, "%s", d->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* After each unbind the firmware has nothing left of the driver */
static void cycles(const char *name)
{
	struct ledger bound = read_ledger(), unbound;
	bool ok, empty = true;
	char device[MAX_NAME];
	int i;

	ok = find_device(device, sizeof(device));
	for (i = 0; i < CYCLES && ok; i++) {
		ok = write_file(DRIVER "unbind", device);
		unbound = read_ledger();
		empty &= unbound.protocols == bound.protocols - 1 &&
			 unbound.buffers < bound.buffers;
		ok &= write_file(DRIVER "bind", device);
	}
	ksft_test_result(ok && i == CYCLES, "%s: unbound and bound %d times\n",
			 name, i);
	ksft_test_result(empty && same_ledger(bound, read_ledger()),
			 "%s: each unbind releases its resources\n", name);
}

static int wait_pointer(const char *wanted)
{
	char path[32], name[64];
	int i, ms, event;

	for (ms = 0; ms < PATIENCE; ms += 100) {
		for (i = 0; i < 16; i++) {
			snprintf(path, sizeof(path), "/dev/input/event%d", i);
			event = open(path, O_RDONLY | O_NONBLOCK);
			if (event < 0)
				continue;
			if (ioctl(event, EVIOCGNAME(sizeof(name)), name) > 0 &&
			    !strcmp(name, wanted))
				return event;
			close(event);
		}
		usleep(100000);
	}
	return -1;
}

/*
 * Sum the events of @type by code in @values[0] and [1]; [2] is the left button
 */
static void read_pointer(int event, unsigned int type, int *values)
{
	struct input_event e;

	usleep(200000);
	while (read(event, &e, sizeof(e)) == sizeof(e)) {
		if (e.type == type && e.code < 2)
			values[e.code] += e.value;
		if (e.type == EV_KEY && e.code == BTN_LEFT)
			values[2] = e.value;
	}
}

static void pointer(const char *name, bool tablet)
{
	struct ledger before = read_ledger();
	struct input_absinfo range = {};
	int values[3] = {}, event, ms;
	char device[MAX_NAME];

	control(TEST_POINTER_PLUG | tablet << 4);
	event = wait_pointer(name);
	ksft_test_result(event >= 0, "%s: it appears\n", name);
	control(TEST_POINTER_MOVE |
		TEST_POINTER_AT(tablet ? 0x10000 : 0xfffb, 7, 1) << 4);
	read_pointer(event, tablet ? EV_ABS : EV_REL, values);
	if (tablet && ioctl(event, EVIOCGABS(ABS_X), &range))
		perror("# range");
	/*
	 * The tablet was moved to the middle of its range; the scale may differ
	 */
	ksft_test_result(values[2] == 1 &&
			 (tablet ? range.maximum && values[0] == range.maximum / 2 :
				   values[0] == -5 && values[1] == 7),
			 "%s: moves: %d, %d\n", name, values[0], values[1]);
	control(TEST_POINTER_MOVE | TEST_POINTER_AT(0, 0, 0) << 4);
	read_pointer(event, EV_KEY, values);
	ksft_test_result(!values[2], "%s: the button is up\n", name);
	close(event);
	cycles(name);
	event = wait_pointer(name);
	ksft_test_result(event >= 0, "%s: the input device is there afterwards\n", name);
	close(event);
	control(TEST_POINTER_UNPLUG);
	for (ms = 0; ms < PATIENCE && (find_device(device, sizeof(device)) ||
				       !same_ledger(before, read_ledger()));
	     ms += 100)
		usleep(100000);
	ksft_test_result(ms < PATIENCE,
			 "%s: it disappears, and the ledger is the same as before\n", name);
}

int main(void)
{
	struct efi_mode_test_driver d;

	fd = open_test_device();
	if (access(DRIVER, F_OK))
		ksft_exit_skip("there is no driver efi-pointer\n");
	ksft_print_header();
	ksft_set_plan(2 * 7);
	if (!call_driver(fd, "ticks", 0, &d))
		ksft_exit_fail_msg("the EFI test driver is not loaded\n");

	pointer("EFI mouse", false);
	pointer("EFI tablet", true);
	ksft_finished();
}
