// SPDX-License-Identifier: GPL-2.0-only
/*
 * Let Linux or the firmware extend a PCR, for the script tpm-log
 *
 *	tpm-event linux TEXT [NR]	efi_tcg2_measure(), PCR 14, NR times
 *	tpm-event driver		HashLogExtendEvent() of another EFI driver
 *	tpm-event image			LoadImage()
 *	tpm-event rom			make a device whose driver loads an image
 */
#include "common.h"

#define EV_IPL	13
#define PCR	14

/* Return 0 or an errno, and print how many events were measured before */
static int measure(int fd, const char *text, int nr)
{
	struct efi_mode_test_measure m = { .pcr = PCR, .type = EV_IPL };
	int i, error = 0;

	for (i = 0; i < nr && !error; i++) {
		snprintf(m.text, sizeof(m.text), "%s", text);
		error = ioctl(fd, EFI_MODE_TEST_MEASURE, &m) ? errno : 0;
	}
	printf("%d events, %s\n", i - !!error, error ? strerror(error) : "no error");
	return error;
}

static int call(int fd, const char *name, uint64_t argument)
{
	struct efi_mode_test_driver d;

	return call_driver(fd, name, argument, &d) ? 0 : EIO;
}

int main(int argc, char **argv)
{
	int fd = open_test_device();

	if (argc >= 3 && !strcmp(argv[1], "linux"))
		return measure(fd, argv[2], argc > 3 ? atoi(argv[3]) : 1);
	if (argc == 2 && !strcmp(argv[1], "driver"))
		return call(fd, "tpm_extend", 1);
	if (argc == 2 && !strcmp(argv[1], "image"))
		return call(fd, "tpm_load_image", 0);
	if (argc == 2 && !strcmp(argv[1], "rom"))
		return call(fd, "tpm_rom", 0);
	return EINVAL;
}
