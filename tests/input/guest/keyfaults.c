// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test the keyboard driver with a keyboard that has flaws
 *
 * The keyboard is tests/input/efi/keys.c. Whatever its flaw, each key that is
 * typed must arrive exactly once.
 *
 *	keyfaults		test each flaw
 *	keyfaults good		test a keyboard without flaws
 */
#include "keyboard.h"
#include "keys.h"

#define PATIENCE	5000	/* ms: the bus looks once a second */
#define QUIET		300	/* ms in which a duplicate would arrive */
#define BLOCKED		1200	/* ms for which a read blocks */
#define IN_USE		6	/* s; Linux calls it idle after 5 s */
#define IDLE		4	/* s */

/*
 * While a program has the keyboard open, there are 20 ms and a tick between two
 * reads. Because the host may be busy, 1 % of the reads may be later, and the
 * measurement may be repeated.
 */
#define GAP_US		30000
#define GAP_S		4
#define GAP_READS	(GAP_S * 50)
#define TRIES		5

#define RIGHT_SHIFT	0x001
#define LEFT_SHIFT	0x002
#define LEFT_CTRL	0x008
#define LEFT_ALT	0x020
#define LEFT_LOGO	0x080
#define MENU		0x100
#define SYSRQ		0x200

static int fd, others;

static long long keys(uint64_t what)
{
	struct efi_mode_test_driver d;

	return call_driver(fd, "keys", what, &d) ?
	       (long long)d.value : -1;
}

static bool plug(uint64_t fault, int nr)
{
	return !keys(TEST_KEYS_PLUG | fault << 4) &&
	       wait_keyboards(others + nr, PATIENCE);
}

static bool unplug(void)
{
	close_keyboards();
	return !keys(TEST_KEYS_UNPLUG) &&
	       wait_keyboards(others, PATIENCE);
}

static void type(uint16_t scan, uint16_t unicode, uint32_t shift)
{
	keys(TEST_KEYS_TYPE |
	     TEST_KEY(scan, unicode, shift) << 4);
}

static bool types_ok(const char *text, const struct press *wanted, int nr)
{
	for (; *text; text++)
		type(0, *text, 0);
	read_keys(3 * BLOCKED, nr);
	read_keys(QUIET, MAX_PRESSES);
	return got(wanted, nr);
}

static const struct press hello[] = {
	{ KEY_H, HELD_SHIFT }, { KEY_I, 0 }, { KEY_1, HELD_SHIFT },
};

static void fault(uint64_t what, const char *name, int nr)
{
	bool ok = plug(what, nr);

	ksft_test_result(ok, "%s: the keyboard appears\n", name);
	ksft_test_result(ok && types_ok("Hi!", hello, 3),
			 "%s: each key arrives once\n", name);
	ksft_test_result(unplug(), "%s: the keyboard is removed\n", name);
}

/* The empty key makes Linux change the protocol, and is lost */
static void empty_keys(void)
{
	bool ok = plug(TEST_KEYS_EMPTY, 1);

	type(0, 'x', 0);
	read_keys(BLOCKED, 1);
	nr_presses = 0;
	ksft_test_result(ok && types_ok("Hi!", hello, 3),
			 "empty keys: each key arrives once\n");
	unplug();
}

/* After some reads that block, Linux must read in a way that does not */
static void blocking(uint64_t what, const char *name)
{
	uint64_t start;
	bool ok = plug(what, 1);

	if (what == TEST_KEYS_BLOCKS_READY)
		ok = ok && types_ok("Hi!", hello, 3);
	/* Linux tries a way that blocks twice before it takes the next way */
	usleep((what == TEST_KEYS_SIMPLE_BLOCKS ? 6 : 3) * BLOCKED *
	       1000);
	start = now_ns();
	keys(TEST_KEYS_CALLS);
	keys(TEST_KEYS_CALLS);
	ksft_test_result(ok && now_ns() - start < BLOCKED * 500000ULL,
			 "%s: calls are not delayed, after %lld reads\n", name,
			 keys(TEST_KEYS_CALLS));
	ksft_test_result(types_ok("Hi!", hello, 3),
			 "%s: each key arrives once\n", name);
	ksft_test_result(unplug(), "%s: the keyboard is removed\n", name);
}

/*
 * A timer types the keys, because Linux cannot make calls while a read blocks
 */
