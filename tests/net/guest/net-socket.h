/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Network interfaces and raw frames, for the tests of network cards
 */
#ifndef _SELFTESTS_EFI_MODE_NET_SOCKET_H
#define _SELFTESTS_EFI_MODE_NET_SOCKET_H

#include <arpa/inet.h>
#include <dirent.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include "common.h"

#define HEADER_SIZE	14
#define MAC_SIZE	6

/* IEEE 802: a type for experiments */
#define FRAME_TYPE	0x88b5

static inline bool read_text(const char *name, const char *file, char *text, size_t size)
{
	char path[512];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", name, file);
	fd = open(path, O_RDONLY);
	if (fd >= 0) {
		n = read(fd, text, size - 1);
		close(fd);
	}
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return n > 0;
}

/* Return: a number in sysfs, or -1 */
static inline long long net_number(const char *name, const char *file)
{
	char text[32];

	return read_text(name, file, text, sizeof(text)) ? atoll(text) : -1;
}

/* Find the interface with an address, and set @name to its name */
static inline bool find_interface(const uint8_t *mac, char *name)
{
	char text[32], wanted[32];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(wanted, sizeof(wanted), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		 mac[2], mac[3], mac[4], mac[5]);
	dir = opendir("/sys/class/net");
	while (dir && !found && (entry = readdir(dir))) {
		/* The interface appears in sysfs a little earlier than for ioctl() */
		found = read_text(entry->d_name, "address", text, sizeof(text)) &&
			!strcmp(text, wanted) && if_nametoindex(entry->d_name);
		if (found)
			snprintf(name, IFNAMSIZ, "%.15s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Return: 0 or an error */
static inline int set_up(const char *name, bool up)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), error;
	struct ifreq ifr = {};

	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", name);
	error = ioctl(fd, SIOCGIFFLAGS, &ifr) ? errno : 0;
	if (up)
		ifr.ifr_flags |= IFF_UP;
	else
		ifr.ifr_flags &= ~IFF_UP;
	if (!error && ioctl(fd, SIOCSIFFLAGS, &ifr))
		error = errno;
	close(fd);
	return error;
}

#define MAX_COUNTERS	64

/* Return: a counter of ethtool -S, or -1 */
static inline long long ethtool_counter(const char *name, const char *counter)
{
	struct ethtool_gstrings *strings = calloc(1, sizeof(*strings) +
						  MAX_COUNTERS * ETH_GSTRING_LEN);
	struct ethtool_stats *stats = calloc(1, sizeof(*stats) +
					     MAX_COUNTERS * sizeof(stats->data[0]));
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq ifr = {};
	long long value = -1;
	unsigned int i;

	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", name);
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_STATS;
	ifr.ifr_data = (void *)strings;
	if (!ioctl(fd, SIOCETHTOOL, &ifr)) {
		stats->cmd = ETHTOOL_GSTATS;
		ifr.ifr_data = (void *)stats;
		if (!ioctl(fd, SIOCETHTOOL, &ifr))
			for (i = 0; i < strings->len; i++)
				if (!strcmp((char *)&strings->data[i * ETH_GSTRING_LEN], counter))
					value = stats->data[i];
	}
	free(strings);
	free(stats);
	close(fd);
	return value;
}

/* Return: a socket for frames of the type FRAME_TYPE */
static inline int open_frames(const char *name)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(FRAME_TYPE),
		.sll_ifindex = if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(FRAME_TYPE));

	if (fd < 0 || bind(fd, (void *)&address, sizeof(address)))
		ksft_exit_fail_msg("no socket for frames: %s\n", strerror(errno));
	return fd;
}

/* Fill a frame with data that depend on its size and @number */
static inline void make_frame(uint8_t *frame, size_t size, const uint8_t *to,
			      const uint8_t *from, uint32_t number)
{
	size_t i;

	memcpy(frame, to, MAC_SIZE);
	memcpy(frame + MAC_SIZE, from, MAC_SIZE);
	frame[12] = FRAME_TYPE >> 8;
	frame[13] = FRAME_TYPE & 0xff;
	for (i = HEADER_SIZE; i < size; i++)
		frame[i] = number + i * 7 + size;
}

/* Return: the size of the next frame, or -1 after @ms milliseconds */
static inline ssize_t next_frame(int fd, void *frame, size_t size, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) > 0 ? recv(fd, frame, size, MSG_TRUNC | MSG_DONTWAIT) : -1;
}

#endif /* _SELFTESTS_EFI_MODE_NET_SOCKET_H */
