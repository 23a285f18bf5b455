// SPDX-License-Identifier: GPL-2.0-only
/*
 * Call firmware functions that break the calling convention
 *
 * The kernel must log the function and the breach, and repair the damage, so
 * that later calls work.
 */
#include <sys/klog.h>

#include "breach.h"
#include "common.h"

/* In KiB; a call has 128 KiB of stack */
#define STACK_ENOUGH	100
#define STACK_TOO_MUCH	150

#define REGISTER	"returned with a register changed that it must preserve"

static const struct {
	const char *function;
	uint64_t argument;
	const char *what, *message;
} cases[] = {
	{ "breach", TEST_BREACH_DF, "",
	  "returned with the direction flag set" },
	{ "breach", TEST_BREACH_MXCSR, "",
	  "returned with MXCSR changed" },
	{ "breach", TEST_BREACH_FCW, "",
	  "returned with the x87 control word changed" },
	{ "breach", TEST_BREACH_IF, "",
	  "returned with interrupts off" },
	{ "breach", TEST_BREACH_TPL, "",
	  "returned with the task priority raised" },
	{ "clobber", 0x01, "RBX: ", REGISTER },
	{ "clobber", 0x02, "RBP: ", REGISTER },
	{ "clobber", 0x04, "RSI: ", REGISTER },
	{ "clobber", 0x08, "RDI: ", REGISTER },
	{ "clobber", 0x10, "R12: ", REGISTER },
	{ "clobber", 0x20, "R13: ", REGISTER },
	{ "clobber", 0x40, "R14: ", REGISTER },
	{ "clobber", 0x80, "R15: ", REGISTER },
	{ "clobber", TEST_CLOBBER_ALL, "all of them: ", REGISTER },
	{ "misuse_stack", STACK_TOO_MUCH, "",
	  "returned with its stack overrun" },
	{ "overwrite", 0, "",
	  "returned with the handoff overwritten" },
};

/*
 * The kernel logs at most BURST of these messages in BURST_S seconds
 * (pr_err_ratelimited())
 */
#define BURST		10
#define BURST_S		5

static char log_text[1 << 20];

/* Return: how often the log has the message about the test driver */
static unsigned int logged(const char *message)
{
	int n = klogctl(3, log_text, sizeof(log_text) - 1);
	unsigned int found = 0;
	char line[200], *p;

	log_text[n > 0 ? n : 0] = '\0';
	snprintf(line, sizeof(line), "[Firmware Bug]: test driver %s", message);
	for (p = log_text; (p = strstr(p, line)); p++)
		found++;
	return found;
}

int main(void)
{
	struct efi_mode_test_driver d;
	int fd = open_test_device();
	unsigned int i, before;
	bool ok;

	ksft_print_header();
	ksft_set_plan(ARRAY_SIZE(cases) + 2);
	ok = call_driver(fd, "checksum", 0, &d) && !d.value;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (i && !(i % BURST))
			sleep(BURST_S + 1);
		before = logged(cases[i].message);
		ok &= call_driver(fd, cases[i].function, cases[i].argument, &d);
		ksft_test_result(logged(cases[i].message) == before + 1,
				 "%stest driver %s\n", cases[i].what,
				 cases[i].message);
	}
	before = logged("returned");
	ok &= call_driver(fd, "misuse_stack", STACK_ENOUGH, &d);
	ksft_test_result(logged("returned") == before,
			 "a call can use %d KiB of stack\n", STACK_ENOUGH);
	ok &= call_driver(fd, "checksum", 0, &d) && !d.value;
	ok &= call_driver(fd, "registers", 50000, &d) && !d.value;
	ksft_test_result(ok, "the firmware's data and registers are unchanged\n");
	ksft_finished();
}
