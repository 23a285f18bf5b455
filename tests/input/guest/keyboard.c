// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test keyboards on which the host types
 *
 *	keyboard
 *
 * This program prints commands for the host:
 *
 *	TYPE MS CHORD...	type one chord every MS milliseconds
 *	DOWN KEY, UP KEY	press a key, release it
 *	PLUG keyboard		plug in a USB keyboard
 *	UNPLUG keyboard		unplug it
 *
 * Keys have QEMU's names. A chord is keys with a '-' between them.
 */
#include <limits.h>
#include <sched.h>

#include "keys.h"

#define PATIENCE	20000	/* ms */
#define SOON		2000	/* ms */
#define QUIET		400	/* ms in which no key may follow */
#define IN_USE		6	/* s; the keyboard is idle after 5 s */
#define TRIES		3
#define LOOKS		50	/* reads per second when polled */
#define FAST_MS		33	/* 30 keys a second */

#define TYPING	"t h e spc q u i c k spc b r o w n spc f o x spc j u m p s spc " \
		"o v e r spc t h e spc l a z y spc d o g ret"

static const struct press typing[] = {
	{ KEY_T, 0 }, { KEY_H, 0 }, { KEY_E, 0 }, { KEY_SPACE, 0 },
	{ KEY_Q, 0 }, { KEY_U, 0 }, { KEY_I, 0 }, { KEY_C, 0 }, { KEY_K, 0 },
	{ KEY_SPACE, 0 }, { KEY_B, 0 }, { KEY_R, 0 }, { KEY_O, 0 },
	{ KEY_W, 0 }, { KEY_N, 0 }, { KEY_SPACE, 0 }, { KEY_F, 0 },
	{ KEY_O, 0 }, { KEY_X, 0 }, { KEY_SPACE, 0 }, { KEY_J, 0 },
	{ KEY_U, 0 }, { KEY_M, 0 }, { KEY_P, 0 }, { KEY_S, 0 },
	{ KEY_SPACE, 0 }, { KEY_O, 0 }, { KEY_V, 0 }, { KEY_E, 0 },
	{ KEY_R, 0 }, { KEY_SPACE, 0 }, { KEY_T, 0 }, { KEY_H, 0 },
	{ KEY_E, 0 }, { KEY_SPACE, 0 }, { KEY_L, 0 }, { KEY_A, 0 },
	{ KEY_Z, 0 }, { KEY_Y, 0 }, { KEY_SPACE, 0 }, { KEY_D, 0 },
	{ KEY_O, 0 }, { KEY_G, 0 }, { KEY_ENTER, 0 },
};

#define CHORDS	"shift-a shift-1 a shift_r-slash ctrl-c alt-x ctrl-alt-t " \
		"shift-tab meta_l-l backspace esc"

static const struct press chords[] = {
	{ KEY_A, HELD_SHIFT }, { KEY_1, HELD_SHIFT }, { KEY_A, 0 },
	{ KEY_SLASH, HELD_SHIFT }, { KEY_C, HELD_CTRL }, { KEY_X, HELD_ALT },
	{ KEY_T, HELD_CTRL | HELD_ALT }, { KEY_TAB, HELD_SHIFT },
	{ KEY_L, HELD_META }, { KEY_BACKSPACE, 0 }, { KEY_ESC, 0 },
};

#define FUNCTIONS "f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 up down left right " \
		  "home end insert delete pgup pgdn alt-f2"

static const struct press functions[] = {
	{ KEY_F1, 0 }, { KEY_F2, 0 }, { KEY_F3, 0 }, { KEY_F4, 0 },
	{ KEY_F5, 0 }, { KEY_F6, 0 }, { KEY_F7, 0 }, { KEY_F8, 0 },
	{ KEY_F9, 0 }, { KEY_F10, 0 }, { KEY_F11, 0 }, { KEY_F12, 0 },
	{ KEY_UP, 0 }, { KEY_DOWN, 0 }, { KEY_LEFT, 0 }, { KEY_RIGHT, 0 },
	{ KEY_HOME, 0 }, { KEY_END, 0 }, { KEY_INSERT, 0 }, { KEY_DELETE, 0 },
	{ KEY_PAGEUP, 0 }, { KEY_PAGEDOWN, 0 }, { KEY_F2, HELD_ALT },
};

