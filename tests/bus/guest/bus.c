// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test the bus "efi" with a device that appears, changes and disappears
 *
 * The device is tests/bus/efi/bus.c. Its Linux driver is
 * drivers/efi-mode/test/efi-bus-test.c.
 */
#include <ctype.h>

#include "bus.h"
#include "ledger.h"
#include "uevents.h"

#define GUID		"8b1f2c40-5b0e-4f6e-9d3a-2177c40e5d92"
#define READER		"2a4d1adf-21dc-4b81-a42f-8b8ee2380060"
#define PATH		"VenHw(8B1F2C40-5B0E-4F6E-9D3A-2177C40E5D92)"
#define DRIVER		"/sys/bus/efi/drivers/efi-bus-test/"
#define PARAMETERS	"/sys/module/efi_bus_test/parameters/"
#define CYCLES		(is_long() ? 100 : 3)
/*
 * A scan makes a LocateHandle() call for each hardware protocol that the bus
 * knows, for each unknown protocol of a driver, and for LoadedImage. This
 * number is a little larger.
 */
#define FLOCK_CALLS	40
#define PATIENCE	3000	/* ms */
/* A scan every second finds missing devices; allow for a busy host */
#define NOTICED		2500
/*
 * The firmware notifies the bus of a new device, which starts a scan at once.
 * Without a notification, the next scan starts a second after the last one, so
 * a shorter time proves that the notification worked. A busy host may need
 * several tries.
 */
#define SCAN_MS		1000
#define ANNOUNCED	700
#define TRIES		5

static int fd, uevents;

/* Resources of the other drivers */
static struct ledger others;

static long long bus(unsigned int what)
{
	struct efi_mode_test_driver d;

	if (!call_driver(fd, "bus", what, &d))
		return -1;
	return d.value;
}

static void read_line(const char *path, char *line, size_t size)
{
	FILE *f = fopen(path, "r");

	*line = '\0';
	if (f && fgets(line, size, f))
		line[strcspn(line, "\n")] = '\0';
	if (f)
		fclose(f);
}

static long parameter(const char *name)
{
	char path[128], line[32];

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	read_line(path, line, sizeof(line));
	return *line ? atol(line) : -1000;
}

static bool attribute_is(const char *device, const char *name, const char *text)
{
	char path[256], line[256];

	snprintf(path, sizeof(path), DEVICES "%s/%s", device, name);
	read_line(path, line, sizeof(line));
	return !strcmp(line, text);
}

static bool has_reader(const char *device)
{
	char path[128];

	snprintf(path, sizeof(path), DEVICES "%s/protocols", device);
	return file_has(path, READER " SmartCardReader\n");
}

/* The driver's attributes appear after its probe, the link before it */
static bool is_bound(const char *device)
{
	char path[128];

	snprintf(path, sizeof(path), DRIVER "%s/dawdle", device);
	return !access(path, F_OK);
}

static bool exists(const char *device)
{
	char path[128];

	snprintf(path, sizeof(path), DEVICES "%s", device);
	return !access(path, F_OK);
}

/* Poll, because uevents may come before or after the driver is bound */
static bool wait_bound(const char *device, bool bound)
{
	int ms;

	for (ms = 0; ms < PATIENCE && is_bound(device) != bound; ms += 10)
		usleep(10000);
	return is_bound(device) == bound;
}

static bool ledger_is(int protocols, int buffers, int events)
{
	struct ledger l = others;

	l.protocols += protocols;
	l.buffers += buffers;
	l.events += events;
	return same_ledger(l, read_ledger());
}

static void arrival(struct uevent *u)
{
	char device[128];
	long ms;

	bus(TEST_BUS_INSTALL);
	ms = wait_uevent(uevents, PATIENCE, "add", GUID, u);
	ksft_test_result(ms >= 0, "a device appears after %ld ms\n", ms);
	ksft_test_result(!strncmp(u->alias, "efi:", 4),
			 "its alias starts with \"efi:\"\n");
	ksft_test_result(attribute_is(u->device, "path", PATH),
			 "its path is the firmware's device path\n");
	snprintf(device, sizeof(device), DEVICES "%s/protocols", u->device);
	ksft_test_result(file_has(device, GUID "\n") &&
			 file_has(device, " DevicePath\n"),
			 "its protocols are listed\n");
	ksft_test_result(wait_bound(u->device, true), "its driver is bound\n");
	ksft_test_result(attribute_is(u->device, "check", "0"),
			 "calls, data, buffers, events and timers work\n");
}

/* The device appears right after the scan that finds it missing */
static void arrives_soon(struct uevent *u)
{
	long ms = SCAN_MS;
	int i;

	for (i = 0; i < TRIES && ms >= ANNOUNCED; i++) {
		bus(TEST_BUS_REMOVE);
		if (wait_uevent(uevents, PATIENCE, "remove", GUID, u) < 0)
			break;
		bus(TEST_BUS_INSTALL);
		ms = wait_uevent(uevents, PATIENCE, "add", GUID, u);
		if (ms < 0)
			break;
	}
	ksft_test_result(ms >= 0 && ms < ANNOUNCED && wait_bound(u->device, true),
			 "a new device is notified and found after %ld ms\n", ms);
}

