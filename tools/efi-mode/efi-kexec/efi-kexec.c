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
#include "efi-kexec.h"

static const char usage[] =
	"usage: efi-kexec [OPTION]... [IMAGE]\n"
	"       efi-kexec [OPTION]... --boot=XXXX\n"
	"       efi-kexec [OPTION]... --windows=auto|chain|bootnext [IMAGE]\n"
	"       efi-kexec --list\n"
	"\n"
	"Let the firmware load IMAGE, an EFI application, or the file of a boot option.\n"
	"It starts when Linux ends by efi-kexec --exec, kexec -e or systemctl kexec.\n"
	"\n"
	"  -i, --initrd=FILE   initrd, for a kernel with an EFI stub\n"
	"  -a, --append=TEXT   load options: the command line of a kernel\n"
	"  -d, --device=NAME   the device that the image finds itself on: a name in\n"
	"                      /sys/bus/efi/devices, or a disk or partition in /dev\n"
	"  -f, --path=NAME     the name of the file that the image finds\n"
	"  -b, --boot=XXXX     the file and the optional data of Boot####\n"
	"  -w, --windows=HOW   start Windows: chain: load its boot manager; bootnext: let\n"
	"                      the firmware start it after a reset; auto: bootnext if a\n"
	"                      disk has BitLocker and there is a TPM, otherwise chain\n"
	"  -p, --predict       load nothing; print the PCRs that the image will find\n"
	"  -l, --list          print the boot options in their order\n"
	"  -e, --exec          end Linux at once, and start the image; with IMAGE, load\n"
	"                      it first\n"
	"  -u, --unload        unload the image\n"
	"  -h, --help          print this text\n";

static const struct option options[] = {
	{ "initrd", required_argument, NULL, 'i' },
	{ "append", required_argument, NULL, 'a' },
	{ "device", required_argument, NULL, 'd' },
	{ "path", required_argument, NULL, 'f' },
	{ "boot", required_argument, NULL, 'b' },
	{ "windows", required_argument, NULL, 'w' },
	{ "predict", no_argument, NULL, 'p' },
	{ "list", no_argument, NULL, 'l' },
	{ "exec", no_argument, NULL, 'e' },
	{ "unload", no_argument, NULL, 'u' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

/**
 * struct arguments - the command line
 * @request:	the image
 * @image:	name of its file, or NULL
 * @boot:	number of its boot option as text, or NULL
 * @device:	argument of --device, or NULL
 * @windows:	how to start Windows, or WINDOWS_NONE
 * @predict:	only predict PCRs
 * @list:	list the boot options
 * @exec:	end Linux
 * @unload:	unload the image
 */
struct arguments {
	struct request request;
	char *image;
	const char *boot;
	const char *device;
	enum windows windows;
	bool predict;
	bool list;
	bool exec;
	bool unload;
};

/* A byte order mark: the kernel does not convert the load options that follow */
#define RAW_MARK	"\xff\xfe"

/* The origin of the next image, which the kernel forgets after one load */
#define NEXT_DEVICE	"/sys/firmware/efi-mode/kexec/next_device"
#define NEXT_FILE	"/sys/firmware/efi-mode/kexec/next_file"

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

static bool set_origin(const struct request *r)
{
	if (!*r->device && !r->path)
		return true;
	if (write_file(NEXT_DEVICE, *r->device ? r->device : "\n",
		       *r->device ? strlen(r->device) : 1) &&
	    write_file(NEXT_FILE, r->path ? r->path : "\n",
		       r->path ? strlen(r->path) : 1))
		return true;
	complain("cannot choose the device and the path: %s", strerror(errno));
	return false;
}

static void forget_origin(const struct request *r)
{
	if (!*r->device && !r->path)
		return;
	write_file(NEXT_DEVICE, "\n", 1);
	write_file(NEXT_FILE, "\n", 1);
}

/*
 * Make the argument of the system call: text with a NUL, or RAW_MARK, binary load
 * options, and a NUL
 */
static bool make_cmdline(const struct request *r, struct span *cmdline)
{
	size_t mark = strlen(RAW_MARK);

	if (r->append) {
		*cmdline = (struct span) { (uint8_t *)r->append, strlen(r->append) + 1 };
		return true;
	}
	*cmdline = (struct span) { calloc(1, mark + r->data.size + 1), 0 };
	if (!cmdline->data)
		return false;
	if (r->data.size) {
		memcpy(cmdline->data, RAW_MARK, mark);
		memcpy(cmdline->data + mark, r->data.data, r->data.size);
		cmdline->size = mark + r->data.size + 1;
	}
	return true;
}

static int load(const struct request *r)
{
	unsigned long flags = r->initrd ? 0 : KEXEC_FILE_NO_INITRAMFS;
	int initrd = -1, error;
	struct span cmdline;

	if (r->initrd) {
		initrd = open(r->initrd, O_RDONLY | O_CLOEXEC);
		if (initrd < 0)
			return complain("%s: %s", r->initrd, strerror(errno));
	}
	if (!make_cmdline(r, &cmdline))
		return complain("out of memory");
	if (!set_origin(r))
		return 1;
	if (!syscall(SYS_kexec_file_load, r->fd, initrd, cmdline.size, cmdline.data,
		     flags))
		return 0;
	error = errno;
	forget_origin(r);
	return complain("%s: %s", r->name, explain(error));
}

static int open_image(const char *path, struct request *r)
{
	r->name = path;
	r->fd = open(path, O_RDONLY | O_CLOEXEC);
	return r->fd < 0 ? complain("%s: %s", path, strerror(errno)) : 0;
}

/* --append replaces the optional data of the entry */
static int open_entry(unsigned int number, struct request *r)
{
	static struct boot_entry e;

	if (!read_boot_entry(number, &e))
		return 1;
	r->name = e.title;
	r->data = (struct span) { e.options, e.options_size };
	r->fd = open_boot_file(&e);
	return r->fd < 0;
}

static int open_numbered(const char *text, struct request *r)
{
	unsigned long number;
	char *end;

	number = strtoul(text, &end, 16);
	if (end == text + 4 && !*end)
		return open_entry(number, r);
	complain("%s is not the number of a boot option: four hexadecimal digits", text);
	return 2;
}

static int unload(void)
{
	if (syscall(SYS_kexec_file_load, -1, -1, 0, NULL, KEXEC_FILE_UNLOAD))
		return complain("cannot unload the image: %s", strerror(errno));
	return 0;
}

static int start(void)
{
	sync();
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_KEXEC, NULL);
	return complain("%s", errno == EINVAL ? "no image is loaded" : strerror(errno));
}

/* Whatever efi_mode.on_exit= says */
static int reset(void)
{
	sync();
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
		LINUX_REBOOT_CMD_RESTART2, "reset");
	return complain("cannot reset the machine: %s", strerror(errno));
}

