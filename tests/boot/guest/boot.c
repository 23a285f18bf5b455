// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check the memory, the clocks and the console of this kernel
 */
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "common.h"

#define CLOCKS "/sys/devices/system/clocksource/clocksource0/"

static void check_memory(void)
{
	unsigned long long start, end, ram = 0, low = 0;
	char line[256], what[64];
	FILE *f = fopen("/proc/iomem", "r");

	while (f && fgets(line, sizeof(line), f)) {
		if (line[0] == ' ' ||
		    sscanf(line, "%llx-%llx : %63[^\n]", &start, &end, what) != 3 ||
		    strcmp(what, "System RAM"))
			continue;
		ram += end + 1 - start;
		if (start < 0x100000)
			low++;
	}
	if (f)
		fclose(f);
	ksft_print_msg("%llu MiB of RAM\n", ram >> 20);
	ksft_test_result(ram >= 48 << 20 && !low,
			 "RAM is an arena above 1 MiB\n");
}

int main(void)
{
	struct utsname u;
	int fd;

	ksft_print_header();
	ksft_set_plan(7);

	uname(&u);
	ksft_test_result(!strcmp(u.machine, "x86_64"), "uname -m is x86_64\n");
	check_memory();
	ksft_test_result(file_has(CLOCKS "current_clocksource", "tsc"),
			 "the clock source is the TSC\n");
	ksft_test_result(file_has("/proc/timer_list",
				  "Clock Event Device: lapic"),
			 "clock events come from the local APIC\n");
	ksft_test_result(file_has("/proc/timer_list", "hrtimer_interrupt"),
			 "timers have high resolution\n");
	/* 2023-01-01; without a valid time, the kernel starts in 1970 */
	ksft_test_result(time(NULL) > 1672531200,
			 "the wall clock is set: %ld\n", (long)time(NULL));
	fd = open("/dev/hvc0", O_RDWR | O_NOCTTY);
	ksft_test_result(fd >= 0 && file_has("/proc/consoles", "hvc0") &&
			 !file_has("/proc/consoles", "earlyefi"),
			 "hvc0 is the only console\n");
	ksft_finished();
}