#define COUNT(a) ((int)(sizeof(a) / sizeof(*(a))))

static bool typed(unsigned int ms, const char *keys, const struct press *wanted,
		  int nr)
{
	printf("TYPE %u %s\n", ms, keys);
	read_keys(PATIENCE, 1);
	read_keys(SOON, nr);
	read_keys(QUIET, MAX_PRESSES);
	return got(wanted, nr) && !held_now();
}

static bool wait_down(unsigned int code, bool down)
{
	uint64_t end = now_ns() + SOON * 1000000ULL;

	while (is_down[code] != down && now_ns() < end)
		read_keys(20, MAX_PRESSES);
	return is_down[code] == down;
}

static bool alone(const char *key, unsigned int code)
{
	bool ok;

	printf("DOWN %s\n", key);
	ok = wait_down(code, true);
	printf("UP %s\n", key);
	return wait_down(code, false) && ok && !held_now();
}

static void test_modifiers(const char *name)
{
	ksft_test_result(alone("shift", KEY_LEFTSHIFT) &&
			 alone("shift_r", KEY_RIGHTSHIFT) &&
			 alone("ctrl", KEY_LEFTCTRL) &&
			 alone("ctrl_r", KEY_RIGHTCTRL) &&
			 alone("alt", KEY_LEFTALT) &&
			 alone("alt_r", KEY_RIGHTALT),
			 "%s: modifiers alone\n", name);
	got(NULL, 0);
}

static bool light(unsigned int led)
{
	unsigned char leds[LED_MAX / 8 + 1];
	int i;

	for (i = 0; i < nr_keyboards; i++)
		if (ioctl(keyboards[i].fd, EVIOCGLED(sizeof(leds)), leds) >= 0 &&
		    leds[led / 8] & 1 << led % 8)
			return true;
	return false;
}

static void set_light(unsigned int led, bool on)
{
	struct input_event e[2] = {
		{ .type = EV_LED, .code = led, .value = on },
		{ .type = EV_SYN, .code = SYN_REPORT },
	};
	int i;

	for (i = 0; i < nr_keyboards; i++)
		if (write(keyboards[i].fd, e, sizeof(e)) != sizeof(e))
			perror("# a light");
}

/* The firmware applies Caps Lock, and Linux can switch it by its light */
static void test_caps_lock(const char *name)
{
	static const struct press capital = { KEY_A, HELD_SHIFT };
	static const struct press small = { KEY_A, 0 };
	bool on = typed(50, "caps_lock a", &capital, 1) && light(LED_CAPSL);
	bool off;

	ksft_test_result(on, "%s: Caps Lock works and switches its light\n", name);
	set_light(LED_CAPSL, false);
	usleep(200000);
	off = typed(50, "a", &small, 1) && !light(LED_CAPSL);
	ksft_test_result(off, "%s: Linux can switch Caps Lock off\n", name);
}

/*
 * All keys must arrive, at any speed of the host. In one of the tries they must
 * arrive at the speed at which they are typed: the firmware polls its
 * keyboards, so some keys may be a little late.
 */
static void test_fast(const char *name)
{
	const uint64_t most = COUNT(typing) * FAST_MS * 1000;
	uint64_t us = most + 1;
	bool ok = true;
	int i;

	for (i = 0; i < 2 * TRIES && ok && us > most; i++) {
		ok = typed(FAST_MS, TYPING, typing, COUNT(typing));
		us = last_press_us - first_press_us;
	}
	ksft_test_result(ok && us <= most, "%s: %d keys in %llu ms\n", name,
			 COUNT(typing), (unsigned long long)us / 1000);
}

static void all_keys(const char *name)
{
	test_fast(name);
	ksft_test_result(typed(60, CHORDS, chords, COUNT(chords)),
			 "%s: keys with modifiers\n", name);
	ksft_test_result(typed(50, FUNCTIONS, functions, COUNT(functions)),
			 "%s: keys without characters\n", name);
	test_modifiers(name);
	test_caps_lock(name);
}

static int helps(void)
{
	FILE *f = popen("dmesg | grep -c 'sysrq: HELP'", "r");
	int n = -1;

	if (f && fscanf(f, "%d", &n) != 1)
		n = -1;
	if (f)
		pclose(f);
	return n;
}

