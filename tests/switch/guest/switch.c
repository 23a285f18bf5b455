// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that both sides keep their registers in thousands of world switches
 * under load
 *
 * Two processes fill all their registers with patterns and are interrupted by
 * switches at any instruction, while this process makes firmware calls that
 * check the other side.
 */
#include <asm/prctl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "common.h"

#define ROUND_TRIPS	10000	/* default of the first argument */
#define CHECKERS	2
#define GS_BASE		0x123456789000UL

uint64_t check_registers(uint64_t deadline) __attribute__((ms_abi));

struct result {
	volatile uint64_t rounds, errors, bases, selectors;
};

/*
 * If there is AVX, check_avx() checks a YMM register; check_registers() checks
 * XMM
 */
static bool have_avx(void)
{
	return __builtin_cpu_supports("avx");
}

__attribute__((target("avx")))
static bool check_avx(uint64_t deadline)
{
	static const uint64_t pattern[4] __attribute__((aligned(32))) = {
		0x1122334455667788, 0x99aabbccddeeff00,
		0x0f1e2d3c4b5a6978, 0x8796a5b4c3d2e1f0,
	};
	uint64_t out[4] __attribute__((aligned(32)));

	asm volatile("vmovdqa %[pattern], %%ymm15\n"
		     "1: rdtsc\n"
		     "shl $32, %%rdx\n"
		     "or %%rdx, %%rax\n"
		     "cmp %[deadline], %%rax\n"
		     "jb 1b\n"
		     "vmovdqa %%ymm15, %[out]\n"
		     "vzeroupper\n"
		     : [out] "=m" (out)
		     : [pattern] "m" (pattern), [deadline] "r" (deadline)
		     : "rax", "rdx", "cc", "xmm15");
	return !memcmp(pattern, out, sizeof(out));
}

static uint16_t data_selectors(void)
{
	uint16_t ds, es;

	asm volatile("mov %%ds, %0; mov %%es, %1" : "=r" (ds), "=r" (es));
	return ds | es << 8;
}

static void checker(struct result *r)
{
	uint64_t gs, cycles = 2000000;
	uint16_t selectors;

	syscall(SYS_arch_prctl, ARCH_SET_GS, GS_BASE);
	asm volatile("mov %0, %%ds; mov %0, %%es" : : "r" (0x2b));
	selectors = data_selectors();
	for (;;) {
		r->errors += check_registers(read_tsc() + cycles);
		if (have_avx() && !check_avx(read_tsc() + cycles))
			r->errors++;
		gs = 0;
		syscall(SYS_arch_prctl, ARCH_GET_GS, &gs);
		if (gs != GS_BASE)
			r->bases++;
		if (data_selectors() != selectors)
			r->selectors++;
		r->rounds++;
	}
}

int main(int argc, char **argv)
{
	uint64_t changed = 0, state = 0, failed = 0, slices = 0;
	struct result *results, sum = {};
	struct efi_mode_test_stats before, after;
	struct efi_mode_test_driver d;
	int round_trips = argc > 1 ? atoi(argv[1]) : ROUND_TRIPS;
	int fd = open_test_device(), i;
	pid_t pids[CHECKERS];

	ksft_print_header();
	ksft_set_plan(6);
	results = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!call_driver(fd, "state", 0, &d))
		ksft_exit_skip("the test driver is not loaded\n");

	write_file(INTERVAL, "1");
	for (i = 0; i < CHECKERS; i++) {
		pids[i] = fork();
		if (!pids[i])
			checker(&results[i]);
	}

	ioctl(fd, EFI_MODE_TEST_STATS, &before);
	for (i = 0; i < round_trips; i++) {
		if (!call_driver(fd, "state", 0, &d))
			failed++;
		state |= d.value;
		if (i % 100)
			continue;
		/* In us: long enough to be preempted sometimes */
		if (!call_driver(fd, "registers", 12000, &d))
			failed++;
		changed += d.value;
		slices += d.slices;
	}
	ioctl(fd, EFI_MODE_TEST_STATS, &after);

	for (i = 0; i < CHECKERS; i++) {
		stop_load(pids[i]);
		sum.rounds += results[i].rounds;
		sum.errors += results[i].errors;
		sum.bases += results[i].bases;
		sum.selectors += results[i].selectors;
	}
	write_file(INTERVAL, "10");

	ksft_test_result(!failed && round_trips > 0, "%d round trips\n",
			 round_trips);
	ksft_test_result(!state,
			 "the firmware's CPU and local APIC state: mask %#llx changed\n",
			 (unsigned long long)state);
	ksft_test_result(!changed && slices,
			 "the firmware's registers and FPU in %llu slices: %llu changed\n",
			 (unsigned long long)slices,
			 (unsigned long long)changed);
	ksft_test_result(sum.rounds > 10 && !sum.errors,
			 "Linux's registers and FPU%s, %llu checks: %llu changed\n",
			 have_avx() ? " with AVX" : "",
			 (unsigned long long)sum.rounds,
			 (unsigned long long)sum.errors);
	ksft_test_result(!sum.bases && !sum.selectors,
			 "Linux's segments: %llu changed\n",
			 (unsigned long long)(sum.bases + sum.selectors));
	ksft_test_result(after.replayed > before.replayed,
			 "%llu ticks were replayed meanwhile\n",
			 (unsigned long long)(after.replayed - before.replayed));
	ksft_finished();
}