static int boot_next(int entry, bool exec)
{
	if (!set_boot_next(entry))
		return 1;
	if (exec)
		return reset();
	printf("Boot%04X is the next to start: reset the machine (systemctl reboot)\n",
	       entry);
	return 0;
}

static int use_image(const struct arguments *a)
{
	int ret;

	if (a->predict)
		return predict(&a->request);
	ret = load(&a->request);
	return ret || !a->exec ? ret : start();
}

static int start_windows(struct arguments *a)
{
	int entry, ret;

	switch (decide_windows(a->windows, &entry)) {
	case WINDOWS_BOOTNEXT:
		if (a->predict)
			return complain("Windows starts after a reset: no PCR depends on Linux");
		return boot_next(entry, a->exec);
	case WINDOWS_CHAIN:
		break;
	default:
		return 1;
	}
	if (!a->image && entry < 0)
		return complain("name the file of Windows' boot manager");
	ret = a->image ? open_image(a->image, &a->request) :
			 open_entry(entry, &a->request);
	return ret ? ret : use_image(a);
}

static int run(struct arguments *a)
{
	int ret;

	if (a->list)
		return list_boot_entries();
	if (a->device && !parse_device(a->device, a->request.device,
				       sizeof(a->request.device)))
		return 1;
	if (a->unload && unload())
		return 1;
	if (a->windows)
		return start_windows(a);
	if (!a->image && !a->boot)
		return a->exec ? start() : 0;
	ret = a->image ? open_image(a->image, &a->request) :
			 open_numbered(a->boot, &a->request);
	return ret ? ret : use_image(a);
}

/* With backslashes, from the root of the device */
static bool parse_path(const char *argument, struct request *r)
{
	char *path = strdup(argument), *c;

	for (c = path; c && *c; c++)
		if (*c == '/')
			*c = '\\';
	r->path = path;
	if (path && *path == '\\')
		return true;
	complain("--path=%s does not begin with a slash or backslash", argument);
	return false;
}

static bool parse_option(struct arguments *a, int option)
{
	switch (option) {
	case 'i':
		a->request.initrd = optarg;
		return true;
	case 'a':
		a->request.append = optarg;
		return true;
	case 'd':
		a->device = optarg;
		return true;
	case 'f':
		return parse_path(optarg, &a->request);
	case 'b':
		a->boot = optarg;
		return true;
	case 'w':
		a->windows = parse_windows(optarg);
		return a->windows;
	case 'p':
		a->predict = true;
		return true;
	case 'l':
		a->list = true;
		return true;
	case 'e':
		a->exec = true;
		return true;
	case 'u':
		a->unload = true;
		return true;
	}
	return false;
}

static bool is_consistent(const struct arguments *a)
{
	bool image = a->image || a->boot || a->windows;

	if (a->boot && (a->image || a->windows))
		return false;
	if (a->predict && (!image || a->exec || a->unload))
		return false;
	return image || a->exec || a->unload || a->list;
}

int main(int argc, char **argv)
{
	struct arguments a = {};
	int c;

	while ((c = getopt_long(argc, argv, "i:a:d:f:b:w:pleuh", options, NULL)) >= 0) {
		if (c == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (!parse_option(&a, c)) {
			fputs(usage, stderr);
			return 2;
		}
	}
	a.image = argv[optind];
	if ((a.image && argv[optind + 1]) || !is_consistent(&a)) {
		fputs(usage, stderr);
		return 2;
	}
	return run(&a);
}
