// SPDX-License-Identifier: GPL-2.0-only
/*
 * Let the firmware receive from a server by its own network stack, for the script
 * net-both
 *
 *	net-firmware start ADDRESS PORT	start
 *	net-firmware end SECONDS	wait until the server has closed the connection,
 *					and print the number of bytes
 *
 * Needs the EFI test driver.
 */
#include <arpa/inet.h>

#include "common.h"

/* EFI_NOT_READY */
#define NOT_READY	(6 | 1ULL << 63)

static int start(int fd, const char *address, const char *port)
{
	struct efi_mode_test_driver d;
	struct in_addr in;

	if (!inet_aton(address, &in))
		return EINVAL;
	if (call_driver(fd, "net_tcp_start",
			(uint64_t)ntohl(in.s_addr) << 16 | atoi(port), &d))
		return 0;
	fprintf(stderr, "the firmware cannot connect: status %#llx\n",
		(unsigned long long)d.status);
	return EIO;
}

static int end(int fd, int seconds)
{
	struct efi_mode_test_driver d;
	int i;

	for (i = 0; i < seconds * 10; i++) {
		call_driver(fd, "net_tcp_state", 0, &d);
		if (d.status != NOT_READY)
			break;
		usleep(100000);
	}
	if (d.status)
		fprintf(stderr, "the connection of the firmware: status %#llx, %llu bytes\n",
			(unsigned long long)d.status, (unsigned long long)d.value);
	else
		printf("%llu\n", (unsigned long long)d.value);
	return d.status ? EIO : 0;
}

int main(int argc, char **argv)
{
	int fd = open_test_device();

	if (argc == 4 && !strcmp(argv[1], "start"))
		return start(fd, argv[2], argv[3]);
	if (argc == 3 && !strcmp(argv[1], "end"))
		return end(fd, atoi(argv[2]));
	return EINVAL;
}
