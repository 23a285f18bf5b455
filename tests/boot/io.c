// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU TCG plugin that reports the kernel's accesses to devices
 *
 * The firmware, user space and the kernel run on the same CPU, but only the
 * kernel runs in the upper half of the address space. The plugin reports the
 * port instructions that are executed there, and the stores to devices. It
 * reports each instruction once.
 *
 * This file declares the part of QEMU's plugin interface (version 1) that it
 * uses, because Debian does not package the header.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;
struct qemu_info;

enum { CB_NO_REGS = 0 };
enum { MEM_W = 2 };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
	void (*cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
	void (*cb)(unsigned int cpu, void *data), int flags, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
	void (*cb)(unsigned int cpu, qemu_plugin_meminfo_t info,
		   uint64_t vaddr, void *data), int flags, int rw, void *data);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t info,
						  uint64_t vaddr);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *addr);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *addr);
const char *qemu_plugin_hwaddr_device_name(const struct qemu_plugin_hwaddr *addr);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

#define UPPER_HALF	0xffff800000000000ULL
#define MAX_PLACES	4096

static uint64_t seen[MAX_PLACES];
static unsigned int nr_seen;
static FILE *report;

static bool is_new(uint64_t place)
{
	unsigned int i;

	for (i = 0; i < nr_seen; i++)
		if (seen[i] == place)
			return false;
	if (nr_seen < MAX_PLACES)
		seen[nr_seen++] = place;
	return true;
}

static void on_port(unsigned int cpu, void *data)
{
	(void)cpu;
	if (is_new((uint64_t)data))
		fprintf(report, "port instruction at %#lx\n",
			(unsigned long)data);
}

static void on_store(unsigned int cpu, qemu_plugin_meminfo_t info,
		     uint64_t vaddr, void *data)
{
	struct qemu_plugin_hwaddr *addr = qemu_plugin_get_hwaddr(info, vaddr);

	(void)cpu;
	if (!addr || !qemu_plugin_hwaddr_is_io(addr))
		return;
	if (is_new((uint64_t)data))
		fprintf(report, "store to %s at %#lx\n",
			qemu_plugin_hwaddr_device_name(addr),
			(unsigned long)data);
}

/* IN, OUT, INS and OUTS, after prefixes */
static bool is_port_instruction(const uint8_t *p, size_t n)
{
	while (n && (*p == 0x66 || *p == 0xf2 || *p == 0xf3)) {
		p++;
		n--;
	}
	if (!n)
		return false;
	return (*p >= 0xe4 && *p <= 0xe7) || (*p >= 0xec && *p <= 0xef) ||
	       (*p >= 0x6c && *p <= 0x6f);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t vaddr = qemu_plugin_insn_vaddr(insn);

		if (vaddr < UPPER_HALF)
			continue;
		if (is_port_instruction(qemu_plugin_insn_data(insn),
					qemu_plugin_insn_size(insn)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_port,
							       CB_NO_REGS,
							       (void *)vaddr);
		qemu_plugin_register_vcpu_mem_cb(insn, on_store, CB_NO_REGS,
						 MEM_W, (void *)vaddr);
	}
}

__attribute__((visibility("default")))
int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
			int argc, char **argv)
{
	(void)info;
	if (argc != 1)
		return -1;
	/* "out=FILE" */
	report = fopen(argv[0] + 4, "w");
	if (!report)
		return -1;
	setvbuf(report, NULL, _IOLBF, 0);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	return 0;
}
