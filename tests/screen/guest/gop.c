// SPDX-License-Identifier: GPL-2.0-only
/*
 * Test the display driver with the test driver's screen
 * (tests/screen/efi/screen.c)
 *
 *	gop		test modes, failures, binding, changes and removal
 *	gop panic	cause a panic while a mode is being set
 *	gop gone	remove the screen, which was there before Linux
 *	gop again	the same, then install it again, and leave it in another
 *			mode
 */
#include <signal.h>
#include <sys/klog.h>
#include <sys/wait.h>

#include "kms.h"
#include "ledger.h"
#include "screen.h"
#include "uevents.h"

#define GUID		"9042a9de-23dc-4a38-96fb-7aded080516a"
#define PATIENCE	3000	/* ms */
#define MODE_565	2
#define LAST_MODE	4
#define CHANGES		40
#define SLOW_MODE	1000	/* ms; the panic waits for the rest of it */

static int fd, uevents;

static long long screen(unsigned int what, uint64_t argument)
{
	struct efi_mode_test_driver d;

	if (!call_driver(fd, "screen", what | argument << 8, &d))
		return -1;
	return d.value;
}

static uint32_t pixel(unsigned int x, unsigned int y)
{
	return screen(TEST_SCREEN_PIXEL, x | (uint64_t)y << 24);
}

static void clear_log(void)
{
	klogctl(5, NULL, 0);
}

static bool log_has(const char *text)
{
	static char buf[1 << 20];
	int n = klogctl(3, buf, sizeof(buf) - 1);

	if (n < 0)
		return false;
	buf[n] = '\0';
	return strstr(buf, text);
}

static bool wait_card(const char *device)
{
	struct kms k;
	bool found;
	int ms;

	for (ms = 0; ms < PATIENCE; ms += 10) {
		found = kms_open_device(&k, device);
		kms_close(&k);
		if (found)
			return true;
		usleep(10000);
	}
	return false;
}

static uint32_t colour(unsigned int x, unsigned int y)
{
	return (x * 37 & 255) << 16 | (y * 11 & 255) << 8 | ((x + y) & 255);
}

static void draw(struct kms *k)
{
	unsigned int x, y;

	for (y = 0; y < k->height; y++)
		for (x = 0; x < k->width; x++)
			*kms_pixel(k, x, y) = colour(x, y);
}

static uint32_t to_565(uint32_t c)
{
	return (c >> 8 & 0xf800) | (c >> 5 & 0x07e0) | (c >> 3 & 0x001f);
}

static bool is_drawn(unsigned int x, unsigned int y)
{
	uint32_t wanted = colour(x, y), found = pixel(x, y);

	if (screen(TEST_SCREEN_MODE, 0) == MODE_565)
		wanted = to_565(wanted);
	if (found != wanted)
		ksft_print_msg("at %u,%u: %x, not %x\n", x, y, found, wanted);
	return found == wanted;
}

/*
 * Check the last pixel, and every 101st, which has another column in each line
 */
static bool is_shown(const struct kms *k)
{
	unsigned int i;

	for (i = 0; i < k->width * k->height; i += 101)
		if (!is_drawn(i % k->width, i / k->width))
			return false;
	return is_drawn(k->width - 1, k->height - 1);
}

static bool show(struct kms *k, const char *device, unsigned int width,
		 unsigned int height)
{
	const struct drm_mode_modeinfo *mode;

	if (!kms_open_device(k, device) || !kms_create(k, width, height))
		return false;
	mode = kms_mode(k, width, height);
	draw(k);
	return mode && kms_show(k, mode);
}

static void sizes_and_formats(const char *device)
{
	long long blts;
	struct kms k;

	ksft_test_result(kms_open_device(&k, device) && k.nr_modes == 3 &&
			 kms_mode(&k, 320, 200) && kms_mode(&k, 320, 240) &&
			 kms_mode(&k, 640, 400),
			 "each size is listed once, 0x0 is not listed: %u modes\n",
			 k.nr_modes);
	ksft_test_result(k.modes[0].hdisplay == 320 &&
			 k.modes[0].vdisplay == 200 &&
			 (k.modes[0].type & DRM_MODE_TYPE_PREFERRED),
			 "the current mode is the preferred one\n");
	kms_close(&k);

	ksft_test_result(show(&k, device, 320, 200) && is_shown(&k),
			 "a picture drawn by Blt()\n");
	kms_close(&k);
	blts = screen(TEST_SCREEN_BLTS, 0);
	ksft_test_result(show(&k, device, 320, 240) &&
			 screen(TEST_SCREEN_MODE, 0) == MODE_565 &&
			 is_shown(&k) &&
			 screen(TEST_SCREEN_BLTS, 0) == blts,
			 "a picture in a frame buffer of 16 bits with padded lines\n");
	kms_close(&k);
	ksft_test_result(show(&k, device, 640, 400) && is_shown(&k),
			 "a frame buffer without an address is drawn by Blt()\n");
	kms_close(&k);
}