static void until_key(void)
{
	const char *text;
	uint64_t start;
	bool ok;

	for (text = "Hi!"; *text; text++)
		keys(TEST_KEYS_LATER |
		     TEST_KEY(0, *text, 0) << 4);
	ok = plug(TEST_KEYS_UNTIL_KEY, 1);
	start = now_ns();
	read_keys(3 * TEST_KEYS_LATER_MS, 3);
	ksft_test_result(ok && got(hello, 3),
			 "blocks until a key: each key arrives once\n");
	ok = keys(TEST_KEYS_CALLS) > 0;
	ksft_test_result(ok && now_ns() - start <
			 4 * TEST_KEYS_LATER_MS * 1000000ULL,
			 "blocks until a key: calls are not delayed afterwards\n");
	ksft_test_result(types_ok("Hi!", hello, 3),
			 "blocks until a key: later keys arrive, too\n");
	ksft_test_result(unplug(), "blocks until a key: the keyboard is removed\n");
}

/* Every way to read this keyboard blocks, so Linux must stop reading it */
static void no_way(void)
{
	bool ok = plug(TEST_KEYS_ALL_BLOCK, 1);
	long long calls;
	uint64_t start;

	usleep(6 * BLOCKED * 1000);
	calls = keys(TEST_KEYS_CALLS);
	start = now_ns();
	usleep(2 * BLOCKED * 1000);
	ok = ok && calls > 0 && keys(TEST_KEYS_CALLS) == calls;
	ksft_test_result(ok && now_ns() - start < 3 * BLOCKED * 1000000ULL,
			 "blocks in all ways: not read any more after %lld reads\n",
			 calls);
	ksft_test_result(unplug(), "blocks in all ways: the keyboard is removed\n");
}

/*
 * If Linux is idle, the firmware checks the event of a keyboard. If the
 * keyboard has no valid event, Linux must read it instead.
 */
static void bad_events(uint64_t what, const char *name)
{
	bool ok = plug(what, 1);
	long long calls;

	sleep(IN_USE);
	calls = keys(TEST_KEYS_CALLS);
	sleep(IDLE);
	calls = keys(TEST_KEYS_CALLS) - calls;
	ksft_test_result(ok && calls >= IDLE * 10,
			 "%s: read %lld times in %d s of an idle Linux\n", name,
			 calls, IDLE);
	ksft_test_result(types_ok("Hi!", hello, 3),
			 "%s: each key arrives once\n", name);
	ksft_test_result(unplug(), "%s: the keyboard is removed\n", name);
}

static const struct {
	const char *name;
	uint16_t scan, unicode;
	uint32_t shift;
	struct press wanted;
} strokes[] = {
	{ "a capital with Shift reported", 0, 'A', LEFT_SHIFT,
	  { KEY_A, HELD_SHIFT } },
	{ "a capital without Shift", 0, 'A', 0, { KEY_A, HELD_SHIFT } },
	{ "Enter with the scan code of F3", 0x0d, '\r', 0, { KEY_ENTER, 0 } },
	{ "Ctrl as a state", 0, 'c', LEFT_CTRL, { KEY_C, HELD_CTRL } },
	{ "Ctrl as a character", 0, 3, 0, { KEY_C, HELD_CTRL } },
	{ "Ctrl as both", 0, 3, LEFT_CTRL, { KEY_C, HELD_CTRL } },
	{ "Ctrl-Alt-F2", 0x0c, 0, LEFT_CTRL | LEFT_ALT,
	  { KEY_F2, HELD_CTRL | HELD_ALT } },
	{ "Shift-Tab", 0, '\t', RIGHT_SHIFT, { KEY_TAB, HELD_SHIFT } },
	{ "Logo-L", 0, 'l', LEFT_LOGO, { KEY_L, HELD_META } },
	{ "Shift-PageUp", 0x09, 0, LEFT_SHIFT, { KEY_PAGEUP, HELD_SHIFT } },
	{ "Backspace", 0, '\b', 0, { KEY_BACKSPACE, 0 } },
	{ "Esc", 0x17, 0, 0, { KEY_ESC, 0 } },
	{ "Pause", 0x48, 0, 0, { KEY_PAUSE, 0 } },
	{ "F24", 0x73, 0, 0, { KEY_F24, 0 } },
	{ "Mute", 0x7f, 0, 0, { KEY_MUTE, 0 } },
	{ "volume up", 0x80, 0, 0, { KEY_VOLUMEUP, 0 } },
	{ "brightness up", 0x100, 0, 0, { KEY_BRIGHTNESSUP, 0 } },
	{ "suspend", 0x102, 0, 0, { KEY_SLEEP, 0 } },
	{ "hibernate", 0x103, 0, 0, { KEY_SUSPEND, 0 } },
	{ "eject", 0x106, 0, 0, { KEY_EJECTCD, 0 } },
};

