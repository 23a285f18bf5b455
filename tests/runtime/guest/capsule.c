// SPDX-License-Identifier: GPL-2.0-only
/*
 * Send capsules through /dev/efi_capsule_loader
 *
 *	capsule		send one to a firmware that may not accept it, and
 *			compare the error with the firmware's status
 *	capsule send	send malformed capsules to tests/runtime/efi/capsule.c,
 *			and then a good one, which stays pending
 *
 * The host compares the capsule that was sent with the one that the firmware
 * got.
 */
#include "efi_test.h"

#define PERSIST_ACROSS_RESET	0x10000
#define FOR_ITS_GUID		0x00001	/* its meaning depends on the GUID */
#define INITIATE_RESET		0x40000

/* More pages than one page of descriptors can describe */
#define SIZE			1200007
#define TOO_LARGE		0x200000
#define CHUNK			50000

static uint8_t data[TOO_LARGE];

static const struct capsule_header usual = {
	.guid = {
		0x5d2c6a1f, 0x0e94, 0x4b7c,
		{ 0x91, 0x3a, 0xc4, 0x77, 0x20, 0x5e, 0x88, 0x19 }
	},
	.header_size = sizeof(usual),
	.flags = PERSIST_ACROSS_RESET,
	.image_size = SIZE,
};

static void fill(void)
{
	uint32_t x = 1;
	size_t i;

	for (i = 0; i < sizeof(data); i++) {
		x = x * 1664525 + 1013904223;
		data[i] = x >> 24;
	}
}

static uint32_t crc32(size_t size)
{
	uint32_t crc = ~0U;
	size_t i;
	int bit;

	for (i = 0; i < size; i++) {
		crc ^= data[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
	}
	return ~crc;
}

/* Return: 0, or the error number of the first write that fails */
static int send_capsule(const struct capsule_header *header, size_t size)
{
	int fd = open("/dev/efi_capsule_loader", O_WRONLY), error = 0;
	/* The first write has only a part of the header */
	size_t done = 0, chunk = sizeof(*header) - 8;
	ssize_t n;

	if (fd < 0)
		ksft_exit_fail_msg("/dev/efi_capsule_loader: %s\n",
				   strerror(errno));
	memcpy(data, header, sizeof(*header));
	while (done < size) {
		n = write(fd, data + done,
			  chunk < size - done ? chunk : size - done);
		if (n < 0) {
			error = errno;
			break;
		}
		done += n;
		chunk = CHUNK;
	}
	close(fd);
	return error;
}

static void refused(struct capsule_header header, size_t size, int expected,
		    const char *what)
{
	int error = send_capsule(&header, size);

	ksft_test_result(error == expected, "%s: %s\n", what, strerror(error));
}

static void send_all(void)
{
	struct capsule_header h;
	int error;

	ksft_set_plan(9);
	h = usual;
	h.image_size = 0;
	refused(h, SIZE, EINVAL, "a capsule of size 0");
	h = usual;
	h.flags |= INITIATE_RESET;
	refused(h, SIZE, EINVAL, "a capsule that initiates a reset");
	h = usual;
	h.flags |= FOR_ITS_GUID;
	refused(h, SIZE, EINVAL, "a capsule with flags that depend on its GUID");
	h = usual;
	h.header_size = SIZE + 1;
	refused(h, SIZE, EINVAL, "a header larger than its capsule");
	h.header_size = 0xfffffff0;
	refused(h, SIZE, EINVAL, "a header of almost 4 GiB");
	h.header_size = sizeof(h) - 1;
	refused(h, SIZE, EINVAL, "a header smaller than the minimum");
	h = usual;
	h.image_size = TOO_LARGE;
	refused(h, TOO_LARGE, ENOSPC, "a capsule too large for the firmware");
	refused(usual, SIZE + 1, EINVAL, "a capsule with a byte behind its end");
	/* An incomplete capsule is dropped when the file is closed */
	send_capsule(&usual, SIZE - 1);

	error = send_capsule(&usual, SIZE);
	ksft_test_result(!error, "a good capsule is accepted: %s\n", strerror(error));
	printf("CAPSULE SENT %08X-%04X-%04X-913A-C477205E8819 %d bytes crc %08X\n",
	       usual.guid.a, usual.guid.b, usual.guid.c, SIZE, crc32(SIZE));
}

/* The same as efi_status_to_err() in the kernel */
static int to_errno(unsigned long status)
{
	switch (status) {
	case 0:
		return 0;
	case OUT_OF_RESOURCES:
		return -ENOSPC;
	case WRITE_PROTECTED:
		return -EROFS;
	case NOT_FOUND:
		return -ENOENT;
	case SECURITY_VIOLATION:
		return -EACCES;
	default:
		return -EINVAL;
	}
}

static void send_one(void)
{
	struct capsule_header header = usual, *headers = &header;
	uint64_t max_size = 0;
	int reset_type = -1, error;
	unsigned long status;

	ksft_set_plan(2);
	status = query_capsule(open_efi_test(), &headers, 1, &max_size,
			       &reset_type);
	ksft_test_result(status == UNSUPPORTED || !status,
			 "QueryCapsuleCapabilities(): %#lx\n", status);
	error = send_capsule(&header, SIZE);
	if (!status && SIZE > max_size)
		ksft_test_result(error == ENOSPC, "a capsule too large for the firmware: %s\n",
				 strerror(error));
	else
		ksft_test_result(error == -to_errno(status),
				 "the error matches that status: %s\n", strerror(error));
}

int main(int argc, char **argv)
{
	ksft_print_header();
	fill();
	if (argc == 2 && !strcmp(argv[1], "send"))
		send_all();
	else
		send_one();
	ksft_finished();
}
