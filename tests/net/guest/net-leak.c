// SPDX-License-Identifier: GPL-2.0-only
/*
 * Use two network cards for long, and see whether the firmware has lost memory
 *
 *	net-leak FRAMES CYCLES
 *
 *	FRAMES	frames that each card is to receive
 *	CYCLES	number of times that both interfaces go down and up
 *
 * The cards are in one Ethernet. Needs the EFI test driver.
 */
#include "ledger.h"
#include "net-socket.h"

#define LAST_BYTE	0x56
#define SIZE		60
#define BATCH		16
#define PATIENCE	10000	/* ms */
#define FIRST_CYCLES	10
#define FIRST_FRAMES	1000

/* The firmware's pool may grow by pages that hold memory for other purposes, too */
#define TOLERANCE	2

static struct card {
	uint8_t mac[MAC_SIZE];
	char name[IFNAMSIZ];
	int fd;
} cards[2];

static int test_fd;

static void find_cards(void)
{
	unsigned int i;

	for (i = 0; i < 2; i++) {
		uint8_t mac[] = { 0x52, 0x54, 0x00, 0x12, 0x34, LAST_BYTE + i };

		memcpy(cards[i].mac, mac, MAC_SIZE);
		if (!find_interface(mac, cards[i].name))
			ksft_exit_fail_msg("there is no card %u\n", i);
		cards[i].fd = open_frames(cards[i].name);
	}
}

static bool up(struct card *c)
{
	int ms;

	if (set_up(c->name, true))
		return false;
	for (ms = 0; ms < PATIENCE; ms++) {
		if (net_number(c->name, "carrier") == 1)
			return true;
		usleep(1000);
	}
	return false;
}

/* A socket first reports that its interface has been down */
static void drain(struct card *c)
{
	uint8_t frame[SIZE];

	do
		errno = 0;
	while (next_frame(c->fd, frame, sizeof(frame), 0) >= 0 || errno == ENETDOWN);
}

static void send_batch(struct card *from, struct card *to)
{
	uint8_t frame[SIZE];
	int i;

	make_frame(frame, SIZE, to->mac, from->mac, 0);
	for (i = 0; i < BATCH; i++)
		send(from->fd, frame, SIZE, 0);
}

/*
 * Take the frames of a batch. A firmware may lose some, so the last are not waited for
 * long.
 */
static unsigned int take_batch(struct card *c)
{
	uint8_t frame[SIZE];
	unsigned int came = 0;

	while (came < BATCH &&
	       next_frame(c->fd, frame, sizeof(frame), came ? 100 : PATIENCE) >= 0)
		came++;
	return came;
}

/* Return: true if @nr frames have come in each direction */
static bool exchange(unsigned int nr)
{
	unsigned int came[2] = {}, now, i;

	while (came[0] < nr || came[1] < nr) {
		send_batch(&cards[0], &cards[1]);
		send_batch(&cards[1], &cards[0]);
		for (i = 0; i < 2; i++) {
			now = take_batch(&cards[i]);
			if (!now)
				return false;
			came[i] += now;
		}
	}
	return true;
}

/* Each time, a frame comes in each direction. Return: the cycles that worked. */
static unsigned int cycle(unsigned int nr)
{
	unsigned int i, done;

	for (done = 0; done < nr; done++) {
		for (i = 0; i < 2; i++)
			if (set_up(cards[i].name, false))
				return done;
		for (i = 0; i < 2; i++)
			if (!up(&cards[i]))
				return done;
		for (i = 0; i < 2; i++)
			drain(&cards[i]);
		if (!exchange(1))
			return done;
	}
	return done;
}

static long long free_pages(void)
{
	struct efi_mode_test_driver d;

	if (!call_driver(test_fd, "free_pages", 0, &d))
		ksft_exit_fail_msg("the firmware's memory map: status %#llx\n",
				   (unsigned long long)d.status);
	return d.value;
}

int main(int argc, char **argv)
{
	struct ledger before, after;
	unsigned int frames, cycles, done;
	long long free_before, lost;

	ksft_print_header();
	if (argc != 3)
		ksft_exit_fail_msg("usage: net-leak FRAMES CYCLES\n");
	frames = atoi(argv[1]);
	cycles = atoi(argv[2]);
	ksft_set_plan(4);
	test_fd = open_test_device();
	write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	find_cards();
	if (!up(&cards[0]) || !up(&cards[1]) || cycle(FIRST_CYCLES) != FIRST_CYCLES ||
	    !exchange(FIRST_FRAMES))
		ksft_exit_fail_msg("the cards do not work\n");
	free_before = free_pages();
	before = read_ledger();

	ksft_test_result(exchange(frames), "%u frames arrive at each card\n", frames);
	done = cycle(cycles);
	ksft_test_result(done == cycles, "%u of %u times down and up\n", done, cycles);
	lost = free_before - free_pages();
	after = read_ledger();
	ksft_test_result(lost <= TOLERANCE, "the firmware has lost %lld pages\n", lost);
	ksft_test_result(same_ledger(before, after),
			 "Linux holds %d protocols, %d buffers, %d events, %d pumps more\n",
			 after.protocols - before.protocols, after.buffers - before.buffers,
			 after.events - before.events, after.pumps - before.pumps);
	ksft_finished();
}