/* Take all CPU time from other tasks; only the firmware's share remains */
static void hog(unsigned int ms)
{
	struct sched_param param = { .sched_priority = 99 };
	uint64_t end = now_ns() + ms * 1000000ULL;

	sched_setscheduler(0, SCHED_FIFO, &param);
	while (now_ns() < end)
		;
	param.sched_priority = 0;
	sched_setscheduler(0, SCHED_OTHER, &param);
}

/* Return: when the last Alt-SysRq-H was handled, in seconds since boot, or 0 */
static double handled_at(void)
{
	FILE *f = popen("dmesg | grep 'sysrq: HELP' | tail -n 1", "r");
	double at = 0;

	if (f && fscanf(f, "[ %lf]", &at) != 1)
		at = 0;
	if (f)
		pclose(f);
	return at;
}

static double uptime(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void test_sysrq(const char *name)
{
	int before = helps();
	double start, end, at;

	write_file("/proc/sys/kernel/sysrq", "1");
	write_file("/proc/sys/kernel/sched_rt_runtime_us", "-1");
	printf("TYPE 300 alt-sysrq-h\n");
	usleep(50000);
	start = uptime();
	hog(3000);
	end = uptime();
	write_file("/proc/sys/kernel/sched_rt_runtime_us", "950000");
	sleep(1);
	at = handled_at();
	ksft_print_msg("hog from %.2f to %.2f, handled at %.2f\n", start, end, at);
	ksft_test_result(helps() == before + 1,
			 "%s: Alt-SysRq-H is handled, once\n", name);
	ksft_test_result(at > start && at < end - 0.1,
			 "%s: Alt-SysRq-H is handled while no thread can run\n", name);
	read_keys(QUIET, MAX_PRESSES);
	ksft_test_result(!nr_presses && !held_now(),
			 "%s: Alt-SysRq-H is no input event\n", name);
	got(NULL, 0);
}

static long long switches(void)
{
	long long before;

	sleep(1);
	before = read_stat("round_trips");
	sleep(4);
	return (read_stat("round_trips") - before) / 4;
}

/*
 * When a keyboard has not been used for a while and Linux is idle, the firmware
 * checks its event, which needs few switches. On a busy host, keys of a test
 * before this may arrive late, so try again.
 */
static void test_idle(const char *name)
{
	long long with = LLONG_MAX, without;
	int i;

	for (i = 0; i < TRIES && with >= LOOKS; i++) {
		sleep(IN_USE);
		with = switches();
	}
	if (with >= LOOKS)
		system("sed 's/^/# /' /sys/kernel/debug/efi-mode/stats");
	close_keyboards();
	system("cd " KEYBOARD_DRIVER "; echo efi* > /tmp/keyboards;"
	       "for d in $(cat /tmp/keyboards); do echo $d > unbind; done");
	without = switches();
	system("cd " KEYBOARD_DRIVER ";"
	       "for d in $(cat /tmp/keyboards); do echo $d > bind; done");
	ksft_test_result(with < without + LOOKS / 2,
			 "%s: %lld switches a second when idle, %lld without\n",
			 name, with, without);
	open_keyboards();
}

static bool same_keys(const char *what)
{
	static const struct press small = { KEY_A, 0 };

	printf("# %s\n", what);
	return typed(50, "a", &small, 1);
}

static void hotplug(int others)
{
	printf("PLUG keyboard\n");
	ksft_test_result(wait_keyboards(others + 1, PATIENCE),
			 "USB: a keyboard is plugged in\n");
	sleep(1);
	all_keys("USB");
	test_sysrq("USB");
	test_idle("USB");
	printf("UNPLUG keyboard\n");
	ksft_test_result(wait_keyboards(others, PATIENCE),
			 "USB: a keyboard is unplugged\n");
	ksft_test_result(same_keys("the other one"),
			 "PS/2: works without the USB keyboard\n");
}

int main(void)
{
	int others;

	setbuf(stdout, NULL);
	ksft_print_header();
	ksft_set_plan(2 * (6 + 3) + 1 + is_long() + 4);
	others = open_keyboards();
	ksft_test_result(others == 1, "PS/2: one keyboard\n");
	all_keys("PS/2");
	test_sysrq("PS/2");
	/* A quick test measures both keyboards together, in hotplug() */
	if (is_long())
		test_idle("PS/2");
	hotplug(others);
	ksft_finished();
}
