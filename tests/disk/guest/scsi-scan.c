// SPDX-License-Identifier: GPL-2.0-only
/*
 * Send SCSI commands while efi-scsi adds the units of an adapter
 *
 *	scsi-scan N	the adapter has N disks, /dev/sg*. The host part has
 *			given each a serial number that contains its target
 *			number.
 */
#define _GNU_SOURCE
#include <scsi/sg.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "common.h"

#define USERS		2

/* Leave CPU time for adding the units, however busy the host is */
#define PAUSE_US	20000

/* INQUIRY, the page with the serial number (SPC-4, 7.8.15) */
#define INQUIRY		0x12
#define EVPD		1
#define SERIAL_PAGE	0x80
#define SERIAL_LENGTH	3
#define SERIAL		4

struct seen {
	unsigned int commands, wrong;
	volatile bool over;
};

/*
 * Load a module. Return: false if it is loaded already, or if there is no such
 * file, because the driver is built in.
 */
static bool load(const char *name)
{
	char path[64];
	int fd;
	bool ok;

	snprintf(path, sizeof(path), "/tests/modules/%s.ko", name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return false;
	ok = !syscall(SYS_finit_module, fd, "", 0);
	if (!ok && errno != EEXIST)
		ksft_exit_fail_msg("%s: %s\n", path, strerror(errno));
	close(fd);
	return ok;
}

/* Return: the target of a unit, or -1 if there is no such unit */
static int target_of(unsigned int unit)
{
	char path[64], link[256];
	int target = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/class/scsi_generic/sg%u/device",
		 unit);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0)
		return -1;
	link[n] = '\0';
	sscanf(strrchr(link, '/') ?: "", "/%*d:%*d:%d", &target);
	return target;
}

/* Return: the number in the serial number, or -1 if the command failed */
static int ask_serial(int fd)
{
	uint8_t cdb[6] = { INQUIRY, EVPD, SERIAL_PAGE, 0, 64 };
	uint8_t page[65] = {}, sense[32];
	sg_io_hdr_t io = {
		.interface_id = 'S',
		.dxfer_direction = SG_DXFER_FROM_DEV,
		.cmd_len = sizeof(cdb),
		.cmdp = cdb,
		.dxfer_len = sizeof(page) - 1,
		.dxferp = page,
		.mx_sb_len = sizeof(sense),
		.sbp = sense,
		.timeout = 20000,
	};
	int number = -1;

	if (!ioctl(fd, SG_IO, &io) && !(io.info & SG_INFO_CHECK) &&
	    page[SERIAL_LENGTH])
		sscanf((char *)page + SERIAL, "unit-%d", &number);
	return number;
}

static int open_unit(unsigned int unit)
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/sg%u", unit);
	return open(path, O_RDWR);
}

static void use_units(struct seen *s)
{
	unsigned int unit = 0;
	int target, fd;

	for (; !s->over; usleep(PAUSE_US)) {
		/* A unit appears in sysfs shortly before it can be opened */
		target = target_of(unit);
		fd = target < 0 ? -1 : open_unit(unit);
		if (fd < 0) {
			unit = 0;
			continue;
		}
		s->wrong += ask_serial(fd) != target;
		s->commands++;
		unit++;
		close(fd);
	}
	_exit(0);
}

static unsigned int count_units(void)
{
	unsigned int n = 0;

	while (target_of(n) >= 0)
		n++;
	return n;
}

int main(int argc, char **argv)
{
	unsigned int i, units = argc > 1 ? atoi(argv[1]) : 0, wrong = 0, asked = 0;
	struct seen *seen;

	ksft_print_header();
	ksft_set_plan(4);
	seen = mmap(NULL, USERS * sizeof(*seen), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	load("bsg");
	load("scsi_mod");
	load("sg");
	for (i = 0; i < USERS; i++)
		if (!fork())
			use_units(&seen[i]);
	ksft_test_result(load("efi-scsi"), "efi-scsi is loaded\n");
	for (i = 0; i < USERS; i++) {
		seen[i].over = true;
		asked += seen[i].commands;
		wrong += seen[i].wrong;
	}
	while (wait(NULL) > 0)
		;
	ksft_print_msg("%u commands while units were added\n", asked);
	ksft_test_result(asked > units, "units were used while others were added\n");
	ksft_test_result(!wrong, "each command went to its unit\n");
	if (wrong)
		ksft_print_msg("%u went to another unit, or failed\n", wrong);
	ksft_test_result(count_units() == units, "all units are there\n");
	ksft_finished();
}