#define STROKES	(sizeof(strokes) / sizeof(*strokes))

/*
 * A character without a key arrives as its number, typed on the keypad with
 * Alt. The virtual terminal turns this into the character.
 */
static const struct press umlaut[] = {
	{ KEY_KP2, HELD_ALT }, { KEY_KP2, HELD_ALT }, { KEY_KP8, HELD_ALT },
};

static void good(void)
{
	unsigned int i;

	ksft_test_result(plug(TEST_KEYS_GOOD, 1), "the keyboard appears\n");
	for (i = 0; i < STROKES; i++) {
		type(strokes[i].scan, strokes[i].unicode, strokes[i].shift);
		read_keys(1000, 1);
		read_keys(100, MAX_PRESSES);
		ksft_test_result(got(&strokes[i].wanted, 1), "%s\n",
				 strokes[i].name);
	}
	type(0, 0xe4, 0);
	read_keys(1000, 3);
	read_keys(100, MAX_PRESSES);
	ksft_test_result(got(umlaut, 3), "an a with diaeresis arrives as its number\n");
	ksft_test_result(!held_now(), "no key is held at the end\n");
}

static long long calls_in_a_second(void)
{
	long long before = keys(TEST_KEYS_CALLS);
	uint64_t start = now_ns();

	sleep(1);
	return (keys(TEST_KEYS_CALLS) - before) * 1000000000LL /
	       (long long)(now_ns() - start);
}

static void gaps(void)
{
	pid_t load = start_load();
	long long late = GAP_READS;
	int i;

	for (i = 0; i < TRIES && late > GAP_READS / 100; i++) {
		keys(TEST_KEYS_LATE | GAP_US << 4);
		sleep(GAP_S);
		late = keys(TEST_KEYS_LATE | GAP_US << 4);
	}
	stop_load(load);
	ksft_test_result(late <= GAP_READS / 100,
			 "%lld of %d reads come more than %d ms after the previous\n",
			 late, GAP_READS, GAP_US / 1000);
}

/* The virtual terminals have all keyboards open; inhibiting one closes it */
static void inhibit(bool on)
{
	char command[160];

	snprintf(command, sizeof(command),
		 "for f in " KEYBOARD_DRIVER "efi*/input/input*/inhibited; do "
		 "echo %u > $f; done", on);
	if (system(command))
		perror("# inhibited");
}

/* How often Linux reads a keyboard that is open, idle, and closed */
static void listening(void)
{
	pid_t load = start_load();
	long long calls = calls_in_a_second();

	stop_load(load);
	ksft_test_result(calls >= 40 && calls <= 60,
			 "%lld reads a second while it is open\n", calls);
	/* After 5 s without a key Linux calls it idle */
	sleep(6);
	calls = calls_in_a_second();
	ksft_test_result(calls <= 5, "%lld reads a second while Linux is idle\n", calls);
	ksft_test_result(types_ok("Hi!", hello, 3), "keys arrive while Linux is idle\n");
	inhibit(true);
	usleep(100000);
	calls = calls_in_a_second();
	ksft_test_result(!calls, "%lld reads a second while it is closed\n", calls);
	inhibit(false);
	ksft_test_result(types_ok("Hi!", hello, 3), "keys arrive when it is open again\n");
}

static void test_sysrq(void)
{
	long long before;

	ksft_test_result(keys(TEST_KEYS_NOTIFIES) > 0,
			 "%lld keys are registered with the firmware\n",
			 keys(TEST_KEYS_NOTIFIES));
	write_file("/proc/sys/kernel/sysrq", "1");
	system("dmesg -c > /dev/null");
	type(0, 'h', LEFT_ALT | SYSRQ);
	read_keys(QUIET, MAX_PRESSES);
	before = system("test $(dmesg | grep -c 'sysrq: HELP') = 1");
	ksft_test_result(!before && !nr_presses,
			 "Alt-SysRq-H is handled, once\n");
	nr_presses = 0;
}