static void blt_fails(const char *device)
{
	const struct drm_clip_rect first = { 0, 0, 8, 8 };
	const struct drm_clip_rect second = { 300, 190, 308, 198 };
	struct kms k;

	if (!show(&k, device, 320, 200))
		ksft_exit_fail_msg("320x200 cannot be set\n");
	clear_log();
	screen(TEST_SCREEN_FAIL_BLT, 1);
	*kms_pixel(&k, 1, 1) = 0x123456;
	ksft_test_result(kms_dirty(&k, &first, 1) && pixel(1, 1) != 0x123456 &&
			 log_has("cannot draw on the screen"),
			 "a Blt() that fails causes a message\n");
	*kms_pixel(&k, 301, 191) = 0x654321;
	ksft_test_result(kms_dirty(&k, &second, 1) &&
			 pixel(301, 191) == 0x654321 && pixel(1, 1) == 0x123456,
			 "the next Blt() also shows what the failed one did not\n");
	kms_close(&k);
}

static void mode_fails(const char *device)
{
	long long blts;
	struct kms k;

	clear_log();
	screen(TEST_SCREEN_FAIL_MODE, 1);
	show(&k, device, 640, 400);
	blts = screen(TEST_SCREEN_BLTS, 0);
	ksft_test_result(log_has("cannot set 640x400") &&
			 kms_dirty(&k, NULL, 0) &&
			 screen(TEST_SCREEN_BLTS, 0) == blts,
			 "a mode that cannot be set causes a message, and no Blt()\n");
	kms_close(&k);
	ksft_test_result(show(&k, device, 640, 400) && is_shown(&k),
			 "the mode can be set at the next attempt\n");
	/* Change the mode as the firmware's text console does */
	kms_off(&k);
	screen(TEST_SCREEN_SET_MODE, 1);
	ksft_test_result(kms_show(&k, kms_mode(&k, 640, 400)) && is_shown(&k),
			 "after another program changed the mode, it is set again\n");
	kms_close(&k);
}

static void binding(const char *device)
{
	struct kms k;

	if (!show(&k, device, 640, 400))
		ksft_exit_fail_msg("640x400 cannot be set\n");
	ksft_test_result(write_file(KMS_DRIVER "unbind", device) &&
			 screen(TEST_SCREEN_MODE, 0) == 1,
			 "unbinding restores the first mode\n");
	ksft_test_result(!kms_dirty(&k, NULL, 0) && errno == ENODEV,
			 "programs that have the card open get ENODEV\n");
	kms_close(&k);
	ksft_test_result(write_file(KMS_DRIVER "bind", device) &&
			 show(&k, device, 320, 240) && is_shown(&k),
			 "the driver can be bound again\n");
	kms_close(&k);
}

static void changes(const char *device)
{
	struct kms k;
	int ms;

	screen(TEST_SCREEN_REINSTALL, 2);
	for (ms = 0; ms < PATIENCE; ms += 100) {
		bool known = kms_open_device(&k, device) && k.nr_modes == 1 &&
			     kms_mode(&k, 320, 200);

		kms_close(&k);
		if (known)
			break;
		usleep(100000);
	}
	ksft_test_result(ms < PATIENCE && show(&k, device, 320, 200) &&
			 is_shown(&k), "Linux notices a change of the list of modes\n");
	kms_close(&k);
}

/*
 * Start a process that shows one picture after another, whatever happens to the
 * screen
 */
static pid_t start_showing(const char *device)
{
	pid_t child = fork();
	struct kms k;

	if (child)
		return child;
	for (;;) {
		show(&k, device, 320, 200);
		kms_close(&k);
	}
}

/*
 * Wait, because the last change may come late, and makes the screen black for a
 * moment
 */
static bool is_shown_soon(const struct kms *k)
{
	int ms;

	for (ms = 0; ms < PATIENCE && !is_shown(k); ms += 100)
		usleep(100000);
	return ms < PATIENCE;
}

