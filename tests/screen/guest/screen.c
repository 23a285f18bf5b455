// SPDX-License-Identifier: GPL-2.0-only
/*
 * Show text and pictures on the firmware's screens, and count what that costs
 *
 *	screen STEP...
 *
 * A step prints SHOW and what it is going to show, draws it, and waits for a
 * line from the host, which looks at the screen (tests/screen/host.py).
 *
 *	boot		the kernel's messages
 *	logo		the logo above them
 *	text		colours and characters on tty1
 *	vt		another text on tty2, then tty1 again
 *	keys		the same, but the host types Alt-F2 and Alt-F1
 *	login		getty on tty1, where the host types a name
 *	terminal	colours and characters on hvc1, the firmware's screen
 *	pattern[CARD]	a picture with every pixel different, then damage to it
 *	modes		two other modes, and one that does not exist
 *	idle		how often the screen is written when nothing changes
 *	rate		how many frames are shown in a second
 *	cycles		unbind and bind the driver, 100 times in a long test
 *	reconnect	disconnect the firmware's driver, and connect it again
 *	mapped		the memory type of the mappings of the frame buffer
 *	keep		another mode, which stays until Linux ends
 */
#include <dirent.h>
#include <linux/limits.h>
#include <linux/vt.h>
#include <signal.h>
#include <sys/klog.h>
#include <sys/wait.h>

#include "kms.h"
#include "ledger.h"

#define SET_CONSOLE_LEVEL	8	/* SYSLOG_ACTION_CONSOLE_LEVEL */

#define TRACING		"/sys/kernel/debug/tracing/"
#define CYCLES		(is_long() ? 100 : 3)
#define MAX_SCREENS	8
#define FRAMES		60	/* a second, at most */

static void check(bool ok, const char *what)
{
	ksft_test_result(ok, "%s\n", what);
}

/* Print before drawing, because the console can be on the same screen */
static void announce(const char *what)
{
	printf("SHOW %s\n", what);
	fflush(stdout);
	usleep(300000);
}

static void wait_for_host(void)
{
	char line[64];

	if (!fgets(line, sizeof(line), stdin))
		ksft_exit_fail_msg("the host does not answer\n");
}

static int open_terminal(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY);

	if (fd < 0)
		ksft_exit_fail_msg("%s: %s\n", path, strerror(errno));
	return fd;
}

static int open_tty(int number)
{
	char path[16];

	snprintf(path, sizeof(path), "/dev/tty%d", number);
	return open_terminal(path);
}

static void put(int tty, const char *text)
{
	if (write(tty, text, strlen(text)) != (ssize_t)strlen(text))
		ksft_exit_fail_msg("tty: %s\n", strerror(errno));
}

static bool activate(int number)
{
	int tty = open_tty(0);
	bool ok = !ioctl(tty, VT_ACTIVATE, number) &&
		  !ioctl(tty, VT_WAITACTIVE, number);

	close(tty);
	return ok;
}

static void boot(void)
{
	announce("boot");
	wait_for_host();
}

static void logo(void)
{
	announce("logo");
	wait_for_host();
}

#define CLEAR	"\033c\033[2J\033[H\033[?25l"

static void put_colours(const char *path, const char *what)
{
	int tty = open_terminal(path), i;

	announce(what);
	put(tty, CLEAR "The quick brown fox jumps over the lazy dog\r\n");
	for (i = 1; i < 8; i++) {
		char line[64];

		snprintf(line, sizeof(line), "\033[3%dmcolour %d\033[0m\r\n", i,
			 i);
		put(tty, line);
	}
	wait_for_host();
	close(tty);
}

static void text(void)
{
	put_colours("/dev/tty1", "text");
}

static void terminal(void)
{
	put_colours("/dev/hvc1", "terminal");
}

static void put_second(void)
{
	int tty = open_tty(2);

	put(tty, CLEAR "this is the second terminal");
	close(tty);
}

static void terminals(void)
{
	announce("vt 2");
	put_second();
	check(activate(2), "tty2 can be activated");
	wait_for_host();
	announce("vt 1");
	check(activate(1), "tty1 can be activated again");
	wait_for_host();
}

static bool is_active(int number)
{
	struct vt_stat stat = {};
	int tty = open_tty(0);
	bool ok = !ioctl(tty, VT_GETSTATE, &stat) && stat.v_active == number;

	close(tty);
	return ok;
}

