// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of firmware that leave something broken: it is said of which, it is
 * mended, and the next call is as good as any
 */
#include <sys/klog.h>

#include "common.h"

#define BREACH		EFI_MODE_TEST_FN_BREACH
#define CLOBBER		EFI_MODE_TEST_FN_CLOBBER

/* KiB of stack, of which a call has 128 */
#define STACK_ENOUGH	100
#define STACK_TOO_MUCH	150

#define REGISTER	"returned with a register changed that it must preserve"

static const struct {
	uint64_t function, argument;
	const char *what, *message;
} cases[] = {
	{ BREACH, EFI_MODE_TEST_BREACH_DF, "",
	  "returned with the direction flag set" },
	{ BREACH, EFI_MODE_TEST_BREACH_MXCSR, "",
	  "returned with MXCSR changed" },
	{ BREACH, EFI_MODE_TEST_BREACH_FCW, "",
	  "returned with the x87 control word changed" },
	{ BREACH, EFI_MODE_TEST_BREACH_IF, "",
	  "returned with interrupts off" },
	{ BREACH, EFI_MODE_TEST_BREACH_TPL, "",
	  "returned with the task priority raised" },
	{ CLOBBER, 0x01, "RBX: ", REGISTER },
	{ CLOBBER, 0x02, "RBP: ", REGISTER },
	{ CLOBBER, 0x04, "RSI: ", REGISTER },
	{ CLOBBER, 0x08, "RDI: ", REGISTER },
	{ CLOBBER, 0x10, "R12: ", REGISTER },
	{ CLOBBER, 0x20, "R13: ", REGISTER },
	{ CLOBBER, 0x40, "R14: ", REGISTER },
	{ CLOBBER, 0x80, "R15: ", REGISTER },
	{ CLOBBER, 0xff, "all of them: ", REGISTER },
	{ EFI_MODE_TEST_FN_MISUSE_STACK, STACK_TOO_MUCH, "",
	  "returned with its stack overrun" },
	{ EFI_MODE_TEST_FN_OVERWRITE, 0, "",
	  "returned with the handoff overwritten" },
};

/* More messages in five seconds are kept back */
#define BURST		10
#define BURST_S		5

static char log_text[1 << 20];

/* How often */
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
	ok = call_driver(fd, EFI_MODE_TEST_FN_CHECKSUM, 0, &d) && !d.value;
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
	ok &= call_driver(fd, EFI_MODE_TEST_FN_MISUSE_STACK, STACK_ENOUGH, &d);
	ksft_test_result(logged("returned") == before,
			 "a call can have %d KiB of stack\n", STACK_ENOUGH);
	ok &= call_driver(fd, EFI_MODE_TEST_FN_CHECKSUM, 0, &d) && !d.value;
	ok &= call_driver(fd, EFI_MODE_TEST_FN_REGISTERS, 50000, &d) && !d.value;
	ksft_test_result(ok, "firmware goes on as before\n");
	ksft_finished();
}