static void changes_while_shown(const char *device)
{
	pid_t child = start_showing(device);
	struct kms k;
	bool alive;
	int i;

	for (i = 0; i < CHANGES; i++) {
		screen(TEST_SCREEN_REINSTALL, i & 1 ? 2 : 3);
		usleep(10000 + i * 500);
	}
	alive = child > 0 && !waitpid(child, NULL, WNOHANG) &&
		!kill(child, SIGKILL) && waitpid(child, NULL, 0) == child;
	ksft_test_result(alive && show(&k, device, 320, 200) &&
			 is_shown_soon(&k),
			 "the modes change %d times while a process shows pictures\n",
			 CHANGES);
	kms_close(&k);
}

static void removal(const char *device, struct ledger others)
{
	struct uevent u;
	struct kms k;

	if (!show(&k, device, 320, 200))
		ksft_exit_fail_msg("320x200 cannot be set\n");
	screen(TEST_SCREEN_REMOVE, 0);
	kms_dirty(&k, NULL, 0);
	ksft_test_result(wait_uevent(uevents, PATIENCE, "remove", GUID,
				     &u) >= 0 && kms_card(device) < 0,
			 "Linux notices that the screen is gone\n");
	ksft_test_result(!screen(TEST_SCREEN_STRAY, 0),
			 "Linux has not called the removed screen\n");
	kms_close(&k);
	ksft_test_result(same_ledger(others, read_ledger()),
			 "Linux holds nothing of it\n");
}

static void no_modes(struct ledger others)
{
	struct uevent u;

	clear_log();
	screen(TEST_SCREEN_INSTALL, 1);
	ksft_test_result(wait_uevent(uevents, PATIENCE, "add", GUID, &u) >= 0 &&
			 !usleep(500000) && kms_card(u.device) < 0 &&
			 log_has("the screen cannot be used"),
			 "a screen without a usable mode causes a message\n");
	ksft_test_result(same_ledger(others, read_ledger()),
			 "Linux holds nothing of that screen\n");
	screen(TEST_SCREEN_REMOVE, 0);
}

/*
 * Cause a panic while the firmware has the old mode, but Linux already has the
 * new, smaller picture. A panic message drawn in the size of the mode would be
 * written beyond the end of the picture.
 */
static void panic_between(const char *device)
{
	struct kms k;

	if (!show(&k, device, 640, 400) || !kms_create(&k, 320, 200))
		ksft_exit_fail_msg("no picture\n");
	screen(TEST_SCREEN_SLOW_MODE, SLOW_MODE);
	if (!fork()) {
		kms_show(&k, kms_mode(&k, 320, 200));
		_exit(0);
	}
	usleep(SLOW_MODE * 1000 / 3);
	write_file("/proc/sysrq-trigger", "c");
}

static bool gone(void)
{
	struct uevent u;

	screen(TEST_SCREEN_REMOVE, 0);
	return wait_uevent(uevents, PATIENCE, "remove", GUID, &u) >= 0;
}

/*
 * Bind the driver while the screen is in another mode, so that the driver
 * restores this mode. The resident half must then restore the first mode.
 */
static bool again(void)
{
	struct uevent u;

	if (!gone())
		return false;
	screen(TEST_SCREEN_INSTALL, 0);
	if (wait_uevent(uevents, PATIENCE, "add", GUID, &u) < 0 ||
	    !wait_card(u.device) || !write_file(KMS_DRIVER "unbind", u.device))
		return false;
	screen(TEST_SCREEN_SET_MODE, LAST_MODE);
	return write_file(KMS_DRIVER "bind", u.device) &&
	       screen(TEST_SCREEN_MODE, 0) == LAST_MODE;
}

int main(int argc, char **argv)
{
	struct ledger others;
	struct uevent u;

	fd = open_test_device();
	if (argc == 2 && strcmp(argv[1], "panic")) {
		uevents = open_uevents();
		return strcmp(argv[1], "gone") ? !again() : !gone();
	}
	ksft_print_header();
	ksft_set_plan(21);
	uevents = open_uevents();
	others = read_ledger();
	if (screen(TEST_SCREEN_INSTALL, 0) < 0)
		ksft_exit_fail_msg("the EFI test driver is not loaded\n");

	ksft_test_result(wait_uevent(uevents, PATIENCE, "add", GUID, &u) >= 0 &&
			 wait_card(u.device), "a screen appears\n");
	if (argc == 2 && !strcmp(argv[1], "panic"))
		panic_between(u.device);
	sizes_and_formats(u.device);
	blt_fails(u.device);
	mode_fails(u.device);
	binding(u.device);
	changes(u.device);
	changes_while_shown(u.device);
	removal(u.device, others);
	no_modes(others);
	ksft_finished();
}