static void switch_by_keys(void)
{
	put_second();
	announce("keys 2");
	wait_for_host();
	check(is_active(2), "Alt-F2 activates tty2");
	announce("keys 1");
	wait_for_host();
	check(is_active(1), "Alt-F1 activates tty1");
}

static void login(void)
{
	int tty = open_tty(1);
	pid_t child;

	put(tty, CLEAR);
	close(tty);
	sethostname("efi-mode", 8);
	announce("login");
	child = fork();
	if (!child) {
		setsid();
		execl("/bin/getty", "getty", "0", "tty1", "linux", NULL);
		_exit(1);
	}
	wait_for_host();
	check(child > 0 && !kill(child, SIGKILL) &&
	      waitpid(child, NULL, 0) == child, "getty is running");
}

static void start_count(void)
{
	int fd = open(TRACING "trace", O_WRONLY | O_TRUNC);

	if (fd < 0 || !write_file(TRACING "events/efi_mode/efi_mode_call/enable", "1"))
		ksft_exit_fail_msg("cannot trace calls\n");
	close(fd);
}

/* Return: number of calls of Blt() since start_count() */
static unsigned int count(void)
{
	FILE *f = fopen(TRACING "trace", "r");
	unsigned int nr = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		nr += !!strstr(line, "protocol_t: blt");
	if (f)
		fclose(f);
	write_file(TRACING "events/efi_mode/efi_mode_call/enable", "0");
	return nr;
}

static void draw_pattern(struct kms *k)
{
	unsigned int x, y;

	for (y = 0; y < k->height; y++)
		for (x = 0; x < k->width; x++)
			*kms_pixel(k, x, y) = (x & 255) << 16 | (y & 255) << 8 |
					      (x >> 8) << 4 | y >> 8;
}

static void fill(struct kms *k, const struct drm_clip_rect *r, uint32_t colour)
{
	unsigned int x, y;

	for (y = r->y1; y < r->y2; y++)
		for (x = r->x1; x < r->x2; x++)
			*kms_pixel(k, x, y) = colour;
}

static bool has_frame_buffer(void)
{
	return file_has("/proc/iomem", "efi-gop");
}

/*
 * Draw two rectangles that are far from each other, two that are adjacent, and
 * one that is not reported as damage.
 */
static void damage(struct kms *k)
{
	const struct drm_clip_rect far[] = {
		{ 16, 16, 80, 48 },
		{ k->width - 96, k->height - 64, k->width - 16, k->height - 16 },
	}, near[] = {
		{ 200, 100, 264, 132 }, { 264, 100, 328, 132 },
	}, untold = { 200, 200, 264, 232 };
	unsigned int apart, together;
	bool ok;

	fill(k, &far[0], 0xff0000);
	fill(k, &far[1], 0x00ff00);
	fill(k, &untold, 0xffffff);
	start_count();
	ok = kms_dirty(k, far, 2);
	apart = count();
	fill(k, &near[0], 0x0000ff);
	fill(k, &near[1], 0xffff00);
	start_count();
	ok &= kms_dirty(k, near, 2);
	together = count();
	check(ok, "changed areas are reported");
	ksft_print_msg("%u calls for two distant places, %u for adjacent ones\n",
		       apart, together);
	if (apart || together)
		check(apart == 2 && together == 1,
		      "one call for each place that has changed");
	else
		check(has_frame_buffer(), "no calls with a frame buffer");
}

static void pixels(unsigned int card)
{
	char what[64];
	struct kms k;

	check(kms_open(&k, card) &&
	      kms_create(&k, k.modes[0].hdisplay, k.modes[0].vdisplay),
	      "a buffer for the preferred mode");
	draw_pattern(&k);
	snprintf(what, sizeof(what), "pattern %u %u %u", card, k.width,
		 k.height);
	announce(what);
	check(kms_show(&k, &k.modes[0]), "the pattern is shown");
	wait_for_host();
	snprintf(what, sizeof(what), "damage %u %u %u", card, k.width, k.height);
	announce(what);
	draw_pattern(&k);
	check(kms_dirty(&k, NULL, 0), "the whole pattern is drawn again");
	damage(&k);
	wait_for_host();
	snprintf(what, sizeof(what), "off %u %u %u", card, k.width, k.height);
	announce(what);
	check(kms_off(&k), "the screen is switched off");
	wait_for_host();
	kms_close(&k);
}

