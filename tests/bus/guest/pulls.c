// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test USB devices that are pulled while they are in use
 *
 *	pulls
 *
 * The machine has two USB keyboards and two USB disks. One of each is behind a
 * USB hub. The host types all the time, and a child process writes and reads
 * each disk. The program prints "PLUG name" and "UNPLUG name", and the host
 * plugs the device in or out. If the host pulls the hub, both devices behind it
 * go as well.
 *
 * After a pull
 *  - requests to a pulled disk fail, and the reader of a pulled keyboard gets
 *    ENODEV,
 *  - the devices are removed from the bus,
 *  - the firmware answers, and the other disk still works.
 *
 * edk2 may need long, without Linux as well. The UEFI shell of OVMF 2022.11
 * copied a file from the disk when the host pulled it:
 *  - at a port of the controller: cp failed after 36 s. After 6 s more the disk
 *    still had its handle with BlockIo. With Linux, only some of these pulls
 *    end like this, and the request fails with EFI_TIMEOUT.
 *  - behind the hub, which stayed: cp failed after 0.2 s, and the handle went.
 *  - together with the hub: cp failed after 62 s, and both handles went.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <linux/input.h>
#include <linux/rtc.h>
#include <poll.h>
#include <signal.h>
#include <sys/klog.h>
#include <sys/mman.h>

#include "blockdev.h"
#include "bus.h"
#include "ledger.h"

#define DEVICES		"/sys/bus/efi/devices/"
#define ROOT		"PciRoot(0x0)/Pci(0x9,0x0)"
#define MIB		(1 << 20)

/* In ms: the firmware resets ports and reads descriptors */
#define PLUG_TIME	30000
/* In ms: edk2 retries a request to a disk that does not answer, see above */
#define FAIL_TIME	90000
/*
 * In ms, for the handle of a disk: edk2 checks its ports once a second, and the
 * bus looks for changes once a second
 */
#define REMOVE_TIME	6000

enum { KEYBOARD, DISK, HUB, HUB_KEYBOARD, HUB_DISK, NR_DEVICES };

static struct device {
	const char *name, *path;
	const char *class;	/* of what the Linux driver registers */
	bool plugged;
	char efi[32];		/* the name on the bus */
	char node[64];
	int fd;			/* keyboard: the open node */
	pid_t child;		/* disk: uses it until there is an error */
} devices[NR_DEVICES] = {
	[KEYBOARD] =	 { "keyboard", ROOT "/USB(0x4,0x0)", "input" },
	[DISK] =	 { "disk", ROOT "/USB(0x1,0x0)", "block" },
	[HUB] =		 { "hub", ROOT "/USB(0x6,0x0)" },
	[HUB_KEYBOARD] = { "hub-keyboard", ROOT "/USB(0x6,0x0)/USB(0x0,0x0)",
			   "input" },
	[HUB_DISK] =	 { "hub-disk", ROOT "/USB(0x6,0x0)/USB(0x1,0x0)",
			   "block" },
};

/*
 * QEMU sends keys to the last keyboard that was plugged in. So the keyboard
 * behind the hub is pulled before the other one, and is plugged in again later.
 */
static const int lap[] = {
	HUB_KEYBOARD, KEYBOARD, DISK, HUB_KEYBOARD, KEYBOARD, HUB, KEYBOARD,
	HUB_DISK, HUB_KEYBOARD, KEYBOARD,
};

#define LAPS		10
#define LAP		((int)(sizeof(lap) / sizeof(lap[0])))

/* Show warnings and errors on the console, and nothing less */
#define CONSOLE_LEVEL	5

/* Exit status of a child that has read wrong data. Others are errors. */
#define WRONG_DATA	255

/* Number of requests that the child of each disk has completed */
static volatile unsigned long *completed;
static int driver;
static int kept;	/* handles of disks that the firmware has kept */
static int timeouts;	/* requests that failed with ETIMEDOUT */

static bool is_keyboard(const struct device *d)
{
	return d->class && !strcmp(d->class, "input");
}

static bool is_disk(const struct device *d)
{
	return d->class && !strcmp(d->class, "block");
}

static bool goes_with(int i, int pulled)
{
	return i == pulled ||
	       (pulled == HUB && (i == HUB_KEYBOARD || i == HUB_DISK));
}

static bool ms_since(uint64_t start, unsigned int ms)
{
	return now_ns() - start > ms * 1000000ULL;
}

