/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read key presses from the firmware's keyboards
 */
#ifndef _SELFTESTS_EFI_MODE_KEYS_H
#define _SELFTESTS_EFI_MODE_KEYS_H

#include <dirent.h>
#include <linux/input.h>
#include <poll.h>

#include "common.h"

#define KEYBOARD_DRIVER	"/sys/bus/efi/drivers/efi-keyboard/"
#define LEDGER		"/sys/kernel/debug/efi-mode/ledger"
#define MAX_KEYBOARDS	8
#define MAX_PRESSES	256

/* A key, and the modifiers that were held with it */
struct press {
	uint16_t code;
	uint16_t held;
};

#define HELD_SHIFT	0x01
#define HELD_CTRL	0x02
#define HELD_ALT	0x04
#define HELD_META	0x08
#define HELD_SYSRQ	0x10
#define HELD_MENU	0x20

static struct pollfd keyboards[MAX_KEYBOARDS];
static int nr_keyboards;
static bool is_down[KEY_MAX];
static struct press presses[MAX_PRESSES];
static int nr_presses, nr_errors;
/* Time of the first and of the last press, in us */
static uint64_t first_press_us, last_press_us;

static inline uint16_t modifier_of(unsigned int code)
{
	switch (code) {
	case KEY_LEFTSHIFT:
	case KEY_RIGHTSHIFT:
		return HELD_SHIFT;
	case KEY_LEFTCTRL:
	case KEY_RIGHTCTRL:
		return HELD_CTRL;
	case KEY_LEFTALT:
	case KEY_RIGHTALT:
		return HELD_ALT;
	case KEY_LEFTMETA:
	case KEY_RIGHTMETA:
		return HELD_META;
	case KEY_SYSRQ:
		return HELD_SYSRQ;
	case KEY_COMPOSE:
		return HELD_MENU;
	default:
		return 0;
	}
}

static inline uint16_t held_now(void)
{
	uint16_t held = 0;
	unsigned int i;

	for (i = 0; i < KEY_MAX; i++)
		if (is_down[i])
			held |= modifier_of(i);
	return held;
}

static inline void close_keyboards(void)
{
	while (nr_keyboards)
		close(keyboards[--nr_keyboards].fd);
	memset(is_down, 0, sizeof(is_down));
	nr_presses = 0;
}

/* Open all keyboards of the firmware. Return: their number */
static inline int open_keyboards(void)
{
	char path[280], name[64];
	struct dirent *entry;
	DIR *dir = opendir("/dev/input");
	int fd;

	close_keyboards();
	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "event", 5) ||
		    nr_keyboards == MAX_KEYBOARDS)
			continue;
		snprintf(path, sizeof(path), "/dev/input/%s", entry->d_name);
		fd = open(path, O_RDWR | O_NONBLOCK);
		if (fd < 0)
			continue;
		if (ioctl(fd, EVIOCGNAME(sizeof(name)), name) < 0 ||
		    strcmp(name, "EFI keyboard")) {
			close(fd);
			continue;
		}
		keyboards[nr_keyboards].fd = fd;
		keyboards[nr_keyboards++].events = POLLIN;
	}
	if (dir)
		closedir(dir);
	return nr_keyboards;
}

/* Wait up to @ms until there are @wanted keyboards */
static inline bool wait_keyboards(int wanted, int ms)
{
	for (; ms > 0; ms -= 100) {
		if (open_keyboards() == wanted)
			return true;
		usleep(100000);
	}
	return false;
}

static inline void take_event(const struct input_event *e)
{
	bool down = e->value;

	if (e->type != EV_KEY || e->code >= KEY_MAX)
		return;
	/* Every press is followed by a release, and there is no repeat */
	if (e->value > 1 || is_down[e->code] == down)
		nr_errors++;
	is_down[e->code] = down;
	if (!down || modifier_of(e->code) || nr_presses == MAX_PRESSES)
		return;
	last_press_us = e->time.tv_sec * 1000000ULL + e->time.tv_usec;
	if (!nr_presses)
		first_press_us = last_press_us;
	presses[nr_presses].code = e->code;
	presses[nr_presses++].held = held_now();
}

/* Read until there is no event for @ms, or until there are @wanted presses */
static inline void read_keys(int ms, int wanted)
{
	struct input_event e;
	int i;

	while (nr_presses < wanted && poll(keyboards, nr_keyboards, ms) > 0)
		for (i = 0; i < nr_keyboards; i++)
			while (read(keyboards[i].fd, &e, sizeof(e)) ==
			       sizeof(e))
				take_event(&e);
}

/* Were exactly the @nr presses @wanted read? Forget them afterwards. */
static inline bool got(const struct press *wanted, int nr)
{
	bool ok = nr_presses == nr && !nr_errors;
	int i;

	for (i = 0; ok && i < nr; i++)
		ok = presses[i].code == wanted[i].code &&
		     presses[i].held == wanted[i].held;
	if (!ok) {
		printf("# %d presses, %d wrong:", nr_presses, nr_errors);
		for (i = 0; i < nr_presses; i++)
			printf(" %u/%#x", presses[i].code, presses[i].held);
		printf("\n");
	}
	nr_presses = 0;
	nr_errors = 0;
	return ok;
}

#endif /* _SELFTESTS_EFI_MODE_KEYS_H */
