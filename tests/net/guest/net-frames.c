// SPDX-License-Identifier: GPL-2.0-only
/*
 * Send frames from each of the firmware's network cards to each other card
 *
 *	net-frames sizes CARDS	frames of all sizes
 *
 *	CARDS	number of cards. Their addresses are consecutive.
 *
 * The cards are in one Ethernet.
 */
#include "net-socket.h"

#define MAX_CARDS	4
#define LAST_BYTE	0x56
#define LONGEST		1514
#define SHORTEST	HEADER_SIZE
#define PADDED		60
#define BATCH		16
#define PATIENCE	5000	/* ms */

static struct card {
	uint8_t mac[MAC_SIZE];
	char name[IFNAMSIZ];
	int fd;
} cards[MAX_CARDS];

static int nr_cards;

/* A frame that may come late. No other frame begins in this way. */
#define PROBE_SIZE	60
static const uint8_t probe[] = { 0xff, 0xff, 0xff, 0xff };

static void find_cards(int nr)
{
	int i;

	for (i = 0; i < nr; i++) {
		struct card *c = &cards[i];
		uint8_t mac[] = { 0x52, 0x54, 0x00, 0x12, 0x34, LAST_BYTE + i };

		memcpy(c->mac, mac, MAC_SIZE);
		if (!find_interface(mac, c->name))
			ksft_exit_fail_msg("there is no card %d\n", i);
	}
	nr_cards = nr;
}

static void up(struct card *c)
{
	int ms, error = set_up(c->name, true);

	if (error)
		ksft_exit_fail_msg("%s does not come up: %s\n", c->name, strerror(error));
	for (ms = 0; ms < PATIENCE && net_number(c->name, "carrier") != 1; ms += 10)
		usleep(10000);
	if (!c->fd)
		c->fd = open_frames(c->name);
}

static size_t padded(size_t size)
{
	return size < PADDED ? PADDED : size;
}

static bool arrives(struct card *from, struct card *to, size_t size, uint32_t number)
{
	static uint8_t sent[2048], came[2048];
	ssize_t n;

	memset(sent, 0, sizeof(sent));
	make_frame(sent, size, to->mac, from->mac, number);
	do
		n = next_frame(to->fd, came, sizeof(came), PATIENCE);
	while (n == PROBE_SIZE && !memcmp(came + HEADER_SIZE, probe, sizeof(probe)));
	if (n == (ssize_t)padded(size) && !memcmp(sent, came, n))
		return true;
	ksft_print_msg("a frame of %zu bytes from %s to %s: %zd bytes came\n", size,
		       from->name, to->name, n);
	return false;
}

/* Send some frames at once. Return: true if all arrive as they were sent, in order. */
static bool send_batch(struct card *from, struct card *to, const size_t *sizes,
		       unsigned int nr, uint32_t number)
{
	static uint8_t frame[2048];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		make_frame(frame, sizes[i], to->mac, from->mac, number + i);
		if (send(from->fd, frame, sizes[i], 0) != (ssize_t)sizes[i]) {
			ksft_print_msg("a frame of %zu bytes is not sent: %s\n", sizes[i],
				       strerror(errno));
			return false;
		}
	}
	for (i = 0; i < nr; i++)
		if (!arrives(from, to, sizes[i], number + i))
			return false;
	return true;
}

static void send_probe(struct card *from, struct card *to, uint32_t number)
{
	uint8_t frame[PROBE_SIZE];

	make_frame(frame, sizeof(frame), to->mac, from->mac, 0);
	memcpy(frame + HEADER_SIZE, probe, sizeof(probe));
	memcpy(frame + HEADER_SIZE + sizeof(probe), &number, sizeof(number));
	send(from->fd, frame, sizeof(frame), 0);
}

/* Return: true if the probe with the number comes. Older ones may come before it. */
static bool probe_comes(struct card *to, uint32_t number)
{
	uint8_t frame[PROBE_SIZE];

	while (next_frame(to->fd, frame, sizeof(frame), 100) >= 0)
		if (!memcmp(frame + HEADER_SIZE, probe, sizeof(probe)) &&
		    !memcmp(frame + HEADER_SIZE + sizeof(probe), &number, sizeof(number)))
			return true;
	return false;
}

/*
 * Some cards lose frames until the link is up. Cards without a filter of their own get
 * the frames of all cards, and the firmware drops 100 of them a second while Linux does
 * not use the card. So the receiver sends a frame, too, and an older frame does not count.
 *
 * Return: true if a frame arrives
 */
static bool wait_link(struct card *from, struct card *to)
{
	static uint32_t number;
	int tries;

	for (tries = 0; tries < 100; tries++) {
		number++;
		send_probe(to, from, 0);
		send_probe(from, to, number);
		if (probe_comes(to, number))
			return true;
	}
	ksft_print_msg("no frame arrives from %s at %s\n", from->name, to->name);
	return false;
}

/* @batch: some cards have room for a few frames only */
static bool all_sizes(struct card *from, struct card *to, unsigned int batch)
{
	size_t size = SHORTEST, sizes[BATCH];
	unsigned int nr;

	if (!wait_link(from, to))
		return false;
	while (size <= LONGEST) {
		for (nr = 0; nr < batch && size <= LONGEST; nr++)
			sizes[nr] = size++;
		if (!send_batch(from, to, sizes, nr, size))
			return false;
	}
	return true;
}

static bool no_errors(const struct card *c)
{
	return !net_number(c->name, "statistics/rx_errors") &&
	       !net_number(c->name, "statistics/tx_errors") &&
	       !net_number(c->name, "statistics/rx_dropped");
}

static void test_sizes(void)
{
	unsigned int batch = nr_cards > 2 ? 1 : BATCH;
	int i, j;

	ksft_set_plan(nr_cards * nr_cards);
	for (i = 0; i < nr_cards; i++)
		up(&cards[i]);
	for (i = 0; i < nr_cards; i++)
		for (j = 0; j < nr_cards; j++)
			if (i != j)
				ksft_test_result(all_sizes(&cards[i], &cards[j], batch),
						 "frames of %d to %d bytes from card %d to card %d\n",
						 SHORTEST, LONGEST, i, j);
	for (i = 0; i < nr_cards; i++)
		ksft_test_result(no_errors(&cards[i]), "card %d counts no errors\n", i);
}

int main(int argc, char **argv)
{
	ksft_print_header();
	if (argc != 3 || strcmp(argv[1], "sizes") || atoi(argv[2]) < 2 ||
	    atoi(argv[2]) > MAX_CARDS)
		ksft_exit_fail_msg("usage: net-frames sizes CARDS\n");
	write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	find_cards(atoi(argv[2]));
	test_sizes();
	ksft_finished();
}
