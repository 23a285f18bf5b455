// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test USB devices that are plugged in and out
 *
 *	hotplug
 *
 * The program prints "PLUG name" and "UNPLUG name", and the host plugs the
 * device in or out. The firmware detects this and connects its drivers, and the
 * bus adds a device for each handle. The program also disconnects and connects
 * the firmware's drivers, as an EFI application could do.
 *
 * The devices are idle when they are unplugged. If a USB disk does not answer,
 * edk2 resets its port, and then does not detect that the disk is gone. The
 * tests "disk-unplug" and "pulls" cover that.
 */
#include "bus.h"
#include "uevents.h"

/* In ms: the firmware resets ports and reads descriptors */
#define PATIENCE	20000
#define CYCLES		3

#define TEXT_INPUT	"387477c1-69c7-11d2-8e39-00a0c969723b"
#define BLOCK_IO	"964e5b21-6459-11d2-8e39-00a0c969723b"

static int uevents;

static const char *path_of(const char *device)
{
	static char path[1024];
	char name[128];
	FILE *f;

	snprintf(name, sizeof(name), DEVICES "%s/path", device);
	f = fopen(name, "r");
	if (!f || !fgets(path, sizeof(path), f))
		*path = '\0';
	if (f)
		fclose(f);
	return path;
}

static bool has_protocol(const char *device, const char *guid)
{
	char name[128];

	snprintf(name, sizeof(name), DEVICES "%s/protocols", device);
	return file_has(name, guid);
}

/*
 * Wait for a USB device that has the protocol @guid. The firmware's driver may
 * install it after the device has appeared.
 */
static bool wait_plugged(const char *guid, struct uevent *u)
{
	while (next_uevent(uevents, PATIENCE, u)) {
		ksft_print_msg("%s %s %s\n", u->action, u->device, u->alias);
		if (strcmp(u->action, "add") && strcmp(u->action, "change"))
			continue;
		if (strstr(path_of(u->device), "USB(") &&
		    has_protocol(u->device, guid))
			return true;
	}
	return false;
}

/*
 * Wait for the end of probe(), which may read from the device. The device must
 * be idle when it is unplugged.
 */
static bool wait_bound(const char *device)
{
	struct uevent u;

	while (next_uevent(uevents, PATIENCE, &u))
		if (!strcmp(u.action, "bind") && !strcmp(u.device, device))
			return true;
	return false;
}

static bool wait_unplugged(const char *device)
{
	struct uevent u;

	while (next_uevent(uevents, PATIENCE, &u))
		if (!strcmp(u.action, "remove") && !strcmp(u.device, device))
			return true;
	return false;
}

/* Skip the uevents of a Linux driver that is bound or unbound */
static bool wait_change(struct uevent *u)
{
	while (next_uevent(uevents, PATIENCE, u))
		if (strcmp(u->action, "bind") && strcmp(u->action, "unbind"))
			return !strcmp(u->action, "change");
	return false;
}

static bool drive_usb(int fd, uint64_t what)
{
	struct efi_mode_test_driver d;

	return call_driver(fd, "bus", what, &d);
}

/* The device loses a protocol and gets it again, but is not removed */
static void reconnect(int fd, const char *name, const char *device,
		      const char *guid)
{
	struct uevent u = {};
	bool ok;

	ok = drive_usb(fd, TEST_BUS_DISCONNECT) &&
	     wait_change(&u) && !strcmp(u.device, device) &&
	     !has_protocol(device, guid);
	if (!ok)
		ksft_print_msg("%s %s: %s\n", u.action, u.device,
			       has_protocol(device, guid) ? "still there" : "gone");
	ksft_test_result(ok, "%s: disconnected\n", name);
	ok = ok && drive_usb(fd, TEST_BUS_CONNECT) &&
	     wait_plugged(guid, &u) && !strcmp(u.action, "change") &&
	     !strcmp(u.device, device) && wait_bound(device);
	ksft_test_result(ok, "%s: connected again\n", name);
}

static void cycle(int fd, const char *name, const char *guid)
{
	char device[128];
	struct uevent u;
	uint64_t start;
	bool ok;

	printf("PLUG %s\n", name);
	fflush(stdout);
	start = now_ns();
	ok = wait_plugged(guid, &u);
	ksft_test_result(ok, "%s: plugged in, found after %llu ms\n", name,
			 (unsigned long long)(now_ns() - start) / 1000000);
	ksft_print_msg("%s: %s", u.device, path_of(u.device));

	reconnect(fd, name, u.device, guid);

	printf("UNPLUG %s\n", name);
	fflush(stdout);
	start = now_ns();
	ok = ok && wait_unplugged(u.device);
	snprintf(device, sizeof(device), DEVICES "%s", u.device);
	ksft_test_result(ok && access(device, F_OK),
			 "%s: unplugged, removed after %llu ms\n", name,
			 (unsigned long long)(now_ns() - start) / 1000000);
}

int main(void)
{
	int fd = open_test_device(), i;

	ksft_print_header();
	ksft_set_plan(8 * CYCLES);
	uevents = open_uevents();
	for (i = 0; i < CYCLES; i++) {
		cycle(fd, "keyboard", TEXT_INPUT);
		cycle(fd, "disk", BLOCK_IO);
	}
	ksft_finished();
}
