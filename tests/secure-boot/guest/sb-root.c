// SPDX-License-Identifier: GPL-2.0-only
/*
 * Try what root could do to change the kernel or what starts after it
 *
 * Prints a line for each attempt, with the error, or 0 if it was allowed. The host part
 * compares the lines with those of a stock kernel that is locked down, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/kexec.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EFIVARS	"/sys/firmware/efi/efivars/"
#define SHIM	"-605dab50-e046-4300-abb6-3dd810dd8b23"
#define GLOBAL	"-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define CUSTOM	"-c076ec0c-7028-4399-a072-71ee5c448b9f"
#define ENABLE	"-f0a30bc7-af08-4556-99c4-001009c93a44"
#define SECURITY "-d719b2cb-3d3a-4596-a3bc-dad00e67656f"

/* EFI_VARIABLE_NON_VOLATILE and _BOOTSERVICE_ACCESS, without and with _RUNTIME_ACCESS */
#define NV_BS	3
#define NV_BS_RT 7
/* with EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS */
#define AUTH	0x27

static void report(const char *what, long ret)
{
	int error = ret < 0 ? errno : 0;

	printf("ATTEMPT %s: %d %s\n", what, error, error ? strerror(error) : "allowed");
}

static long write_file(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error;
	long ret;

	if (fd < 0)
		return -1;
	ret = write(fd, data, size);
	error = errno;
	close(fd);
	errno = error;
	return ret;
}

static void try_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	char what[128];

	snprintf(what, sizeof(what), "open %s", path);
	report(what, fd);
	if (fd >= 0)
		close(fd);
}

static void try_write(const char *path, const char *text)
{
	char what[256];

	snprintf(what, sizeof(what), "write %s to %s", text, path);
	report(what, write_file(path, text, strlen(text)));
}

/* Create a variable, or replace it */
static void try_variable(const char *name, uint32_t attributes)
{
	unsigned char value[5] = { attributes, 0, 0, 0, 1 };
	char path[256], what[256];
	int fd, error;
	long ret;

	snprintf(path, sizeof(path), EFIVARS "%s", name);
	snprintf(what, sizeof(what), "set %s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0) {
		report(what, -1);
		return;
	}
	ret = write(fd, value, sizeof(value));
	error = errno;
	close(fd);
	errno = error;
	report(what, ret);
}

static void try_modules(void)
{
	int fd = open("/sb-unsigned.ko", O_RDONLY | O_CLOEXEC);

	report("load an unsigned module",
	       syscall(SYS_finit_module, fd, "", 0));
	close(fd);
	fd = open("/sb-other.ko", O_RDONLY | O_CLOEXEC);
	report("load a module with another signature",
	       syscall(SYS_finit_module, fd, "", 0));
	close(fd);
}

static void try_kexec_file(const char *what, const char *path, unsigned long flags)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	report(what, syscall(SYS_kexec_file_load, fd, -1, 1, "",
			     flags | KEXEC_FILE_NO_INITRAMFS));
	if (fd >= 0)
		close(fd);
}

static void try_kexec(void)
{
	static char page[4096];
	struct kexec_segment segment = { page, sizeof(page), (void *)0x1000000, 4096 };

	report("kexec_load", syscall(SYS_kexec_load, segment.mem, 1, &segment,
				     KEXEC_ARCH_DEFAULT));
	try_kexec_file("kexec of an unsigned EFI application", "/sb-unsigned.efi", 0);
	try_kexec_file("kexec of an unsigned kernel", "/sb-unsigned-kernel", 0);
	try_kexec_file("load an unsigned kernel for crashes", "/sb-unsigned-kernel",
		       KEXEC_FILE_ON_CRASH);
}

static void try_ports(void)
{
	report("iopl", iopl(3));
	report("ioperm", ioperm(0x80, 1, 1));
}

static void try_msr(void)
{
	unsigned long long value = 0;
	int fd = open("/dev/cpu/0/msr", O_RDWR | O_CLOEXEC);

	report("write an MSR", fd < 0 ? -1 : pwrite(fd, &value, sizeof(value), 0xe7));
	if (fd >= 0)
		close(fd);
}

static void try_perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 1000000,
		.sample_type = PERF_SAMPLE_REGS_INTR,
		.sample_regs_intr = 1,
	};
	int fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0);

	report("read registers of the kernel by perf", fd);
	if (fd >= 0)
		close(fd);
}

/* A program that calls bpf_probe_write_user() */
static void try_bpf(void)
{
	struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 1, .src_reg = 10 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 2, .src_reg = 10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = -8 },
		{ .code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = 10, .off = -8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = 8 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_probe_write_user },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_TRACEPOINT,
		.insns = (uintptr_t)code,
		.insn_cnt = sizeof(code) / sizeof(code[0]),
		.license = (uintptr_t)"GPL",
	};

	report("a BPF program that writes", syscall(SYS_bpf, BPF_PROG_LOAD, &attr,
						    sizeof(attr)));
}

static void prepare(void)
{
	mkdir("/sys/kernel/security", 0755);
	mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL);
	mount("efivarfs", "/sys/firmware/efi/efivars", "efivarfs", 0, NULL);
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
}

int main(void)
{
	prepare();
	try_write("/sys/kernel/security/lockdown", "none");
	try_modules();
	try_kexec();
	try_ports();
	try_msr();
	try_perf();
	try_bpf();
	try_open("/dev/mem", O_RDWR);
	try_open("/dev/port", O_RDWR);
	try_open("/proc/kcore", O_RDONLY);
	try_open("/sys/kernel/debug/clear_warn_once", O_WRONLY);
	try_open("/proc/bus/pci/00/00.0", O_RDWR);
	try_open("/sys/bus/pci/devices/0000:00:00.0/config", O_RDWR);
	try_write("/sys/module/module/parameters/sig_enforce", "N");
	try_write("/sys/kernel/tracing/kprobe_events", "p:root do_exit");
	try_write("/sys/power/disk", "platform");
	try_write("/sys/power/state", "disk");
	try_variable("MokList" SHIM, NV_BS);
	try_variable("MokSBState" SHIM, NV_BS);
	try_variable("SbatLevel" SHIM, NV_BS);
	try_variable("CustomMode" CUSTOM, NV_BS);
	try_variable("SecureBootEnable" ENABLE, NV_BS);
	try_variable("SecureBoot" GLOBAL, NV_BS_RT);
	try_variable("PK" GLOBAL, AUTH);
	try_variable("KEK" GLOBAL, AUTH);
	try_variable("db" SECURITY, AUTH);
	try_variable("dbx" SECURITY, AUTH);
	printf("ATTEMPTS END\n");
	return 0;
}