/* Count uevents until no more come, or far too many have come */
static int count_uevents(const char *action)
{
	struct uevent u;
	int n = 0;

	while (n < 2 * TEST_BUS_MAX_FLOCK &&
	       wait_uevent(uevents, NOTICED, action, GUID, &u) >= 0)
		n++;
	return n;
}

/* New devices appear while the bus scans */
static void flock(const char *device)
{
	int i, ms, adds = 0, others = 0;
	char connect[128];
	struct uevent u;

	snprintf(connect, sizeof(connect), DEVICES "%s/connect", device);
	srand(now_ns());
	for (i = 0; i < TEST_BUS_MAX_FLOCK; i++) {
		bus(TEST_BUS_FLOCK | (1 + rand() % FLOCK_CALLS) << 8);
		for (ms = 0; ms < PATIENCE; ms += 10) {
			/*
			 * There is no driver to connect, but this starts a scan
			 */
			write_file(connect, "1");
			if (bus(TEST_BUS_FLOCK_SIZE) > i)
				break;
			usleep(10000);
		}
	}
	while (next_uevent(uevents, NOTICED, &u)) {
		if (!strstr(u.alias, GUID))
			continue;
		adds += !strcmp(u.action, "add");
		others += !strcmp(u.action, "remove");
	}
	ksft_test_result(bus(TEST_BUS_FLOCK_SIZE) == i && adds == i &&
			 !others,
			 "%d devices appear during scans: %d added, %d removed\n",
			 i, adds, others);
	bus(TEST_BUS_FLOCK_REMOVE);
	adds = count_uevents("remove");
	ksft_test_result(adds == i, "%d of them are removed\n", adds);
}

static void no_answer(const char *device)
{
	int changes;

	bus(TEST_BUS_MUTE | 1 << 8);
	bus(TEST_BUS_GAIN | 1 << 8);
	changes = count_uevents("change");
	ksft_test_result(!changes,
			 "no uevent while the protocols cannot be read: %d\n",
			 changes);
	bus(TEST_BUS_MUTE);
	changes = count_uevents("change");
	ksft_test_result(changes == 1 && has_reader(device),
			 "one uevent when the new protocol can be read: %d\n", changes);
	bus(TEST_BUS_GAIN);
	changes = count_uevents("change");
	ksft_test_result(changes == 1 && !has_reader(device),
			 "one uevent when the protocol is removed: %d\n", changes);
}

static void have_child(const char *device)
{
	char path[128], target[512] = "", wanted[256];
	struct uevent u;

	bus(TEST_BUS_CHILD | 1 << 8);
	if (wait_uevent(uevents, PATIENCE, "add", READER, &u) < 0)
		u.device[0] = '\0';
	snprintf(path, sizeof(path), DEVICES "%s", u.device);
	if (readlink(path, target, sizeof(target) - 1) < 0)
		target[0] = '\0';
	snprintf(wanted, sizeof(wanted), "/%s/%s", device, u.device);
	ksft_test_result(*u.device && strstr(target, wanted) &&
			 attribute_is(u.device, "path", ""),
			 "a child without a path is added below its parent\n");
	bus(TEST_BUS_CHILD);
	ksft_test_result(wait_uevent(uevents, PATIENCE, "remove", READER,
				     &u) >= 0 && exists(device),
			 "the child is removed and its parent stays\n");
}

/* Check that a command prints @text, and no control characters */
static bool prints(const char *command, const char *text)
{
	static char buf[1 << 18];
	FILE *f = popen(command, "r");
	size_t n = 0, i;
	bool ok;

	if (f)
		n = fread(buf, 1, sizeof(buf) - 1, f);
	if (!f || pclose(f))
		return false;
	buf[n] = '\0';
	ok = strstr(buf, text);
	for (i = 0; i < n; i++)
		ok &= buf[i] == '\n' || !iscntrl((unsigned char)buf[i]);
	return ok;
}

static void odd(void)
{
	struct uevent u;
	bool there;

	bus(TEST_BUS_ODD | 1 << 8);
	there = wait_uevent(uevents, PATIENCE, "add", READER, &u) >= 0;
	ksft_test_result(there && prints("lsefi -j", "a\\\"b\\\\c\\u001bd\\u007f\""),
			 "lsefi -j escapes special characters in a path\n");
	ksft_test_result(there && prints("lsefi", " a\"b\\c\\x1bd\\x7f ["),
			 "lsefi escapes special characters in a path\n");
	ksft_test_result(there && prints("lsefi -v", "path: a\"b\\c\\x1bd\\x7f\n"),
			 "lsefi -v escapes special characters in a path\n");
	bus(TEST_BUS_ODD);
	wait_uevent(uevents, PATIENCE, "remove", READER, &u);
}

