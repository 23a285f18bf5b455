/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Receive uevents of the devices on the bus "efi"
 */
#ifndef _SELFTESTS_EFI_MODE_UEVENTS_H
#define _SELFTESTS_EFI_MODE_UEVENTS_H

#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include "common.h"

#define DEVICES	"/sys/bus/efi/devices/"

struct uevent {
	char action[16];
	char device[64];
	char alias[2048];
	char medium[8];
};

static inline int open_uevents(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK, .nl_groups = 1,
	};
	int fd = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);

	if (fd < 0 || bind(fd, (void *)&address, sizeof(address)))
		ksft_exit_fail_msg("uevents: %s\n", strerror(errno));
	return fd;
}

static inline void copy_value(char *to, size_t size, const char *line,
			      const char *key)
{
	if (!strncmp(line, key, strlen(key)))
		snprintf(to, size, "%s", line + strlen(key));
}

/* Wait for the next uevent of a subsystem; false if none comes within @ms */
static inline bool next_uevent_of(const char *subsystem, int fd, int ms,
				  struct uevent *u)
{
	static char buf[16384];
	uint64_t end = now_ns() + ms * 1000000ULL;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char *line;
	ssize_t n;

	for (;;) {
		int64_t left = (int64_t)(end - now_ns()) / 1000000;
		bool ours = false;

		if (left < 0 || poll(&p, 1, left) <= 0)
			return false;
		n = recv(fd, buf, sizeof(buf) - 1, 0);
		if (n <= 0)
			return false;
		buf[n] = '\0';
		memset(u, 0, sizeof(*u));
		for (line = buf; line < buf + n; line += strlen(line) + 1) {
			ours |= !strncmp(line, "SUBSYSTEM=", 10) &&
				!strcmp(line + 10, subsystem);
			copy_value(u->action, sizeof(u->action), line,
				   "ACTION=");
			copy_value(u->alias, sizeof(u->alias), line,
				   "MODALIAS=");
			copy_value(u->medium, sizeof(u->medium), line,
				   "DISK_MEDIA_CHANGE=");
			if (!strncmp(line, "DEVPATH=/", 9))
				snprintf(u->device, sizeof(u->device), "%s",
					 strrchr(line, '/') + 1);
		}
		if (ours)
			return true;
	}
}

/* Wait for the next uevent of the bus "efi" */
static inline bool next_uevent(int fd, int ms, struct uevent *u)
{
	return next_uevent_of("efi", fd, ms, u);
}

/* Wait until a disk reports a change of its medium */
static inline bool wait_medium(int fd, int ms, const char *disk)
{
	struct uevent u;

	while (next_uevent_of("block", fd, ms, &u))
		if (!strcmp(u.device, disk) && !strcmp(u.action, "change") &&
		    !strcmp(u.medium, "1"))
			return true;
	return false;
}

/*
 * Wait for @action on a device with @part in its alias. Return the milliseconds
 * that it took, or -1 after @ms milliseconds without any uevent of the bus.
 */
static inline long wait_uevent(int fd, int ms, const char *action,
			       const char *part, struct uevent *u)
{
	uint64_t start = now_ns();

	while (next_uevent(fd, ms, u))
		if (!strcmp(u->action, action) && strstr(u->alias, part))
			return (now_ns() - start) / 1000000;
	return -1;
}

#endif /* _SELFTESTS_EFI_MODE_UEVENTS_H */