static void mode(unsigned int width, unsigned int height)
{
	const struct drm_mode_modeinfo *mode;
	char what[64];
	struct kms k;

	if (!kms_open(&k, 0) || !kms_create(&k, width, height))
		ksft_exit_fail_msg("no screen\n");
	mode = kms_mode(&k, width, height);
	snprintf(what, sizeof(what), "pattern 0 %u %u", width, height);
	draw_pattern(&k);
	announce(what);
	check(mode && kms_show(&k, mode), what);
	wait_for_host();
	kms_close(&k);
}

static void modes(void)
{
	struct drm_mode_modeinfo none;
	struct kms k;

	mode(800, 600);
	mode(1024, 768);
	if (!kms_open(&k, 0) || !kms_create(&k, 1000, 700))
		ksft_exit_fail_msg("no screen\n");
	none = k.modes[0];
	none.hdisplay = 1000;
	none.vdisplay = 700;
	check(!kms_show(&k, &none) && errno == EINVAL,
	      "a mode that the firmware does not have is refused");
	kms_close(&k);
	/* After the close, fbcon restores its mode and the terminal */
	announce("vt 1");
	wait_for_host();
}

static unsigned int calls_in(unsigned int seconds)
{
	start_count();
	sleep(seconds);
	return count();
}

static void idle(void)
{
	unsigned int hidden, blinking;
	int tty = open_tty(1);

	put(tty, "\033[?25l");
	sleep(1);
	hidden = calls_in(2);
	put(tty, "\033[?25h");
	blinking = calls_in(2);
	put(tty, "\033[?25l");
	close(tty);
	ksft_print_msg("%u calls in 2 s, %u with a blinking cursor\n", hidden,
		       blinking);
	check(!hidden, "no calls when nothing changes");
	check(blinking <= 12, "at most one call for each blink of the cursor");
}

/* Draw frames for a second, as fast as possible, and count them */
static void rate(void)
{
	const struct drm_clip_rect clip = { 0, 0, 8, 16 };
	unsigned int frames = 0;
	uint64_t end;
	struct kms k;

	if (!kms_open(&k, 0) ||
	    !kms_create(&k, k.modes[0].hdisplay, k.modes[0].vdisplay) ||
	    !kms_show(&k, &k.modes[0]))
		ksft_exit_fail_msg("no screen\n");
	end = now_ns() + 1000000000;
	while (now_ns() < end) {
		fill(&k, &clip, frames);
		if (!kms_dirty(&k, &clip, 1))
			break;
		frames++;
	}
	kms_close(&k);
	ksft_print_msg("%u frames in a second\n", frames);
	check(frames > FRAMES / 4 && frames <= FRAMES + 1,
	      "at most 60 frames a second");
}

static unsigned int find_screens(char names[][32])
{
	DIR *dir = opendir(KMS_DRIVER);
	unsigned int nr = 0;
	struct dirent *d;

	while (dir && (d = readdir(dir)) && nr < MAX_SCREENS) {
		unsigned int id;

		if (sscanf(d->d_name, "efi%u", &id) == 1)
			snprintf(names[nr++], 32, "%.31s", d->d_name);
	}
	if (dir)
		closedir(dir);
	return nr;
}

static bool write_all(const char *file, char names[][32], unsigned int nr)
{
	char path[64];
	bool ok = true;

	snprintf(path, sizeof(path), KMS_DRIVER "%s", file);
	while (nr--)
		ok &= write_file(path, names[nr]);
	return ok;
}

static void cycles(void)
{
	char names[MAX_SCREENS][32], again[MAX_SCREENS][32];
	unsigned int nr = find_screens(names);
	struct ledger bound = read_ledger(), unbound;
	bool ok = nr, same = true;
	int i;

	/* Printing the kernel's messages would take longer than the rest */
	klogctl(6, NULL, 0);
	for (i = 0; ok && i < CYCLES; i++) {
		ok = write_all("unbind", names, nr);
		if (!i)
			unbound = read_ledger();
		same &= same_ledger(unbound, read_ledger());
		ok &= write_all("bind", names, nr) && find_screens(again) == nr;
	}
	klogctl(7, NULL, 0);
	check(ok, "the driver is unbound and bound repeatedly");
	check(same && bound.protocols == unbound.protocols + (int)nr &&
	      unbound.buffers < bound.buffers &&
	      same_ledger(bound, read_ledger()), "each unbind releases the screens' resources");
	text();
}

