// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measure how long kexec takes
 *
 *	kexec-speed load FILE	time to load a file, and delays of a timer meanwhile
 *	kexec-speed exec FILE	load a file, print the TSC, and end Linux by kexec
 *	kexec-speed reset FILE	load a file, print the TSC, and reset the machine
 *
 * FILE is on the first firmware disk, which has a FAT file system.
 */
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "late.h"

#define INTERVAL_NS	1000000

/* A minute; then the file is certainly loaded */
#define SAMPLES		60000

static atomic_bool loading = true;
static uint64_t late[SAMPLES];

static void *watch(void *unused)
{
	struct timespec next;
	int n = 0;

	become_urgent();
	clock_gettime(CLOCK_MONOTONIC, &next);
	while (loading && n < SAMPLES)
		late[n++] = late_sleep(&next, INTERVAL_NS);
	qsort(late, n, sizeof(*late), late_compare);
	late_judge("kexec loads", late, n);
	return unused;
}

static long load(const char *path)
{
	int fd = open(path, O_RDONLY);

	return syscall(SYS_kexec_file_load, fd, -1, 0, NULL, KEXEC_FILE_NO_INITRAMFS);
}

/* Read the file, so that the measurement is not of the disk */
static void read_all(const char *path)
{
	static char buffer[1 << 20];
	int fd = open(path, O_RDONLY);

	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
	close(fd);
}

#define SERIAL_PORT	0x3f8

/*
 * Print straight to the serial port of QEMU, which is always ready. To print on the
 * firmware's console takes a good part of the time that is measured.
 */
static void print_serial(const char *text)
{
	int fd = open("/dev/port", O_WRONLY);

	for (; *text; text++)
		if (pwrite(fd, text, 1, SERIAL_PORT) != 1)
			ksft_exit_fail_msg("/dev/port: %s\n", strerror(errno));
}

static void end(const char *how)
{
	char line[64];
	unsigned int command = !strcmp(how, "exec") ? LINUX_REBOOT_CMD_KEXEC :
						      LINUX_REBOOT_CMD_RESTART;

	snprintf(line, sizeof(line), "KEXEC end TSC %llu\r\n",
		 (unsigned long long)read_tsc());
	print_serial(line);
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, command, NULL);
}

int main(int argc, char **argv)
{
	char path[256];
	pthread_t thread;
	uint64_t start;
	long ret;

	ksft_print_header();
	ksft_set_plan(2);
	if (argc < 3)
		ksft_exit_fail_msg("usage: kexec-speed load|exec|reset FILE\n");
	mkdir("/esp", 0755);
	if (mount("/dev/efida0", "/esp", "vfat", MS_RDONLY, NULL))
		ksft_exit_fail_msg("mount: %s\n", strerror(errno));
	snprintf(path, sizeof(path), "/esp/%s", argv[2]);
	read_all(path);
	pthread_create(&thread, NULL, watch, NULL);
	start = read_tsc();
	ret = load(path);
	start = read_tsc() - start;
	loading = false;
	pthread_join(thread, NULL);
	ksft_print_msg("KEXEC load %llu cycles\n", (unsigned long long)start);
	ksft_test_result(!ret, "load: %s\n", ret ? strerror(errno) : "ok");
	fflush(stdout);
	if (!ret && strcmp(argv[1], "load"))
		end(argv[1]);
	ksft_finished();
}
