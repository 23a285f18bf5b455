// SPDX-License-Identifier: GPL-2.0-only
/*
 * efi-kexec: start another EFI application from Linux
 *
 * kexec of kexec-tools only accepts files that it knows: of EFI applications,
 * kernels with an EFI stub. This program passes any file to kexec_file_load(2),
 * and the kernel passes it to the firmware, which decides.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <sys/syscall.h>

#include "boot-entry.h"

static const char usage[] =
	"usage: efi-kexec [OPTION]... [IMAGE]\n"
	"       efi-kexec [OPTION]... --boot=XXXX\n"
	"       efi-kexec --list\n"
	"\n"
	"Let the firmware load IMAGE, an EFI application, or the file of a boot option.\n"
	"It starts when Linux ends by efi-kexec --exec, kexec -e or systemctl kexec.\n"
	"\n"
	"  -i, --initrd=FILE   initrd, for a kernel with an EFI stub\n"
	"  -a, --append=TEXT   load options: the command line of a kernel\n"
	"  -b, --boot=XXXX     the file and the optional data of Boot####\n"
	"  -l, --list          print the boot options in their order\n"
	"  -e, --exec          end Linux at once, and start the image; with IMAGE, load\n"
	"                      it first\n"
	"  -u, --unload        unload the image\n"
	"  -h, --help          print this text\n";

static const struct option options[] = {
	{ "initrd", required_argument, NULL, 'i' },
	{ "append", required_argument, NULL, 'a' },
	{ "boot", required_argument, NULL, 'b' },
	{ "list", no_argument, NULL, 'l' },
	{ "exec", no_argument, NULL, 'e' },
	{ "unload", no_argument, NULL, 'u' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

/* A byte order mark: the kernel does not convert the load options that follow */
#define RAW_MARK	"\xff\xfe"

static int fail(const char *what)
{
	fprintf(stderr, "efi-kexec: %s: %s\n", what, strerror(errno));
	return 1;
}

/* The meaning of an error of kexec_file_load(2) */
static const char *explain(int error)
{
	switch (error) {
	case EKEYREJECTED:
		return "the firmware does not trust the image";
	case ENOEXEC:
		return "not an EFI application that the firmware can load";
	case ENOMEM:
		return "the firmware has not enough memory (efi_mode.reserve=)";
	case ENOSYS:
		return "the kernel was built without kexec";
	default:
		return strerror(error);
	}
}

/*
 * @options: load options: text with a NUL, or RAW_MARK, binary load options, and a
 * NUL
 */
static int load(int fd, const char *name, const char *initrd, const char *options,
		size_t size)
{
	unsigned long flags = initrd ? 0 : KEXEC_FILE_NO_INITRAMFS;
	int initrd_fd = -1;

	if (initrd) {
		initrd_fd = open(initrd, O_RDONLY | O_CLOEXEC);
		if (initrd_fd < 0)
			return fail(initrd);
	}
	if (!syscall(SYS_kexec_file_load, fd, initrd_fd, size, options, flags))
		return 0;
	fprintf(stderr, "efi-kexec: %s: %s\n", name, explain(errno));
	return 1;
}

static int load_file(const char *path, const char *initrd, const char *append)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fail(path);
	return load(fd, path, initrd, append ? append : "",
		    append ? strlen(append) + 1 : 0);
}

/* @append replaces the optional data of the entry */
static int load_boot_entry(const char *number, const char *initrd, const char *append)
{
	struct boot_entry e;
	char *end, *options;
	unsigned long n;
	size_t size;
	int fd;

	n = strtoul(number, &end, 16);
	if (end != number + 4 || *end) {
		fprintf(stderr, "efi-kexec: %s is not the number of a boot option: four hexadecimal digits\n",
			number);
		return 2;
	}
	if (!read_boot_entry(n, &e))
		return 1;
	fd = open_boot_file(&e);
	if (fd < 0)
		return 1;
	if (append)
		return load(fd, e.title, initrd, append, strlen(append) + 1);
	if (!e.options_size)
		return load(fd, e.title, initrd, "", 0);
	size = strlen(RAW_MARK) + e.options_size + 1;
	options = calloc(1, size);
	if (!options)
		return fail("memory");
	memcpy(options, RAW_MARK, strlen(RAW_MARK));
	memcpy(options + strlen(RAW_MARK), e.options, e.options_size);
	return load(fd, e.title, initrd, options, size);
}

static int unload(void)
{
	if (syscall(SYS_kexec_file_load, -1, -1, 0, NULL, KEXEC_FILE_UNLOAD))
		return fail("cannot unload the image");
	return 0;
}

static int start(void)
{
	sync();
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_KEXEC, NULL);
	return fail(errno == EINVAL ? "no image is loaded" : "reboot");
}

int main(int argc, char **argv)
{
	const char *initrd = NULL, *append = NULL, *boot = NULL, *image;
	bool exec = false, remove = false, list = false;
	int c, ret = 0;

	while ((c = getopt_long(argc, argv, "i:a:b:leuh", options, NULL)) >= 0) {
		switch (c) {
		case 'i':
			initrd = optarg;
			break;
		case 'a':
			append = optarg;
			break;
		case 'b':
			boot = optarg;
			break;
		case 'l':
			list = true;
			break;
		case 'e':
			exec = true;
			break;
		case 'u':
			remove = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	image = argv[optind];
	if ((image && (boot || argv[optind + 1])) ||
	    (!image && !boot && !exec && !remove && !list)) {
		fputs(usage, stderr);
		return 2;
	}
	if (list)
		return list_boot_entries();
	if (remove && unload())
		return 1;
	if (boot)
		ret = load_boot_entry(boot, initrd, append);
	else if (image)
		ret = load_file(image, initrd, append);
	return ret || !exec ? ret : start();
}