static bool wait_screens(unsigned int nr)
{
	char names[MAX_SCREENS][32];
	int i;

	for (i = 0; i < 100 && find_screens(names) != nr; i++)
		usleep(100000);
	return i < 100;
}

/* Disconnect and connect the graphics device, the parent of the screen */
static void reconnect(void)
{
	char names[MAX_SCREENS][32], link[64], path[PATH_MAX];
	unsigned int nr = find_screens(names);
	char file[PATH_MAX + 16];

	snprintf(link, sizeof(link), "/sys/bus/efi/devices/%.31s", names[0]);
	if (!nr || !realpath(link, path))
		ksft_exit_fail_msg("no screen\n");
	/*
	 * Use the parent's folder, because the screen's own folder will be gone
	 */
	*strrchr(path, '/') = '\0';
	snprintf(file, sizeof(file), "%s/connect", path);
	check(write_file(file, "0") && wait_screens(nr - 1), "disconnecting removes the screen");
	check(write_file(file, "1") && wait_screens(nr), "connecting brings it back");
}

#define IOMEM		"%llx-%llx : %31s"
#define MEMTYPES	"/sys/kernel/debug/x86/pat_memtype_list"
#define MEMTYPE		"PAT: [mem %llx-%llx] %31s"

static bool find_frame_buffer(unsigned long long *start,
			      unsigned long long *end)
{
	FILE *f = fopen("/proc/iomem", "r");
	char line[128], name[32];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, " " IOMEM, start, end, name) == 3 &&
			!strcmp(name, "efi-gop");
	if (f)
		fclose(f);
	return found;
}

/* All mappings of the frame buffer must have the same memory type */
static void memory_type(void)
{
	unsigned long long start, end, from, to;
	char line[128], type[32], first[32] = "";
	FILE *f = fopen(MEMTYPES, "r");
	bool same = true;

	if (!f || !find_frame_buffer(&start, &end))
		ksft_exit_fail_msg("no frame buffer, or no list of mappings\n");
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, MEMTYPE, &from, &to, type) != 3 ||
		    from > end || to <= start)
			continue;
		if (!*first)
			snprintf(first, sizeof(first), "%s", type);
		same &= !strcmp(type, first);
	}
	fclose(f);
	ksft_print_msg("mapped %s\n", first);
	check(*first && same, "all mappings of the frame buffer have one memory type");
}

/* Leave a process behind that keeps another mode */
static void keep(void)
{
	const struct drm_mode_modeinfo *mode;
	struct kms k;

	if (!kms_open(&k, 0) || !kms_create(&k, 800, 600))
		ksft_exit_fail_msg("no screen\n");
	mode = kms_mode(&k, 800, 600);
	draw_pattern(&k);
	announce("pattern 0 800 600");
	check(mode && kms_show(&k, mode), "a mode that stays is set");
	wait_for_host();
	fflush(stdout);
	if (!fork())
		for (;;)
			pause();
}

static const struct {
	const char *name;
	void (*run)(void);
} steps[] = {
	{ "boot", boot }, { "logo", logo }, { "text", text },
	{ "vt", terminals }, { "keys", switch_by_keys }, { "login", login },
	{ "terminal", terminal }, { "modes", modes },
	{ "idle", idle }, { "rate", rate }, { "cycles", cycles },
	{ "reconnect", reconnect }, { "mapped", memory_type }, { "keep", keep },
};

static void run(const char *name)
{
	unsigned int i;

	if (!strncmp(name, "pattern", 7)) {
		pixels(atoi(name + 7));
		return;
	}
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		if (!strcmp(steps[i].name, name)) {
			steps[i].run();
			return;
		}
	}
	ksft_exit_fail_msg("there is no step %s\n", name);
}

int main(int argc, char **argv)
{
	int i;

	ksft_print_header();
	/* A kernel message would appear in the middle of the expected text */
	klogctl(SET_CONSOLE_LEVEL, NULL, 1);
	for (i = 1; i < argc; i++)
		run(argv[i]);
	klogctl(SET_CONSOLE_LEVEL, NULL, 7);
	/* The number of results depends on the steps */
	ksft_set_plan(ksft_test_num());
	ksft_finished();
}