static void cycles(void)
{
	char device[280] = "", path[300];
	struct dirent *entry;
	bool ok = true, empty = true;
	long long notifies = keys(TEST_KEYS_NOTIFIES);
	int i, count = is_long() ? 100 : 3;
	FILE *f;
	DIR *dir;

	dir = opendir(KEYBOARD_DRIVER);
	while (dir && (entry = readdir(dir))) {
		char text[64] = "";

		snprintf(path, sizeof(path), KEYBOARD_DRIVER "%s/path",
			 entry->d_name);
		f = fopen(path, "r");
		if (f && fgets(text, sizeof(text), f) &&
		    strstr(text, "1F6E7FD4"))
			snprintf(device, sizeof(device), "%s", entry->d_name);
		if (f)
			fclose(f);
	}
	close_keyboards();
	for (i = 0; i < count && ok; i++) {
		ok = write_file(KEYBOARD_DRIVER "unbind", device);
		empty &= !keys(TEST_KEYS_NOTIFIES);
		ok = ok && write_file(KEYBOARD_DRIVER "bind", device);
	}
	ksft_test_result(ok, "unbound and bound %d times\n", i);
	ksft_test_result(empty && keys(TEST_KEYS_NOTIFIES) == notifies,
			 "unbinding removes all registered keys\n");
	ksft_test_result(wait_keyboards(others + 1, PATIENCE) &&
			 types_ok("Hi!", hello, 3), "the keyboard works afterwards\n");
}

/*
 * Linux makes another device for the same handle. It must not register keys
 * twice.
 */
static void repath(void)
{
	long long notifies = keys(TEST_KEYS_NOTIFIES);
	bool ok;

	keys(TEST_KEYS_REPATH);
	close_keyboards();
	sleep(1);
	ok = wait_keyboards(others + 1, PATIENCE);
	ksft_test_result(ok && notifies > 0 &&
			 keys(TEST_KEYS_NOTIFIES) == notifies,
			 "with a new path, %lld keys are registered, before %lld\n",
			 keys(TEST_KEYS_NOTIFIES), notifies);
}

/*
 * Wait, because the driver releases its resources after the input device is
 * gone
 */
static void read_ledger(char *text, size_t size)
{
	FILE *f;

	usleep(500000);
	f = fopen(LEDGER, "r");
	if (f && fread(text, 1, size - 1, f))
		fclose(f);
}

/* The resources of all drivers are the same before and after */
static void test_ledger(void)
{
	static char before[256], after[256];

	read_ledger(before, sizeof(before));
	plug(TEST_KEYS_GOOD, 1);
	unplug();
	read_ledger(after, sizeof(after));
	ksft_test_result(*before && !strcmp(before, after),
			 "the ledger is the same as before\n");
}

static void test_good(void)
{
	ksft_set_plan(1 + STROKES + 2 + 5 + 1 + 2 + 3 + 1 + 1);
	good();
	listening();
	gaps();
	test_sysrq();
	cycles();
	repath();
	unplug();
	test_ledger();
}

static void test_faults(void)
{
	ksft_set_plan(2 * 3 + 1 + 3 + 2 + 4 + 3 + (is_long() ? (3 + 4 + 1) * 3 : 0));
	fault(TEST_KEYS_SIMPLE, "only SimpleTextInput", 1);
	if (is_long()) {
		fault(TEST_KEYS_UNSUPPORTED, "unsupported SimpleTextInputEx", 1);
		fault(TEST_KEYS_TWO_QUEUES, "two queues", 1);
		fault(TEST_KEYS_SECOND, "keys from a second handle", 2);
	}
	fault(TEST_KEYS_GOOD, "no flaw", 1);
	empty_keys();
	blocking(TEST_KEYS_BLOCKS, "blocks without a key");
	if (is_long()) {
		blocking(TEST_KEYS_NO_EVENT, "blocks, without an event");
		blocking(TEST_KEYS_BAD_EVENT, "blocks, without a valid event");
		blocking(TEST_KEYS_BLOCKS_READY, "blocks with a key");
		blocking(TEST_KEYS_SIMPLE_BLOCKS, "blocks in both protocols");
	}
	no_way();
	until_key();
	bad_events(TEST_KEYS_WILD_EVENTS, "events with invalid addresses");
	if (is_long())
		bad_events(TEST_KEYS_NULL_EVENTS, "no events");
}

int main(int argc, char **argv)
{
	setbuf(stdout, NULL);
	fd = open_test_device();
	if (access(KEYBOARD_DRIVER, F_OK))
		ksft_exit_skip("there is no driver efi-keyboard\n");
	ksft_print_header();
	if (keys(TEST_KEYS_CALLS) < 0)
		ksft_exit_fail_msg("the EFI test driver is not loaded\n");
	others = open_keyboards();
	if (argc > 1 && !strcmp(argv[1], "good"))
		test_good();
	else
		test_faults();
	ksft_finished();
}