/* Find the first entry of a folder that begins with @prefix */
static bool find_entry(const char *folder, const char *prefix, char *name,
		       size_t size)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	bool found = false;

	while (dir && !found && (e = readdir(dir))) {
		found = e->d_name[0] != '.' &&
			!strncmp(e->d_name, prefix, strlen(prefix));
		snprintf(name, size, "%.31s", e->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool has_path(const char *efi, const char *path)
{
	char name[128], text[512] = "";
	FILE *f;

	snprintf(name, sizeof(name), DEVICES "%s/path", efi);
	f = fopen(name, "r");
	if (!f)
		return false;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	text[strcspn(text, "\n")] = '\0';
	return !strcmp(text, path);
}

static bool find_on_bus(struct device *d)
{
	DIR *dir = opendir(DEVICES);
	struct dirent *e;
	bool found = false;

	while (dir && !found && (e = readdir(dir))) {
		found = has_path(e->d_name, d->path);
		if (found)
			snprintf(d->efi, sizeof(d->efi), "%.31s", e->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Find what the Linux driver has registered for a device on the bus */
static bool find_node(struct device *d)
{
	char folder[128], input[32], name[32];

	snprintf(folder, sizeof(folder), DEVICES "%s/%s", d->efi, d->class);
	if (is_disk(d)) {
		if (!find_entry(folder, "efida", name, sizeof(name)))
			return false;
		snprintf(d->node, sizeof(d->node), "/dev/%s", name);
	} else {
		if (!find_entry(folder, "input", input, sizeof(input)))
			return false;
		snprintf(folder, sizeof(folder), DEVICES "%s/%s/%s", d->efi,
			 d->class, input);
		if (!find_entry(folder, "event", name, sizeof(name)))
			return false;
		snprintf(d->node, sizeof(d->node), "/dev/input/%s", name);
	}
	return !access(d->node, F_OK);
}

static bool wait_ready(struct device *d)
{
	uint64_t start = now_ns();

	while (!find_on_bus(d) || (d->class && !find_node(d))) {
		if (ms_since(start, PLUG_TIME)) {
			ksft_print_msg("%s: not found\n", d->name);
			return false;
		}
		usleep(20000);
	}
	return true;
}

static void ask_host(const char *what, struct device *d)
{
	printf("%s %s\n", what, d->name);
	fflush(stdout);
}

/* Plug in all devices that are missing, except @left_out */
static bool plug(int left_out)
{
	bool ok = true;
	int i;

	for (i = 0; i < NR_DEVICES; i++)
		if (!devices[i].plugged && i != left_out)
			ask_host("PLUG", &devices[i]);
	for (i = 0; i < NR_DEVICES; i++) {
		if (devices[i].plugged || i == left_out)
			continue;
		devices[i].plugged = true;
		ok &= wait_ready(&devices[i]);
	}
	return ok;
}

/*
 * The child of a disk: write and read until there is an error. When the block
 * layer marks the disk dead, it sets the size to 0. A write then fails with
 * ENOSPC, and a read returns 0.
 */
static int use_disk(const char *node, volatile unsigned long *count)
{
	uint8_t *wrote = alloc_aligned(MIB), *seen = alloc_aligned(MIB);
	int fd = open(node, O_RDWR | O_DIRECT);
	size_t size = 4096;
	uint64_t at = 0;

	while (fd >= 0) {
		fill_pattern(wrote, "usb", at, size);
		errno = 0;
		if (pwrite(fd, wrote, size, at) != (ssize_t)size ||
		    pread(fd, seen, size, at) != (ssize_t)size)
			break;
		if (memcmp(wrote, seen, size))
			return WRONG_DATA;
		++*count;
		at = (at + size) % (16 * MIB);
		size = size == MIB ? 4096 : size * 4;
	}
	return errno ?: ENOSPC;
}

static bool start_disk(int i)
{
	struct device *d = &devices[i];

	if (d->child)
		return true;
	d->child = fork();
	if (!d->child)
		_exit(use_disk(d->node, &completed[i]));
	return d->child > 0;
}

/*
 * Wait until the child's request has failed. If the firmware's driver has given
 * up waiting for the disk, the error is ETIMEDOUT.
 */
static bool request_fails(struct device *d)
{
	uint64_t start = now_ns();
	int status, error;

	while (waitpid(d->child, &status, WNOHANG) != d->child) {
		if (ms_since(start, FAIL_TIME)) {
			ksft_print_msg("%s: the request hangs\n", d->name);
			return false;
		}
		usleep(10000);
	}
	d->child = 0;
	error = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	ksft_print_msg("%s: %s after %llu ms\n", d->name, strerror(error),
		       (unsigned long long)(now_ns() - start) / 1000000);
	timeouts += error == ETIMEDOUT;
	return error == EIO || error == ENODEV || error == ENOSPC ||
	       error == ETIMEDOUT;
}

/* All disks that are plugged in complete requests */
static bool disks_work(void)
{
	unsigned long before[NR_DEVICES];
	uint64_t start = now_ns();
	int i;

	for (i = 0; i < NR_DEVICES; i++)
		before[i] = completed[i];
	for (i = 0; i < NR_DEVICES; i++) {
		if (!is_disk(&devices[i]) || !devices[i].plugged)
			continue;
		while (completed[i] < before[i] + 2) {
			if (ms_since(start, FAIL_TIME)) {
				ksft_print_msg("%s: no progress\n",
					       devices[i].name);
				return false;
			}
			usleep(10000);
		}
	}
	return true;
}

static bool open_keyboard(struct device *d)
{
	if (d->fd < 0)
		d->fd = open(d->node, O_RDONLY | O_NONBLOCK);
	return d->fd >= 0;
}

static bool sees_typing(struct device *d)
{
	struct pollfd p = { .fd = d->fd, .events = POLLIN };
	struct input_event event;

	while (read(d->fd, &event, sizeof(event)) > 0)
		;
	return poll(&p, 1, 10000) == 1 && p.revents == POLLIN &&
	       read(d->fd, &event, sizeof(event)) == sizeof(event);
}

static bool reader_ends(struct device *d)
{
	uint64_t start = now_ns();
	struct input_event event;
	bool ended;

	errno = 0;
	while (read(d->fd, &event, sizeof(event)) > 0 || errno == EAGAIN) {
		if (ms_since(start, FAIL_TIME)) {
			ksft_print_msg("%s: the reader is not told\n", d->name);
			return false;
		}
		usleep(10000);
	}
	ended = errno == ENODEV;
	close(d->fd);
	d->fd = -1;
	return ended;
}

static bool on_bus(const struct device *d)
{
	char name[128];

	snprintf(name, sizeof(name), DEVICES "%s", d->efi);
	return !access(name, F_OK);
}

static bool wait_removed(struct device *d, unsigned int ms)
{
	uint64_t start = now_ns();

	while (on_bus(d)) {
		if (ms_since(start, ms))
			return false;
		usleep(10000);
	}
	return true;
}

/*
 * edk2 may keep the handle of a disk for ever: it resets the port of a disk
 * that does not answer, and so forgets that the port has changed. Then the disk
 * is removed when the firmware's driver is disconnected.
 */
static bool disconnect(struct device *d)
{
	char name[128];
	uint64_t start = now_ns();

	kept++;
	ksft_print_msg("%s: the firmware keeps its handle\n", d->name);
	snprintf(name, sizeof(name), DEVICES "%s/connect", d->efi);
	if (!write_file(name, "0"))
		return !on_bus(d);
	while (!access(d->node, F_OK)) {
		if (ms_since(start, REMOVE_TIME))
			return false;
		usleep(10000);
	}
	return true;
}

static bool is_removed(struct device *d)
{
	if (!is_disk(d))
		return wait_removed(d, PLUG_TIME);
	return wait_removed(d, REMOVE_TIME) || disconnect(d);
}

static bool firmware_answers(void)
{
	struct efi_mode_test_driver d;
	struct rtc_time time;
	int fd = open("/dev/rtc0", O_RDONLY);
	bool ok = fd >= 0 && !ioctl(fd, RTC_RD_TIME, &time) &&
		  time.tm_year > 100;

	close(fd);
	return ok && call_driver(driver, "bus", TEST_BUS_CALLS, &d);
}

static bool begin(int pulled)
{
	/* The keyboard gets the keys only if the other one is not there */
	const int left_out = pulled == KEYBOARD ? HUB_KEYBOARD : NR_DEVICES;
	bool ok = plug(left_out);
	int i;

	for (i = 0; ok && i < NR_DEVICES; i++) {
		if (is_disk(&devices[i]))
			ok = start_disk(i);
		else if (goes_with(i, pulled) && is_keyboard(&devices[i]))
			ok = open_keyboard(&devices[i]) &&
			     sees_typing(&devices[i]);
	}
	return ok && disks_work();
}

static void pull(int n, int pulled)
{
	const char *name = devices[pulled].name;
	bool ok = begin(pulled);
	uint64_t start;
	int i;

	ksft_test_result(ok, "pull %d: %s: in use\n", n, name);
	if (!ok)
		ksft_exit_fail_msg("no device to pull\n");
	start = now_ns();
	ask_host("UNPLUG", &devices[pulled]);
	for (i = 0; i < NR_DEVICES; i++) {
		if (!goes_with(i, pulled))
			continue;
		devices[i].plugged = false;
		if (is_disk(&devices[i]))
			ok &= request_fails(&devices[i]);
	}
	for (i = 0; i < NR_DEVICES; i++) {
		if (!goes_with(i, pulled))
			continue;
		ok &= is_removed(&devices[i]);
		if (is_keyboard(&devices[i]))
			ok &= reader_ends(&devices[i]);
	}
	ksft_test_result(ok, "pull %d: %s: removed, after %llu ms\n", n, name,
			 (unsigned long long)(now_ns() - start) / 1000000);
	ksft_test_result(firmware_answers() && disks_work(),
			 "pull %d: %s: the firmware and the other devices work\n",
			 n, name);
}

static int count_devices(void)
{
	DIR *dir = opendir(DEVICES);
	struct dirent *e;
	int n = 0;

	while (dir && (e = readdir(dir)))
		n += e->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

/* Stop using a device, and let the host unplug it */
static bool unplug_idle(int unplugged)
{
	bool ok = true;
	int i;

	for (i = 0; i < NR_DEVICES; i++) {
		struct device *d = &devices[i];

		if (!goes_with(i, unplugged))
			continue;
		if (d->child) {
			kill(d->child, SIGKILL);
			waitpid(d->child, NULL, 0);
			d->child = 0;
		}
		if (d->fd >= 0)
			close(d->fd);
		d->fd = -1;
	}
	if (devices[unplugged].plugged)
		ask_host("UNPLUG", &devices[unplugged]);
	for (i = 0; i < NR_DEVICES; i++) {
		if (!goes_with(i, unplugged) || !devices[i].plugged)
			continue;
		devices[i].plugged = false;
		ok &= wait_removed(&devices[i], PLUG_TIME);
	}
	return ok;
}

/* Count the tasks that wait uninterruptibly */
static int count_waiting(void)
{
	char name[64], line[512], *state;
	DIR *dir = opendir("/proc");
	struct dirent *e;
	int n = 0;
	FILE *f;

	while (dir && (e = readdir(dir))) {
		snprintf(name, sizeof(name), "/proc/%.16s/stat", e->d_name);
		f = isdigit(e->d_name[0]) ? fopen(name, "r") : NULL;
		if (!f)
			continue;
		if (fgets(line, sizeof(line), f)) {
			state = strrchr(line, ')');
			n += state && state[2] == 'D';
		}
		fclose(f);
	}
	if (dir)
		closedir(dir);
	return n;
}

static bool no_task_hangs(void)
{
	uint64_t start = now_ns();

	while (count_waiting()) {
		if (ms_since(start, REMOVE_TIME))
			return false;
		usleep(10000);
	}
	return true;
}

/*
 * The disk driver abandons the memory of a request that has timed out, because
 * the disk may still write to it.
 */
static bool is_ledger(struct ledger wanted)
{
	const struct ledger now = read_ledger();

	wanted.abandoned += timeouts;
	if (same_ledger(wanted, now))
		return true;
	ksft_print_msg("protocols %d, buffers %d, events %d, keys %d, pumps %d, abandoned %d\n",
		       now.protocols, now.buffers, now.events, now.keys,
		       now.pumps, now.abandoned);
	ksft_print_msg("expected: %d, %d, %d, %d, %d, %d\n", wanted.protocols,
		       wanted.buffers, wanted.events, wanted.keys, wanted.pumps,
		       wanted.abandoned);
	return false;
}

/* The last pulls have left nothing behind, and new devices work */
static void judge_end(struct ledger before, int known)
{
	bool ok = unplug_idle(KEYBOARD) & unplug_idle(DISK) & unplug_idle(HUB);

	ksft_test_result(ok && count_devices() == known,
			 "the bus has the devices that it had at first\n");
	ksft_test_result(is_ledger(before), "no Linux driver has left a resource behind\n");
	ksft_test_result(no_task_hangs(), "no task hangs\n");
	ksft_test_result(begin(KEYBOARD) && begin(HUB_KEYBOARD),
			 "new keyboards and disks work\n");
	ok = unplug_idle(KEYBOARD) & unplug_idle(DISK) & unplug_idle(HUB);
	ksft_test_result(ok && count_devices() == known && is_ledger(before),
			 "the new devices leave nothing behind, either\n");
}

int main(void)
{
	struct ledger before;
	int i, known;

	ksft_print_header();
	ksft_set_plan(3 * LAPS * LAP + 5);
	driver = open_test_device();
	completed = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (completed == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");
	for (i = 0; i < NR_DEVICES; i++)
		devices[i].fd = -1;
	/* A message in the middle of a line would hide it from the host */
	klogctl(8, NULL, CONSOLE_LEVEL);
	before = read_ledger();
	known = count_devices();
	for (i = 0; i < LAPS * LAP; i++)
		pull(i + 1, lap[i % LAP]);
	judge_end(before, known);
	ksft_print_msg("requests that timed out: %d, handles that the firmware kept: %d\n",
		       timeouts, kept);
	ksft_finished();
}
