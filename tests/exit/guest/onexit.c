// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check which values efi_mode.on_exit and efi_mode.on_panic accept and refuse
 */
#include "common.h"

#define PARAMETERS	"/sys/module/efi_mode/parameters/"

static const char * const good[] = {
	"return", "return=0", "return=0x8000000000000012", "return=NOT_FOUND",
	"return=EFI_not_found", "reset", "reset=cold", "reset=warm",
	"reset=platform", "reset=3ca3cb1f-8a2c-4d4d-b360-5a419b071611", "off",
	"default",
};

static const char * const bad[] = {
	"", "returns", "return=", "return=NOT_A_STATUS", "return=12x",
	"return=-1", "return=0x10000000000000000", "reset=", "reset=soon",
	"reset=3ca3cb1f-8a2c-4d4d-b360-5a419b07161", "off=1", "Return",
	"return=EFI_EFI_NOT_FOUND", "return=NOT_FOUND please",
};

static bool is(const char *path, const char *text)
{
	char buf[128] = "";
	FILE *f = fopen(path, "r");

	if (!f)
		return false;
	if (!fgets(buf, sizeof(buf), f))
		buf[0] = '\0';
	fclose(f);
	buf[strcspn(buf, "\n")] = '\0';
	return !strcmp(buf, text);
}

static void check(const char *name)
{
	bool accepted = true, refused = true, kept = true;
	char path[128];
	unsigned int i;

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	for (i = 0; i < ARRAY_SIZE(good); i++) {
		if (write_file(path, good[i]) && is(path, good[i]))
			continue;
		ksft_print_msg("%s=%s is refused\n", name, good[i]);
		accepted = false;
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		errno = 0;
		/* An empty write does not reach the kernel */
		if (write_file(path, bad[i][0] ? bad[i] : "\n") ||
		    errno != EINVAL) {
			ksft_print_msg("%s=%s is accepted\n", name, bad[i]);
			refused = false;
		}
		kept &= is(path, "default");
	}
	ksft_test_result(accepted, "%s accepts valid values\n", name);
	ksft_test_result(refused, "%s refuses invalid values\n", name);
	ksft_test_result(kept, "%s keeps its value if a new one is refused\n", name);
}

int main(void)
{
	ksft_print_header();
	ksft_set_plan(6);
	check("on_exit");
	check("on_panic");
	ksft_finished();
}
