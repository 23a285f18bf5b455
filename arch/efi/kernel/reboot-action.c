// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parse the words for how the system ends
 *
 *	return[=STATUS]			return from the EFI image
 *	reset[=cold|warm|platform|GUID]	call ResetSystem() for a reset
 *	off				call ResetSystem() for power-off
 *
 * STATUS is the name of an EFI status, with or without EFI_ and in upper or
 * lower case, or a number, decimal or with 0x. A GUID names a platform-specific
 * reset.
 */
#include <linux/array_size.h>
#include <linux/errno.h>
#include <linux/kstrtox.h>
#include <linux/string.h>
#include <linux/uuid.h>

#include <asm/efi-mode.h>

#define ERROR(n)	((n) | BIT_ULL(63))

/* UEFI 2.10, appendix D */
static const struct {
	const char *name;
	u64 status;
} statuses[] = {
	{ "SUCCESS",			0 },
	{ "LOAD_ERROR",			ERROR(1) },
	{ "INVALID_PARAMETER",		ERROR(2) },
	{ "UNSUPPORTED",		ERROR(3) },
	{ "BAD_BUFFER_SIZE",		ERROR(4) },
	{ "BUFFER_TOO_SMALL",		ERROR(5) },
	{ "NOT_READY",			ERROR(6) },
	{ "DEVICE_ERROR",		ERROR(7) },
	{ "WRITE_PROTECTED",		ERROR(8) },
	{ "OUT_OF_RESOURCES",		ERROR(9) },
	{ "VOLUME_CORRUPTED",		ERROR(10) },
	{ "VOLUME_FULL",		ERROR(11) },
	{ "NO_MEDIA",			ERROR(12) },
	{ "MEDIA_CHANGED",		ERROR(13) },
	{ "NOT_FOUND",			ERROR(14) },
	{ "ACCESS_DENIED",		ERROR(15) },
	{ "NO_RESPONSE",		ERROR(16) },
	{ "NO_MAPPING",			ERROR(17) },
	{ "TIMEOUT",			ERROR(18) },
	{ "NOT_STARTED",		ERROR(19) },
	{ "ALREADY_STARTED",		ERROR(20) },
	{ "ABORTED",			ERROR(21) },
	{ "ICMP_ERROR",			ERROR(22) },
	{ "TFTP_ERROR",			ERROR(23) },
	{ "PROTOCOL_ERROR",		ERROR(24) },
	{ "INCOMPATIBLE_VERSION",	ERROR(25) },
	{ "SECURITY_VIOLATION",		ERROR(26) },
	{ "CRC_ERROR",			ERROR(27) },
	{ "END_OF_MEDIA",		ERROR(28) },
	{ "END_OF_FILE",		ERROR(31) },
	{ "INVALID_LANGUAGE",		ERROR(32) },
	{ "COMPROMISED_DATA",		ERROR(33) },
	{ "IP_ADDRESS_CONFLICT",	ERROR(34) },
	{ "HTTP_ERROR",			ERROR(35) },
};

static int eact_parse_status(const char *text, u64 *status)
{
	unsigned int i;

	if (*text >= '0' && *text <= '9')
		return kstrtou64(text, text[0] == '0' && text[1] == 'x' ? 16 : 10,
				 status);
	if (!strncasecmp(text, "EFI_", 4))
		text += 4;
	for (i = 0; i < ARRAY_SIZE(statuses); i++) {
		if (strcasecmp(text, statuses[i].name))
			continue;
		*status = statuses[i].status;
		return 0;
	}
	return -EINVAL;
}

static int eact_parse_reset(const char *text, struct efi_mode_reboot_action *e)
{
	if (!strcmp(text, "cold")) {
		e->reset = EFI_RESET_COLD;
	} else if (!strcmp(text, "warm")) {
		e->reset = EFI_RESET_WARM;
	} else if (!strcmp(text, "platform")) {
		e->reset = EFI_MODE_RESET_PLATFORM;
	} else {
		if (strlen(text) != UUID_STRING_LEN ||
		    guid_parse(text, &e->platform))
			return -EINVAL;
		e->reset = EFI_MODE_RESET_PLATFORM;
	}
	return 0;
}

/**
 * efi_mode_parse_reboot_action() - parse the words for how the system ends
 * @text:	see the top of this file
 * @status:	EFI status for "return" without a status
 * @reset:	reset type for "reset" without a type, EFI_RESET_* or -1
 * @action:	result; not changed in case of an error
 *
 * Context: any.
 * Return: 0, or -EINVAL.
 */
int efi_mode_parse_reboot_action(const char *text, u64 status, int reset,
				 struct efi_mode_reboot_action *action)
{
	struct efi_mode_reboot_action e = { .status = status, .reset = reset };
	size_t len = strcspn(text, "=");
	const char *value = text[len] ? text + len + 1 : NULL;
	int ret = 0;

	if (len == 6 && !strncmp(text, "return", len)) {
		e.type = EFI_MODE_REBOOT_RETURN;
		if (value)
			ret = eact_parse_status(value, &e.status);
	} else if (len == 5 && !strncmp(text, "reset", len)) {
		e.type = EFI_MODE_REBOOT_RESET;
		if (value)
			ret = eact_parse_reset(value, &e);
	} else if (!strcmp(text, "off")) {
		e.type = EFI_MODE_REBOOT_OFF;
	} else {
		ret = -EINVAL;
	}
	if (ret)
		return -EINVAL;
	*action = e;
	return 0;
}
