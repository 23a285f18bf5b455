// SPDX-License-Identifier: GPL-2.0-only
/*
 * Check that Linux goes on if the firmware takes an exception in a network card
 *
 *	net-crash KIND	the kind of the card, see net-card.h
 *
 * Needs the EFI test driver. Once the firmware is stopped, the consoles do not work any
 * more. So this program prints its results to the serial port itself.
 */
#include <signal.h>
#include <stdarg.h>
#include <sys/klog.h>
#include <sys/reboot.h>

#include "net-card.h"
#include "net-socket.h"

#define MAX_RESULTS	16
#define SMALL		60
#define PATIENCE	5000	/* ms */

static const uint8_t mac[] = TEST_CARD_MAC;
static char name[IFNAMSIZ];
static unsigned int number;
static int test_fd;

static void say(const char *format, ...)
{
	struct efi_mode_test_print p = {};
	va_list args;

	va_start(args, format);
	vsnprintf(p.text, sizeof(p.text), format, args);
	va_end(args);
	ioctl(test_fd, EFI_MODE_TEST_PRINT, &p);
}

static struct {
	const char *what;
	bool ok;
} results[MAX_RESULTS];

static void result(bool ok, const char *what)
{
	results[number].ok = ok;
	results[number++].what = what;
}

/* The firmware does not use the serial port any more */
static void say_all(void)
{
	unsigned int i;

	for (i = 0; i < number; i++)
		say("%sok %u %s\r\n", results[i].ok ? "" : "not ", i + 1, results[i].what);
	say("1..%u\r\nCONTAINED\r\n", number);
}

static bool logged(const char *text)
{
	static char log[1 << 20];
	int n = klogctl(3, log, sizeof(log) - 1);	/* SYSLOG_ACTION_READ_ALL */

	log[n > 0 ? n : 0] = '\0';
	return strstr(log, text);
}

static bool card(unsigned int what, uint64_t argument)
{
	struct efi_mode_test_driver d;

	return call_driver(test_fd, "net_card", what | argument << TEST_CARD_SHIFT, &d);
}

static pid_t start_sender(void)
{
	uint8_t frame[SMALL];
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	fd = open_frames(name);
	make_frame(frame, sizeof(frame), mac, mac, 1);
	for (;;)
		if (send(fd, frame, sizeof(frame), 0) < 0)
			usleep(1000);
}

static bool wait_logged(const char *text)
{
	int ms;

	for (ms = 0; ms < PATIENCE && !logged(text); ms += 10)
		usleep(10000);
	return ms < PATIENCE;
}

static bool interface_appears(void)
{
	int ms;

	for (ms = 0; ms < PATIENCE && !find_interface(mac, name); ms += 10)
		usleep(10000);
	return ms < PATIENCE;
}

int main(int argc, char **argv)
{
	uint64_t start;
	pid_t sender;

	test_fd = open_test_device();
	result(argc == 2 && card(TEST_CARD_INSTALL, atoi(argv[1])) && interface_appears() &&
	       !set_up(name, true), "the card is up");
	sender = start_sender();
	sleep(1);
	result(net_number(name, "statistics/rx_packets") > 100, "it sends and receives");
	card(TEST_CARD_FAULT, TEST_CARD_CRASH);
	result(wait_logged("[Firmware Bug]: page fault (vector 14"),
	       "the exception is in the log");
	result(wait_logged("network card is gone or has failed"),
	       "the log says that the card has failed");
	usleep(100000);
	result(!net_number(name, "carrier"), "the interface has no carrier");
	start = now_ns();
	result(!set_up(name, false) && now_ns() - start < PATIENCE * 1000000ULL,
	       "it goes down");
	result(set_up(name, true), "it does not come up again");
	kill(sender, SIGKILL);
	waitpid(sender, NULL, 0);
	start = now_ns();
	usleep(100000);
	result(now_ns() - start < 1000000000ULL, "Linux timers go on");
	say_all();
	/* This reset must work without the firmware */
	reboot(RB_AUTOBOOT);
	return 0;
}