static void cycles(const char *device)
{
	long probes = parameter("probes");
	long long before = bus(TEST_BUS_EVENTS);
	long long opens = bus(TEST_BUS_OPENS);
	bool ok = true, empty = true;
	int i;

	ksft_test_result(opens == 2 && ledger_is(2, 1, 2),
			 "the firmware lists Linux as a user: %lld times\n", opens);
	for (i = 0; i < CYCLES && ok; i++) {
		ok &= write_file(DRIVER "unbind", device);
		empty &= ledger_is(0, 0, 0) &&
			 !bus(TEST_BUS_OPENS) &&
			 bus(TEST_BUS_EVENTS) == before - 2;
		ok &= write_file(DRIVER "bind", device) && is_bound(device);
	}
	ksft_test_result(ok && parameter("probes") == probes + CYCLES,
			 "the driver is unbound and bound %d times\n", i);
	ksft_test_result(empty, "unbind releases all firmware resources\n");
	ksft_test_result(bus(TEST_BUS_EVENTS) == before,
			 "the number of events is the same as before\n");
}

static void medium(const char *device)
{
	long changes = parameter("changes"), probes = parameter("probes");
	int ms;

	bus(TEST_BUS_REINSTALL);
	for (ms = 0; ms < PATIENCE && parameter("changes") == changes; ms += 10)
		usleep(10000);
	ksft_test_result(parameter("changes") == changes + 1 &&
			 parameter("probes") == probes && is_bound(device),
			 "the driver is notified of a protocol that is reinstalled\n");
	ksft_test_result(attribute_is(device, "check", "0"),
			 "the driver still works\n");
}

/* The new device may have the handle and the name of the old one */
static void replaced(struct uevent *u)
{
	long removes = parameter("removes"), probes = parameter("probes");
	long long same = bus(TEST_BUS_REPLACE);
	struct uevent old;

	ksft_print_msg("the new device has %s handle\n",
		       same == 1 ? "the same" : "another");
	ksft_test_result(wait_uevent(uevents, PATIENCE, "remove", GUID,
				     &old) >= 0 &&
			 wait_uevent(uevents, PATIENCE, "add", GUID, u) >= 0 &&
			 wait_bound(u->device, true) &&
			 parameter("removes") == removes + 1 &&
			 parameter("probes") == probes + 1,
			 "a new device with the same path replaces the old one\n");
	ksft_test_result(parameter("in_remove") == -ENODEV,
			 "a call of the old device in remove() fails: %ld\n",
			 parameter("in_remove"));
}

static void removed(const char *device)
{
	long removes = parameter("removes");
	struct uevent u;
	long ms;

	bus(TEST_BUS_REMOVE);
	ms = wait_uevent(uevents, PATIENCE, "remove", GUID, &u);
	ksft_test_result(ms >= 0 && ms <= NOTICED,
			 "a device that disappears leaves the bus after %ld ms\n", ms);
	ksft_test_result(parameter("removes") == removes + 1 &&
			 !exists(device) && ledger_is(0, 0, 0),
			 "its driver is unbound and has released everything\n");
	ksft_test_result(!bus(TEST_BUS_STRAY),
			 "the device is not called afterwards\n");
}

static void in_flight(const char *device)
{
	long removes = parameter("removes");
	bool in_call, refused;
	char path[128];
	struct uevent u;
	uint64_t start;

	snprintf(path, sizeof(path), DEVICES "%s/dawdle", device);
	bus(TEST_BUS_REMOVE | 100 << 8);
	start = now_ns();
	refused = !write_file(path, "1000000") && errno == ENODEV;
	in_call = now_ns() - start > 900000000;
	ksft_test_result(in_call, "a call continues after its device disappears\n");
	ksft_test_result(refused, "the next call is refused: %s\n",
			 strerror(errno));
	ksft_test_result(wait_uevent(uevents, PATIENCE, "remove", GUID,
				     &u) >= 0 && !exists(device) &&
			 parameter("removes") == removes + 1,
			 "the device is removed\n");
	ksft_test_result(!bus(TEST_BUS_STRAY) && ledger_is(0, 0, 0),
			 "it is not called afterwards, and everything is released\n");
}

int main(void)
{
	struct uevent u;

	fd = open_test_device();
	if (access(DRIVER, F_OK))
		ksft_exit_skip("no driver efi-bus-test\n");
	ksft_print_header();
	ksft_set_plan(21 + 1 + 2 + 3 + 2 + 3);
	uevents = open_uevents();
	if (bus(TEST_BUS_EVENTS) < 0)
		ksft_exit_fail_msg("the EFI test driver is not loaded\n");
	others = read_ledger();

	arrival(&u);
	cycles(u.device);
	medium(u.device);
	/* Drop old uevents */
	while (next_uevent(uevents, 100, &u))
		;
	replaced(&u);
	arrives_soon(&u);
	flock(u.device);
	no_answer(u.device);
	have_child(u.device);
	odd();
	removed(u.device);

	bus(TEST_BUS_INSTALL);
	if (wait_uevent(uevents, PATIENCE, "add", GUID, &u) < 0 ||
	    !wait_bound(u.device, true))
		ksft_exit_fail_msg("the device does not appear again\n");
	in_flight(u.device);
	ksft_finished();
}
