/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands for the TPM device
 */
#ifndef _SELFTESTS_EFI_MODE_TPM_H
#define _SELFTESTS_EFI_MODE_TPM_H

#include <dirent.h>
#include <endian.h>

#include "ledger.h"

#define TPM		"/dev/tpm0"
#define TPM_DRIVER	"/sys/bus/efi/drivers/efi-tpm/"
#define TPM_LOG		"/sys/kernel/security/tpm0/binary_bios_measurements"

/* TPM 2.0 Library, part 2, sections 6.5 and 6.9 */
#define TPM_NO_SESSIONS	0x8001
#define TPM_GET_RANDOM	0x17b
#define TPM_HEADER	10

struct tpm_command {
	uint16_t tag;
	uint32_t size;
	uint32_t code;
	uint8_t data[8192];
} __attribute__((packed));

static struct tpm_command tpm_command, tpm_response;

/* Fill in the header of tpm_command */
static inline void tpm_prepare(uint32_t code, size_t size)
{
	memset(&tpm_command, 0, sizeof(tpm_command));
	tpm_command.tag = htobe16(TPM_NO_SESSIONS);
	tpm_command.size = htobe32(size);
	tpm_command.code = htobe32(code);
}

/* Write @size bytes of tpm_command; return 0 or an errno */
static inline int tpm_send(int fd, size_t size)
{
	return write(fd, &tpm_command, size) == (ssize_t)size ? 0 : errno;
}

static inline ssize_t tpm_receive(int fd)
{
	memset(&tpm_response, 0, sizeof(tpm_response));
	return read(fd, &tpm_response, sizeof(tpm_response));
}

/* Get @nr random bytes, of which some must not be 0; return 0 or an errno */
static inline int tpm_random(int fd, uint16_t nr)
{
	unsigned int i, bits = 0;
	int error;

	tpm_prepare(TPM_GET_RANDOM, TPM_HEADER + 2);
	tpm_command.data[0] = nr >> 8;
	tpm_command.data[1] = nr;
	error = tpm_send(fd, TPM_HEADER + 2);
	if (error)
		return error;
	if (tpm_receive(fd) != TPM_HEADER + 2 + nr || tpm_response.code)
		return EPROTO;
	for (i = 0; i < nr; i++)
		bits |= tpm_response.data[2 + i];
	return bits ? 0 : EPROTO;
}

/* Find the name of the device that the driver is bound to */
static inline bool tpm_find_device(char *name, size_t size)
{
	DIR *dir = opendir(TPM_DRIVER);
	struct dirent *e;
	bool found = false;

	while (dir && (e = readdir(dir)))
		if (!strncmp(e->d_name, "efi", 3)) {
			snprintf(name, size, "%s", e->d_name);
			found = true;
		}
	if (dir)
		closedir(dir);
	return found;
}

#endif /* _SELFTESTS_EFI_MODE_TPM_H */
